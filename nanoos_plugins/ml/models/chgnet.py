"""CHGNet, pretrained on trajectories of the Materials Project, fine-tuned on one's own energies and forces.

Codes count energies from different zeros, those with pseudopotentials thousands of eV an atom apart from what
CHGNet was trained on. So at first energies of the elements are fitted such that the pretrained network errs
least; what the network then has to learn is the small rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from nanoos_plugins.ml.models.energy_loss import Loss, Rows
from nanoos_plugins.ml.models.inputs import Inputs, rows_in_words
from nanoos_plugins.ml.models.model import Arrays, Floats, Model
from nanoos_plugins.ml.models.training import Schedule, Watch, parts, train
from nanoos_plugins.ml.potential import Potential
from nanoos_plugins.ml.state import file_name

Frozen = Literal['nothing', 'embeddings', 'messages']
#: Parts of the network that stay as they are, by what is frozen.
FROZEN: dict[str, tuple[str, ...]] = {
    'nothing': (),
    'embeddings': ('atom_embedding', 'bond_embedding', 'bond_basis', 'angle_embedding', 'angle_basis'),
}
FROZEN['messages'] = (
    *FROZEN['embeddings'],
    *('bond_weights', 'bond_conv_layers', 'angle_layers'),
    *(f'atom_conv_layers.{number}.' for number in range(3)),
)
NETWORK = 'network.'


class FineTuned(Model):
    """CHGNet learns on from energies an atom [eV/atom], and forces and stresses where the data have them.

    What it has learnt can be run by the engine mlip. Its deviation is that of its errors on the rows held
    out, the same for all.

    :param pretrained: weights that it begins with.
    :param epochs: most passes over the data; `batch_size`: rows a step, at least; `rate`: largest of AdamW.
    :param held_out: part of the rows that are held out to stop early, 0 for none.
    :param patience: epochs without a better loss of the rows held out before it stops. Of a few
        rows, and while the rate is large, it goes up and down.
    :param energy_weight: weight of the Huber loss of energies [(eV/atom)⁻²].
    :param force_weight: weight of that of forces, the mean over the components in a cell [(eV/Å)⁻²].
    :param stress_weight: weight of that of stresses, the mean over the components [GPa⁻²].
    :param huber: errors above it count linearly and not as their squares [eV/atom, eV/Å, GPa].
    :param frozen: what stays as it was pretrained: nothing, the embeddings of atoms, bonds and angles, or
        these and all passes of messages but the last.
    :param refit: whether the energies of the elements are fitted to the data, before and after the network
        learns, which is needed unless these are of the settings of the Materials Project.
    :param seed: of all that is random.
    :param watch: called after each epoch, see `training.train`; `states`: folder of the states to go on from
        when killed. Neither belongs to the model.
    """

    kind = 'chgnet'
    unit = 'eV/atom'

    def __init__(
        self,
        pretrained: str = 'chgnet-0.3.0',
        epochs: int = 40,
        batch_size: int = 4,
        rate: float = 1e-3,
        held_out: float = 0.1,
        patience: int = 20,
        energy_weight: float = 10.0,
        force_weight: float = 1.0,
        stress_weight: float = 0.1,
        huber: float = 0.1,
        frozen: Frozen = 'embeddings',
        refit: bool = True,
        seed: int = 0,
        watch: Watch | None = None,
        states: Path | None = None,
    ) -> None:
        super().__init__()
        if frozen not in FROZEN:
            raise ValueError(f'frozen: expected one of {", ".join(FROZEN)}, got {frozen!r}')
        self.schedule = Schedule(epochs, batch_size, rate, held_out, patience, seed)
        self.loss = Loss(energy_weight, force_weight, stress_weight, huber)
        self.own = {'pretrained': pretrained, 'frozen': frozen, 'refit': refit}
        self.watch = watch
        self.states = states
        self._potential: Potential | None = None
        self._deviation = 0.0
        self._losses = np.zeros((0, 2))

    @property
    def parameters(self) -> dict[str, Any]:
        return {**self.own, **vars(self.schedule), **vars(self.loss)}

    @property
    def told(self) -> tuple[str, ...]:
        return ('loss', 'loss of rows held out') if self.schedule.held_out else ('loss',)

    @property
    def losses(self) -> Floats:
        return self._losses

    @property
    def potential(self) -> Potential:
        """What it has learnt, to be run.

        :raises ValueError: before `fit`.
        """
        if self._potential is None:
            raise ValueError(f'this {self.kind} model has not learnt yet; fit or load it first')
        return self._potential

    def _fit(self, inputs: Inputs, targets: Floats) -> None:
        potential = Potential.of(str(self.own['pretrained']))
        graphs = _graphs(potential, inputs)
        held, kept = (rows.numpy() for rows in parts(len(inputs), self.schedule))
        if self.own['refit']:
            potential = potential.refitted([graphs[row] for row in kept], targets[kept])
        rows = _rows(graphs, targets - potential.of_elements(graphs), inputs)
        fixed = FROZEN[str(self.own['frozen'])]
        for name, parameter in potential.network.named_parameters():
            parameter.requires_grad_(not name.startswith(fixed))
        self._losses, _ = train(
            potential.network,
            len(inputs),
            lambda some: self.loss.of(potential.network, rows, some, self.schedule.batch_size),
            self.schedule,
            self.watch,
            self._state(rows, targets),
            decay=0.0,
        )
        potential.network.requires_grad_(False)
        if self.own['refit']:
            # forces and stresses weigh more in a step than the zero of the energies, which is known exactly
            potential = potential.refitted([graphs[row] for row in kept], targets[kept])
        self._potential = potential
        measured = held if len(held) else kept
        errors = potential.energies([graphs[row] for row in measured]) - targets[measured]
        self._deviation = float(np.sqrt((errors**2).mean()))

    def _state(self, rows: Rows, targets: Floats) -> Path | None:
        """Return the file of the states of this training."""
        if self.states is None:
            return None
        kept = [
            part.detach().numpy()
            for graph in rows.graphs
            for part in (graph.atomic_number, graph.lattice, graph.atom_frac_coord)
        ]
        labels = [one.numpy() for one in (*rows.forces, *(() if rows.stresses is None else rows.stresses))]
        return self.states / file_name({'kind': self.kind, **self.parameters}, targets, *kept, *labels)

    def _predict(self, inputs: Inputs) -> tuple[Floats, Floats]:
        means = self.potential.energies(_graphs(self.potential, inputs))
        return means, np.full(len(inputs), self._deviation)

    def derivative_errors(self, inputs: Inputs) -> dict[str, float]:
        """Return `force_mae` [eV/Å] and `stress_mae` [GPa] of rows that have them."""
        if not inputs.forces and inputs.stresses is None:
            return {}
        found = self.potential.evaluate_graphs(_graphs(self.potential, inputs))
        errors = {}
        if inputs.forces:
            apart = [one.forces - own for one, own in zip(found, inputs.forces, strict=True)]
            errors['force_mae'] = float(np.abs(np.concatenate(apart)).mean())
        if inputs.stresses is not None and not np.isnan(inputs.stresses).all():
            stresses = np.array([one.stress for one in found])
            errors['stress_mae'] = float(np.nanmean(np.abs(stresses - inputs.stresses)))
        return errors

    @property
    def arrays(self) -> Arrays:
        potential = self.potential
        learnt = {f'{NETWORK}{name}': value.numpy() for name, value in potential.network.state_dict().items()}
        numbers = {'deviation': np.array([self._deviation]), 'losses': self._losses}
        return {**learnt, 'references': potential.references, **numbers}

    def _restore(self, arrays: Arrays) -> None:
        begun = Potential.of(str(self.own['pretrained']))
        learnt = {name: torch.tensor(arrays[f'{NETWORK}{name}']) for name in begun.network.state_dict()}
        begun.network.load_state_dict(learnt)
        self._potential = Potential(begun.pretrained, begun.network.eval(), arrays['references'])
        self._deviation, self._losses = float(arrays['deviation'][0]), arrays['losses']


def _graphs(potential: Potential, inputs: Inputs) -> list[Any]:
    """Return the graphs of all rows.

    :raises ValueError: without structures, or for one that has no graph.
    """
    if len(inputs.structures) != len(inputs):
        raise ValueError('networks read structures; give them with the features')
    return potential.graphs(list(inputs.structures))


def _rows(graphs: Sequence[Any], energies: Floats, inputs: Inputs) -> Rows:
    """Return the rows to learn from, `energies` without those of the elements.

    :raises ValueError: for forces that are not of the atoms, or not finite.
    """
    bad = [
        row
        for row, (graph, forces) in enumerate(zip(graphs, inputs.forces, strict=False))
        if forces.shape != (len(graph.atomic_number), 3) or not np.isfinite(forces).all()
    ]
    if bad or len(inputs.forces) not in (0, len(graphs)):
        raise ValueError(
            f'forces: expected those of the atoms of each of {len(graphs)} structures, got '
            f'{len(inputs.forces)}; others are in rows {rows_in_words(np.array(bad, dtype=np.int64)) or "-"}'
        )
    return Rows(
        graphs,
        torch.tensor(energies, dtype=torch.float32),
        [torch.tensor(forces, dtype=torch.float32) for forces in inputs.forces],
        None if inputs.stresses is None else torch.tensor(inputs.stresses, dtype=torch.float32),
    )
