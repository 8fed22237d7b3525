"""Daily baseline: change-point models by type of day and season, for many meters at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.models.blocked import blocked_residuals
from analytics.models.day import CELLS, DayType, Season, cells_of, swing_of, termless
from analytics.models.estimator import Estimator, Floats, Integers, Truths
from analytics.models.grid import FAMILIES, Found, candidates, family_of, search
from analytics.models.moments import degrees_below, hinges, knots_of, moments
from analytics.models.split import SPLITS, TERM_SPLITS, Split

_ROUNDING = 1e-9
"""Share of the squares of the use below which a better fit is chance. [1]"""
_CLEARLY = 1.645
"""Standard errors by which a finer split must be better: chance does so once in twenty. [1]"""


class ChangePoint(Estimator):
    """Use of a day = base + heating (Th - T)+ + cooling (T - Tc)+, T the felt temperature.

    Where the course of the day is known, both are means over it: a mild day has cold hours.

    Base and slopes depend on the cell of the day, the base also on a school's terms where these are
    known. Change points are those of the grid with the least squares. The family, and the split by
    season and term, are chosen by out-of-time error: each fortnight is predicted from the others.
    The family is the one with the least such error; a finer split is taken only where it is better
    beyond what chance does once in twenty times.

    Parameters
    ----------
    step_c : float, default 1.0
        Step of the grid. [degC]
    pair_every : int, default 2
        Two change points are sought on every second step.
    slope_days : int, default 10
        Days that must lie below a heating and above a cooling change point.
    season_days : int, default 28
        Days that a season must have for splits by season to be tried; workdays that terms, and
        what lies between them, must have for splits by term.
    block_days : int, default 14
        Days left out together.

    Attributes
    ----------
    family_ : list of str
        Of each meter, one of `FAMILIES`.
    split_ : list of str
        Of each meter, the name of a split.
    terms_ : ndarray of bool, shape (n_meters,)
        Whether workdays of terms and between them are told apart.
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
    terms_: Truths
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
        self.terms_ = np.zeros(meters, np.bool_)
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
        """Use of days, never below 0, shape (n_days, n_meters).

        NaN without temperature, and on workdays without a known term where these are told apart.
        """
        cells = cells_of(X)
        change = np.where(np.isnan(self.change_c_), 0.0, self.change_c_)
        swing_c = swing_of(X)
        column = None if swing_c is None else swing_c[:, None]
        colder = degrees_below(change[:, 0] - X[:, :1], column)
        warmer = degrees_below(X[:, :1] - change[:, 1], column)
        use = self.base_.T[cells]
        use = use + self.heating_.T[cells] * colder + self.cooling_.T[cells] * warmer
        use[termless(X)[:, None] & self.terms_] = np.nan
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
        heated = pairs[(pairs >= 0).any(axis=1) <= (pairs[:, 0] >= 0)]
        told_days = _Days(
            hinges(np.where(days, matrix[:, 0], 0.0), knots_c, swing_c) * days[:, None],
            cells,
            np.where(days[:, None], energy[:, meters], 0.0),
            self.block_days,
        )
        residual = np.zeros(told_days.energy.shape)
        for number, split in enumerate(self._splits(used)):
            plain = len(split.heating) == len(SPLITS[0].heating)
            families = search(told, split, pairs if plain else heated)
            left_out, taken = told_days.closest(split, families, residual if number else None)
            better = taken >= 0
            if number:
                better &= told_days.clearly_less(left_out, residual)
            residual[:, better] = left_out[:, better]
            for place, found in enumerate(families):
                self._keep(meters, better & (taken == place), found, split, knots_c)
        self.residual_[:, meters] = np.where(days[:, None], residual, np.nan)

    def _splits(self, used: Floats) -> Sequence[Split]:
        """Splits that are tried, the simpler ones first."""
        kinds, seasons = np.divmod(cells_of(used), len(Season))
        tried = 1
        if np.bincount(seasons, minlength=len(Season)).min() >= self.season_days:
            tried = len(SPLITS)
        sides = [int((kinds == each).sum()) for each in (DayType.WORKDAY, DayType.BREAK)]
        if termless(used).any() or min(sides) < self.season_days:
            return SPLITS[:tried]
        both = zip(SPLITS[:tried], TERM_SPLITS[:tried], strict=True)
        return [split for pair in both for split in pair]

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
            points = np.array([[heat if heated else -1, cool if cooled else -1]])
            self.change_c_[meter] = [knots_c[k] if k >= 0 else np.nan for k in points[0]]
            self.family_[meter] = FAMILIES[family_of(points)[0]]
            self.split_[meter] = split.name
            self.terms_[meter] = split.terms


@dataclass(frozen=True, slots=True)
class _Days:
    """Days of some meters, to be told by models that have not seen them.

    Attributes
    ----------
    columns : ndarray of float, shape (n_days, n_hinges)
        `hinges` of each day, all 0 on a day that is not used.
    energy : ndarray of float, shape (n_days, n_meters)
        0 on a day that is not used.
    """

    columns: Floats
    cells: Integers
    energy: Floats
    block_days: int

    @property
    def rounding(self) -> Floats:
        """Squared error below which a better fit is chance, of each meter."""
        return np.asarray(_ROUNDING * (self.energy**2).sum(axis=0))

    def closest(
        self, split: Split, families: Sequence[Found], so_far: Floats | None
    ) -> tuple[Floats, Integers]:
        """Residuals of the family with the least out-of-time error, and its place in `families`.

        Of equals the simpler; -1 where none is closer than `so_far`. Out of time no model is closer
        than within: one that is not closer within is not tried.
        """
        meters = self.energy.shape[1]
        limit = np.full(meters, np.inf) if so_far is None else (so_far**2).sum(axis=0)
        place, meter = np.nonzero(np.stack([found.error for found in families]) < limit)
        error = np.full((len(families), meters), np.inf)
        residual = np.zeros(self.energy.shape)
        taken = np.full(meters, -1)
        if len(place):
            tried = blocked_residuals(
                self.columns,
                split.columns.T[self.cells],
                np.stack([found.index for found in families])[place, meter],
                np.stack([found.alive for found in families])[place, meter],
                self.energy[:, meter],
                self.block_days,
            )
            error[place, meter] = (tried**2).sum(axis=0)
            least = error.min(axis=0)
            first = (error <= least + self.rounding).argmax(axis=0)
            taken = np.where(least < limit, first, -1)
            chosen = taken[meter] == place
            residual[:, meter[chosen]] = tried[:, chosen]
        return residual, taken

    def clearly_less(self, new: Floats, old: Floats) -> Truths:
        """Whether squared errors fell by more than the spread of the blocks allows, per meter."""
        starts = np.arange(0, len(new), self.block_days)
        fall = np.add.reduceat(old**2 - new**2, starts, axis=0)
        spread = fall.std(axis=0) * np.sqrt(len(starts))
        less: Truths = fall.sum(axis=0) > np.maximum(_CLEARLY * spread, self.rounding)
        return less
