"""Importing a file as a process."""

from __future__ import annotations

import pytest
from aiida import orm
from aiida.engine import run_get_node

from nanoos_plugins.calculations.import_structure import import_structure
from nanoos_plugins.data.material import Material
from nanoos_plugins.install.home import profiles_path


def test_copper() -> None:
    path = profiles_path() / 'embedded' / 'copper.cif'
    material = Material('copper from a file', 'Cu')
    structure, node = run_get_node(
        import_structure, file=orm.SinglefileData(path, filename='copper.cif'), material=material
    )
    assert node.is_finished_ok
    keys = ('origin', 'format', 'formula', 'number_of_atoms', 'dimensionality', 'space_group')
    found = [structure.base.attributes.get(key) for key in keys]
    assert found == ['uploaded', 'CIF', 'Cu', 4, 3, 'Fm-3m (225)']
    assert structure.creator.inputs.material.uuid == material.uuid
    assert structure.creator.inputs.file.get_content() == path.read_text()


def test_the_same_file_gives_the_same_structure() -> None:
    path = profiles_path() / 'embedded' / 'copper.cif'
    first, second = (
        run_get_node(import_structure, file=orm.SinglefileData(path, filename='a.cif'))[0] for _ in range(2)
    )
    assert first.base.caching.get_hash() == second.base.caching.get_hash()


def test_a_chosen_frame_in_a_named_format() -> None:
    frames = orm.SinglefileData.from_string('1\n\nCu 0 0 0\n1\n\nAg 0 0 0\n', filename='run.log')
    structure, _ = run_get_node(import_structure, file=frames, index=orm.Int(1), format=orm.Str('XYZ'))
    assert structure.base.attributes.get('formula') == 'Ag'
    assert structure.base.attributes.get('format') == 'XYZ'


def test_a_bad_file_makes_no_structure() -> None:
    outputs, node = run_get_node(import_structure, file=orm.SinglefileData.from_string(' ', filename='a.cif'))
    assert node.exit_status == 310
    assert node.exit_message == 'a.cif: the file is empty'
    assert not outputs


@pytest.mark.parametrize('name', ['file', 'material', 'index', 'format'])
def test_inputs_say_what_they_are(name: str) -> None:
    port = import_structure.spec().inputs[name]
    assert port.help
    assert name != 'index' or '[-]' in port.help
