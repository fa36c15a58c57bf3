"""The demo goes on where it was killed, makes nothing twice, and says what it found.

Run as users run it: processes of their own in a home of their own, with the steps of the mock engine only
(`--engine mock`), which need nothing installed.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nanoos_plugins.demo.report import A0, B0, ELASTIC, Summary, summary_table
from nanoos_plugins.demo.steps import ENGINES, STEPS, steps_of

NANOOS = Path(sys.executable).parent / 'nanoos'
#: Prints the steps' processes with the group, what they made, and how often each structure was imported.
LOOK = """
import json
from nanoos_plugins.install.profile import load
load()
from aiida import orm
ours = {'label': {'like': '%(nanoos demo %'}}
what = ['label', 'attributes.exit_status']
steps = orm.QueryBuilder().append(orm.WorkChainNode, filters=ours, project=what)
made = orm.QueryBuilder().append(orm.CalcFunctionNode, filters=ours, tag='maker', project='label')
made.append(orm.StructureData, with_incoming='maker')
group = orm.QueryBuilder().append(orm.Group, filters={'label': 'nanoos/demo'}, tag='group')
group.append(orm.Node, with_group='group', project='extras.nanoos_demo_step')
print(json.dumps({'steps': steps.all(), 'made': made.all(flat=True), 'group': group.all(flat=True)}))
"""
#: Somebody imported the same file before: the demo's import could come from the cache.
IMPORTED_BEFORE = """
from nanoos_plugins.install.profile import create_embedded
create_embedded()
from aiida import orm
from nanoos_plugins.demo.structures import CIF
from nanoos_plugins.launch import run
run('nanoos.import_structure', {'file': orm.SinglefileData(CIF)})
"""


@pytest.fixture(scope='module')
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the environment of an empty home; its daemon is stopped at the end."""
    home = tmp_path_factory.mktemp('demo')
    variables = {**os.environ, 'NANOOS_HOME': str(home / 'nanoos'), 'HOME': str(home), 'OMP_NUM_THREADS': '1'}
    variables.pop('AIIDA_PATH', None)
    yield variables
    python(variables, 'from nanoos_plugins.install.daemon import stop_daemon; stop_daemon()')


