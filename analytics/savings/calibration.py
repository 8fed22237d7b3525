"""How far off predictions of unchanged meters were, in units of what their record let expect.

The band is conformal: no formula for the error is believed. The deviation of every held-out meter-
year is divided by the scale that was known before it; the quotients are what a new meter's own
deviation is compared with. Deviations are logarithms of measured over predicted, so that no band
reaches below no use at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import ceil, inf, log1p, sqrt

import numpy as np

from analytics.models.estimator import Floats
from analytics.savings.meter_year import MeterYear
from analytics.savings.own_record import YEAR_AHEAD, OwnRecord, Span
from domain.model_band import LEAST_METER_YEARS

FLOOR = 0.05
"""What is added, in squares, to the wander of a meter: a calm year is no promise. [1]"""
PRIOR_YEARS = 8.0
"""Years of a meter's own that weigh as much as what is usual of others with its wander."""
GROWTH = 0.75
"""Power of the distance with which deviations grow: 0.5 if every year strayed anew, 1 if on."""
_MEDIAN_OF_NORMAL = 0.6745
_NOTHING_LEFT = -0.999
"""A use of 0 has no logarithm. [1]"""


class Basis(StrEnum):
    """On whose meter-years a band stands."""

    LOCAL = "local"
    SHIPPED = "shipped"
    """Public university buildings, measured once; not the building at hand, nor its neighbours."""


class NotCalibrated(StrEnum):
    """Why the stated confidence has not been measured here."""

    TOO_FEW_METER_YEARS = "too_few_local_meter_years"


@dataclass(frozen=True, slots=True)
class Local:
    """What the meter-years of a place say of its band.

    Attributes
    ----------
    known : int
        Meter-years of the place and its portfolio.
    tested : int
        Of them, those that were held against a band made without them.
    coverage : float or None
        Share of these that it held. [1]
    """

    known: int
    tested: int
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a band is made from.

    Attributes
    ----------
    basis : Basis
    stretch : float
        Robust spread of the calibrating years over their raw scale. [1]
    scores : ndarray of float, shape (n_meter_years,)
        Size of the deviation of each calibrating year over its scale, in order. [1]
    tested : ndarray of float
        The same of later years, by the scale that was known before them; may be empty. [1]
    tested_by : ndarray of float
        Scores, in order, that made the bands those later years were held against. [1]
    here : ndarray of float
        Scores of meter-years of the place at hand, of which this was not made; may be empty. [1]
    """

    basis: Basis
    stretch: float
    scores: Floats
    tested: Floats
    tested_by: Floats
    here: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def sample_size(self) -> int:
        """Calibrating meter-years."""
        return len(self.scores)

    @property
    def not_calibrated(self) -> NotCalibrated | None:
        """Why the stated confidence has not been measured here; None where it has."""
        return None if self.basis is Basis.LOCAL else NotCalibrated.TOO_FEW_METER_YEARS

    def scale(self, own: OwnRecord, span: Span = YEAR_AHEAD) -> float:
        """Deviation to be expected, as a logarithm; inf where the record is too short. [1]."""
        return _scale(self.stretch, own, span)

    def rank(self, confidence: float) -> float:
        """Score that so many of the calibrating years, and one more, stay below; inf if too few."""
        return _rank(self.scores, confidence)

    def coverage(self, confidence: float) -> float | None:
        """Share of `tested` that a band of this confidence held; None without any. [1]."""
        return _held(self.tested, _rank(self.tested_by, confidence))

    def local(self, confidence: float) -> Local:
        """What meter-years of the place at hand say of a band of this confidence."""
        if self.basis is Basis.LOCAL:
            return Local(self.sample_size, len(self.tested), self.coverage(confidence))
        held = _held(self.here, self.rank(confidence))
        return Local(len(self.here), len(self.here), held)

    def share_above(self, score: float) -> float:
        """Probability that a signed deviation over its scale exceeds `score`. [1].

        The scores are taken to fall to either side alike; no finer than one in the sample.
        """
        beyond = (1 + float((self.scores >= abs(score)).sum())) / (self.sample_size + 1) / 2
        return beyond if score > 0 else 1 - beyond


def calibrate(years: Sequence[MeterYear], basis: Basis = Basis.LOCAL) -> Calibration:
    """Learn from held-out meter-years; the newest are first held against what came before.

    Raises
    ------
    ValueError
        If there are fewer than `LEAST_METER_YEARS`.
    """
    known = [year for year in years if year.own.wander is not None]
    if len(known) < LEAST_METER_YEARS:
        raise ValueError(f"{len(known)} meter-years, want at least {LEAST_METER_YEARS}")
    newest = max(year.first for year in known)
    before = [year for year in known if year.first < newest]
    tested, tested_by = np.empty(0), np.empty(0)
    if len(before) >= LEAST_METER_YEARS:
        earlier = _stretch(before)
        tested = scores([year for year in known if year.first == newest], earlier)
        tested_by = np.sort(scores(before, earlier))
    stretch = _stretch(known)
    return Calibration(basis, stretch, np.sort(scores(known, stretch)), tested, tested_by)


def lent(
    calibrating: Sequence[MeterYear], testing: Sequence[MeterYear], here: Sequence[MeterYear] = ()
) -> Calibration:
    """What meter-years of elsewhere make, for a place without enough of its own.

    Parameters
    ----------
    testing : sequence of MeterYear
        Later ones of elsewhere, which only say how often it held.
    here : sequence of MeterYear
        Of the place at hand: too few to make a band, they are held against the one that is lent.
    """
    made = calibrate(calibrating, Basis.SHIPPED)
    return Calibration(
        Basis.SHIPPED,
        made.stretch,
        made.scores,
        scores(testing, made.stretch),
        made.scores,
        scores(here, made.stretch),
    )


def _rank(ordered: Floats, confidence: float) -> float:
    place = ceil((len(ordered) + 1) * confidence)
    return float(ordered[place - 1]) if place <= len(ordered) else inf


def _held(later: Floats, limit: float) -> float | None:
    return None if limit == inf or not len(later) else float(np.mean(later <= limit))


def scores(years: Sequence[MeterYear], stretch: float) -> Floats:
    """Size of each deviation over its scale. [1]."""
    sizes = [abs(_strayed(year.deviation)) for year in years]
    scales = [_scale(stretch, year.own, year.span) for year in years]
    return np.asarray(np.array(sizes, np.float64) / np.array(scales, np.float64))


def _stretch(years: Sequence[MeterYear]) -> float:
    """Median deviation over the raw scale, as the spread of a normal with that median."""
    plain = [replace(year, own=OwnRecord(year.own.wander)) for year in years]
    return float(np.median(scores(plain, 1.0))) / _MEDIAN_OF_NORMAL


def _scale(stretch: float, own: OwnRecord, span: Span) -> float:
    if own.wander is None:
        return inf
    others = stretch**2 * (FLOOR**2 + own.wander**2 * (1 + 1 / span.months))
    itself = sum(_strayed(deviation) ** 2 for deviation in own.earlier)
    drawn = (PRIOR_YEARS * others + itself) / (PRIOR_YEARS + len(own.earlier))
    return sqrt(drawn) * float(span.ahead_years**GROWTH)


def _strayed(deviation: float) -> float:
    """Logarithm of measured over predicted."""
    return log1p(max(deviation, _NOTHING_LEFT))
