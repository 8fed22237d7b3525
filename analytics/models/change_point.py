"""Daily baseline: change-point models by type of day and season, for many meters at once."""

from typing import Self

import numpy as np

from analytics.models.blocked import blocked_residuals
from analytics.models.day import CELLS, Season, cells_of, swing_of
from analytics.models.estimator import Estimator, Floats, Integers, Truths
from analytics.models.grid import Found, candidates, search
from analytics.models.moments import degrees_below, hinges, knots_of, moments
from analytics.models.split import SPLITS, Split

_ROUNDING = 1e-9
"""Share of the squares of the use below which a better fit is chance. [1]"""
_CLEARLY = 1.645
"""Standard errors by which a finer split must be better: chance does so once in twenty. [1]"""
FAMILIES = ("mean", "3P heating", "3P cooling", "4P", "5P")


class ChangePoint(Estimator):
    """Use of a day = base + heating (Th - T)+ + cooling (T - Tc)+, T the felt temperature.

    Where the course of the day is known, both are means over it: a mild day has cold hours.

    Base and slopes depend on the cell of the day. Change points come from a grid, chosen with the
    family by the Bayesian information criterion; the split by season by out-of-time error: each
    fortnight is predicted from the others, and a finer split is taken only where it is better
    beyond what chance would do once in twenty times.

    Parameters
    ----------
    step_c : float, default 1.0
        Step of the grid. [degC]
    pair_every : int, default 2
        Two change points are sought on every second step.
    slope_days : int, default 10
        Days that must lie below a heating and above a cooling change point.
    season_days : int, default 28
        Days that a season must have for splits by season to be tried.
    block_days : int, default 14
        Days left out together.

    Attributes
    ----------
    family_ : list of str
        Of each meter, one of `FAMILIES`.
    split_ : list of str
        Of each meter, the name of a split.
    change_c_ : ndarray of float, shape (n_meters, 2)
        Change points of heating and cooling, NaN where there is none. [degC]
    base_, heating_, cooling_ : ndarray of float, shape (n_meters, CELLS)
        [use per day], [use per day and degC]. NaN where a meter could not be fitted.
    residual_ : ndarray of float, shape (n_days, n_meters)
        Measured less predicted by a model that has not seen the fortnight; NaN where not used.

    References
    ----------
    ASHRAE Guideline 14 and RP-1050 for the families.
    """

    family_: list[str]
    split_: list[str]
    change_c_: Floats
    base_: Floats
    heating_: Floats
    cooling_: Floats
    residual_: Floats

    def __init__(
        self,
        *,
        step_c: float = 1.0,
        pair_every: int = 2,
        slope_days: int = 10,
        season_days: int = 28,
        block_days: int = 14,
    ) -> None:
        self.step_c = step_c
        self.pair_every = pair_every
        self.slope_days = slope_days
        self.season_days = season_days
        self.block_days = block_days

    def fit(self, X: Floats, y: Floats) -> Self:  # noqa: N803 - scikit-learn's name
        """Fit each meter by itself; those measured on the same days share the work.

        Parameters
        ----------
        X : ndarray of float, shape (n_days, 2 or 3)
            `features` of consecutive days. NaN temperature: the day is not used.
        y : ndarray of float, shape (n_days,) or (n_days, n_meters)
            Use of each day; NaN: the day is not used. [kWh/d, m3/d or GJ/d]
        """
        energy = y.reshape(len(y), -1)
        meters = energy.shape[1]
        usable: Truths = np.isfinite(energy) & np.isfinite(X).all(axis=1, keepdims=True)
        self.family_, self.split_ = [""] * meters, [""] * meters
        self.change_c_ = np.full((meters, 2), np.nan)
        self.base_, self.heating_, self.cooling_ = np.full((3, meters, CELLS), np.nan)
        self.residual_ = np.full(energy.shape, np.nan)
        alike: dict[bytes, list[int]] = {}
        for meter in range(meters):
            alike.setdefault(usable[:, meter].tobytes(), []).append(meter)
        for together in alike.values():
            days = usable[:, together[0]]
            if days.any():
                self._fit(X, energy, days, np.array(together))
        return self

    def predict(self, X: Floats) -> Floats:  # noqa: N803 - scikit-learn's name
        """Use of days, never below 0, NaN without temperature; shape (n_days, n_meters)."""
        cells = cells_of(X)
        change = np.where(np.isnan(self.change_c_), 0.0, self.change_c_)
        swing_c = swing_of(X)
        column = None if swing_c is None else swing_c[:, None]
        colder = degrees_below(change[:, 0] - X[:, :1], column)
        warmer = degrees_below(X[:, :1] - change[:, 1], column)
        use = self.base_.T[cells]
        use = use + self.heating_.T[cells] * colder + self.cooling_.T[cells] * warmer
        return np.maximum(use, 0.0)

    def _fit(self, matrix: Floats, energy: Floats, days: Truths, meters: Integers) -> None:
        used, cells = matrix[days], cells_of(matrix)
        knots_c = np.empty(0)
        if len(used) >= self.slope_days:
            knots_c = knots_of(used[:, 0], self.step_c, self.slope_days)
        pairs = candidates(len(knots_c), self.pair_every)
        if not len(knots_c):
            knots_c = np.zeros(1)  # stands idle: the mean alone is a candidate
        use, swing_c = energy[np.ix_(days, meters)], swing_of(matrix)
        told = moments(used[:, 0], cells[days], use, knots_c, swing_of(used))
        heated = np.vstack([pairs[:1], pairs[pairs[:, 0] >= 0]])
        columns = hinges(np.where(days, matrix[:, 0], 0.0), knots_c, swing_c) * days[:, None]
        masked = np.where(days[:, None], energy[:, meters], 0.0)
        chosen = np.zeros(len(meters), np.int64)
        residual = np.zeros(masked.shape)
        for number, split in enumerate(self._splits(cells[days])):
            found = search(told, split, pairs if split is SPLITS[0] else heated)
            left_out = blocked_residuals(
                columns, split.columns.T[cells], found.index, found.alive, masked, self.block_days
            )
            better = np.ones(len(meters), np.bool_)
            if number:
                rounding = _ROUNDING * (masked**2).sum(axis=0)
                better = _clearly_less(left_out, residual, rounding, self.block_days)
            residual[:, better] = left_out[:, better]
            chosen[better] = number
            self._keep(meters, better, found, split, knots_c)
        self.residual_[:, meters] = np.where(days[:, None], residual, np.nan)

    def _splits(self, cells: Integers) -> tuple[Split, ...]:
        seasons = np.bincount(cells % len(Season), minlength=len(Season))
        return SPLITS if seasons.min() >= self.season_days else SPLITS[:1]

    def _keep(
        self, meters: Integers, better: Truths, found: Found, split: Split, knots_c: Floats
    ) -> None:
        bounds = np.cumsum([len(split.base), len(split.heating)])
        base, heating, cooling = np.split(found.coefficients, bounds, axis=1)
        for place in np.flatnonzero(better):
            meter = meters[place]
            heat, cool = found.knots[place]
            self.base_[meter] = base[place] @ split.base
            self.heating_[meter] = heating[place] @ split.heating
            self.cooling_[meter] = cooling[place] @ split.cooling
            heated, cooled = self.heating_[meter].any(), self.cooling_[meter].any()
            points = [int(heat) if heated else -1, int(cool) if cooled else -1]
            self.change_c_[meter] = [knots_c[k] if k >= 0 else np.nan for k in points]
            self.family_[meter] = _family(*points)
            self.split_[meter] = split.name


def _family(heat: int, cool: int) -> str:
    if heat < 0 or cool < 0:
        return FAMILIES[(heat >= 0) + 2 * (cool >= 0)]
    return FAMILIES[3] if heat == cool else FAMILIES[4]


def _clearly_less(new: Floats, old: Floats, rounding: Floats, block_days: int) -> Truths:
    """Whether squared errors fell by more than the spread of the blocks allows, per meter."""
    starts = np.arange(0, len(new), block_days)
    fall = np.add.reduceat(old**2 - new**2, starts, axis=0)
    less: Truths = fall.sum(axis=0) > np.maximum(
        _CLEARLY * fall.std(axis=0) * np.sqrt(len(starts)), rounding
    )
    return less
