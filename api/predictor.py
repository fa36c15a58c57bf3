"""Who predicts: a child process that keeps networks and models warm, and what it has said already.

Neither the API nor the writer ever holds a network. Questions are small, so that those of several people take
turns; when a structure ends the process, it alone goes without a prediction.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.companion import Companion, LostError
from api.errors import RequestError
from nanoos_plugins.graph.crystals import Crystal
from nanoos_plugins.kept import Kept
from nanoos_plugins.ml.settings import TrainSettings

#: Questions that wait; a request has one at a time.
MOST_WAITING = 32
#: Structures and atoms of one question: a network is slow, a model the faster the more there are.
FEW, FEW_ATOMS = 32, 2000
MANY, MANY_ATOMS = 500, 100_000
#: [s] That a question may take; the first one of a process loads libraries and networks.
SECONDS = 120.0
#: Predictions that are kept (some 500 bytes each), and models that are known to be what they say.
MOST_KEPT, MOST_VERIFIED = 100_000, 1000
#: Structures in a row that may end the process before the fault is that of the process.
MOST_ENDED = 3
#: What a structure is answered by that ends the process.
ENDED = 'predicting it takes more memory or time than there is, or crashes'


@dataclass(frozen=True)
class KnownModel:
    """A model: its UUID and digest as its node has them, and who reads its files, by name."""

    uuid: str
    digest: str
    files: Callable[[], Awaitable[Mapping[str, bytes]]]


class Predictor(Companion):
    """The child process, and what is known of its answers."""

    def __init__(self, megabytes: int) -> None:
        """Describe the child; it is started by the first question.

        :param megabytes: of memory that it may use [MB].
        """
        super().__init__(
            'nanoos_plugins.runners.predict',
            MOST_WAITING,
            'predictions',
            'the process that predicts has ended: send the request again',
            [str(megabytes)],
            {'OMP_NUM_THREADS': os.environ.get('OMP_NUM_THREADS', '1')},
        )
        self._turn, self._queued = asyncio.Lock(), 0
        self._said: Kept[tuple[str, str], dict[str, Any]] = Kept(MOST_KEPT)
        self._verified: Kept[tuple[str, str], bool] = Kept(MOST_VERIFIED)
        #: Keys of structures of the graph by their UUIDs.
        self.keys: Kept[str, str] = Kept(MOST_KEPT)
        self._kinds: dict[str, Any] | None = None

    async def ask(self, question: Mapping[str, Any]) -> Any:
        """Return the answer to a question; a process that takes too long is ended.

        :raises LostError: when it ended before.
        :raises RequestError: as `Companion.ask`.
        """
        if self._queued >= MOST_WAITING:
            raise RequestError(
                503, 'too many predictions are waiting: try again in a moment', {'Retry-After': '5'}
            )
        self._queued += 1
        try:
            # One after the other, so that the time of each begins when it is its turn.
            async with self._turn, asyncio.timeout(SECONDS):
                return await super().ask(question)
        except TimeoutError:
            self.kill()
            raise self._lost() from None
        finally:
            self._queued -= 1

    async def kinds(self) -> dict[str, Any]:
        """Return the kinds of models and the pretrained networks that there are."""
        if self._kinds is None:
            self._kinds = await self.ask({'name': 'kinds'})
        return self._kinds

    async def check(self, settings: TrainSettings) -> None:
        """Check the settings of a training.

        :raises RequestError: 422 for a model, a parameter or a network that there is not.
        """
        await self.ask({'name': 'check', 'settings': settings.model_dump(mode='json')})

    def known(self, model: KnownModel, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return what a model has said already of crystals, by their keys.

        Nothing before its files have been found to be those of its digest: a node may claim any.
        """
        if self._verified.use((model.uuid, model.digest)) is None:
            return {}
        found = {key: self._said.use((model.digest, key)) for key in keys}
        return {key: said for key, said in found.items() if said is not None}

    async def predict(self, model: KnownModel, crystals: Mapping[str, Crystal]) -> dict[str, dict[str, Any]]:
        """Return what a model says of each crystal by its key: an `error`, or the numbers of a `Prediction`.

        :raises LostError: when the process ends again and again.
        :raises RequestError: 422 for a model that must not be loaded, 503 when too many are waiting.
        """
        found: dict[str, dict[str, Any]] = {}
        for many in _parts(crystals, MANY, MANY_ATOMS):
            try:
                await self._embed(model, many)
                found |= await self._some(model, many)
            except LostError:
                # Because of one of them, or for another reason: each by itself, on a new process.
                found |= await self._one_by_one(model, many)
        return found

    async def _embed(self, model: KnownModel, crystals: Mapping[str, Crystal]) -> None:
        """Have the features of crystals made that are not known, few at a time: that is what takes long."""
        new = await self._asked(model, {'name': 'new', 'keys': list(crystals)})
        for few in _parts({key: crystals[key] for key in new}, FEW, FEW_ATOMS):
            await self._asked(model, {'name': 'embed', 'structures': few})

    async def _one_by_one(
        self, model: KnownModel, crystals: Mapping[str, Crystal]
    ) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        ended = 0
        for key, crystal in crystals.items():
            try:
                found |= await self._some(model, {key: crystal})
                ended = 0
            except LostError:
                ended += 1
                if ended > MOST_ENDED:
                    raise
                found[key] = {'error': ENDED}
        return found

    async def _some(self, model: KnownModel, crystals: Mapping[str, Crystal]) -> dict[str, dict[str, Any]]:
        """Return what a model says of crystals, and keep it."""
        said: dict[str, dict[str, Any]] = await self._asked(
            model, {'name': 'predict', 'structures': dict(crystals)}
        )
        for key, one in said.items():
            if 'error' not in one:
                self._said.keep((model.digest, key), one)
        return said

    async def _asked(self, model: KnownModel, question: Mapping[str, Any]) -> Any:
        """Return the answer to a question about a model, which is loaded when it has to be."""
        question = {**question, 'digest': model.digest}
        answer = None
        if self._verified.use((model.uuid, model.digest)) is not None:
            answer = await self.ask(question)
        while answer is None:
            # Not yet, no longer, or in a process that has ended.
            await self._load(model)
            answer = await self.ask(question)
        return answer

    async def _load(self, model: KnownModel) -> None:
        files = await model.files()
        with TemporaryDirectory(prefix='nanoos-model-') as folder:
            await asyncio.to_thread(_write, Path(folder), files)
            await self.ask({'name': 'load', 'folder': folder, 'digest': model.digest})
        self._verified.keep((model.uuid, model.digest), True)


def _parts(crystals: Mapping[str, Crystal], most: int, most_atoms: int) -> Iterator[dict[str, Crystal]]:
    """Yield the crystals, so many of them and of their atoms at a time, or one that is larger."""
    part: dict[str, Crystal] = {}
    atoms = 0
    for key, crystal in crystals.items():
        if part and (len(part) == most or atoms + len(crystal.numbers) > most_atoms):
            yield part
            part, atoms = {}, 0
        part[key] = crystal
        atoms += len(crystal.numbers)
    if part:
        yield part


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
