"""What engines tell while they run, read from what their programs have written so far."""

from __future__ import annotations

import pytest

from nanoos_plugins.engines.contract import load_engine

MD = """Per MPI rank memory allocation (min/avg/max) = 3.2 | 3.2 | 3.2 Mbytes
   Step          Temp          E_pair         TotEng         Press          Fmax
         0   300           -382.34358     -378.19433      3434.57        8.4168783e-15
        20   60.475126     -378.97350     -378.13708      14037.938      1.1341437
        40   104.2
"""
RELAXATION = """   Step          Temp          E_pair         TotEng         Press          Fmax
         0   0             -3.5           -3.5            100            0.2
        10   0             -3.6           -3.6            10             0.01
Loop time of 0.001 on 1 procs for 10 steps with 4 atoms
"""
SCF = """     iteration #  1     ecut=    60.00 Ry     beta= 0.40
     total energy              =     -15.80000000 Ry
     estimated scf accuracy    <       0.06000000 Ry

     iteration #  2     ecut=    60.00 Ry     beta= 0.40
!    total energy              =     -15.85000000 Ry
     estimated scf accuracy    <       2.5E-11 Ry
     Total force =     0.010000     Total SCF correction =     0.000000
"""


def test_lammps_tells_of_whole_lines_in_our_units() -> None:
    curves = {curve.name: curve for curve in load_engine('lammps').live(MD)}
    assert list(curves) == ['temperature', 'potential energy', 'total energy', 'pressure']
    assert curves['temperature'].x == [0, 20]
    assert curves['temperature'].y == [300, 60.475126]
    assert (curves['pressure'].unit, curves['pressure'].y) == ('GPa', pytest.approx([0.343457, 1.4037938]))


def test_a_relaxation_by_lammps_has_no_temperature() -> None:
    curves = load_engine('lammps').live(RELAXATION)
    assert [curve.name for curve in curves] == ['potential energy', 'pressure', 'largest force']
    assert curves[-1].y == [0.2, 0.01]


def test_quantum_espresso_tells_how_self_consistency_converges() -> None:
    error, energy = load_engine('qe').live(SCF)
    assert (error.unit, error.along, error.x) == ('eV', 'iteration', [1, 2])
    assert error.y == pytest.approx([0.06 * 13.605693, 2.5e-11 * 13.605693])
    assert energy.y == pytest.approx([-15.8 * 13.605693, -15.85 * 13.605693])


def test_quantum_espresso_tells_of_the_steps_of_a_relaxation() -> None:
    curves = {curve.name: curve for curve in load_engine('qe').live(SCF + SCF)}
    assert curves['energy'].x == [1, 2, 3, 4]
    assert curves['energy of the steps'].x == [1, 2]
    assert curves['total force'].y == pytest.approx([0.257110, 0.257110], rel=1e-5)


@pytest.mark.parametrize('text', ['', 'Step\n', '   Step  Temp\n', 'LAMMPS (2 Aug 2023)\nERROR: no\n'])
def test_an_output_without_a_step_tells_nothing(text: str) -> None:
    for name in ('lammps', 'qe', 'mock', 'mlip'):
        assert not any(curve.x for curve in load_engine(name).live(text))
