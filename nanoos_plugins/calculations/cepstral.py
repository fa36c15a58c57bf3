"""The integral of a correlation function from the logarithm of its spectrum: cepstral analysis.

Ercole, Marcolongo, Baroni, Sci. Rep. 7, 15835 (2017), doi:10.1038/s41598-017-15843-2. The logarithm of a
periodogram is the logarithm of the spectrum and white noise of a known strength, so that a few Fourier
coefficients of it (the cepstrum) give its value at zero frequency, with an error that needs no guess of where
a correlation function has decayed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import polygamma, psi

Array = npt.NDArray[np.float64]
#: Fewest frequencies of a spectrum that are fitted.
MINIMUM_FREQUENCIES = 16
#: How many times Akaike's number of coefficients are kept. Of a spectrum with its peak at zero those left out
#: all are positive: his balance of their sum of squares with the noise would leave the value too low.
MARGIN = 2


@dataclass(frozen=True)
class ZeroFrequency:
    """A spectrum at zero frequency.

    `value`, `uncertainty` (one standard deviation) in the unit of the spectrum; `coefficients`: how many of
    the cepstrum were kept; `spectrum`: (n,) what they say of all of it, at the periodogram's frequencies.
    """

    value: float
    uncertainty: float
    coefficients: int
    spectrum: Array


def periodogram(series: Array, spacing: float) -> tuple[Array, Array]:
    """Return the frequencies (n,) and the mean periodogram (n,) of real series.

    S_k = (ε/N) |Σ_j x_j exp(2πi jk/N)|², an estimate of ∫⟨x(t) x(0)⟩ exp(2πi f t) dt over all times.

    :param series: (m, N) independent series of zero mean, `spacing` ε apart in time.
    """
    count = series.shape[1]
    power: Array = spacing / count * np.abs(np.fft.rfft(series, axis=1)) ** 2
    mean: Array = power.mean(axis=0)
    return np.asarray(np.fft.rfftfreq(count, spacing), dtype=np.float64), mean


def zero_frequency(power: Array, series: int) -> ZeroFrequency:
    """Return the value at zero frequency of the spectrum behind a periodogram.

    :param power: (n,) mean periodogram of `series` independent series, from zero up to a cut-off frequency.
    :raises ValueError: for fewer than `MINIMUM_FREQUENCIES` frequencies, or a periodogram that has zeros.
    """
    if len(power) < MINIMUM_FREQUENCIES:
        raise ValueError(
            f'the periodogram has {len(power)} frequencies below the cut-off, at least '
            f'{MINIMUM_FREQUENCIES} are needed: run more steps, or raise the cut-off'
        )
    if not (power > 0).all():
        raise ValueError('the periodogram has zeros: the series is constant')
    bias, variance = float(psi(series) - np.log(series)), float(polygamma(1, series))
    # even in frequency, so that the cepstrum is real: 2 (n − 1) points of the whole circle
    cepstrum = np.fft.irfft(np.log(power) - bias)
    points = len(cepstrum)
    kept = _kept(cepstrum[: points // 2 + 1], points, variance)
    logarithm = cepstrum[0] + 2 * cepstrum[1:kept].sum()
    deviation = np.sqrt(variance * (4 * kept - 2) / points)
    smooth = np.zeros(points)
    smooth[:kept] = cepstrum[:kept]
    smooth[points - kept + 1 :] = cepstrum[points - kept + 1 :]
    spectrum = np.exp(np.fft.rfft(smooth).real)
    value = float(np.exp(logarithm))
    return ZeroFrequency(value, value * float(deviation), kept, spectrum)


def _kept(half: Array, points: int, variance: float) -> int:
    """Return how many coefficients are kept: `MARGIN` times Akaike's number.

    :param half: (points/2 + 1,) coefficients from zero on.
    """
    squares = half[1:] ** 2
    beyond = np.append(np.cumsum(squares[::-1])[::-1], 0.0)
    criterion = points / variance * beyond + 2 * np.arange(1, len(beyond) + 1)
    return min(MARGIN * (int(np.argmin(criterion)) + 1), len(squares))
