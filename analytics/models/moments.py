"""Sums of squares and cross products from which every change-point model of a year is solved.

The days are read once. Whatever the change points and the split, the normal equations are sums of
what is here, so a grid of hundreds of candidates costs no further look at the days.
"""

from dataclasses import dataclass

import numpy as np

from analytics.models.day import CELLS
from analytics.models.estimator import Floats, Integers

_NO_SWING_C = 1e-9


@dataclass(frozen=True, slots=True)
class Moments:
    """Of some days and the meters measured on all of them.

    Attributes
    ----------
    knots_c : ndarray of float, shape (n_knots,)
        Temperatures at which a slope may begin. [degC]
    gram : ndarray of float, shape (CELLS, 1 + 2 * n_knots, 1 + 2 * n_knots)
        Cross products of the columns of `hinges` within each cell.
    cross : ndarray of float, shape (CELLS, 1 + 2 * n_knots, n_meters)
        Of the columns with the use.
    days : ndarray of float, shape (CELLS, 1 + 2 * n_knots)
        On how many days each column is not zero.
    squares : ndarray of float, shape (n_meters,)
        Sum of the squares of the use.
    count : int
        Days.
    """

    knots_c: Floats
    gram: Floats
    cross: Floats
    days: Floats
    squares: Floats
    count: int


def degrees_below(distance_c: Floats, swing_c: Floats | None) -> Floats:
    """Mean over a day of how far its temperature lies below a knot. [K].

    Parameters
    ----------
    distance_c : ndarray of float
        Knot less the day's mean. [K]
    swing_c : ndarray of float, or None
        Amplitude of the day's course, taken for a sine; None: it has none. [K]

    References
    ----------
    Baskerville and Emin 1969 (degree days of a sine).
    """
    if swing_c is None:
        return np.maximum(distance_c, 0.0)
    part = np.clip(distance_c / np.maximum(swing_c, _NO_SWING_C), -1.0, 1.0)
    within = distance_c * (np.pi / 2 + np.arcsin(part)) + swing_c * np.sqrt(1 - part**2)
    whole = np.abs(distance_c) >= swing_c
    return np.asarray(np.where(whole, np.maximum(distance_c, 0.0), within / np.pi))


def hinges(temperature_c: Floats, knots_c: Floats, swing_c: Floats | None = None) -> Floats:
    """Columns 1, (knot - T)+ of every knot, (T - knot)+ of every knot. [1, K, K].

    With the amplitude of each day's course [K]: their means over the day.
    """
    above = temperature_c[:, None] - knots_c
    colder = degrees_below(-above, None if swing_c is None else swing_c[:, None])
    return np.hstack([np.ones((len(temperature_c), 1)), colder, colder + above])


def knots_of(temperature_c: Floats, step_c: float, least_days: int) -> Floats:
    """Multiples of a step with at least so many days below and above. [degC]."""
    ordered = np.sort(temperature_c)
    low = np.ceil(ordered[least_days - 1] / step_c)
    high = np.floor(ordered[-least_days] / step_c)
    return np.asarray(np.arange(low, high + 0.5) * step_c, np.float64)


def moments(
    temperature_c: Floats,
    cells: Integers,
    energy: Floats,
    knots_c: Floats,
    swing_c: Floats | None = None,
) -> Moments:
    """Read the days.

    Parameters
    ----------
    temperature_c : ndarray of float, shape (n_days,)
        [degC]
    cells : ndarray of int, shape (n_days,)
        Of each day.
    energy : ndarray of float, shape (n_days, n_meters)
        No NaN.
    swing_c : ndarray of float, shape (n_days,), or None
        As of `hinges`. [K]
    """
    columns = hinges(temperature_c, knots_c, swing_c)
    width = columns.shape[1]
    gram = np.zeros((CELLS, width, width))
    cross = np.zeros((CELLS, width, energy.shape[1]))
    days = np.zeros((CELLS, width))
    for cell in range(CELLS):
        within = columns[cells == cell]
        gram[cell] = within.T @ within
        cross[cell] = within.T @ energy[cells == cell]
        days[cell] = (within > 0).sum(axis=0)
    return Moments(knots_c, gram, cross, days, (energy**2).sum(axis=0), len(energy))
