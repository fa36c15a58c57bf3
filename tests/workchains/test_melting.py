"""The melting point by coexistence, with LAMMPS."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiida import orm
from ase.build import bulk

from nanoos_plugins.data.template import Template
from workchains.melting import MeltingWorkChain

TEMPERATURES = [1000.0, 1300.0, 1600.0]


@pytest.fixture(scope='module')
def copper_by_eam(engine_code: Callable[[str], orm.AbstractCode]) -> Template:
    """Return the template of the potential of Mishin et al.; the code is the default one of the engine."""
    engine_code('lammps')
    parameters = {'potential': 'Cu_mishin1.eam.alloy'}
    return Template(name='Mishin copper that melts', engine='lammps', parameters=parameters).store()


def test_copper_melts_between_1000_and_1600_kelvin(copper_by_eam: Template, run_chain) -> None:
    """Copper melts at 1358 K (ITS-90) and takes 0.137 eV an atom (13.26 kJ/mol, CRC Handbook) for it.

    With this potential nearly so. Small phases for 10 ps: the lowest temperature freezes, the highest melts.
    """
    crystal = orm.StructureData(ase=bulk('Cu', cubic=True, a=3.615))
    node = run_chain('melting', crystal, copper_by_eam, protocol='fast', temperatures=TEMPERATURES)
    assert node.is_finished_ok, node.exit_message
    told = node.outputs.melting.get_dict()
    assert told['melting_temperature']['value'] == pytest.approx(1330, abs=150)
    assert told['energy_of_fusion']['value'] == pytest.approx(0.137, rel=0.25)
    assert 0 < told['volume_of_fusion']['value'] < 1.5
    rates = node.outputs.course.get_array('profile_melting_rate_per_ns')
    assert rates[0] < 0 < rates[-1]


@pytest.mark.parametrize(
    ('change', 'label', 'said'),
    [
        (
            {'temperatures': [300, 350, 400], 'overheating': 8.0},
            'ERROR_NOT_BRACKETED',
            'raise the temperatures',
        ),
        ({'overheating': 0.5}, 'ERROR_NOT_MOLTEN', 'raise overheating or steps'),
    ],
)
def test_runs_that_tell_nothing_are_no_result(
    copper_by_eam: Template, run_chain, change: dict, label: str, said: str
) -> None:
    crystal = orm.StructureData(ase=bulk('Cu', cubic=True, a=3.63))
    short = {'protocol': 'fast', 'temperatures': TEMPERATURES, 'parameters': {'steps': 2000}}
    node = run_chain('melting', crystal, copper_by_eam, **{**short, **change})
    assert node.exit_status == MeltingWorkChain.exit_codes[label].status, node.exit_message
    assert said in node.exit_message


def test_what_cannot_be_run_is_refused(copper_by_eam: Template, run_chain) -> None:
    slab = bulk('Cu', cubic=True, a=3.615)
    slab.pbc = (True, True, False)
    node = run_chain(
        'melting', orm.StructureData(ase=slab), copper_by_eam, protocol='fast', temperatures=TEMPERATURES
    )
    assert node.exit_status == MeltingWorkChain.exit_codes.ERROR_NO_SUPERCELL.status
    gold = orm.StructureData(ase=bulk('Au', cubic=True))
    node = run_chain('melting', gold, copper_by_eam, protocol='fast', temperatures=TEMPERATURES)
    assert node.exit_status == MeltingWorkChain.exit_codes.ERROR_SIMULATION_FAILED.status
    with pytest.raises(ValueError, match='expected 3 to 50 different ones'):
        run_chain(
            'melting', orm.StructureData(ase=slab), copper_by_eam, protocol='fast', temperatures=[1000.0]
        )
