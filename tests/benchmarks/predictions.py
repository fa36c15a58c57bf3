"""How fast the API predicts: what it has said before, what is new to a model, and what is new to all.

In a temporary instance the API runs in a process of its own, and one client asks for `STRUCTURES` crystals at
once. The models are Gaussian processes that have learnt `ROWS` made-up rows, as many as a published table
has. *Cached*: the same again. *Uncached*: of a second model, so that features are known and predictions are
not. The floor of the first is the same structures read from the database and the same answer written as JSON,
with nothing around; that of the second is the library itself, called in this process.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from tests.benchmarks.events import Server, p95, sign_in
from tests.benchmarks.report import end_on_sigterm, report

STRUCTURES = int(os.environ.get('STRUCTURES') or 1000)
ROWS = int(os.environ.get('ROWS') or 3000)
REPEATS = 20
MOST_CACHED_MS, MOST_UNCACHED_MS = 100.0, 1.0
METALS = ('Mg', 'Ca', 'Sr', 'Mn', 'Fe', 'Co', 'Ni', 'Cd')


def crystals(count: int) -> list[Any]:
    """Return so many rock salts, all different."""
    from pymatgen.core import Lattice, Structure

    made = []
    for number in range(count):
        a = 4.0 + 1.2 * number / count
        lattice = Lattice([[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]])
        made.append(Structure(lattice, [METALS[number % 8], 'O'], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    return made


def learnt(inputs: Any, folder: Path, seed: int) -> Any:
    """Return a Gaussian process that has learnt rows like these, and write it into a folder."""
    from nanoos_plugins.ml.models.gp import GaussianProcess
    from nanoos_plugins.ml.models.inputs import Inputs
    from nanoos_plugins.ml.predictor import Predictor

    random = np.random.default_rng(seed)
    chosen = random.integers(len(inputs), size=ROWS)
    rows = inputs.features['mean'][chosen]
    rows = rows + 0.1 * rows.std(axis=0) * random.normal(size=rows.shape)
    known = Inputs([inputs.elements[row] for row in chosen], {'mean': rows})
    targets = rows[:, 0] + 0.01 * random.normal(size=ROWS)
    predictor = Predictor.learn(lambda: GaussianProcess(subset=300), known, targets)
    predictor.save(folder, pretrained='chgnet-0.3.0', metrics={'mae': 0.0})
    return predictor


def stored(structures: list[Any], folders: list[Path]) -> tuple[list[str], list[str]]:
    """Return the UUIDs of structures and of models of the profile's default user."""
    from aiida import orm

    from nanoos_plugins.data.model import Model

    uuids = [orm.StructureData(pymatgen=one).store().uuid for one in structures]
    return uuids, [Model('bench', 'first feature', '', folder).store().uuid for folder in folders]


def ms(call: Callable[[], Any]) -> float:
    """Return how long a call takes [ms]."""
    begin = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - begin)


class Asking:
    """A client that asks for predictions."""

    def __init__(self, url: str, token: str) -> None:
        headers = {'Authorization': f'Bearer {token}'}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=600)

    def ask(self, model: str, uuids: list[str], cached: int | None = None) -> dict[str, Any]:
        """Return the answer; so many of the predictions must have been known."""
        answer = self._http.post('/ml/properties', json={'model': model, 'structures': uuids})
        found: dict[str, Any] = answer.json()
        if answer.status_code != 200 or found['failed'] or cached not in (None, found['cached']):
            sys.exit(f'not the answer that was expected: {answer.text:.300}')
        return found


def read_alone(folder: str, uuids: list[str], answer: dict[str, Any]) -> float:
    """Return how long it takes to read the structures and to write the answer, with nothing around [ms]."""
    import sqlite3

    import orjson

    database = sqlite3.connect(f'file:{folder}/storage/database.sqlite?mode=ro', uri=True)
    marks = ','.join('?' * len(uuids))
    statement = f'SELECT uuid, attributes FROM db_dbnode WHERE uuid IN ({marks})'
    return statistics.median(
        ms(lambda: (database.execute(statement, uuids).fetchall(), orjson.dumps(answer)))
        for _ in range(REPEATS)
    )


def measure(folder: str) -> dict[str, float]:
    """Return the figures."""
    from nanoos_plugins.ml.models.inputs import inputs_of

    structures = crystals(STRUCTURES)
    begin = time.perf_counter()
    inputs = inputs_of(structures)
    features_ms = 1000 * (time.perf_counter() - begin) / STRUCTURES
    folders = [Path(folder) / f'model{number}' for number in (1, 2)]
    predictors = [learnt(inputs, one, seed) for seed, one in enumerate(folders)]
    predictors[1].predict(inputs)
    library = [ms(lambda: predictors[1].predict(inputs)) / STRUCTURES for _ in range(3)]
    uuids, (first, second) = stored(structures, folders)
    server = Server()
    try:
        asking = Asking(server.url, sign_in(server.url))
        new = ms(lambda: asking.ask(first, uuids, cached=0))
        used = server.cpu_seconds
        cached = [ms(lambda: asking.ask(first, uuids, cached=STRUCTURES)) for _ in range(REPEATS)]
        cpu_ms = 1000 * (server.cpu_seconds - used) / REPEATS
        # The second model is loaded, which takes as long as its size says, with one structure.
        asking.ask(second, uuids[:1], cached=0)
        uncached = ms(lambda: asking.ask(second, uuids, cached=1)) / (STRUCTURES - 1)
        floor = read_alone(folder, uuids, asking.ask(first, uuids))
    finally:
        server.stop()
    return {
        'structures': STRUCTURES,
        'rows': ROWS,
        'cached_ms': round(statistics.median(cached), 1),
        'cached_p95_ms': round(p95(cached), 1),
        'cached_cpu_ms': round(cpu_ms, 1),
        'cached_floor_ms': round(floor, 1),
        'uncached_ms_each': round(uncached, 3),
        'library_ms_each': round(statistics.median(library), 3),
        'new_ms_each': round(new / STRUCTURES, 2),
        'library_features_ms_each': round(features_ms, 2),
    }


def main() -> None:
    """Measure and report."""
    end_on_sigterm()
    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder:
        os.environ |= {'NANOOS_HOME': folder, 'NANOOS_API_REQUESTS_PER_MINUTE': '100000'}
        from nanoos_plugins.install.home import use_home
        from nanoos_plugins.install.profile import create_embedded, delete

        use_home()
        create_embedded(email='bench@localhost')
        try:
            found = measure(folder)
        finally:
            delete()
    rows = [
        [
            f'{STRUCTURES} cached [ms]',
            f'{found["cached_ms"]}',
            f'{found["cached_floor_ms"]}',
            'read and written',
        ],
        [
            'uncached, features known [ms each]',
            f'{found["uncached_ms_each"]}',
            f'{found["library_ms_each"]}',
            'library',
        ],
        [
            'all new [ms each]',
            f'{found["new_ms_each"]}',
            f'{found["library_features_ms_each"]}',
            'features by the library',
        ],
    ]
    report(
        'predictions',
        ['of one request', 'API', 'floor', 'that is'],
        rows,
        found,
        {'cached_ms': f'<= {MOST_CACHED_MS:g}', 'uncached_ms_each': f'<= {MOST_UNCACHED_MS:g}'},
        found['cached_ms'] <= MOST_CACHED_MS and found['uncached_ms_each'] <= MOST_UNCACHED_MS,
    )


if __name__ == '__main__':
    main()
