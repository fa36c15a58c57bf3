"""Mean-square displacement of a trajectory, and the diffusivity from its slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]

# Å²/fs in m²/s
SQUARE_ANGSTROM_PER_FS = 1e-5
# part of a segment's lags that is fitted: after the ballistic start, before the few-window end
FIT_WINDOW = (0.2, 0.6)
SEGMENTS = 4


@dataclass(frozen=True)
class Diffusivity:
    """Self-diffusivity [m²/s] with its standard error [m²/s].

    `exponent`: α in MSD ∝ t^α over the fit, 1 for diffusion, 2 for ballistic motion, 0 for vibration
    about fixed sites; `significant`: whether this is diffusion (α near 1 and a slope above its noise).
    """

    value: float
    uncertainty: float
    exponent: float
    significant: bool


def unwrap(positions: Array, cells: Array) -> Array:
    """Return the positions (n, n_atoms, 3) [Å] with jumps across periodic boundaries undone.

    Right as long as no atom moves by more than half a cell between samples; positions that are already
    continuous come back unchanged (in a cell of constant shape).
    """
    fractional = np.einsum('naj,njk->nak', positions, np.linalg.inv(cells))
    steps = np.diff(fractional, axis=0)
    steps -= np.round(steps)
    continuous = np.concatenate([fractional[:1], fractional[:1] + np.cumsum(steps, axis=0)])
    unwrapped: Array = np.einsum('naj,njk->nak', continuous, cells)
    return unwrapped


def remove_drift(positions: Array, masses: Array) -> Array:
    """Return the positions relative to the centre of mass of each sample, moved to that of the first."""
    centre = np.einsum('a,nak->nk', masses / masses.sum(), positions)
    shifted: Array = positions - (centre - centre[0])[:, None, :]
    return shifted


def mean_square_displacement(positions: Array) -> Array:
    """Return the MSD [Å²] at lags 0 … n−1 samples, averaged over atoms and over all time origins.

    By the Wiener–Khinchin theorem in O(n log n): Calandrini et al., Collection SFN 12, 201 (2011),
    doi:10.1051/sfn/201112010.

    :param positions: (n, n_atoms, 3) [Å], unwrapped.
    """
    n = len(positions)
    # the origin drops out of the result; near zero it does not cost digits
    centred = positions - positions.mean(axis=0)
    spectrum = np.fft.fft(centred, n=2 * n, axis=0)
    origins = n - np.arange(n)
    autocorrelation = np.fft.ifft(np.abs(spectrum) ** 2, axis=0)[:n].real.sum(axis=2) / origins[:, None]
    squares = (centred**2).sum(axis=2)
    forward = np.cumsum(squares, axis=0)[::-1]
    backward = np.cumsum(squares[::-1], axis=0)[::-1]
    msd: Array = ((forward + backward) / origins[:, None] - 2 * autocorrelation).mean(axis=1)
    return np.maximum(msd, 0.0)


def diffusivity(positions: Array, interval: float) -> Diffusivity:
    """Return the self-diffusivity from the Einstein relation, MSD = 6 D t.

    The run is cut into `SEGMENTS` independent segments; each gives a slope by linear regression over
    `FIT_WINDOW` of its lags; their scatter gives the error (Student t at 99 % decides significance).

    :param positions: (n, n_atoms, 3) [Å], unwrapped, without drift.
    :param interval: time between samples [fs].
    :raises ValueError: when there are too few samples for a fit in each segment.
    """
    length = len(positions) // SEGMENTS
    lags = np.arange(int(FIT_WINDOW[0] * length), int(FIT_WINDOW[1] * length))
    if len(lags) < 3:
        raise ValueError(
            f'{len(positions)} samples are too few for a diffusivity; at least {SEGMENTS * 10} are needed'
        )
    times = lags * interval
    slopes, curves = [], []
    for segment in range(SEGMENTS):
        msd = mean_square_displacement(positions[segment * length : (segment + 1) * length])[lags]
        slopes.append(np.polyfit(times, msd, 1)[0])
        curves.append(msd)
    values = np.array(slopes) / 6.0 * SQUARE_ANGSTROM_PER_FS
    error = float(values.std(ddof=1) / np.sqrt(SEGMENTS))
    mean_curve = np.mean(curves, axis=0)
    moved = bool(np.all(mean_curve > 0))
    exponent = float(np.polyfit(np.log(times), np.log(mean_curve), 1)[0]) if moved else 0.0
    threshold = float(stats.t.ppf(0.99, SEGMENTS - 1)) * error
    value = float(values.mean())
    return Diffusivity(value, error, exponent, 0.6 < exponent < 1.4 and value > threshold)
