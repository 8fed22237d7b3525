"""How often bands hold unchanged meters of a later year, and how narrow they are.

Bands are made from 2016 against 2017 alone. The score of a meter is the width of its band and
twenty times what its deviation lies outside, as shares of the baseline; less is better.
"""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats
from analytics.savings import shipped
from analytics.savings.calibration import Calibration, calibrate
from analytics.savings.meter_year import MeterYear
from analytics.savings.portfolio import SHIPPED_CORRELATION, Part, portfolio_saving
from bench.meter_years import deviations, meter_years

CONFIDENCE = 0.9
_PENALTY = 20.0
_GROUPS = 2000
GROUP = 10


@dataclass(frozen=True, slots=True)
class Held:
    """Bands of many meters against what came.

    Attributes
    ----------
    held : ndarray of bool, shape (n_meters,)
    half_width, score : ndarray of float, shape (n_meters,)
        [1]
    """

    held: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    half_width: Floats
    score: Floats

    @classmethod
    def of(cls, low: Floats, high: Floats, came: Floats) -> "Held":
        """Bands of the deviation, and the deviation that came."""
        outside = np.maximum(low - came, 0) + np.maximum(came - high, 0)
        return cls(outside == 0, (high - low) / 2, high - low + _PENALTY * outside)


def ours(years: list[MeterYear], came: Floats) -> Held:
    """Shipped bands of meter-years, each by what was known before it."""
    return _by(shipped.calibration(), years, came)


def one_for_all(came: Floats) -> Held:
    """The trivial band: the 90th percentile of 2016 against 2017 for every meter."""
    half = np.full(len(came), np.quantile(np.abs(_calibrating()), CONFIDENCE))
    return Held.of(-half, half, came)


def one_left_out() -> Held:
    """Meters of 2017, each by a calibration that has not seen it."""
    years = meter_years("electricity", 2016, 2017)
    parts = [
        _by(calibrate(years[:i] + years[i + 1 :]), [year], np.array([year.deviation]))
        for i, year in enumerate(years)
    ]
    return Held(*(np.concatenate(each) for each in zip(*(
        (part.held, part.half_width, part.score) for part in parts), strict=True)))  # fmt: skip


def groups_held(years: list[MeterYear], use: Floats, came: Floats) -> float:
    """Share of random groups of ten meters whose sum lies in the band of the portfolio."""
    rng = np.random.default_rng(1)
    band = ours(years, came)
    held = 0
    for _ in range(_GROUPS):
        chosen = rng.choice(len(years), GROUP, replace=False)
        parts = [Part(-came[i] * use[i], band.half_width[i] * use[i]) for i in chosen]
        found = portfolio_saving(parts, SHIPPED_CORRELATION)
        held += found.low < 0 < found.high
    return held / _GROUPS


def _by(calibration: Calibration, years: list[MeterYear], came: Floats) -> Held:
    limit = calibration.rank(CONFIDENCE)
    stray = np.array([limit * calibration.scale(year.own, year.span) for year in years])
    return Held.of(np.expm1(-stray), np.expm1(stray), came)


def _calibrating() -> Floats:
    return deviations("electricity", 2016, 2017, clean=False)
