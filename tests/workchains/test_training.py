"""A training that is killed, or whose time is up, ends as one that nothing disturbed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.common.exceptions import NotExistent
from aiida.engine import CalcJob
from aiida.engine.utils import instantiate_process
from aiida.manage import get_manager
from pymatgen.core import Lattice, Structure

from nanoos_plugins.calculations.train import TrainCalculation
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.graph.live import newest_output
from nanoos_plugins.install.daemon import _client, ensure_daemon
from nanoos_plugins.launch import run, submit
from tests.killed import kill_family
from workchains.training import TrainingWorkChain

NETWORK = {'width': 16, 'layers': 2, 'batch_size': 8, 'patience': 100}


@pytest.fixture(scope='module')
def cubic(profile: object) -> Dataset:
    """Return simple cubic crystals with their volume."""
    constants = np.linspace(2.5, 4.5, 48)
    given = [Structure(Lattice.cubic(a), ['Cu'], [[0, 0, 0]]) for a in constants]
    return Dataset('cubic', 'volume', 'Å³', given, [one.volume for one in given]).store()


@pytest.fixture(scope='module')
def asked(cubic: Dataset, engine_code: Callable[[str], orm.AbstractCode]) -> Callable[..., dict[str, Any]]:
    """Return the inputs of a training of a network of so many epochs."""
    code = engine_code('mlip')

    def make(epochs: int, **more: Any) -> dict[str, Any]:
        settings = {'model': 'cgcnn', 'calibration': 0.4, 'parameters': {**NETWORK, 'epochs': epochs}}
        return {'code': code, 'dataset': cubic, 'name': 'volumes', 'parameters': orm.Dict(settings), **more}

    return make


def running(chain: orm.ProcessNode, number: int, lines: int, seconds: float = 120) -> orm.CalcJobNode:
    """Return the job of that number of a chain as soon as it has told so many lines."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        jobs = sorted(chain.called, key=lambda one: one.pk)
        assert not chain.is_terminated, chain.exit_message
        if len(jobs) > number and (folder := jobs[number].get_remote_workdir()):
            path = Path(folder) / 'live.csv'
            if path.exists() and len(path.read_text().splitlines()) > lines:
                return jobs[number]
        time.sleep(0.02)
    raise AssertionError(f'job {number} of {chain} told no {lines} lines in {seconds} s')


