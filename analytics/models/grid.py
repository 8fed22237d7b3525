"""Grid search over change points: the closest candidate of each family, meter by meter."""

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
FAMILIES = ("mean", "3P heating", "3P cooling", "4P", "5P")


@dataclass(frozen=True, slots=True)
class Found:
    """The candidate of one family that is closest to each meter.

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
    error : ndarray of float, shape (n_meters,)
        Sum of the squared residuals of the days it was fitted to.
    """

    knots: Integers
    index: Integers
    alive: Truths
    coefficients: Floats
    error: Floats


def candidates(knots: int, pair_every: int) -> Integers:
    """Pairs of knots, family after family; -1 for none, shape (n, 2)."""
    each = range(knots)
    coarse = range(0, knots, pair_every)
    pairs = [(-1, -1)]
    pairs += [(h, -1) for h in each] + [(-1, c) for c in each] + [(k, k) for k in each]
    pairs += [(h, c) for h in coarse for c in coarse if c > h]
    return np.array(pairs, np.int64)


def family_of(pairs: Integers) -> Integers:
    """Place in `FAMILIES` of pairs of knots, shape (n,)."""
    heat, cool = pairs[:, 0], pairs[:, 1]
    both = np.where(heat == cool, 3, 4)
    return np.asarray(np.where((heat < 0) | (cool < 0), (heat >= 0) + 2 * (cool >= 0), both))


def search(told: Moments, split: Split, pairs: Integers) -> list[Found]:
    """Solve every candidate for every meter; change points are parameters of the least squares.

    Slopes are never negative: use does not fall when it gets colder below, or warmer above, a
    change point; one that would be is held at 0.

    Parameters
    ----------
    pairs : ndarray of int, shape (n, 2)
        Candidates, family after family.

    Returns
    -------
    list of Found
        Of each family that has a candidate, in the order of `FAMILIES`.
    """
    left = Projected.of(told, split)
    place, alive = left.places(pairs)
    inverse = left.inverse(place, alive)
    own = np.einsum("nii->ni", inverse)
    families, starts, of_pair = np.unique(family_of(pairs), return_index=True, return_inverse=True)
    ends = [*starts[1:], len(pairs)]
    meters = told.cross.shape[2]
    best = np.zeros((len(families), meters), np.int64)
    least = np.zeros(best.shape)
    slopes = np.zeros((*best.shape, place.shape[1]))
    for start in range(0, meters, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        cross = left.cross[:, part][place] * alive[:, :, None]
        solved = inverse @ cross
        floor = np.maximum(_FLOOR * told.squares[part], np.finfo(np.float64).tiny)
        error = np.maximum(left.squares[part] - (solved * cross).sum(axis=1), floor)
        fell: Truths = np.asarray((solved < 0).any(axis=1))
        unbound = np.minimum.reduceat(np.where(fell, np.inf, error), starts, axis=0)
        sunk = np.minimum(solved, 0.0) ** 2 / own[:, :, None]
        rise = sunk.max(axis=1, initial=0.0)  # at the least, and often all
        which, meter = np.nonzero(fell & (error + rise < unbound[of_pair]))
        if len(which):
            held, more = _held(inverse[which], solved[which, :, meter])
            solved[which, :, meter] = held
            error[which, meter] += more
            fell[which, meter] = False
        error[fell] = np.inf
        column = np.arange(cross.shape[2])
        for number, (first, end) in enumerate(zip(starts, ends, strict=True)):
            chosen = first + error[first:end].argmin(axis=0)
            best[number, part] = chosen
            least[number, part] = error[chosen, column]
            slopes[number, part] = solved[chosen, :, column]
    return [
        _found(left, pairs[chosen], place[chosen], rising, error)
        for chosen, rising, error in zip(best, slopes, least, strict=True)
    ]


def _found(
    left: Projected, knots: Integers, place: Integers, slopes: Floats, error: Floats
) -> Found:
    """Candidates of one family, with their base."""
    coefficients = np.hstack([left.base(place, slopes), slopes])
    hinge = np.hstack([np.zeros((len(place), len(left.counts)), np.int64), left.hinge[place]])
    return Found(knots, hinge, coefficients != 0, coefficients, error)


def _held(inverse: Floats, solved: Floats) -> tuple[Floats, Floats]:
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
        Coefficients; by how much the sum of squared errors rises.
    """
    row = np.arange(len(solved))
    rise = np.zeros(len(solved))
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
        held[row[negative], worst[negative]] = True
        solved = np.where(held, 0.0, solved - along * (value * share)[:, None])
        inverse = inverse - along[:, :, None] * along[:, None, :] * share[:, None, None]
        inverse[row[negative], worst[negative], worst[negative]] = 1.0
    return solved, rise
