"""What a chain over the scales says: steps, what each takes from those before it, and what is reported."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

CHAINS = Path(__file__).parent
#: Names of steps and structures: AiiDA's labels of links have them, with `__` between their parts.
NAME = re.compile('[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*')
#: What the context of a running chain has beside its steps.
RESERVED = frozenset({'group', 'results', 'varied'})


class Source(BaseModel):
    """Where a value comes from: `step.output.quantity`, and at which temperature [K] if there are several."""

    model_config = ConfigDict(extra='forbid')

    source: str = Field(alias='from', pattern=r'^[A-Za-z_]\w*\.\w+\.[\w.]+$')
    at: float | None = Field(None, gt=0)

    @model_validator(mode='before')
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return {'from': given} if isinstance(given, str) else given

    @property
    def step(self) -> str:
        """Label of the step."""
        return self.source.split('.', 2)[0]

    @property
    def output(self) -> str:
        """Label of the output of that step's process."""
        return self.source.split('.', 2)[1]

    @property
    def quantity(self) -> str:
        """Name of the quantity in that output, nested ones with dots."""
        return self.source.split('.', 2)[2]


class Given(BaseModel):
    """A structure that a chain starts from, and the bulk crystal that stands for it when none is given.

    `bulk`: parameters of the builder `bulk`, lengths in [Å].
    """

    model_config = ConfigDict(extra='forbid')

    description: str
    bulk: dict[str, Any] | None = None


class MostStable(BaseModel):
    """The structure with the lowest energy per atom among those that some steps gave, by their labels."""

    model_config = ConfigDict(extra='forbid')

    most_stable: list[str] = Field(min_length=2, max_length=50)


class Step(BaseModel):
    """One process: a workflow with an engine's template, and what it takes from other steps.

    `structure`: name of a structure of the chain, `step.output`, or the most stable of those of some steps;
    None for an engine that evaluates none.
    `settings`: constants, of the workflow and the engine, in their units. `take`: engine parameters by name.
    """

    model_config = ConfigDict(extra='forbid')

    workflow: str = 'simulation'
    template: str
    protocol: str | None = None
    structure: str | MostStable | None = None
    settings: dict[str, Any] = {}
    take: dict[str, Source] = {}
    description: str = ''

    def needs(self) -> set[str]:
        """Return the labels of the steps whose results this one takes."""
        steps = {source.step for source in self.take.values()}
        if isinstance(self.structure, MostStable):
            steps |= set(self.structure.most_stable)
        elif self.structure is not None and '.' in self.structure:
            steps.add(self.structure.split('.', 1)[0])
        return steps


class Chain(BaseModel):
    """Steps in the order in which they can run, and the final answers by name.

    :raises ValidationError: for a step, source or structure that is not there, or steps that wait for each
        other; the message names it and what is like it.
    """

    model_config = ConfigDict(extra='forbid')

    name: str = Field(pattern=r'^[a-z0-9][a-z0-9-]*$', max_length=100)
    description: str
    structures: dict[str, Given]
    steps: dict[str, Step] = Field(min_length=1, max_length=50)
    report: dict[str, Source] = Field(min_length=1)

    @model_validator(mode='after')
    def _joined(self) -> Chain:
        for name in (*self.structures, *self.steps):
            if not NAME.fullmatch(name) or name in RESERVED:
                raise ValueError(
                    f'{name!r:.80} names no step or structure: expected letters, digits and single _ between '
                    f'them, and none of {", ".join(sorted(RESERVED))}'
                )
        for label, step in self.steps.items():
            for needed in step.needs():
                self._check_step(needed, f'step {label}')
            structure = step.structure
            if isinstance(structure, str) and '.' not in structure and structure not in self.structures:
                raise ValueError(
                    f'step {label}: no structure {structure!r}{like(structure, self.structures)}'
                )
        for name, source in self.report.items():
            self._check_step(source.step, f'report {name}')
        self.order()
        return self

    def _check_step(self, label: str, who: str) -> None:
        if label not in self.steps:
            raise ValueError(f'{who}: no step {label!r}{like(label, self.steps)}')

    def order(self) -> list[list[str]]:
        """Return the labels of the steps in groups: those of one can run side by side.

        :raises ValueError: when steps wait for each other.
        """
        done: set[str] = set()
        groups = []
        while len(done) < len(self.steps):
            ready = [
                label for label, step in self.steps.items() if label not in done and step.needs() <= done
            ]
            if not ready:
                waiting = ', '.join(sorted(set(self.steps) - done))
                raise ValueError(f'steps wait for each other: {waiting}')
            groups.append(ready)
            done |= set(ready)
        return groups


def like(word: str, known: Mapping[str, Any]) -> str:
    """Return, to end a message with, which known word is like one that is not, or which there are."""
    close = difflib.get_close_matches(word, known)
    return f'; did you mean {close[0]}?' if close else f'; there are {", ".join(known) or "none"}'


def parse_chain(document: Any) -> Chain:
    """Return the chain that a document (of YAML or JSON) describes.

    :raises ValueError: in one line, what was got and what is expected.
    """
    try:
        return Chain.model_validate(document)
    except ValidationError as error:
        lines = (
            f'{".".join(map(str, one["loc"])) or "chain"}: {one["msg"].removeprefix("Value error, ")}'
            for one in error.errors(include_url=False)
        )
        raise ValueError(f'this is no chain: {"; ".join(lines)}') from error


def chain_names() -> list[str]:
    """Return the names of the chains that NANO-OS ships."""
    return sorted(path.stem for path in CHAINS.glob('*.yaml'))


def load_chain(name: str) -> Chain:
    """Return a shipped chain by its name, or that of a YAML file by its path.

    :raises ValueError: when there is none, or the file holds no chain.
    """
    path = Path(name) if name.endswith(('.yaml', '.yml')) else CHAINS / f'{name}.yaml'
    if not path.is_file():
        raise ValueError(f'no chain {name!r}; shipped are {", ".join(chain_names())}, or give a .yaml file')
    try:
        document = yaml.safe_load(path.read_text(encoding='utf-8'))
    except yaml.YAMLError as error:
        raise ValueError(f'{path} is no YAML: {" ".join(str(error).split())}') from error
    return parse_chain(document)
