"""Features of many structures, of which some may have none: each of these is told with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pymatgen.core import Structure

from nanoos_plugins.ml.descriptors import OF_CRYSTAL, describe_crystals
from nanoos_plugins.ml.embedding import BLOCKS, embed_graphs, graph_of

#: Blocks of features of a structure and their widths: those of the network, and descriptors.
WIDTHS = {**BLOCKS, 'descriptors': len(OF_CRYSTAL)}
#: [atoms] Most in a structure: features of so many take about 1 GB of memory.
MOST_ATOMS = 2000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FeatureRows:
    """Features of those of the given structures that have them.

    `rows`: their numbers, rising; `blocks`: (n_rows, width) by name, see `WIDTHS`; NaN among the descriptors
    where one is not known; `problems`: why each of the others has none, by its number.
    """

    rows: list[int]
    blocks: Mapping[str, Floats]
    problems: Mapping[int, str]


def features_of(structures: Sequence[Structure], pretrained: str = 'chgnet-0.3.0') -> FeatureRows:
    """Return the features of structures; one that cannot have any does not keep the others from theirs.

    :raises ValueError: for an unknown network.
    """
    graphs, descriptors, problems = {}, {}, {}
    for row, structure in enumerate(structures):
        try:
            _check_size(structure)
            graph, described = graph_of(structure, pretrained), describe_crystals([structure])
        except ValueError as error:
            problems[row] = str(error)
        else:
            graphs[row], descriptors[row] = graph, described
    blocks = embed_graphs(list(graphs.values()), pretrained)
    blocks['descriptors'] = np.concatenate([np.empty((0, len(OF_CRYSTAL))), *descriptors.values()])
    finite = np.all([np.isfinite(blocks[name]).all(axis=1) for name in BLOCKS], axis=0)
    rows = np.array(list(graphs), dtype=np.int64)
    for row in rows[~finite]:
        problems[int(row)] = 'its features are not finite: are two of its atoms at the same place?'
    return FeatureRows(
        rows=[int(row) for row in rows[finite]],
        blocks={name: block[finite] for name, block in blocks.items()},
        problems=dict(sorted(problems.items())),
    )


def _check_size(structure: Structure) -> None:
    if len(structure) > MOST_ATOMS:
        raise ValueError(f'it has {len(structure)} atoms; features are made of at most {MOST_ATOMS}')
