"""Cells in a box: cosines where nothing flows out of it, waves where it repeats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.fft import dctn, fftfreq, idctn, irfftn, rfftfreq, rfftn

from nanoos_plugins.runners.job import Array


class Grid:
    """A box of equal cells, whose values are those in the middle of the cells.

    Arrays have the shape of the cells, the axis x last: (nx,), (ny, nx) or (nz, ny, nx). `square` is |k|² of
    the coefficients, `weight` how often each stands in the whole spectrum: the transforms are orthonormal, so
    that the sum of weight · |coefficient|² is that of the squared values.

    :param lengths: and `cells` along x, y, z, as many as there are dimensions.
    """

    def __init__(self, lengths: Sequence[float], cells: Sequence[int], periodic: bool) -> None:
        self.lengths = tuple(lengths[::-1])
        self.shape = tuple(cells[::-1])
        self.periodic = periodic
        self.spacing = tuple(length / count for length, count in zip(self.lengths, self.shape, strict=True))
        self.volume = float(np.prod(self.lengths))
        self.count = int(np.prod(self.shape))
        parts = np.meshgrid(*map(self._waves, range(len(self.shape))), indexing='ij', sparse=True)
        self.square: Array = sum((part**2 for part in parts), np.zeros(1))
        self.weight = np.ones(self.square.shape)
        if periodic:
            # The half of a real spectrum that is not stored is the mirror image of the other.
            self.weight[..., 1 : (self.shape[-1] + 1) // 2] = 2

    def _waves(self, axis: int) -> Array:
        """Return the wave numbers of the coefficients along an axis."""
        count, length = self.shape[axis], self.lengths[axis]
        if not self.periodic:
            waves = np.pi / length * np.arange(count)
        elif axis == len(self.shape) - 1:
            waves = 2 * np.pi * rfftfreq(count, length / count)
        else:
            waves = 2 * np.pi * fftfreq(count, length / count)
        return np.asarray(waves, dtype=np.float64)

    def forward(self, values: Array) -> Any:
        """Return the coefficients of values: complex when periodic."""
        return rfftn(values, norm='ortho') if self.periodic else dctn(values, type=2, norm='ortho')

    def back(self, coefficients: Any) -> Array:
        """Return the values of coefficients."""
        if self.periodic:
            values: Array = irfftn(coefficients, self.shape, norm='ortho')
        else:
            values = idctn(coefficients, type=2, norm='ortho')
        return values

    def power(self, coefficients: Any) -> Array:
        """Return weight · |coefficient|²."""
        size: Array = self.weight * (coefficients.real**2 + coefficients.imag**2)
        return size

    def places(self) -> list[Array]:
        """Return the middles of the cells along x, y, z, of shapes that are broadcast to that of values."""
        axes = [step * (np.arange(count) + 0.5) for step, count in zip(self.spacing, self.shape, strict=True)]
        return list(np.meshgrid(*axes, indexing='ij', sparse=True))[::-1]
