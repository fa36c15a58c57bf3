"""What a pretrained potential knows of a structure: frozen features of CHGNet (Deng et al. 2023).

CHGNet (doi:10.1038/s42256-023-00716-3) makes features of the elements and then passes messages between the
atoms four times. Features of the atoms after each of these five stages, pooled over the atoms of a structure,
are the same for whatever cell, position and rotation describes the crystal.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pymatgen.core import Structure

from nanoos_plugins.ml.graph import formula_of

#: Names of the models and of their weights in the chgnet package.
MODELS = {'chgnet-0.3.0': '0.3.0', 'chgnet-r2scan': 'r2scan'}
#: The largest atomic number that CHGNet has an embedding for (plutonium).
LAST_ELEMENT = 94
#: Features of an atom at each stage, and the number of stages.
WIDTH, STAGES = 64, 5
#: Blocks of features and their widths: `crystal` is what CHGNet makes the energy of (mean over the atoms),
#: `energy` that energy [eV/atom]; the others are statistics over the atoms, stage after stage.
BLOCKS = {
    'crystal': WIDTH,
    'mean': STAGES * WIDTH,
    'spread': STAGES * WIDTH,
    'smallest': STAGES * WIDTH,
    'largest': STAGES * WIDTH,
    'energy': 1,
}

Floats = npt.NDArray[np.float64]


@cache
def load(model: str = 'chgnet-0.3.0') -> Any:
    """Return the network of a model, on the CPU and by default on one thread; loaded once a process.

    :raises ValueError: for an unknown model.
    """
    if model not in MODELS:
        raise ValueError(f'unknown model {model!r}; known models: {", ".join(MODELS)}')
    network = frozen(MODELS[model])
    network.graph_converter.set_isolated_atom_response('error')
    return network


def frozen(weights: str) -> Any:
    """Return a network with weights of the chgnet package, which nothing trains, as `load` does."""
    from chgnet.model import CHGNet

    torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', '1')))
    with contextlib.redirect_stdout(io.StringIO()):
        network = CHGNet.load(model_name=weights, use_device='cpu', verbose=False)
    return network.eval().requires_grad_(False)


def embed(
    structures: Sequence[Structure], model: str = 'chgnet-0.3.0', batch_size: int = 16
) -> dict[str, Floats]:
    """Return the features of structures by block, (n_structures, width) each, see `BLOCKS`.

    :param batch_size: structures that pass the network together; the features do not depend on it.
    :raises ValueError: for an unknown model, or a structure that `graph_of` refuses.
    """
    load(model)
    parts = [
        embed_graphs([graph_of(one, model) for one in structures[first : first + batch_size]], model)
        for first in range(0, max(len(structures), 1), batch_size)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in BLOCKS}


def embed_graphs(
    graphs: Sequence[Any], model: str = 'chgnet-0.3.0', batch_size: int = 16
) -> dict[str, Floats]:
    """Return the features of structures as `embed` does, from the graphs that `graph_of` made.

    Of atoms at the same place they are not finite.

    :raises ValueError: for an unknown model.
    """
    network = load(model)
    rows = [np.empty((0, sum(BLOCKS.values())))]
    with torch.no_grad(), _tapped(network) as stages:
        for first in range(0, len(graphs), batch_size):
            batch = list(graphs[first : first + batch_size])
            energies = network(batch, task='e')['e']
            sizes = torch.tensor([len(graph.atomic_number) for graph in batch])
            rows.append(_pooled(stages, sizes, energies).numpy())
            stages.clear()
    ends = np.cumsum(list(BLOCKS.values()))[:-1]
    parts = np.split(np.concatenate(rows).astype(np.float64), ends, axis=1)
    return dict(zip(BLOCKS, parts, strict=True))


def graph_of(structure: Structure, model: str = 'chgnet-0.3.0') -> Any:
    """Return CHGNet's graph of a structure.

    :raises ValueError: for an unknown model, shared sites, an element that CHGNet does not know, or an atom
        without neighbours within 6 Å.
    """
    name = formula_of(structure)
    if not structure.is_ordered:
        raise ValueError(f'{name}: its sites are shared or not full; choose one ordered structure of it')
    unknown = sorted({one.symbol for one in structure.species if one.Z > LAST_ELEMENT})
    if unknown:
        raise ValueError(f'{name}: CHGNet knows the elements up to Pu (94), not {", ".join(unknown)}')
    try:
        return load(model).graph_converter(structure)
    except ValueError as error:
        raise ValueError(f'{name}: {error}') from error


@contextlib.contextmanager
def _tapped(network: Any) -> Iterator[list[torch.Tensor]]:
    """Collect the features of atoms while the network runs: (n_atoms, 64) a stage, then the final ones."""
    seen: list[torch.Tensor] = []
    layers = [network.atom_embedding, *network.atom_conv_layers, network.readout_norm]
    hooks = [layer.register_forward_hook(lambda _, __, out: seen.append(out)) for layer in layers]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def _pooled(stages: Sequence[torch.Tensor], sizes: torch.Tensor, energies: torch.Tensor) -> torch.Tensor:
    """Return one row a structure, its blocks in the order of `BLOCKS`."""
    owners = torch.repeat_interleave(torch.arange(len(sizes)), sizes)

    def over_atoms(values: torch.Tensor, how: str) -> torch.Tensor:
        empty = values.new_zeros(len(sizes), values.shape[1])
        return empty.scatter_reduce(0, owners[:, None].expand_as(values), values, how, include_self=False)

    atoms, final = torch.cat(list(stages[:STAGES]), dim=1), stages[STAGES]
    mean = over_atoms(atoms, 'mean')
    spread = over_atoms((atoms - mean[owners]) ** 2, 'mean').sqrt()
    extremes = [over_atoms(atoms, how) for how in ('amin', 'amax')]
    return torch.cat([over_atoms(final, 'mean'), mean, spread, *extremes, energies[:, None]], dim=1)
