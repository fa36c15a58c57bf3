"""`nanoos model learn`: what it hands over, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiida import orm
from ase.build import bulk
from pymatgen.io.ase import AseAtomsAdaptor

from nanoos_plugins.cli import model_learn
from nanoos_plugins.data.dataset import Dataset
from nanoos_plugins.data.template import Template
from nanoos_plugins.launch import load_process, run

Ask = Callable[..., Any]
WHAT = ('--workflow', 'simulation', '--quantity', 'results.energy', '--budget', 4)


@pytest.fixture
def dataset(profile: object) -> Dataset:
    return Dataset('one', 'energy', 'eV', [AseAtomsAdaptor.get_structure(bulk('Cu'))], [-3.5]).store()


@pytest.fixture
def template(profile: object) -> Template:
    return Template('mock to learn from', 'mock').store()


def test_structures_and_groups_are_the_pool(
    asked: Ask, dataset: Dataset, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is run here instead of by a daemon, and ends at once: one row is too few to hold any out."""
    seen: dict[str, Any] = {}

    def here(entry_point: str, inputs: dict[str, Any]) -> orm.ProcessNode:
        seen.update(inputs)
        return run(entry_point, inputs)

    monkeypatch.setattr(model_learn, 'submit', here)
    monkeypatch.setattr(model_learn, 'ensure_daemon', lambda: None)
    copper, silver = (orm.StructureData(ase=bulk(one)).store() for one in ('Cu', 'Ag'))
    group = orm.Group('wanted').store()
    group.add_nodes([silver, orm.Int(1).store()])
    told = asked(
        *('model', 'learn', dataset.pk, copper.pk, '--group', 'wanted', '--template', template.name, *WHAT),
        *('--set', 'epsilon=0.2', '--target-error', 0.1, '--kind', 'gp', '--submit'),
    )
    node = orm.load_node(told['pk'])
    assert node.process_class is load_process('nanoos.active_learning')
    assert node.exit_status == 324
    assert {one.pk for one in seen['pool'].values()} == {copper.pk, silver.pk}
    inputs = node.inputs
    assert (inputs.budget.value, inputs.batch.value, inputs.target_error.value) == (4, 8, 0.1)
    assert (inputs.acquisition.value, inputs.training['model'], inputs.settings['epsilon']) == (
        'error',
        'gp',
        0.2,
    )


def test_what_cannot_be_learnt_is_told_in_a_line(invoke: Ask, dataset: Dataset, template: Template) -> None:
    for arguments, said in (
        ((999999999, '--template', template.name), 'No result was found'),
        ((template.pk, '--template', template.name), 'is no data set but a Template'),
        ((dataset.pk, '--template', 'no such template'), 'no such template'),
        ((dataset.pk, '--template', template.name, '--group', 'nobody'), 'nobody'),
    ):
        result = invoke('model', 'learn', *arguments, *WHAT)
        assert result.exit_code == 1, result.output
        assert said in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
