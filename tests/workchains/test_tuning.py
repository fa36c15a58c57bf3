"""A search trains each trial as a process, chooses without the test, and gives the best model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.engine import ExitCode, WorkChain
from pymatgen.core import Lattice, Structure

from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.launch import run
from workchains.training import define_training
from workchains.tuning import TuningWorkChain

#: Of the scripted training: the rounds that fail, and whether the training of the best does.
FAILING: set[int] = set()
BEST_FAILS: list[bool] = [False]


@pytest.fixture(scope='module')
def salts(profile: object) -> Dataset:
    """Return rock salts with their volume an atom."""
    primitive = np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    given = [
        Structure(Lattice(a * primitive), [metal, 'O'], [[0, 0, 0], [0.5] * 3])
        for metal in ('Mg', 'Ca', 'Mn', 'Ni')
        for a in np.linspace(4.0, 5.2, 12)
    ]
    return Dataset('salts', 'volume', 'Å³', given, [one.volume / 2 for one in given]).store()


@pytest.fixture(scope='module')
def search(salts: Dataset, engine_code: Callable[[str], orm.AbstractCode]) -> orm.ProcessNode:
    """Return a finished search: two kinds, of which the median knows nothing."""
    return run(
        'nanoos.tuning',
        {
            'code': engine_code('mlip'),
            'dataset': salts,
            'name': 'best',
            'parameters': orm.Dict({'test': 0.25, 'calibration': 0.4}),
            'space': {'dummy': {}, 'ridge': {'blocks': [['mean']]}},
            'trials': 9,
            'at_once': 3,
        },
    )


def test_the_best_of_a_small_space_is_found(search: orm.ProcessNode) -> None:
    assert search.is_finished_ok, search.exit_message
    told = search.outputs.trials.get_dict()
    # two there are, though nine might have been tried
    assert sorted(one['model'] for one in told['trials']) == ['dummy', 'ridge']
    assert next(one for one in told['trials'] if one['label'] == told['best'])['model'] == 'ridge'
    assert search.outputs.model.base.attributes.get('kind') == 'ridge'
    calls = {
        link.link_label: link.node
        for link in search.base.links.get_outgoing().all()
        if 'trial_' in link.link_label
    }
    assert sorted(calls) == ['trial_001', 'trial_002']
    for one, node in zip(told['trials'], (calls['trial_001'], calls['trial_002']), strict=True):
        assert one['mae'] == node.outputs.summary['quantities']['mae']['value']
        assert [job.process_label for job in node.called] == ['TrainCalculation']


def test_the_test_has_no_part_in_it(search: orm.ProcessNode) -> None:
    trial = next(one for one in search.called if one.process_label == 'TrainingWorkChain')
    measured = set(trial.outputs.arrays.get_array('test_rows'))
    test = set(search.outputs.arrays.get_array('test_rows'))
    assert not measured & test
    assert (len(measured), len(test)) == (8, 12)
    assert trial.outputs.summary['learnt'] == 48 - 12 - 8
    assert search.outputs.summary['learnt'] == 48 - 12


def test_from_the_model_to_the_trials(search: orm.ProcessNode) -> None:
    query = orm.QueryBuilder().append(orm.Data, filters={'id': search.outputs.model.pk}, tag='model')
    query.append(orm.CalcJobNode, with_descendants='model', project='id')
    assert query.distinct().count() == 3


class Scripted(WorkChain):
    """A training whose error is told by its parameters, and which may fail."""

    @classmethod
    def define(cls, spec: Any) -> None:
        super().define(spec)
        define_training(spec)
        spec.output('summary', valid_type=orm.Dict)
        spec.outline(cls.act)

    def act(self) -> ExitCode | None:
        settings = self.inputs.parameters.get_dict()
        rounds = settings['parameters']['rounds']
        if rounds in FAILING or (not settings['validation'] and BEST_FAILS[0]):
            return ExitCode(499, 'the script says so')
        self.out('summary', orm.Dict({'quantities': {'mae': {'value': abs(rounds - 3.5)}}}).store())
        return None


@pytest.fixture
def scripted(salts: Dataset, monkeypatch: pytest.MonkeyPatch) -> Callable[..., orm.ProcessNode]:
    """Return the function that searches with scripted trainings of which some fail."""
    monkeypatch.setattr('workchains.tuning.TrainingWorkChain', Scripted)

    def search(failing: set[int], best_fails: bool, **more: Any) -> orm.ProcessNode:
        FAILING.clear()
        FAILING.update(failing)
        BEST_FAILS[0] = best_fails
        space = {'student': {'rounds': {'low': 1, 'high': 6}}}
        inputs = {
            'dataset': salts,
            'name': 'scripted',
            'parameters': orm.Dict({}),
            'space': space,
            'trials': 6,
        }
        return run('nanoos.tuning', {**inputs, **more})

    return search


def test_failed_trials_are_data(scripted: Callable[..., orm.ProcessNode]) -> None:
    """The scripted training of the best fails, and so the search, but only then."""
    node = scripted({3, 6}, best_fails=True)
    assert node.exit_status == TuningWorkChain.exit_codes.ERROR_TRAINING_FAILED.status
    assert 'the training of the best' in node.exit_message
    told = node.outputs.trials.get_dict()
    errors = {one['parameters']['rounds']: one['mae'] for one in told['trials']}
    assert errors == {1: 2.5, 2: 1.5, 3: None, 4: 0.5, 5: 1.5, 6: None}
    assert next(one for one in told['trials'] if one['label'] == told['best'])['parameters'] == {'rounds': 4}


def test_too_many_failed_trials_end_it(scripted: Callable[..., orm.ProcessNode]) -> None:
    node = scripted({1, 2, 3, 4, 5, 6}, best_fails=False, most_failed=1)
    assert node.exit_status == TuningWorkChain.exit_codes.ERROR_TRAINING_FAILED.status
    assert node.exit_message.startswith('2 trials failed, the last one')
    assert node.exit_message.endswith('the script says so')
    assert len(node.called) == 2
    node = scripted({1, 2, 3, 4, 5, 6}, best_fails=False, trials=2)
    assert node.exit_message.startswith('all trials failed')


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        ({'space': {'gp': {'subset': {'low': 3, 'high': 2}}}}, 'expected low below high'),
        ({'trials': 0}, 'trials must be 1 to 999, got 0'),
        ({'seed': -1}, 'seed must be 0 to'),
    ],
)
def test_bad_inputs_are_refused_at_submission(salts: Dataset, given: dict[str, Any], said: str) -> None:
    inputs = {'dataset': salts, 'name': 'a', 'parameters': orm.Dict({}), 'space': {'gp': {}}}
    with pytest.raises(ValueError, match=said):
        run('nanoos.tuning', {**inputs, **given})
