"""Monthly baseline for bills: degree days of each bill's own span."""

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np

from analytics.models.estimator import Estimator, Floats, Integers
from analytics.models.grid import candidates, family_of
from analytics.models.moments import hinges

KNOTS_C = np.arange(-10.0, 31.0)
"""Balance points that are tried. [degC]"""
_ROUNDING = 1e-9
"""Share of the squares of the use below which a better fit is chance. [1]"""


def features(temperature_c: Floats, spans: Integers) -> Floats:
    """Matrix that the model of bills takes.

    Parameters
    ----------
    temperature_c : ndarray of float, shape (n_days,)
        Mean of consecutive local days. [degC]
    spans : ndarray of int, shape (n_bills, 2)
        First day and end of each bill, half-open, as indices of days.

    Returns
    -------
    ndarray of float, shape (n_bills, 1 + 2 * n_knots)
        Days [d], heating and cooling degree days at each of `KNOTS_C` [degC d]; NaN where the
        temperature of a day is not known.
    """
    columns = hinges(temperature_c, KNOTS_C)
    columns[np.isnan(temperature_c)] = np.nan
    sums = np.array([columns[first:end].sum(axis=0) for first, end in spans])
    return sums.reshape(len(spans), columns.shape[1])


def mean_c(matrix: Floats) -> Floats:
    """Mean temperature of each bill of a matrix of `features`; NaN where it has no days. [degC]."""
    zero = int(KNOTS_C.searchsorted(0.0))
    length = np.where(matrix[:, 0] > 0, matrix[:, 0], np.nan)
    return np.asarray((matrix[:, 1 + len(KNOTS_C) + zero] - matrix[:, 1 + zero]) / length)


class BillModel(Estimator):
    """Use of a bill = base x days + heating x degree days + cooling x degree days.

    Weighted by days. Balance points are those with the least squares; of the families that which is
    closest to each bill when fitted to all the others. Slopes are never negative.

    Parameters
    ----------
    slope_bills : int, default 3
        Bills in which a slope must count.

    Attributes
    ----------
    change_c_ : tuple of (float or None, float or None)
        Balance points of heating and cooling. [degC]
    coefficients_ : ndarray of float, shape (3,)
        Base [use per day], heating and cooling [use per degC and day].
    residual_ : ndarray of float, shape (n_bills,)
        Measured less predicted from all other bills, per bill.
    """

    change_c_: tuple[float | None, float | None]
    coefficients_: Floats
    residual_: Floats

    def __init__(self, *, slope_bills: int = 3) -> None:
        self.slope_bills = slope_bills

    @classmethod
    def of(
        cls, heating_c: float | None, cooling_c: float | None, coefficients: Sequence[float]
    ) -> Self:
        """A fitted model from its parameters; balance points are among `KNOTS_C`, or None."""
        model = cls()
        model.change_c_ = (heating_c, cooling_c)
        model.coefficients_ = np.array(coefficients, np.float64)
        heat, cool = (
            -1 if each is None else int(KNOTS_C.searchsorted(each))
            for each in (heating_c, cooling_c)
        )
        model._pair = heat, cool
        return model

    def fit(self, X: Floats, y: Floats) -> Self:  # noqa: N803 - scikit-learn's name
        """Fit on bills.

        Parameters
        ----------
        X : ndarray of float, shape (n_bills, 1 + 2 * n_knots)
            `features`.
        y : ndarray of float, shape (n_bills,)
            Use of each bill; NaN: not used.
        """
        usable = np.isfinite(y) & np.isfinite(X).all(axis=1) & (X[:, 0] > 0)
        root = np.sqrt(X[usable, 0])
        weighted, target = X[usable] / root[:, None], y[usable] / root
        self._pair, self.coefficients_, left_out = (-1, -1), np.zeros(3), target
        rounding = _ROUNDING * float((target**2).sum())
        least = np.inf
        for pair, solved in self._families(weighted, target):
            told = _left_out(_design(weighted, *pair), target)
            error = float((told**2).sum())
            if error < least - rounding:
                least, left_out = error, told
                self._pair, self.coefficients_ = pair, solved
        heat, cool = self._pair
        self.change_c_ = (
            float(KNOTS_C[heat]) if heat >= 0 else None,
            float(KNOTS_C[cool]) if cool >= 0 else None,
        )
        self.residual_ = np.full(len(y), np.nan)
        self.residual_[usable] = left_out * root
        return self

    def predict(self, X: Floats) -> Floats:  # noqa: N803 - scikit-learn's name
        """Use of bills, never below 0; NaN without temperatures, shape (n_bills,)."""
        design = _design(X, *self._pair)
        design[np.isnan(X).any(axis=1)] = np.nan
        return np.maximum(design @ self.coefficients_, 0.0)

    def _families(
        self, weighted: Floats, target: Floats
    ) -> Iterator[tuple[tuple[int, int], Floats]]:
        """Balance points and coefficients of the least squares, of each family that is possible."""
        pairs = candidates(len(KNOTS_C), 2)
        least: dict[int, float] = {}
        found: dict[int, tuple[tuple[int, int], Floats]] = {}
        for (heat, cool), family in zip(pairs.tolist(), family_of(pairs).tolist(), strict=True):
            design = _design(weighted, heat, cool)
            used = (design > 0).sum(axis=0) >= self.slope_bills
            if not used[1 if heat >= 0 else 0] or (cool >= 0 and not used[2]):
                continue
            solved = _solve(design, target)
            error = float(((target - design @ solved) ** 2).sum())
            if (solved[1:] >= 0).all() and error < least.get(family, np.inf):
                least[family], found[family] = error, ((heat, cool), solved)
        yield from (found[family] for family in sorted(found))


def _design(columns: Floats, heat: int, cool: int) -> Floats:
    design = np.zeros((len(columns), 3))
    design[:, 0] = columns[:, 0]
    if heat >= 0:
        design[:, 1] = columns[:, 1 + heat]
    if cool >= 0:
        design[:, 2] = columns[:, 1 + len(KNOTS_C) + cool]
    return design


def _solve(design: Floats, target: Floats) -> Floats:
    normal = design.T @ design
    return np.asarray(np.linalg.pinv(normal, hermitian=True) @ (design.T @ target))


def _left_out(design: Floats, target: Floats) -> Floats:
    """Residual of each row from a fit to the others."""
    rows = np.arange(len(target))
    return np.array(
        [target[i] - design[i] @ _solve(design[rows != i], target[rows != i]) for i in rows]
    )
