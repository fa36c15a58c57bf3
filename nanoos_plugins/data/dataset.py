"""A data set: structures with one target each, its unit, and how it is split for learning."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from aiida import orm
from aiida.common.exceptions import ValidationError
from aiida.orm.pydantic import OrmMetadataField
from pymatgen.core import Structure

from nanoos_plugins.ml.packed import NAMES, of_each, pack, unpack

Array = npt.NDArray[Any]
TABLE = 'table.npz'
MOST_NAME = 200
#: What the file of a data set holds.
ARRAYS = ('targets', 'names', 'uuids', *NAMES)


class Dataset(orm.Data):
    """Structures, targets and splits, in one file: no pickles, and readable without this package.

    `table.npz` has `targets` (n,) in `unit`, `names` (n,), `uuids` (n,) of structures in the graph (empty for
    those out of a file), `counts` (n,) of atoms, of all atoms one after the other `numbers` and `positions`
    [Å], and `cells` (n, 3, 3) [Å]. A split `s` of `splits` is the array `split_s` (n,): of each row its part,
    a word, or the number of its fold. Where the rows are of calculations, `times` (n,) [s since 1970] says
    when each target was found. Where the targets are energies, there may be their derivatives: `forces`
    (n_atoms of all, 3) [eV/Å], and `stresses` (n, 3, 3) [GPa, tension positive], NaN where one is not known.
    Structures are crystals, periodic in all directions.
    """

    class AttributesModel(orm.Data.AttributesModel):
        name: str = OrmMetadataField(description='Name for people')
        target: str = OrmMetadataField(description='Name of the target')
        unit: str = OrmMetadataField(description='Unit of the target, empty for none')
        count: int = OrmMetadataField(description='Number of structures')
        elements: list[str] = OrmMetadataField(description='Elements that occur')
        splits: list[str] = OrmMetadataField([], description='Names of the splits')
        derivatives: list[str] = OrmMetadataField(
            [], description='Derivatives of the energy that rows have: forces, stresses'
        )
        left_out: int = OrmMetadataField(0, description='Rows of the source that were left out')

    def __init__(
        self,
        name: str,
        target: str,
        unit: str,
        structures: Sequence[Structure],
        targets: Sequence[float],
        names: Sequence[str] = (),
        uuids: Sequence[str] = (),
        splits: Mapping[str, Sequence[str | int]] | None = None,
        left_out: int = 0,
        times: Sequence[float] = (),
        forces: Sequence[Array] = (),
        stresses: Sequence[Array] = (),
        **kwargs: Any,
    ) -> None:
        """Make an unstored data set.

        :param forces: of each row (n_atoms, 3) [eV/Å]; none where the targets are no energies.
        :param stresses: of each row (3, 3) [GPa, tension positive], NaN where not known.
        :raises ValueError: for no rows, lengths or shapes that differ, or what is not finite.
        """
        count = len(structures)
        columns: dict[str, Sequence[Any]] = {
            'targets': targets,
            'names': names or [str(number) for number in range(1, count + 1)],
            'uuids': uuids or [''] * count,
            **{f'split_{key}': parts for key, parts in (splits or {}).items()},
            **({'times': times} if times else {}),
        }
        check(name, target, count, columns)
        derivatives = _derivatives(structures, forces, stresses)
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.label = name
        self.base.attributes.set_many(
            {
                'name': name,
                'target': target,
                'unit': unit,
                'count': count,
                'elements': sorted({symbol for one in structures for symbol in one.symbol_set}),
                'splits': sorted(splits or {}),
                'derivatives': sorted(derivatives),
                'left_out': left_out,
            }
        )
        self._write(_table(structures, columns) | derivatives)

    @property
    def name(self) -> str:
        """Name for people."""
        return str(self.base.attributes.get('name'))

    @property
    def target(self) -> str:
        """Name of the target."""
        return str(self.base.attributes.get('target'))

    @property
    def unit(self) -> str:
        """Unit of the target, empty for none."""
        return str(self.base.attributes.get('unit'))

    def __len__(self) -> int:
        return int(self.base.attributes.get('count'))

    @cached_property
    def table(self) -> dict[str, Array]:
        """The arrays of the file by name."""
        with self.base.repository.open(TABLE, 'rb') as handle:
            content = io.BytesIO(handle.read())
        with np.load(content, allow_pickle=False) as arrays:
            return dict(arrays)

    @property
    def targets(self) -> Array:
        """(n,) in `unit`."""
        return self.table['targets']

    def structures(self) -> list[Structure]:
        """Return the structures in the order of the rows."""
        return unpack(self.table)

    def split(self, name: str) -> Array:
        """Return for each row the part that it is in.

        :raises ValueError: for a split that is not there.
        """
        known = self.base.attributes.get('splits')
        if name not in known:
            raise ValueError(
                f'data set {self.name} has no split {name!r}; it has {", ".join(known) or "none"}'
            )
        return self.table[f'split_{name}']

    @property
    def times(self) -> Array | None:
        """(n,) [s since 1970] when each target was found; None where that is not known."""
        return self.table.get('times')

    @property
    def forces(self) -> list[Array] | None:
        """Of each row (n_atoms, 3) [eV/Å]; None where they are not known."""
        forces = self.table.get('forces')
        return None if forces is None else of_each(forces, self.table['counts'])

    @property
    def stresses(self) -> Array | None:
        """(n, 3, 3) [GPa, tension positive], NaN where one is not known; None where none is."""
        return self.table.get('stresses')

    def with_split(self, name: str, parts: Sequence[str | int]) -> Dataset:
        """Return an unstored data set that has one split more; its rows are the same to the last bit.

        :raises ValueError: for a split that is there already, or that has not one part for each row.
        """
        known = self.base.attributes.get('splits')
        if name in known:
            raise ValueError(f'data set {self.name} has a split {name!r} already; choose another name')
        if len(parts) != len(self):
            raise ValueError(
                f'split {name}: expected one part for each of {len(self)} rows, got {len(parts)}'
            )
        made: Dataset = self.clone()  # type: ignore[no-untyped-call]
        made.base.attributes.set('splits', sorted([*known, name]))
        made._write({**self.table, f'split_{name}': np.array(parts)})
        return made

    def _write(self, table: Mapping[str, Array]) -> None:
        content = io.BytesIO()
        np.savez_compressed(content, **table)  # type: ignore[arg-type]
        self.base.repository.put_object_from_bytes(content.getvalue(), TABLE)

    def _validate(self) -> bool:
        valid = super()._validate()
        missing = [name for name in ARRAYS if name not in self.table]
        if missing:
            raise ValidationError(f'{TABLE} has no {", ".join(missing)}')
        return valid


def check(name: str, target: str, count: int, columns: Mapping[str, Sequence[Any]]) -> None:
    """Check what a data set is made of.

    :raises ValueError: what was got, what was expected.
    """
    for what, text in (('name', name), ('target', target)):
        if not text.strip() or len(text) > MOST_NAME:
            raise ValueError(f'{what} of a data set: expected 1 to {MOST_NAME} characters, got {text!r:.80}')
    if count == 0:
        raise ValueError('a data set needs at least one structure, got none')
    for what, values in columns.items():
        if len(values) != count:
            raise ValueError(f'{what}: expected one for each of {count} structures, got {len(values)}')
    for row, value in enumerate(columns['targets'], start=1):
        if not math.isfinite(value):
            raise ValueError(f'the target of row {row} is {value}: leave that row out')


def _derivatives(
    structures: Sequence[Structure], forces: Sequence[Array], stresses: Sequence[Array]
) -> dict[str, Array]:
    """Return the arrays `forces` and `stresses`, those that are given.

    :raises ValueError: for another number or shape of them, or forces that are not finite.
    """
    found: dict[str, Array] = {}
    if len(forces):
        found['forces'] = np.concatenate(_shaped('forces', forces, [(len(one), 3) for one in structures]))
        bad = np.flatnonzero(~np.isfinite(found['forces']).all(axis=1))
        if len(bad):
            row = int(np.searchsorted(np.cumsum([len(one) for one in structures]), bad[0], side='right'))
            raise ValueError(f'the forces of row {row + 1} are not finite: leave that row out')
    if len(stresses):
        found['stresses'] = np.stack(_shaped('stresses', stresses, [(3, 3)] * len(structures)))
    return found


def _shaped(what: str, given: Sequence[Array], shapes: Sequence[tuple[int, int]]) -> list[Array]:
    """Return arrays of numbers, one of each row.

    :raises ValueError: for another number or shape of them.
    """
    if len(given) != len(shapes):
        raise ValueError(f'{what}: expected one for each of {len(shapes)} structures, got {len(given)}')
    arrays = [np.asarray(one, dtype=float) for one in given]
    for row, (array, shape) in enumerate(zip(arrays, shapes, strict=True), start=1):
        if array.shape != shape:
            raise ValueError(f'the {what} of row {row} have the shape {array.shape}, expected {shape}')
    return arrays


def _table(structures: Sequence[Structure], columns: Mapping[str, Sequence[Any]]) -> dict[str, Array]:
    return {
        **{name: np.array(values) for name, values in columns.items()},
        'targets': np.array(columns['targets'], dtype=float),
        **pack(structures),
    }
