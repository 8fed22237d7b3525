"""Hourly baseline: time of week and temperature, occupied and unoccupied hours apart."""

from typing import Self

import numpy as np

from analytics.models.estimator import Estimator, Floats, Integers, Truths
from analytics.models.hour_of_week import HOURS_A_DAY, SLOTS

_HEATING_C, _COOLING_C = 10.0, 18.33
"""Between them a building is neither heated nor cooled; 50 and 65 F. [degC]"""


class TimeOfWeek(Estimator):
    """Use of an hour = level of its hour of the week + piecewise linear in temperature.

    An hour of the week is occupied where the use lies above what the temperature alone explains
    in most of its weeks; occupied and unoccupied hours have temperature curves of their own.
    Sums within each hour of the week are made once for all meters measured at the same hours.

    Parameters
    ----------
    quantiles : tuple of float
        Where the temperature curve bends, as quantiles of the training hours. [1]
    occupied_share : float, default 0.65
        Share of weeks from which an hour of the week counts as occupied. [1]
    ridge : float, default 1000.0
        Penalty on the slopes, as if so many hours had shown no slope: about six weeks.

    Attributes
    ----------
    knots_c_ : list of ndarray of float
        Bends of the curve, of each meter. [degC]
    level_ : ndarray of float, shape (n_meters, SLOTS)
        Level of each hour of the week; NaN where a meter could not be fitted. [use per hour]
    slope_ : ndarray of float, shape (n_meters, 2, n_knots + 1)
        Of each piece, unoccupied and occupied. [use per hour and degC]
    occupied_ : ndarray of bool, shape (n_meters, SLOTS)
    filled_ : ndarray of int, shape (n_meters,)
        Hours of the week that were never measured: they take the mean of that hour of day.

    References
    ----------
    Mathieu, Price, Kiliccote, Piette 2011 (time of week and temperature).
    """

    knots_c_: Floats
    level_: Floats
    slope_: Floats
    occupied_: Truths
    filled_: Integers

    def __init__(
        self,
        *,
        quantiles: tuple[float, ...] = (0.10, 0.25, 0.45, 0.65, 0.85, 0.95),
        occupied_share: float = 0.65,
        ridge: float = 1000.0,
    ) -> None:
        self.quantiles = quantiles
        self.occupied_share = occupied_share
        self.ridge = ridge

    def fit(self, X: Floats, y: Floats) -> Self:  # noqa: N803 - scikit-learn's name
        """Fit each meter by itself.

        Parameters
        ----------
        X : ndarray of float, shape (n_hours, 2)
            `features` of hours. NaN temperature: the hour is not used.
        y : ndarray of float, shape (n_hours,) or (n_hours, n_meters)
            Use of each hour; NaN: not used. [kWh/h, m3/h or GJ/h]
        """
        use = y.reshape(len(y), -1)
        meters, pieces = use.shape[1], len(self.quantiles) + 1
        usable: Truths = np.isfinite(use) & np.isfinite(X).all(axis=1, keepdims=True)
        self.knots_c_ = np.full((meters, pieces - 1), np.nan)
        self.level_ = np.full((meters, SLOTS), np.nan)
        self.slope_ = np.full((meters, 2, pieces), np.nan)
        self.occupied_ = np.zeros((meters, SLOTS), np.bool_)
        self.filled_ = np.zeros(meters, np.int64)
        alike: dict[bytes, list[int]] = {}
        for meter in range(meters):
            alike.setdefault(usable[:, meter].tobytes(), []).append(meter)
        for together in alike.values():
            hours = usable[:, together[0]]
            if hours.any():
                self._fit(X[hours], use[hours][:, together], np.array(together))
        return self

    def predict(self, X: Floats) -> Floats:  # noqa: N803 - scikit-learn's name
        """Use of hours, never below 0, NaN without temperature; shape (n_hours, n_meters)."""
        slots = X[:, 1].astype(np.int64)
        found = np.empty((len(X), len(self.level_)))
        for meter, knots_c in enumerate(self.knots_c_):
            curves = _pieces(X[:, 0], knots_c) @ self.slope_[meter].T
            curve = np.where(self.occupied_[meter, slots], curves[:, 1], curves[:, 0])
            found[:, meter] = self.level_[meter, slots] + curve
        return np.maximum(found, 0.0)

    def _fit(self, matrix: Floats, use: Floats, meters: Integers) -> None:
        slots = matrix[:, 1].astype(np.int64)
        knots_c = np.quantile(matrix[:, 0], self.quantiles)
        occupied = self._occupancy(matrix[:, 0], slots, use)
        pieces = _pieces(matrix[:, 0], knots_c)
        weeks = np.bincount(slots, minlength=SLOTS).astype(np.float64)
        mean_piece, mean_use = _by_slot(slots, pieces, weeks), _by_slot(slots, use, weeks)
        around = pieces - mean_piece[slots]
        gram, cross = _products(slots, around, use)
        penalty = np.diag(self.ridge * pieces.var(axis=0))
        slope = np.empty((len(meters), 2, pieces.shape[1]))
        for number, which in enumerate((~occupied, occupied)):
            share = which.astype(np.float64)
            normal = np.tensordot(share, gram, axes=1) + penalty
            normal += np.finfo(np.float64).tiny * np.eye(len(penalty))
            told = np.einsum("ms,spm->mp", share, cross)
            slope[:, number] = np.einsum("mpq,mq->mp", np.linalg.pinv(normal, hermitian=True), told)
        curve = np.einsum("sp,mop->mos", mean_piece, slope)
        level = mean_use.T - np.where(occupied, curve[:, 1], curve[:, 0])
        missing = weeks == 0
        self.level_[meters] = _filled(level, missing)
        self.knots_c_[meters], self.slope_[meters] = knots_c, slope
        self.occupied_[meters], self.filled_[meters] = occupied, missing.sum()

    def _occupancy(self, temperature_c: Floats, slots: Integers, use: Floats) -> Truths:
        """Whether each hour of the week is occupied, shape (n_meters, SLOTS)."""
        ones = np.ones(len(temperature_c))
        cold = np.maximum(_HEATING_C - temperature_c, 0.0)
        hot = np.maximum(temperature_c - _COOLING_C, 0.0)
        plain = np.column_stack([ones, cold, hot])
        above = use > plain @ (np.linalg.pinv(plain.T @ plain, hermitian=True) @ (plain.T @ use))
        weeks = np.maximum(np.bincount(slots, minlength=SLOTS), 1).astype(np.float64)
        share = _by_slot(slots, above.astype(np.float64), weeks)
        return np.asarray(self.occupied_share < share.T, np.bool_)


