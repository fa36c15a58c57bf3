"""The hot questions of a large graph: our API over HTTP beside AiiDA's own way and the bare SQL, in one run.

`python -m tests.benchmarks.graph --nodes 1000000 --backend sqlite --json`, or `make bench-graph NODES=1000000
BACKEND=psql`. The graph is built anew, or kept in a folder and used again (`--keep`).

Ours is the API in a process of its own, authenticated, 50 tenants, each seeing only what is theirs or shared:
the latency is that of one client, the throughput that of 16. The load comes from a process of its own as
well; what an empty FastAPI route answers to it is among the figures.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.report import end_on_sigterm, report

#: p95 [ms] of one client, and requests a second of one process, by question.
TARGETS: dict[str, tuple[float, float | None]] = {
    'newest 50': (10, 800),
    'newest 50, 50 old nodes': (10, 800),
    'page at 90 % depth': (10, 800),
    'node by uuid': (10, 900),
    'energy below x': (10, None),
    'three-way join': (15, 300),
    'neighbourhood of 331': (15, None),
    'hub, first page': (100, None),
}


@dataclass(frozen=True)
class Options:
    """What is asked for; `keep`: where the database stays, None: nowhere."""

    nodes: int
    backend: str
    keep: Path | None
    seconds: float
    json: bool


def parse() -> Options:
    """Return what the command line says, else the environment."""
    parser = argparse.ArgumentParser(prog='python -m tests.benchmarks.graph')
    parser.add_argument('--nodes', type=int, default=int(os.environ.get('NODES', '100000')))
    parser.add_argument('--backend', choices=('sqlite', 'psql'), default=os.environ.get('BACKEND', 'sqlite'))
    keep = os.environ.get('KEEP')
    parser.add_argument('--keep', type=Path, default=Path(keep) if keep else None)
    parser.add_argument('--seconds', type=float, default=5.0, help='of each measurement of ours')
    parser.add_argument('--json', action='store_true', help='print nothing but the line of JSON')
    return Options(**vars(parser.parse_args()))


def main() -> None:
    """Build or open the graph, measure every question, and report."""
    end_on_sigterm()
    options = parse()
    with ExitStack() as stack:
        home = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix='nanoos-bench-')))
        os.environ |= {'NANOOS_HOME': str(home), 'NANOOS_API_REQUESTS_PER_MINUTE': str(10**9)}
        _open(options, home, stack)
        figures = _measure(options, home)
    rows = [_row(name, one) for name, one in figures.items()]
    columns = ['question', 'ours p95 [ms]', 'requests/s', 'AiiDA [ms]', 'floor [ms]']
    targets = {name: _target(*wanted) for name, wanted in TARGETS.items()}
    holds = all(_holds(figures[name], *wanted) for name, wanted in TARGETS.items())
    report('graph', columns, rows, figures, targets, holds, quiet=options.json)


def _open(options: Options, home: Path, stack: ExitStack) -> None:
    """Load the profile of the graph, built when it is not there."""
    from nanoos_plugins.install.home import use_home
    from nanoos_plugins.install.profile import create_embedded, load
    from tests import postgres

    facts = home / 'facts.json'
    if options.backend == 'psql':
        server = stack.enter_context(postgres.running(shared_buffers='1GB', work_mem='32MB'))
        server.create_profile(home)
    use_home()
    if options.backend == 'sqlite' and not facts.exists():
        create_embedded(email='bench@localhost')
    load()
    if options.backend == 'psql' or not facts.exists():
        _build(options, facts)


def _build(options: Options, path: Path) -> None:
    from nanoos_plugins.graph.tables import connection
    from tests.benchmarks.graph.build import build

    print(f'building {options.nodes} nodes', file=sys.stderr, flush=True)
    build(options.nodes).write(path)
    with connection() as opened:
        opened.exec_driver_sql('ANALYZE')
        opened.commit()


def _measure(options: Options, home: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of each question."""
    from tests.benchmarks.graph import floors, ours, peers, rest
    from tests.benchmarks.graph.build import Facts
    from tests.benchmarks.graph.server import EMPTY, Server, get

    facts = Facts.read(home / 'facts.json')
    figures: dict[str, dict[str, Any]] = {}
    empty = Server([sys.executable, '-c', EMPTY])
    try:
        figures['empty route'] = empty.measure([get('/empty')], options.seconds).figures()
    finally:
        empty.stop()
    server = Server([sys.executable, '-m', 'api'])
    try:
        for name, question in ours.questions(facts).items():
            wrong = ours.check(f'http://127.0.0.1:{server.port}', question)
            figures[name] = (
                {'wrong': wrong} if wrong else server.measure(question.requests, options.seconds).figures()
            )
            _tell(name, figures[name])
    finally:
        server.stop()
    for name in floors.SQL:
        figures[name]['floor_ms'] = round(floors.measure(name, facts), 2)
    for name in peers.QUESTIONS:
        answer = peers.measure(name, home / 'facts.json')
        figures[name]['aiida_ms'] = answer['ms'] and round(answer['ms'], 1)
        if answer['ms'] is None:
            figures[name]['aiida_why'] = answer['why']
        _tell(name, figures[name])
    built_in = rest.measure(home, home / 'rest', facts)
    for name in ('newest 50', 'node by uuid'):
        figures[name]['restapi_ms'] = round(built_in[name], 1) if built_in else None
    figures['machine'] = {'load': os.getloadavg()[0], 'cores': os.cpu_count()}
    return figures


def _tell(name: str, figures: dict[str, Any]) -> None:
    print(f'{name}: {figures}', file=sys.stderr, flush=True)


def _row(name: str, figures: dict[str, Any]) -> list[str]:
    shown = [figures.get(key) for key in ('ours_ms_p95', 'req_per_s', 'aiida_ms', 'floor_ms')]
    if 'aiida_why' in figures:
        shown[2] = figures['aiida_why']
    return [name, *('' if one is None else str(one) for one in shown)]


def _target(p95: float, rate: float | None) -> str:
    return f'<= {p95:g} ms p95' + ('' if rate is None else f', >= {rate:g}/s')


def _holds(figures: dict[str, Any], p95: float, rate: float | None) -> bool:
    """Return whether a question is answered, rightly, as fast as it should be."""
    if figures.get('wrong') or 'ours_ms_p95' not in figures:
        return False
    return bool(figures['ours_ms_p95'] <= p95 and (rate is None or figures['req_per_s'] >= rate))


if __name__ == '__main__':
    main()
