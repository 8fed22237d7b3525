"""Avoided use with what is known of how sure it is."""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf, log

from analytics.savings.calibration import Basis, Calibration, Local, NotCalibrated
from analytics.savings.own_record import YEAR_AHEAD, OwnRecord, Span


class NoBand(StrEnum):
    """Why a saving has no band at all."""

    NO_SAVING = "no_saving"
    SHORT_RECORD = "short_record"
    """Too little baseline to say how far the meter strays."""
    SAMPLE_TOO_SMALL = "sample_too_small_for_confidence"


@dataclass(frozen=True, slots=True)
class Band:
    """Where the true saving lies, so far as unchanged meters tell.

    Attributes
    ----------
    low, high : float
        Of the saving; the same less or more of the baseline than it says. [unit of the use]
    half_width : float
        Half of its width, as a share of the baseline. [1]
    confidence : float
        Nominal. [1]
    coverage : float or None
        Share of later meter-years that such a band held; None where none was tested. [1]
    tested : int
        Meter-years behind `coverage`.
    sample_size : int
        Meter-years from which the band is made.
    basis : Basis
        Whose they are.
    local : Local
        What meter-years of the place at hand say, whosoever made the band.
    not_calibrated : NotCalibrated or None
        Why the confidence has not been measured on meters of this place.
    """

    low: float
    high: float
    half_width: float
    confidence: float
    coverage: float | None
    tested: int
    sample_size: int
    basis: Basis
    local: Local
    not_calibrated: NotCalibrated | None


@dataclass(frozen=True, slots=True)
class AvoidedUse:
    """Baseline less actual over the reporting period, positive = saved.

    Attributes
    ----------
    baseline, actual, saving : float or None
        [unit of the use]
    band : Band or None
    no_band : NoBand or None
        Why there is none.
    p_saving : float or None
        Probability that anything was saved. [1]
    p_guarantee : float or None
        Probability that more than `guarantee` was saved. [1]
    guarantee : float or None
        [unit of the use]
    outside : float or None
        Share of the reporting rows outside the temperatures of the baseline. [1]
    """

    baseline: float | None
    actual: float | None
    saving: float | None
    band: Band | None
    no_band: NoBand | None
    p_saving: float | None
    p_guarantee: float | None
    guarantee: float | None
    outside: float | None


def avoided_use(
    baseline: float | None,
    actual: float | None,
    own: OwnRecord,
    calibration: Calibration,
    *,
    span: Span = YEAR_AHEAD,
    confidence: float = 0.9,
    guarantee: float | None = None,
    outside: float | None = None,
    leeway: tuple[float, float] = (0.0, 0.0),
) -> AvoidedUse:
    """Put a band around a saving.

    What an unchanged meter would have used lies within a factor of the baseline, either way; the
    band of the saving is what that leaves above the actual use.

    Parameters
    ----------
    baseline, actual : float or None
        Totals over the rows that have both. [unit of the use]
    leeway : tuple of float
        By how much the baseline may fall and rise yet, for reasons of its own: the band is that of
        the least and of the greatest, the probabilities those of the least. [unit of the use]
    """
    least, most = max(0.0, (baseline or 0.0) + leeway[0]), (baseline or 0.0) + leeway[1]

    def answer(saving: float | None, why: NoBand) -> AvoidedUse:
        return AvoidedUse(baseline, actual, saving, None, why, None, None, guarantee, outside)

    if baseline is None or actual is None or baseline <= 0:
        return answer(None, NoBand.NO_SAVING)
    saving = baseline - actual
    scale = calibration.scale(own, span)
    limit = calibration.rank(confidence)
    if scale == inf:
        return answer(saving, NoBand.SHORT_RECORD)
    if limit == inf:
        return answer(saving, NoBand.SAMPLE_TOO_SMALL)

    def exceeds(amount: float) -> float:
        if actual + amount <= 0:
            return 1.0
        if least == 0:
            return 0.0
        return calibration.share_above(log((actual + amount) / least) / scale)

    return AvoidedUse(
        baseline,
        actual,
        saving,
        _band(baseline, actual, (least, most), limit * scale, confidence, calibration),
        None,
        exceeds(0.0),
        None if guarantee is None else exceeds(guarantee),
        guarantee,
        outside,
    )


def _band(
    baseline: float,
    actual: float,
    within: tuple[float, float],
    stray: float,
    confidence: float,
    calibration: Calibration,
) -> Band:
    low, high = within[0] * exp(-stray), within[1] * exp(stray)
    return Band(
        low - actual,
        high - actual,
        (high - low) / 2 / baseline,
        confidence,
        calibration.coverage(confidence),
        len(calibration.tested),
        calibration.sample_size,
        calibration.basis,
        calibration.local(confidence),
        calibration.not_calibrated,
    )