def _pieces(temperature_c: Floats, knots_c: Floats) -> Floats:
    """Parts of the temperature between the knots, that add up to it, shape (n, n_knots + 1)."""
    low = np.concatenate([[-np.inf], knots_c])
    high = np.concatenate([knots_c, [np.inf]])
    start = np.concatenate([[0.0], knots_c])
    return np.asarray(np.clip(temperature_c[:, None], low, high) - start, np.float64)


def _by_slot(slots: Integers, values: Floats, weeks: Floats) -> Floats:
    """Mean of each column within each hour of the week, 0 where there is none."""
    total = np.stack([np.bincount(slots, column, SLOTS) for column in values.T], axis=1)
    return np.asarray(total / np.maximum(weeks, 1.0)[:, None])


def _products(slots: Integers, around: Floats, use: Floats) -> tuple[Floats, Floats]:
    """Cross products within each hour of the week, of the pieces and with the use."""
    order = np.argsort(slots, kind="stable")
    ends = np.cumsum(np.bincount(slots, minlength=SLOTS))
    gram = np.zeros((SLOTS, around.shape[1], around.shape[1]))
    cross = np.zeros((SLOTS, around.shape[1], use.shape[1]))
    for slot, rows in enumerate(np.split(order, ends[:-1])):
        within = around[rows].T
        gram[slot] = within @ around[rows]
        cross[slot] = within @ use[rows]
    return gram, cross


def _filled(level: Floats, missing: Truths) -> Floats:
    """Levels with hours that were never measured put to the mean of that hour of day, or of all."""
    known = np.where(missing, np.nan, level).reshape(len(level), -1, HOURS_A_DAY)
    count = np.isfinite(known).sum(axis=1, keepdims=True)
    total = np.nansum(known, axis=1, keepdims=True)
    whole = np.nansum(total, axis=2, keepdims=True) / count.sum(axis=2, keepdims=True)
    usual = np.where(count > 0, total / np.maximum(count, 1), whole)
    return np.asarray(np.where(np.isnan(known), usual, known).reshape(level.shape))