def python(environment: dict[str, str], program: str) -> str:
    """Return what a Python program prints in that environment."""
    command = [sys.executable, '-W', 'ignore', '-c', program]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def start(environment: dict[str, str], output: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the demo in the background, its standard error in `log`, its standard output beside it."""
    command = [str(NANOOS), 'demo', '--engine', 'mock', '--output', str(output), '--json']
    with log.open('wb') as stderr, log.with_suffix('.json').open('wb') as stdout:
        return subprocess.Popen(command, env=environment, stdout=stdout, stderr=stderr)


def killed_when(demo: subprocess.Popen[bytes], log: Path, words: str) -> None:
    """Kill the demo with SIGKILL as soon as its log has `words`."""
    end = time.monotonic() + 300
    while words not in log.read_text():
        assert demo.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
    demo.send_signal(signal.SIGKILL)
    demo.wait()


@pytest.fixture(scope='module')
def story(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Kill the demo while its first step runs and again, with its daemon, in the second; then let it end."""
    folder = tmp_path_factory.mktemp('story')
    output, log = folder / 'demo-output', folder / 'log'
    python(environment, IMPORTED_BEFORE)
    killed_when(start(environment, output, log), log, 'mock: relax cell: ')
    killed_when(start(environment, output, log), log, 'mock: equation of state: ')
    python(environment, 'from nanoos_plugins.install.daemon import stop_daemon; stop_daemon()')
    third = start(environment, output, log)
    assert third.wait(timeout=600) == 0, log.read_text()
    stdout = log.with_suffix('.json').read_text()
    begin = time.monotonic()
    again = subprocess.run(
        [str(NANOOS), 'demo', '--engine', 'mock', '--output', str(output), '--json'],
        env=environment,
        check=True,
        capture_output=True,
    )
    return {
        'document': json.loads(stdout),
        'again': json.loads(again.stdout),
        'seconds': time.monotonic() - begin,
        'output': output,
        'graph': json.loads(python(environment, LOOK)),
    }


def test_no_step_ran_twice(story: dict[str, Any]) -> None:
    labels = [label for label, _ in story['graph']['steps']]
    assert len(labels) == len(set(labels)) == len(steps_of(['mock']))
    assert all(status == 0 for _, status in story['graph']['steps'])


def test_the_structure_was_imported_once(story: dict[str, Any]) -> None:
    assert len(story['graph']['made']) == len(set(story['graph']['made'])) == 2


def test_every_step_is_in_the_group_under_its_key(story: dict[str, Any]) -> None:
    keys = [step.key for step in steps_of(['mock'])]
    assert sorted(story['graph']['group']) == sorted([*keys, 'import', 'primitive'])


def test_the_document_has_engine_and_experiment_side_by_side(story: dict[str, Any]) -> None:
    document = story['document']
    assert set(document) == {'a0_A', 'B0_GPa', 'C_GPa', 'nodes', 'owner'}
    assert document['a0_A']['mock'] == pytest.approx(3.615, abs=0.02)
    assert document['a0_A']['experiment'] == A0
    assert set(document['C_GPa']['mock']) == set(document['C_GPa']['experiment']) == set(ELASTIC)
    # Two independent ways to the bulk modulus of a cubic crystal.
    constants = document['C_GPa']['mock']
    from_strains = (constants['C11'] + 2 * constants['C12']) / 3
    assert document['B0_GPa']['mock'] == pytest.approx(from_strains, rel=0.05)
    assert document['nodes'] > 50
    assert '@' in document['owner']


def test_a_second_run_gives_the_same_at_once(story: dict[str, Any]) -> None:
    assert story['again'] == story['document']


def test_graph_and_archive_are_written(story: dict[str, Any]) -> None:
    root = ET.parse(story['output'] / 'provenance.svg').getroot()
    texts = [element.text or '' for element in root.iter('{http://www.w3.org/2000/svg}text')]
    assert {'EosWorkChain', 'ElasticWorkChain', 'RelaxWorkChain', 'import_structure'} <= set(texts)
    from aiida import orm
    from aiida.tools.archive.implementations.sqlite_zip.main import ArchiveFormatSqlZip

    with ArchiveFormatSqlZip().open(story['output'] / 'copper.aiida', mode='r') as archive:
        labels = archive.querybuilder().append(orm.WorkChainNode, project='label').all(flat=True)
    assert sum('(nanoos demo mock-' in label for label in labels) == 3


def test_steps_come_after_what_they_need() -> None:
    for position, step in enumerate(STEPS):
        assert step.after is None or step.after in [before.key for before in STEPS[:position]]
        assert step.key == f'{step.engine}-{step.workflow}'
    assert len({step.key for step in STEPS}) == len(STEPS)
    assert not any(step.engine == 'mock' for step in steps_of(ENGINES))


def test_an_engine_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="no steps for engine 'kmc'; it uses qe, lammps, mlip, mock"):
        steps_of(['kmc'])


def test_bulk_modulus_of_experiment_follows_from_its_constants() -> None:
    assert pytest.approx((168.4 + 2 * 121.4) / 3) == B0


def test_table_leaves_empty_what_an_engine_did_not_compute() -> None:
    from rich.console import Console

    summary = Summary(
        engines=('qe', 'lammps'),
        a0={'qe': 3.63, 'lammps': 3.615},
        b0={'qe': 141.0, 'lammps': 138.4},
        elastic={'lammps': {'C11': 169.9, 'C12': 122.6, 'C44': 76.2}},
        temperature={'T_K': 299.6, 'T_err_K': 0.8},
        nodes=12,
        owner='a@b',
    )
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(summary_table(summary))
    text = console.export_text()
    row = next(line for line in text.splitlines() if 'C11' in line and '│' in line)
    assert [cell.strip() for cell in row.split('│')[1:-1]] == ['C11', 'GPa', '', '169.9', '168.4']
    assert 'T = 299.6 ± 0.8 K' in text
