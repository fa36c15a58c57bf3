"""CHGNet: its authors' numbers, batches, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from aiida import orm
from ase import Atoms
from ase.build import bulk

from nanoos_plugins.calculations.mlip import MlipCalculation, validate_inputs
from nanoos_plugins.engines.contract import load_engine
from nanoos_plugins.launch import run_builder


def test_batch_gives_published_and_consistent_values(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    """LiMnO2 as its authors print it, and eight atoms of silicon with four times the energy of two.

    The published values are those of examples/basics.ipynb of CHGNet, to four decimals. The structures come
    back in the alphabetical order of their labels.
    """
    engine = load_engine('mlip')
    builder: Any = MlipCalculation.get_builder()
    builder.code = engine_code('mlip')
    builder.parameters = orm.Dict(engine.validate({'batch_size': 2}).model_dump())
    builder.structures = {
        'c': orm.StructureData(ase=bulk('Si', a=5.4)),
        'a': orm.StructureData(ase=engine.reference().structure),
        'b': orm.StructureData(ase=bulk('Si', a=5.4, cubic=True)),
    }
    node = run_builder(builder)
    assert node.is_finished_ok, node.exit_message
    assert node.outputs.summary.get_dict()['labels'] == ['a', 'b', 'c']
    arrays = node.outputs.arrays
    np.testing.assert_array_equal(arrays.get_array('n_atoms'), [8, 8, 2])
    energies, forces = arrays.get_array('energy'), arrays.get_array('forces')
    assert energies[0] == pytest.approx(8 * -7.36769, abs=1e-4)
    assert energies[1] == pytest.approx(4 * energies[2], abs=1e-4)
    assert forces.shape == (18, 3)
    along_c = [0.0238, -0.0238, 0.0926, -0.0926, -0.0024, -0.0131, 0.0131, 0.0024]
    np.testing.assert_allclose(forces[:8], np.outer(along_c, [0, 0, 1]), atol=3e-4)
    np.testing.assert_allclose(forces[8:], 0, atol=1e-4)
    np.testing.assert_allclose(arrays.get_array('stress')[0], np.diag([-0.3041, 0.2232, -0.1073]), atol=1e-3)


def test_inputs_are_one_structure_or_a_batch(profile: Any) -> None:
    copper, md = orm.StructureData(ase=bulk('Cu')), orm.Dict({'task': 'md'})
    assert 'neither' in str(validate_inputs({}, None))
    assert 'both' in str(validate_inputs({'structure': copper, 'structures': {'a': copper}}, None))
    assert 'task md' in str(validate_inputs({'structures': {'a': copper}, 'parameters': md}, None))
    assert validate_inputs({'structure': copper, 'parameters': md}, None) is None


def test_isolated_atom_is_refused_by_the_model(engine_code: Callable[[str], orm.AbstractCode]) -> None:
    engine = load_engine('mlip')
    structure = orm.StructureData(ase=Atoms('He', cell=[20, 20, 20], pbc=True))
    node = run_builder(engine.get_builder(structure, engine.validate({}), engine_code('mlip'), {}))
    assert node.exit_status == MlipCalculation.exit_codes['ERROR_REFUSED'].status
    assert 'isolated atom' in node.exit_message


def test_unknown_element_missing_code_and_md_of_one_atom_are_refused(profile: Any) -> None:
    engine = load_engine('mlip')
    code = orm.InstalledCode(computer=orm.load_computer('localhost'), filepath_executable='/bin/true')
    for atoms, parameters, given, message in (
        (bulk('Am', 'fcc', a=4.9), {}, code, 'not Am'),
        (bulk('Cu'), {}, None, 'needs a code'),
        (bulk('Cu'), {'task': 'md'}, code, 'at least 2 atoms'),
    ):
        with pytest.raises(ValueError, match=message):
            engine.get_builder(orm.StructureData(ase=atoms), engine.validate(parameters), given, {})
