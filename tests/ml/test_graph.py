"""Neighbour graphs against pymatgen's, edge by edge."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_plugins.ml.graph import CUTOFF, neighbour_graph


def random_structures(count: int) -> list[Structure]:
    """Cells of all shapes: usual, tiny (neighbours many cells away), skewed, and slabs with vacuum."""
    random = np.random.default_rng(0)
    structures = []
    for number in range(count):
        kind = number % 4
        lengths = random.uniform(1.6, 2.6, 3) if kind == 1 else random.uniform(3.0, 8.0, 3)
        angles = random.uniform(35, 60, 3) if kind == 2 else random.uniform(75, 105, 3)
        pbc = (True, True, kind != 3)
        if kind == 3:
            lengths[2] = 20.0
        lattice = Lattice.from_parameters(*lengths, *angles, pbc=pbc)
        atoms = 1 if kind == 1 else int(random.integers(1, 9))
        # Atoms outside their cell are as good as those inside.
        places = random.uniform(-0.5, 1.5, (atoms, 3))
        if kind == 3:
            places[:, 2] = random.uniform(0.3, 0.6, atoms)
        structures.append(Structure(lattice, random.choice(['Na', 'Cl', 'O'], atoms), places))
    return structures


def test_edges_are_those_of_pymatgen() -> None:
    structures = random_structures(250)
    graph = neighbour_graph(structures)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in structures])])
    for number, structure in enumerate(structures):
        ours = graph.owners[graph.edges[0]] == number
        pairs = graph.edges[:, ours] - starts[number]
        found = Counter(map(tuple, np.column_stack([*pairs, graph.images[ours]]).tolist()))
        centres, neighbours, images, distances = structure.get_neighbor_list(CUTOFF)
        expected = np.column_stack([centres, neighbours, images.astype(int)])
        assert found == Counter(map(tuple, expected.tolist())), number
        order = np.lexsort(np.column_stack([*pairs, graph.images[ours]]).T)
        by_pymatgen = distances[np.lexsort(expected.T)]
        assert graph.distances[ours][order] == pytest.approx(by_pymatgen, abs=1e-8)


def test_fcc_has_its_shells(crystals: dict[str, Structure]) -> None:
    graph = neighbour_graph([crystals['copper']], cutoff=3.61 * 1.1)
    assert graph.neighbours.tolist() == [18] * 4
    shells = Counter(np.round(graph.distances / 3.61, 6).tolist())
    assert shells == {round(0.5**0.5, 6): 48, 1.0: 24}


def test_structures_stay_apart(crystals: dict[str, Structure]) -> None:
    graph = neighbour_graph([crystals['copper'], crystals['salt']])
    assert (graph.owners[graph.edges[0]] == graph.owners[graph.edges[1]]).all()
    assert graph.numbers.tolist() == [29] * 4 + [11] * 4 + [17] * 4
    assert (np.diff(graph.edges[0]) >= 0).all()


def test_bad_input_is_refused(crystals: dict[str, Structure]) -> None:
    with pytest.raises(ValueError, match='positive distance'):
        neighbour_graph([crystals['copper']], cutoff=0.0)
    with pytest.raises(ValueError, match='at least one'):
        neighbour_graph([])
    alloy = Structure(Lattice.cubic(3.0), [{'Cu': 0.5, 'Au': 0.5}], [[0, 0, 0]])
    with pytest.raises(ValueError, match='Au0.5 Cu0.5: its sites are shared'):
        neighbour_graph([alloy])
