"""How fast similar structures are found on PostgreSQL: by pgvector in the database, or by each process.

`STRUCTURES` made-up embeddings of one tenant, about as far from each other as real ones: 0.01 to the nearest
and 0.4 between any two. Another tenant has 100, and sees 10 of the first. Each way is measured in a new
process, by `nanoos_plugins.graph.similar.similar` for 10 structures: the first answer, later ones (about
other structures), and what the process has more in memory after them than before. Both must answer the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmarks.report import end_on_sigterm, report

STRUCTURES = int(os.environ.get('STRUCTURES') or 100_000)
SMALL, SHARED, REPEATS = 100, 10, 30
AT_ONCE = 2000

# Runs in a process of its own, as the API is one.
MEASURE = """
import json, sys, time
import psutil
way, asked = sys.argv[1], json.loads(sys.argv[2])
from nanoos_plugins.install.profile import load
load()
from nanoos_plugins.graph import nearest
from nanoos_plugins.graph.similar import similar
from nanoos_plugins.graph.tables import connection
from nanoos_plugins.ml.feature_settings import FeatureSettings
from nanoos_plugins.storage.shares import Viewer
if way == 'process':
    nearest.has_embeddings = lambda opened: False
def ms(pk, viewer):
    begin = time.perf_counter()
    rows = similar(pk, 10, FeatureSettings(), viewer)
    answers.append([(str(row['uuid']), row['distance']) for row in rows])
    return 1000 * (time.perf_counter() - begin)
with connection() as opened:
    opened.exec_driver_sql('SELECT 1')
answers, figures, process = [], {}, psutil.Process()
before = process.memory_info().rss
for name, (viewer, pks) in asked.items():
    viewer = None if viewer is None else Viewer(viewer)
    first, *later = [ms(pk, viewer) for pk in pks]
    figures[name] = {'first_ms': round(first, 1), 'later_ms': round(sorted(later)[len(later) // 2], 1)}
    figures[name]['slowest_ms'] = round(max(later), 1)
figures['memory_MB'] = round((process.memory_info().rss - before) / 1e6, 1)
print(json.dumps([figures, answers]))
"""


def embeddings(count: int) -> npt.NDArray[np.float32]:
    """Return so many embeddings, (count, 64): families of about 20 alike around a common mean."""
    random = np.random.default_rng(1)
    families = 1 + random.normal(size=(max(1, count // 20), 64)) * 0.83
    alike = families[random.integers(len(families), size=count)] + random.normal(size=(count, 64)) * 0.13
    return alike.astype(np.float32)


def rows(
    owner: int, vectors: npt.NDArray[np.float32], first: int, crystal: dict[str, Any]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of structures and their features, some at a time; keys from `first` on."""
    from nanoos_plugins.data.features import content_of
    from nanoos_plugins.graph.structures import STRUCTURE_TYPE
    from nanoos_plugins.ml.feature_settings import FeatureSettings
    from nanoos_plugins.storage.embeddings import FEATURES_TYPE

    settings = FeatureSettings()
    part = []
    for number, vector in enumerate(vectors):
        a = 2 + (first + number) * 1e-5
        attributes = {**crystal, 'cell': [[0, a, a], [a, 0, a], [a, a, 0]]}
        structure = _row(first + 2 * number, owner, STRUCTURE_TYPE, attributes)
        content = content_of(attributes)
        described = {'structure': str(structure['uuid']), 'content': content, 'problem': None}
        described |= {'pretrained': settings.pretrained, 'version': settings.version}
        described |= {'key': settings.key(content), 'pooled': [float(str(one)) for one in vector]}
        part += [structure, _row(first + 2 * number + 1, owner, FEATURES_TYPE, described)]
        if len(part) >= AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _row(pk: int, owner: int, kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    time = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=pk)
    row = {'id': pk, 'uuid': uuid.uuid4(), 'user_id': owner, 'node_type': kind, 'attributes': attributes}
    row |= {'label': '', 'description': '', 'ctime': time, 'mtime': time, 'extras': {}}
    return row | {'repository_metadata': {}}


def build() -> dict[str, tuple[int | None, list[int]]]:
    """Fill the database; return whom to ask for and about which structures (their keys), by name."""
    import sqlalchemy as sa
    from aiida import orm
    from aiida.manage import get_manager
    from ase.build import bulk

    from nanoos_plugins.graph.tables import connection, tables
    from nanoos_plugins.storage.owner import acting_as
    from nanoos_plugins.storage.shares import share
    from tests.benchmarks.graph.build import at_once

    large, small = (orm.User(email=f'{name}@localhost').store() for name in ('large', 'small'))
    owners = large.pk, small.pk
    crystal = orm.StructureData(ase=bulk('Ni')).base.attributes.all
    # No table is changed that another transaction has read.
    get_manager().get_profile_storage().get_session().commit()  # type: ignore[attr-defined]
    vectors = embeddings(STRUCTURES + SMALL)
    first, last = 1000, 1000 + 2 * STRUCTURES
    with connection() as opened, opened.begin(), at_once(opened):
        for owner, some, pk in zip(owners, (vectors[SMALL:], vectors[:SMALL]), (first, last), strict=True):
            for part in rows(owner, some, pk, crystal):
                opened.execute(sa.insert(tables().node), part)
        opened.exec_driver_sql("SELECT setval('db_dbnode_id_seq', (SELECT max(id) FROM db_dbnode))")
    with connection() as opened:
        opened.exec_driver_sql('ANALYZE')
        opened.commit()
    with acting_as(large):
        for pk in range(first, first + 2 * SHARED):
            share(orm.load_node(pk), small)
    step = STRUCTURES // (REPEATS + 1)
    all_over = [first + 2 * step * number for number in range(REPEATS + 1)]
    few = [last + 2 * number for number in range(REPEATS + 1)]
    return {'everything': (None, all_over), 'own': (owners[0], all_over), 'few': (owners[1], few)}


def measure(way: str, asked: dict[str, Any]) -> list[Any]:
    """Return figures and answers of one way, measured in a new process."""
    command = [sys.executable, '-c', MEASURE, way, json.dumps(asked)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Fill a database, measure both ways and report."""
    end_on_sigterm()
    from tests import postgres

    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder, postgres.running() as server:
        os.environ['NANOOS_HOME'] = folder
        server.create_profile(Path(folder))
        from nanoos_plugins.install.profile import load

        load()
        asked = build()
        figures, answers = {}, {}
        for way in ('process', 'database'):
            figures[way], answers[way] = measure(way, asked)
    same = answers['process'] == answers['database'] and all(answers['database'])
    table = [
        [way, who, *(str(one) for one in measured.values())]
        if isinstance(measured, dict)
        else [way, who, str(measured)]
        for way, found in figures.items()
        for who, measured in found.items()
    ]
    columns = ['who searches', 'for whom', 'first (ms), memory (MB)', 'later (ms)', 'slowest (ms)']
    report('similar', columns, table, figures, {'answers': 'the same'}, same)


if __name__ == '__main__':
    main()
