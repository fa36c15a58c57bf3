"""What a running calculation has written is found by its job, bounded, and for who sees it alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from aiida import orm
from aiida.engine import ProcessState

from nanoos_plugins.graph.live import HEAD, MOST_POINTS, TAIL, newest_output
from nanoos_plugins.install.profile import COMPUTER
from nanoos_plugins.storage.shares import Viewer

Running = Callable[[Path], tuple[int, orm.CalcJobNode]]
HEADER = '   Step          Temp          TotEng\n'


@pytest.fixture
def running(process_node: Callable[..., orm.ProcessNode]) -> Running:
    """Return the factory of jobs whose only calculation runs LAMMPS in a folder of this machine."""

    def make(folder: Path) -> tuple[int, orm.CalcJobNode]:
        job = process_node(orm.WorkChainNode, 'Md', state=ProcessState.RUNNING, exit_status=None)
        calculation = orm.CalcJobNode(
            computer=orm.load_computer(COMPUTER), process_type='aiida.calculations:lammps.base'
        )
        calculation.set_process_label('LammpsBaseCalculation')
        calculation.set_process_state(ProcessState.WAITING)
        calculation.set_remote_workdir(str(folder))
        from aiida.common import LinkType

        calculation.base.links.add_incoming(job, LinkType.CALL_CALC, 'run')
        calculation.store()
        return job.pk or 0, calculation

    return make


def test_nothing_is_told_before_the_first_line(running: Running, tmp_path: Path) -> None:
    job, calculation = running(tmp_path)
    output = newest_output(job, None)
    assert output is not None
    assert (output.uuid, output.size, output.curves()) == (calculation.uuid, 0, [])


def test_a_long_output_is_read_in_part_and_told_in_few_points(running: Running, tmp_path: Path) -> None:
    lines = [
        f'{step:10d}   300.0         -1.0          {"#" if step % 9 == 8 else ""}\n' for step in range(40_000)
    ]
    (tmp_path / 'log.lammps').write_text(HEADER + ''.join(lines))
    assert (tmp_path / 'log.lammps').stat().st_size > HEAD + TAIL
    job, _ = running(tmp_path)
    output = newest_output(job, None)
    assert output is not None
    temperature = output.curves()[0]
    assert MOST_POINTS / 2 < len(temperature.x) <= MOST_POINTS
    assert temperature.x == sorted(temperature.x)
    assert temperature.x[-1] == 39_999
    assert set(temperature.y) == {300.0}


def test_others_see_nothing(running: Running, tmp_path: Path) -> None:
    job, _ = running(tmp_path)
    stranger = orm.User(email='live-stranger@nanoos.test').store()
    assert newest_output(job, Viewer(stranger.pk or 0)) is None
