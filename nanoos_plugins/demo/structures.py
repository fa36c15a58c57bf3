"""Copper for the demo: the shipped CIF, imported once, and its primitive cell."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable

from aiida import orm
from aiida.manage.caching import disable_caching

from nanoos_plugins.data.material import Material
from nanoos_plugins.demo.memory import adopt, find_output
from nanoos_plugins.demo.steps import Cell
from nanoos_plugins.install.home import profiles_path
from nanoos_plugins.launch import run

CIF = profiles_path() / 'embedded' / 'copper.cif'


def copper() -> dict[Cell, orm.StructureData]:
    """Return the conventional cell as in the CIF and its primitive cell; imported when that was not done yet.

    :raises RuntimeError: when the import fails; the message says why.
    """
    content = CIF.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:10]
    label = f'copper.cif (nanoos demo import {digest})'
    conventional = find_output(label)
    if conventional is None:
        file = orm.SinglefileData(io.BytesIO(content), filename=CIF.name)
        material = Material('Copper', 'Cu', 'The material of the demo')
        conventional = _made('nanoos.import_structure', label, file=file, material=material)
    label = f'copper (nanoos demo primitive {digest})'
    primitive = find_output(label) or _made('nanoos.primitive_cell', label, structure=conventional)
    for key, structure in (('import', conventional), ('primitive', primitive)):
        adopt(structure, key)
    return {'conventional': conventional, 'primitive': primitive}


def makers(structures: Iterable[orm.StructureData]) -> list[int]:
    """Return the pks of the calculations that made the structures."""
    found = [structure.creator for structure in structures]
    return [node.pk for node in found if node is not None and node.pk is not None]


def _made(entry_point: str, label: str, **inputs: orm.Data) -> orm.StructureData:
    # A cached calculation takes over the label of its source, and would not be found again by its own.
    with disable_caching():
        node = run(entry_point, {**inputs, 'metadata': {'label': label}})
    if not node.is_finished_ok:
        raise RuntimeError(f'{entry_point} failed with exit status {node.exit_status}: {node.exit_message}')
    made: orm.StructureData = node.outputs.result
    return made
