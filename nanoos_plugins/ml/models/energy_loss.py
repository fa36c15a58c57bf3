"""How far a network is from energies, forces and stresses: Huber losses, each with its weight.

That of Huber (1964, doi:10.1214/aoms/1177703732) grows as the square of small errors and linearly of large
ones: a few cells far from equilibrium do not outweigh all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import huber_loss

from nanoos_plugins.ml.potential import run


@dataclass(frozen=True)
class Rows:
    """Crystals as graphs of CHGNet with what the network is to give of them.

    `energies`: (n,) [eV/atom]; `forces`: of each (n_atoms, 3) [eV/Å], empty for none; `stresses`: (n, 3, 3)
    [GPa], NaN where one is not known, None for none.
    """

    graphs: Sequence[Any]
    energies: Tensor
    forces: Sequence[Tensor] = ()
    stresses: Tensor | None = None


@dataclass(frozen=True)
class Loss:
    """Weights of the losses of energies [(eV/atom)⁻²], forces [(eV/Å)⁻²] and stresses [GPa⁻²].

    `huber`: the error above which they grow linearly [eV/atom, eV/Å, GPa].
    """

    energy_weight: float
    force_weight: float
    stress_weight: float
    huber: float

    def __post_init__(self) -> None:
        weights = (self.energy_weight, self.force_weight, self.stress_weight)
        if min(weights) < 0 or not self.energy_weight or not self.huber > 0:
            raise ValueError(
                'energy_weight and huber: expected more than 0, force_weight and stress_weight: at least 0; '
                f'got {", ".join(f"{one:g}" for one in (self.energy_weight, self.huber, *weights[1:]))}'
            )

    def of(self, network: Any, rows: Rows, some: Tensor, most: int) -> Tensor:
        """Return the mean loss of some rows: in a row the mean over all components, so cells count alike.

        :param some: their numbers; `most`: how many pass the network together.
        """
        learns = torch.is_grad_enabled()
        losses = []
        # forces are derivatives, of rows that are not learnt from as well
        with torch.enable_grad():
            for part in torch.split(some, most):
                loss = self._each(network, rows, part)
                losses.append(loss if learns else loss.detach())
        return torch.cat(losses).mean()

    def _each(self, network: Any, rows: Rows, some: Tensor) -> Tensor:
        """Return the loss of each of some rows, (n,)."""
        with_forces = bool(rows.forces) and self.force_weight > 0
        with_stresses = rows.stresses is not None and self.stress_weight > 0
        task = 'efs' if with_stresses else 'ef' if with_forces else 'e'
        found = run(network, [rows.graphs[row] for row in some], task)
        loss = self.energy_weight * huber_loss(
            found['e'], rows.energies[some], reduction='none', delta=self.huber
        )
        if with_forces:
            pairs = zip(found['f'], some, strict=True)
            forces = [huber_loss(force, rows.forces[row], delta=self.huber) for force, row in pairs]
            loss = loss + self.force_weight * torch.stack(forces)
        if rows.stresses is not None and with_stresses:
            wanted = rows.stresses[some]
            known = wanted.isfinite().all(dim=2).all(dim=1)
            apart = huber_loss(
                torch.stack(list(found['s'])), wanted.nan_to_num(), reduction='none', delta=self.huber
            )
            loss = loss + self.stress_weight * known * apart.mean(dim=(1, 2))
        return loss
