"""How fast features and predictions are: atoms, structures and milliseconds per CPU second."""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from collections.abc import Sequence

import numpy as np
from chgnet.model import CHGNet
from pymatgen.core import Element, Lattice, Structure

from nanoos_plugins.ml.embedding import embed, load
from nanoos_plugins.ml.graph import neighbour_graph
from nanoos_plugins.ml.models.inputs import Inputs
from nanoos_plugins.ml.models.model import Model

#: Structures that features are timed on, and how often each way is timed, in turn.
COUNT, TURNS = 160, 3


def rock_salts(count: int = COUNT) -> list[Structure]:
    """Return made-up crystals of 2 to 24 atoms, when there are no data."""
    random = np.random.default_rng(0)
    metals, others = (11, 12, 19, 20, 22, 26, 28, 30, 40), (7, 8, 9, 16, 17, 34)
    structures = []
    for _ in range(count):
        kinds = [Element.from_Z(int(random.choice(few))) for few in (metals, others)]
        lattice = Lattice.from_parameters(*[random.uniform(2.8, 3.8)] * 3, 60, 60, 60)
        one = Structure(lattice, kinds, [[0, 0, 0], [0.5, 0.5, 0.5]])
        structures.append(one * (1, int(random.integers(1, 4)), int(random.integers(1, 5))))
    return structures


def features(structures: Sequence[Structure]) -> dict[str, float]:
    """Return atoms a second of graphs, structures a second of embeddings, and CHGNet's own of the latter."""
    graphs = []
    for _ in range(TURNS):
        begin = time.process_time()
        atoms = len(neighbour_graph(structures).numbers)
        graphs.append(atoms / (time.process_time() - begin))
    some = list(structures[:COUNT])
    load()  # what is made once a process is made
    with contextlib.redirect_stdout(io.StringIO()):
        network = CHGNet.load(use_device='cpu', verbose=False)  # as it is used without us
    ours, theirs = [], []
    for _ in range(TURNS):
        begin = time.process_time()
        embed(some)
        between = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # that it makes scalars of tensors with gradients
            network.predict_structure(some, task='e', return_crystal_feas=True, batch_size=16)
        ours.append(between - begin)
        theirs.append(time.process_time() - between)
    return {
        'graph_atoms_per_s': round(float(np.median(graphs))),
        'embedding_per_s': round(len(some) / float(np.median(ours)), 1),
        'embedding_over_chgnet': round(float(np.median(theirs) / np.median(ours)), 3),
    }


def predicting(model: Model, inputs: Inputs, count: int = 1000) -> float:
    """Return the milliseconds that predictions for so many structures take when their features are there."""
    some = inputs.take(np.arange(count) % len(inputs))
    model.predict(some)  # what is made once of a model is made
    begin = time.process_time()
    model.predict(some)
    return round(1000 * (time.process_time() - begin), 1)
