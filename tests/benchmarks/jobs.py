"""Throughput of localhost CalcJobs: the embedded profile beside AiiDA's own defaults.

Twenty `core.arithmetic.add` jobs are submitted at once to a daemon with two workers, first in a profile that
`verdi presto` made, then in one that `nanoos profile create embedded` made, in turn, `ROUNDS` times (3 by
default). The clock runs from the first submission to the end of the last job; the daemon is up and has run
one job before. Every sum is checked.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.report import end_on_sigterm, report

JOBS = 20
WORKERS = 2
LIMIT_S = 300

# Runs in a process of its own, so that each profile has its own AiiDA configuration.
MEASURE = """
import sys, time
from aiida import load_profile, orm
load_profile()
from aiida.engine import submit
from aiida.plugins import CalculationFactory
jobs, limit = int(sys.argv[1]), float(sys.argv[2])
code = orm.QueryBuilder().append(orm.InstalledCode, filters={'label': 'bench-add'}).first(flat=True)
if code is None:
    code = orm.InstalledCode(orm.load_computer('localhost'), '/bin/bash', label='bench-add',
                             default_calc_job_plugin='core.arithmetic.add').store()
Add = CalculationFactory('core.arithmetic.add')
options = {'resources': {'num_machines': 1, 'num_mpiprocs_per_machine': 1}}
seed = orm.QueryBuilder().append(orm.CalcJobNode).count()

def throughput(n):
    start = time.perf_counter()
    nodes = [submit(Add, code=code, x=orm.Int(seed + i), y=orm.Int(1000), metadata={'options': options})
             for i in range(n)]
    while not all(node.is_terminated for node in nodes):
        if time.perf_counter() - start > limit:
            sys.exit(f'{sum(node.is_terminated for node in nodes)} of {n} jobs ended within {limit} s')
        time.sleep(0.1)
    elapsed = time.perf_counter() - start
    for i, node in enumerate(nodes):
        if not node.is_finished_ok or node.outputs.sum.value != seed + i + 1000:
            sys.exit(f'job {node.pk} gave a wrong result')
    return 60 * n / elapsed

throughput(1)
seed += 1000
print(throughput(jobs))
"""


def run(command: list[str], environment: dict[str, str]) -> str:
    """Return what `command` prints; its errors go to ours."""
    process = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, timeout=2 * LIMIT_S, check=True
    )
    return process.stdout


def measure(environment: dict[str, str], verdi: str) -> float:
    """Return jobs per minute of the profile in `environment`, whose daemon runs meanwhile."""
    run([verdi, 'daemon', 'start', str(WORKERS)], environment)
    try:
        printed = run([sys.executable, '-c', MEASURE, str(JOBS), str(LIMIT_S)], environment)
        return float(printed.split()[-1])
    finally:
        run([verdi, 'daemon', 'stop'], environment)


def main() -> None:
    """Measure both profiles in turn and report the medians."""
    end_on_sigterm()
    rounds = int(os.environ.get('ROUNDS', '3'))
    scripts = Path(sys.executable).parent
    verdi, nanoos = str(scripts / 'verdi'), str(scripts / 'nanoos')
    with tempfile.TemporaryDirectory(prefix='nanoos-bench-') as folder:
        base = {key: value for key, value in os.environ.items() if not key.startswith('AIIDA')}
        base['PATH'] = f'{scripts}{os.pathsep}{base["PATH"]}'
        presto = {**base, 'AIIDA_PATH': str(Path(folder, 'presto'))}
        Path(folder, 'presto').mkdir()
        run([verdi, 'presto', '--use-zeromq'], presto)
        embedded = {**base, 'NANOOS_HOME': str(Path(folder, 'nanoos'))}
        run([nanoos, 'profile', 'create', 'embedded'], embedded)
        embedded |= json.loads(run([nanoos, 'env', '--json'], embedded))
        rates: dict[str, list[float]] = {'verdi presto': [], 'nanoos embedded': []}
        for number in range(rounds):
            rates['verdi presto'].append(measure(presto, verdi))
            rates['nanoos embedded'].append(measure(embedded, verdi))
            print(
                f'round {number + 1} of {rounds}:', {k: round(v[-1], 1) for k, v in rates.items()}, flush=True
            )
    rate = statistics.median(rates['nanoos embedded'])
    ratio = rate / statistics.median(rates['verdi presto'])
    report(
        'jobs',
        ['profile', 'jobs per minute, each round'],
        [[name, ', '.join(f'{value:.1f}' for value in values)] for name, values in rates.items()],
        {'jobs_per_min': round(rate, 1), 'ratio_to_presto': round(ratio, 2)},
        {'jobs_per_min': '>= 60', 'ratio_to_presto': '>= 2'},
        rate >= 60 and ratio >= 2,
    )


if __name__ == '__main__':
    main()
