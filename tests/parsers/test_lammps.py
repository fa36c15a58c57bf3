"""The parser of `nanoos.lammps` names what a run did not leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiida import orm
from aiida.plugins import ParserFactory
from ase.build import bulk

from nanoos_plugins.calculations.lammps import LammpsCalculation

LOG = 'Step PotEng Fmax\n         0   -7.08   1.2e-05\n'


@pytest.fixture
def parse(calc_job: Callable[..., orm.CalcJobNode], tmp_path: Path) -> Callable[..., Any]:
    """Return a function: (settings, retrieved files, temporary files) → outputs and node of the parser."""

    def run(settings: dict[str, Any], files: dict[str, str], temporary: dict[str, str]) -> Any:
        inputs = {
            'structure': orm.StructureData(ase=bulk('Cu', orthorhombic=True)),
            'parameters': orm.Dict(settings),
        }
        node = calc_job('nanoos.lammps', files, inputs)
        for name, content in temporary.items():
            (tmp_path / name).write_text(content, encoding='utf-8')
        parser: Any = ParserFactory('nanoos.lammps')
        return parser.parse_from_node(node, store_provenance=False, retrieved_temporary_folder=str(tmp_path))

    return run


def dump() -> str:
    """Return two atoms as LAMMPS dumps them: number, position, force."""
    return '\n'.join(['head'] * 9 + ['1 0 0 0 0 0 0', '2 1.2 1.2 1.8 0 0 0', ''])


def assert_exit(node: Any, label: str, *words: str) -> None:
    code = LammpsCalculation.exit_codes[label]
    assert node.exit_status == code.status, node.exit_message
    assert code.invalidates_cache
    for word in words:
        assert word in node.exit_message


def test_second_derivatives_get_their_masses_back(parse: Callable[..., Any]) -> None:
    matrix = '\n'.join(' '.join(map(str, row)) for row in np.eye(6) / 63.546)
    outputs, node = parse(
        {'task': 'hessian'}, {'log.lammps': LOG}, {'hessian.dat': matrix, 'image.1': dump()}
    )
    assert node.is_finished_ok, node.exit_message
    np.testing.assert_allclose(outputs['arrays'].get_array('hessian'), np.eye(6), atol=1e-9)
    assert outputs['arrays'].get_array('energy') == [-7.08]


def test_what_is_missing_is_named(parse: Callable[..., Any]) -> None:
    hessian, path = {'task': 'hessian'}, {'task': 'path', 'images': 3, 'force_tolerance': 0.01}
    _, node = parse(hessian, {}, {})
    assert_exit(node, 'ERROR_NO_RESULTS', 'log.lammps', 'did not start')
    _, node = parse(hessian, {'log.lammps': 'ERROR: Lost atoms: original 2 current 1'}, {})
    assert_exit(node, 'ERROR_NO_RESULTS', 'Lost atoms')
    _, node = parse(hessian, {'log.lammps': LOG}, {'hessian.dat': '1 2 3'})
    assert_exit(node, 'ERROR_NO_RESULTS', 'expected 36 numbers, got 3')
    _, node = parse(path, {'log.lammps': 'Initialized'}, {})
    assert_exit(node, 'ERROR_NO_RESULTS', 'as far as its highest image climbing')


def test_what_diverged_is_no_result(parse: Callable[..., Any]) -> None:
    matrix = ' '.join(['nan'] * 36)
    _, node = parse({'task': 'hessian'}, {'log.lammps': LOG}, {'hessian.dat': matrix, 'image.1': dump()})
    assert_exit(node, 'ERROR_INVALID_RESULTS', 'hessian', 'diverged')


def test_the_flux_of_heat_is_in_units_of_a_flux(parse: Callable[..., Any]) -> None:
    """LAMMPS gives flux times volume in eV Å/ps; samples that are missing are told."""
    settings = {'task': 'heat_flux', 'steps': 20, 'sample_every': 10, 'time_step': 2.0}
    rows = ['# TimeStep c_flux[1] c_flux[2] c_flux[3] c_thermo_temp v_energy']
    rows += [f'{step} 1.0 -2.0 0.5 300 -7.0' for step in (0, 10, 20)]
    outputs, node = parse(settings, {'log.lammps': LOG}, {'flux.dat': '\n'.join(rows)})
    assert node.is_finished_ok, node.exit_message
    arrays = outputs['arrays']
    expected = 1.602176634e-19 * 1e-10 / 1e-12 / (bulk('Cu', orthorhombic=True).get_volume() * 1e-30)
    for axis, factor in (('x', 1.0), ('y', -2.0), ('z', 0.5)):
        flux = arrays.get_array(f'series_heat_flux_{axis}_W_per_m2')
        assert flux == pytest.approx(np.full(3, factor * expected))
    assert arrays.get_array('series_time_fs').tolist() == [0.0, 20.0, 40.0]
    _, node = parse(settings, {'log.lammps': LOG}, {'flux.dat': '\n'.join(rows[:3])})
    assert 'expected 3 samples of 6 numbers, got 2' in node.exit_message
