"""The questions in AiiDA's own way, each in a process that is ended after 30 s.

`python -m tests.benchmarks.graph.peers QUESTION FACTS` prints the median time [ms] and how much was found. No
entity is loaded but where a question asks for whole nodes; what a tenant may see is asked by `with_user`
only where the number of hits depends on it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.graph.build import Facts

LIMIT_S = 30
#: A question is repeated so often, or as long as this [s].
REPEAT, REPEAT_S = 20, 6
COLUMNS = ['uuid', 'node_type', 'process_type', 'label', 'ctime', 'mtime']


def newest(facts: Facts, offset: int = 0) -> Any:
    """Return the query of the newest 50 nodes."""
    from aiida import orm

    query = orm.QueryBuilder(limit=50, offset=offset).append(orm.Node, tag='node', project=COLUMNS)
    query.append(orm.User, with_node='node', project=['email'])
    return query.order_by({'node': [{'ctime': 'desc'}, {'id': 'desc'}]})


def one(facts: Facts) -> Any:
    """Return the query of a node by its UUID."""
    from aiida import orm

    project = [*COLUMNS, 'description', 'attributes', 'extras']
    query = orm.QueryBuilder()
    query.append(orm.Node, filters={'uuid': facts.around['uuid']}, tag='node', project=project)
    return query.append(orm.User, with_node='node', project=['email'])


def energy(facts: Facts, names_user: bool = True) -> Any:
    """Return the query of the asker's 156 results with the lowest energies."""
    from aiida import orm

    filters = {'attributes.energy': {'<': facts.energy_below}}
    project = ['uuid', 'attributes.energy']
    query = orm.QueryBuilder().append(orm.Dict, filters=filters, tag='result', project=project)
    if names_user:
        query.append(orm.User, with_node='result', filters={'email': facts.asker['email']})
    return query


def three(facts: Facts) -> Any:
    """Return the query of structures, the jobs that used them, and these jobs' results, the newest 50."""
    from aiida import orm

    query = orm.QueryBuilder(limit=50).append(orm.StructureData, tag='structure', project=['uuid', 'ctime'])
    query.append(orm.CalcJobNode, with_incoming='structure', tag='job', project=['uuid', 'process_type'])
    query.append(orm.Dict, with_incoming='job', tag='result', project=['uuid', 'attributes.energy'])
    return query.order_by({'structure': {'ctime': 'desc'}})


def whole(facts: Facts) -> Any:
    """Return the query of 1000 nodes with their attributes."""
    from aiida import orm

    query = orm.QueryBuilder(limit=1000).append(orm.Dict, tag='node', project=['uuid', 'attributes'])
    return query.order_by({'node': [{'ctime': 'desc'}, {'id': 'desc'}]})


def _rows(query: Callable[..., Any], *options: Any) -> Callable[[Facts], int]:
    return lambda facts: len(query(facts, *options).all())


def _around(facts: Facts) -> int:
    from aiida.common.links import LinkType
    from aiida.tools.graph.graph_traversers import traverse_graph

    links = list(LinkType)
    pk = facts.around['pk']
    found = traverse_graph([pk], 2, get_links=True, links_forward=links, links_backward=links)
    return len(found['nodes'])


def _ancestors(facts: Facts) -> int:
    from aiida import orm

    query = orm.QueryBuilder().append(orm.Node, filters={'id': facts.diamonds['pk']}, tag='bottom')
    return len(query.append(orm.Node, with_descendants='bottom', project=['id']).all())


def _hub(facts: Facts) -> int:
    from aiida import orm

    query = orm.QueryBuilder(limit=200).append(orm.Node, filters={'id': facts.hub['pk']}, tag='hub')
    return len(query.append(orm.Node, with_ancestors='hub', project=['id']).all())


def _entities(facts: Facts) -> int:
    from aiida import orm

    query = orm.QueryBuilder(limit=1000).append(orm.Dict, tag='node', project='*')
    query.order_by({'node': [{'ctime': 'desc'}]})
    return sum(1 for (node,) in query.iterall() if node.base.attributes.all is not None)


QUESTIONS: dict[str, Callable[[Facts], int]] = {
    'newest 50': _rows(newest),
    'page at 90 % depth': lambda facts: len(newest(facts, int(0.9 * facts.nodes)).all()),
    'node by uuid': _rows(one),
    'energy below x': _rows(energy),
    'three-way join': _rows(three),
    'neighbourhood of 331': _around,
    'stacked diamonds': _ancestors,
    'hub, first page': _hub,
    '1000 with attributes': _entities,
}


def measure(question: str, facts: Path) -> dict[str, Any]:
    """Return `ms` and `found` in AiiDA's own way; `ms` is None, and `why` is told, when it takes too long."""
    command = [sys.executable, '-m', 'tests.benchmarks.graph.peers', question, str(facts)]
    # Importing AiiDA and loading the profile is not measured.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        out, errors = process.communicate(timeout=LIMIT_S + REPEAT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {'ms': None, 'why': f'> {LIMIT_S} s'}
    if process.returncode:
        return {'ms': None, 'why': errors.strip().rpartition('\n')[2][:200]}
    found: dict[str, Any] = json.loads(out)
    return found


def main() -> None:
    """Answer one question again and again, and print the median time."""
    from nanoos_plugins.install.profile import load

    load()
    facts = Facts.read(Path(sys.argv[2]))
    ask, times, found = QUESTIONS[sys.argv[1]], list[float](), 0
    print('ready', flush=True)
    end = time.perf_counter() + REPEAT_S
    while not times or (len(times) < REPEAT and time.perf_counter() < end):
        begin = time.perf_counter()
        found = ask(facts)
        times.append(1000 * (time.perf_counter() - begin))
    print(json.dumps({'ms': statistics.median(times), 'found': found}))


if __name__ == '__main__':
    main()