def test_killed_at_half_time_it_is_the_model_of_an_undisturbed_run(
    asked: Callable[..., dict[str, Any]], finish: Callable[..., None]
) -> None:
    """First the job, in its second fit, then in the next job the daemon with its workers and broker."""
    epochs = 150
    chain = submit('nanoos.training', asked(epochs))
    killed = running(chain, 0, epochs + epochs // 3)
    output = newest_output(chain.pk or 0, None)
    assert output is not None
    names = [curve.name for curve in output.curves()]
    kill_family(int(killed.get_job_id()))
    after = running(chain, 1, epochs + epochs // 2)
    kill_family(_client().get_daemon_pid())
    ensure_daemon(2)
    undisturbed = run('nanoos.train', asked(epochs))
    finish(chain, 120)
    assert chain.is_finished_ok, chain.exit_message
    assert names == ['loss', 'loss of rows held out']
    assert [job.pk for job in chain.called] == [killed.pk, after.pk]
    assert killed.exit_status == TrainCalculation.exit_codes.ERROR_INTERRUPTED.status
    assert after.inputs.states.uuid == killed.outputs.states.uuid
    resumed = chain.outputs.summary['resumed_epochs']
    assert epochs + epochs // 3 <= resumed < 2 * epochs
    assert f'ended after {resumed} epochs' in killed.exit_message
    # the same to the last bit, not only within the noise of other seeds
    assert chain.outputs.model.metrics == undisturbed.outputs.model.metrics
    for name in undisturbed.outputs.arrays.get_arraynames():
        one, other = (node.outputs.arrays.get_array(name) for node in (chain, undisturbed))
        assert (one == other).all(), name
    assert len(chain.outputs.arrays.get_array('curve_held_out_loss')) == epochs


def test_when_its_time_is_up_its_states_are_kept(asked: Callable[..., dict[str, Any]]) -> None:
    short = {'max_wallclock_seconds': 1}
    ended = run('nanoos.training', asked(3, options=short, max_iterations=orm.Int(1)))
    assert ended.exit_status == TrainingWorkChain.exit_codes.ERROR_MAXIMUM_ITERATIONS_EXCEEDED.status
    assert 'ended after 1 epochs, before it was done' in ended.exit_message
    (job,) = ended.called
    assert 'the next may not end in time' in job.exit_message
    assert ended.outputs.states.uuid == job.outputs.states.uuid
    # a later one begins with them
    runner = get_manager().create_runner(communicator=None)
    later = instantiate_process(runner, TrainingWorkChain, **asked(3, states=ended.outputs.states))
    later.setup()
    assert later.ctx.inputs['states'].uuid == job.outputs.states.uuid


def test_what_cannot_be_trained_is_not_repeated(asked: Callable[..., dict[str, Any]]) -> None:
    node = run('nanoos.training', {**asked(1), 'parameters': orm.Dict({'model': 'oracle'})})
    assert node.exit_status == TrainingWorkChain.exit_codes.ERROR_UNHANDLED_FAILURE.status
    assert "there is no model 'oracle'" in node.exit_message
    assert len(node.called) == 1


def test_a_missing_code_is_named_with_its_remedy(
    asked: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(engine: Any, owner: Any) -> None:
        raise NotExistent('engine mlip has no code')

    monkeypatch.setattr('workchains.training.default_code', none)
    inputs = asked(1)
    del inputs['code']
    node = run('nanoos.training', inputs)
    assert node.exit_status == TrainingWorkChain.exit_codes.ERROR_NO_CODE.status
    assert 'nanoos engines install mlip' in node.exit_message


def ended(status: int, **states: bytes) -> orm.CalcJobNode:
    """Return a stored job that ended with a status and left these states."""
    from aiida.common import LinkType

    job = orm.CalcJobNode()
    job.set_process_state('finished')
    job.set_exit_status(status)
    job.set_exit_message('ended')
    job.store()
    if states:
        folder = orm.FolderData()
        for name, value in states.items():
            folder.base.repository.put_object_from_bytes(value, name)
        folder.base.links.add_incoming(job, LinkType.CREATE, 'states')
        folder.store()
    return job


def test_a_job_that_came_no_farther_is_repeated_once(asked: Callable[..., dict[str, Any]]) -> None:
    """The handlers alone: no scheduler here loses jobs."""
    runner = get_manager().create_runner(communicator=None)
    process = instantiate_process(runner, TrainingWorkChain, **asked(1))
    process.setup()
    interrupted = TrainCalculation.exit_codes.ERROR_INTERRUPTED.status
    one = ended(interrupted, fit=b'epoch 3')
    assert process.go_on(one).exit_code.status == 0
    assert process.ctx.inputs['states'].uuid == one.outputs.states.uuid
    # the same again is no progress
    same = ended(interrupted, fit=b'epoch 3')
    assert process.go_on(same) is None
    assert process.repeat_lost_job(same).exit_code.status == 0
    assert process.repeat_lost_job(ended(CalcJob.exit_codes.ERROR_SCHEDULER_NODE_FAILURE.status)) is None
    # farther, it may be lost once more
    assert process.go_on(ended(interrupted, fit=b'epoch 4')).exit_code.status == 0
    assert process.repeat_lost_job(ended(TrainCalculation.exit_codes.ERROR_NO_RESULTS.status)) is not None
    assert process.repeat_lost_job(ended(TrainCalculation.exit_codes.ERROR_REFUSED.status)) is None
