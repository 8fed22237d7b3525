"""What the base leaves of slopes and use: candidates of one split differ in their slopes alone."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.models.moments import Moments
from analytics.models.split import Split

LEAST_DAYS = 5
"""Days on which a column must count, or it is left out."""
_JITTER = 1e-9


@dataclass(frozen=True, slots=True)
class Projected:
    """Sums over the days from which the base of a split has been taken out.

    Each slope of the split stands once for each knot: a place. Heating slopes come first.

    Attributes
    ----------
    counts : ndarray of bool, shape (n_base,)
        Base columns with enough days.
    knots, heating : int
        Number of knots, and of heating slopes.
    hinge : ndarray of int, shape (n_places,)
        Column of `hinges` behind each place.
    days : ndarray of float, shape (n_places,)
        On how many days it is not zero.
    gram : ndarray of float, shape (n_places, n_places)
    diagonal : ndarray of float, shape (n_places,)
        Of it, before the base was taken out.
    cross : ndarray of float, shape (n_places, n_meters)
        With the use.
    squares : ndarray of float, shape (n_meters,)
        Of the use.
    of_use, of_places : ndarray of float, shape (n_base, ..)
        Base that the use alone, or a place alone, would have.
    """

    counts: Truths
    knots: int
    heating: int
    hinge: Integers
    days: Floats
    gram: Floats
    diagonal: Floats
    cross: Floats
    squares: Floats
    of_use: Floats
    of_places: Floats

    @classmethod
    def of(cls, told: Moments, split: Split) -> Self:
        """Take the base out. There must be a knot."""
        counts: Truths = split.base @ told.days[:, 0] >= LEAST_DAYS
        counts[0] = True
        base = split.base * counts[:, None]
        knots = len(told.knots_c)
        sides = ((split.heating, slice(1, 1 + knots)), (split.cooling, slice(1 + knots, None)))
        whole = np.block([[_between(told.gram, one, other) for other in sides] for one in sides])
        by_cell = np.vstack([_by_cell(told.gram[:, :, 0], side) for side in sides])
        with_base = base @ by_cell.T
        normal = (base * told.gram[:, 0, 0]) @ base.T + np.diag(~counts)
        inverse = np.linalg.inv(normal * (1 + _JITTER * np.eye(len(normal))))
        used = base @ told.cross[:, 0]
        of_use, of_places = inverse @ used, inverse @ with_base
        return cls(
            counts,
            knots,
            len(split.heating),
            np.concatenate([_of_places(np.arange(1 + 2 * knots), side) for side in sides]),
            np.concatenate([_summed(told.days[:, :, None], side)[:, 0] for side in sides]),
            whole - with_base.T @ of_places,
            np.diagonal(whole),
            np.vstack([_summed(told.cross, side) for side in sides]) - with_base.T @ of_use,
            told.squares - (used * of_use).sum(axis=0),
            of_use,
            of_places,
        )

    def places(self, pairs: Integers) -> tuple[Integers, Truths]:
        """Place of each slope of each candidate, and whether it counts, shape (n, n_slopes)."""
        slopes = np.arange(len(self.hinge) // self.knots)
        knot = np.where(slopes < self.heating, pairs[:, :1], pairs[:, 1:])
        place = np.where(knot >= 0, slopes * self.knots + knot, 0)
        return place, (knot >= 0) & (self.days[place] >= LEAST_DAYS)

    def inverse(self, place: Integers, alive: Truths) -> Floats:
        """Inverse of the normal matrix of every candidate, shape (n, n_slopes, n_slopes)."""
        normal = self.gram[place[:, :, None], place[:, None, :]]
        normal *= alive[:, :, None] & alive[:, None, :]
        diagonal = np.einsum("nii->ni", normal)
        diagonal += np.where(alive, _JITTER * self.diagonal[place], 1.0)
        return np.asarray(np.linalg.inv(normal), np.float64)

    def base(self, place: Integers, slopes: Floats) -> Floats:
        """Base of each meter beside its slopes, shape (n_meters, n_base)."""
        taken = (self.of_places[:, place] * slopes).sum(axis=2)
        return np.asarray((self.of_use - taken).T)


_Side = tuple[Floats, slice]
"""Slopes as rows over the cells, and the hinges that they may have."""


def _between(gram: Floats, one: _Side, other: _Side) -> Floats:
    """Cross products of the places of two sides."""
    both = (one[0][:, None] * other[0]).reshape(-1, len(gram))
    part = np.ascontiguousarray(gram[:, one[1], other[1]])
    found: Floats = both @ part.reshape(len(gram), -1)
    shape = (len(one[0]), len(other[0]), *part.shape[1:])
    rows = len(one[0]) * part.shape[1]
    return found.reshape(shape).transpose(0, 2, 1, 3).reshape(rows, -1)


def _by_cell(ones: Floats, side: _Side) -> Floats:
    """Sum of each place within each cell, shape (n_places, n_cells)."""
    found: Floats = side[0][:, None] * ones[:, side[1]].T
    return found.reshape(-1, len(ones))


def _summed(values: Floats, side: _Side) -> Floats:
    """Sum over the cells of values by cell and hinge, shape (n_places, n_columns)."""
    found = np.tensordot(side[0], values[:, side[1]], axes=1)
    return np.asarray(found.reshape(-1, values.shape[2]))


def _of_places(hinge: Integers, side: _Side) -> Integers:
    return np.tile(hinge[side[1]], len(side[0]))
