"""Grid search over change points: the best candidate of every meter under one split."""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.models.moments import Moments
from analytics.models.projected import Projected
from analytics.models.split import Split

_FLOOR = 1e-8
"""Share of the sum of squares that is taken for rounding. [1]"""
_AT_ONCE = 256
"""Meters solved at once, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best candidate of each meter.

    Attributes
    ----------
    knots : ndarray of int, shape (n_meters, 2)
        Of heating and of cooling; -1 where there is no slope.
    index : ndarray of int, shape (n_meters, n_columns)
        Column of `hinges` behind each column of the split.
    alive : ndarray of bool, shape (n_meters, n_columns)
        Columns that take part.
    coefficients : ndarray of float, shape (n_meters, n_columns)
        [use per day], and per degC for slopes.
    """

    knots: Integers
    index: Integers
    alive: Truths
    coefficients: Floats


def candidates(knots: int, pair_every: int) -> Integers:
    """Mean, 3P heating, 3P cooling, 4P and 5P as pairs of knots; -1 for none, shape (n, 2)."""
    each = range(knots)
    coarse = range(0, knots, pair_every)
    pairs = [(-1, -1)]
    pairs += [(h, -1) for h in each] + [(-1, c) for c in each] + [(k, k) for k in each]
    pairs += [(h, c) for h in coarse for c in coarse if c > h]
    return np.array(pairs, np.int64)


def search(told: Moments, split: Split, pairs: Integers) -> Found:
    """Solve every candidate for every meter; choose by the Bayesian information criterion.

    A change point counts as a parameter. Slopes are never negative: use does not fall when it gets
    colder below, or warmer above, a change point; one that would be is held at 0.
    """
    left = Projected.of(told, split)
    place, alive = left.places(pairs)
    inverse = left.inverse(place, alive)
    distinct = (pairs >= 0).sum(axis=1) - ((pairs[:, 0] == pairs[:, 1]) & (pairs[:, 0] >= 0))
    parameters = left.counts.sum() + alive.sum(axis=1) + distinct
    own = np.einsum("nii->ni", inverse)
    meters = told.cross.shape[2]
    best = np.zeros(meters, np.int64)
    slopes = np.zeros((meters, place.shape[1]))
    for start in range(0, meters, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        cross = left.cross[:, part][place] * alive[:, :, None]
        solved = inverse @ cross
        error = left.squares[part] - (solved * cross).sum(axis=1)
        score = _score(told, error, told.squares[part], parameters[:, None])
        below = (solved < 0).sum(axis=1)
        fell = np.asarray(below > 0)
        least = np.where(fell, np.inf, score).min(axis=0)
        sunk = np.minimum(solved, 0.0) ** 2 / own[:, :, None]
        rise = sunk.max(axis=1, initial=0.0)  # at the least, and often all
        bound = _score(told, error + rise, told.squares[part], parameters[:, None] - below)
        which, meter = np.nonzero(fell & (bound < least))
        if len(which):
            held, more, zero = _held(inverse[which], solved[which, :, meter])
            solved[which, :, meter] = held
            fewer = parameters[which] - zero
            squares = told.squares[part][meter]
            score[which, meter] = _score(told, error[which, meter] + more, squares, fewer)
            fell[which, meter] = False
        score[fell] = np.inf
        best[part] = score.argmin(axis=0)
        slopes[part] = solved[best[part], :, np.arange(cross.shape[2])]
    coefficients = np.hstack([left.base(place[best], slopes), slopes])
    hinge = np.hstack([np.zeros((meters, len(left.counts)), np.int64), left.hinge[place[best]]])
    return Found(pairs[best], hinge, coefficients != 0, coefficients)


def _score(told: Moments, error: Floats, squares: Floats, parameters: Integers) -> Floats:
    """Bayesian information criterion, but for what is the same of all candidates."""
    rounded = np.maximum(np.maximum(error, _FLOOR * squares), np.finfo(np.float64).tiny)
    return np.asarray(told.count * np.log(rounded) + parameters * np.log(told.count))


def _held(inverse: Floats, solved: Floats) -> tuple[Floats, Floats, Integers]:
    """Solutions with their negative slopes held at 0, the most negative first.

    Parameters
    ----------
    inverse : ndarray of float, shape (n, n_slopes, n_slopes)
        Of each normal matrix.
    solved : ndarray of float, shape (n, n_slopes)
        Slopes without a bound.

    Returns
    -------
    tuple of ndarray
        Coefficients; by how much the sum of squared errors rises; how many slopes are held.
    """
    row = np.arange(len(solved))
    rise, zero = np.zeros(len(solved)), np.zeros(len(solved), np.int64)
    held = np.zeros(solved.shape, np.bool_)
    for _ in range(solved.shape[1]):
        worst = solved.argmin(axis=1)
        value = np.minimum(solved[row, worst], 0.0)
        negative = value < 0
        if not negative.any():
            break
        scale = inverse[row, worst, worst]
        along = inverse[row, :, worst]
        share = np.where(negative, 1 / scale, 0.0)
        rise = rise + value**2 * share
        zero = zero + negative
        held[row[negative], worst[negative]] = True
        solved = np.where(held, 0.0, solved - along * (value * share)[:, None])
        inverse = inverse - along[:, :, None] * along[:, None, :] * share[:, None, None]
        inverse[row[negative], worst[negative], worst[negative]] = 1.0
    return solved, rise, zero
