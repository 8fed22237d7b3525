"""The length after which a series repeats itself, from its autocorrelation."""

import numpy as np

from analytics.models.estimator import Floats

_LEAST = 4
"""Shorter than this, a season is noise. [values]"""
_CLEARLY = 0.3
"""Autocorrelation from which a series has a season. [1]"""


def season(value: Floats) -> int | None:
    """Values after which a series repeats itself best, and at least three times.

    Parameters
    ----------
    value : ndarray of float, shape (n,)
        Every value known.

    Returns
    -------
    int or None
        None where it does not.
    """
    count = len(value)
    most = count // 3
    if most <= _LEAST:
        return None
    low, high = np.quantile(value, [0.01, 0.99])
    about = np.clip(value, low, high)
    about = about - about.mean()
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(about, size)
    alike = np.fft.irfft(spectrum * np.conj(spectrum), size)[: most + 1]
    if not alike[0] > 0:
        return None
    alike = alike / alike[0] * count / (count - np.arange(most + 1))
    inner = alike[1:-1]
    peaks = 1 + np.flatnonzero((inner > alike[:-2]) & (inner >= alike[2:]))
    peaks = peaks[peaks >= _LEAST]
    if not len(peaks):
        return None
    best = float(alike[peaks].max())
    if best < _CLEARLY:
        return None
    return int(peaks[alike[peaks] >= 0.9 * best][0])
