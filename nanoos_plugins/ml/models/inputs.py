"""What models learn from and predict for: features, elements and, for those that need them, structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pymatgen.core import Structure

from nanoos_plugins.ml.descriptors import describe_crystals
from nanoos_plugins.ml.embedding import embed
from nanoos_plugins.ml.second import disagreement

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Block of what `second.disagreement` says.
DISAGREEMENT = 'disagreement'


@dataclass(frozen=True)
class Inputs:
    """Rows for a model, one a structure.

    `elements`: symbols in each structure; `features`: (n_structures, width) by block, those of
    `embedding.embed` and `descriptors`, NaN where one is not known, and `disagreement` where a second network
    was asked; `structures`: only those models read them that make their own features. Of rows whose targets
    are energies there may be `forces`, of each structure (n_atoms, 3) [eV/Å], and `stresses`
    (n_structures, 3, 3) [GPa, tension positive], NaN where not known.
    """

    elements: Sequence[frozenset[str]]
    features: Mapping[str, Floats]
    structures: Sequence[Structure] = ()
    forces: Sequence[Floats] = ()
    stresses: Floats | None = None

    def __len__(self) -> int:
        return len(self.elements)

    def take(self, rows: Integers) -> Inputs:
        """Return these rows only."""
        return Inputs(
            elements=[self.elements[row] for row in rows],
            features={name: block[rows] for name, block in self.features.items()},
            structures=[self.structures[row] for row in rows] if self.structures else (),
            forces=[self.forces[row] for row in rows] if self.forces else (),
            stresses=None if self.stresses is None else self.stresses[rows],
        )

    def blocks(self, names: Sequence[str]) -> Floats:
        """Return blocks of features side by side, (n_structures, width).

        :raises ValueError: for a block that is not there, or rows that are infinite or not known at all.
        """
        missing = [name for name in names if name not in self.features]
        if missing:
            has = ', '.join(self.features) or 'none'
            raise ValueError(
                f'features {", ".join(missing)} are missing, there are {has}; compute them first'
            )
        blocks = [self.features[name] for name in names]
        nothing = np.any([np.isnan(block).all(axis=1) for block in blocks if block.shape[1]], axis=0)
        values = np.concatenate(blocks, axis=1)
        bad = np.flatnonzero(nothing | np.isinf(values).any(axis=1))
        if len(bad):
            raise ValueError(f'features of rows {rows_in_words(bad)} are not finite numbers; leave these out')
        return values


def inputs_of(
    structures: Sequence[Structure], model: str = 'chgnet-0.3.0', second: str | None = None
) -> Inputs:
    """Return structures with their descriptors and the features that a pretrained model makes of them.

    :param second: another one, whose disagreement with the first comes along; see `second.disagreement`.
    :raises ValueError: for structures that cannot be embedded, see `embedding.embed`, or an unknown network.
    """
    features = {**embed(structures, model), 'descriptors': describe_crystals(structures)}
    if second is not None:
        features[DISAGREEMENT] = disagreement(structures, features['energy'], model, second)
    return Inputs(elements_of(structures), features, structures)


def elements_of(structures: Sequence[Structure]) -> list[frozenset[str]]:
    """Return the symbols in each structure."""
    return [frozenset(element.symbol for element in one.composition.elements) for one in structures]


def rows_in_words(rows: Integers, most: int = 10) -> str:
    """Return row numbers for people, counted from 0, at most so many of them."""
    more = f' and {len(rows) - most} more' if len(rows) > most else ''
    return ', '.join(str(row) for row in rows[:most]) + more
