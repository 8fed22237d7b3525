"""Bands hold the planted truth as often as they say, and say where they come from."""

from datetime import date
from math import exp, inf

import numpy as np
import pytest

from analytics.savings import shipped
from analytics.savings.avoided_use import NoBand, avoided_use
from analytics.savings.calibration import Basis, NotCalibrated, calibrate
from analytics.savings.meter_year import MeterYear
from analytics.savings.own_record import OwnRecord, Span
from domain.model_band import LEAST_METER_YEARS

CALM, RESTLESS = OwnRecord(0.01), OwnRecord(0.30)


def planted(count: int, seed: int, first: date = date(2024, 1, 1)) -> list[MeterYear]:
    """Meters that stray as far as they wander, and a little more."""
    rng = np.random.default_rng(seed)
    wander = rng.uniform(0.0, 0.3, count)
    strayed = np.expm1(rng.normal(0, np.sqrt(0.05**2 + wander**2)))
    return [
        MeterYear(str(i), first, OwnRecord(float(w)), float(d))
        for i, (w, d) in enumerate(zip(wander, strayed, strict=True))
    ]


@pytest.mark.parametrize("confidence", [0.68, 0.8, 0.9])
def test_bands_hold_meters_not_seen_as_often_as_they_say(confidence: float) -> None:
    calibration = calibrate(planted(400, 1))
    held = 0
    for year in planted(1000, 2):
        actual = 1000 * (1 + year.deviation)
        told = avoided_use(1000, actual, year.own, calibration, confidence=confidence)
        assert told.band is not None
        held += told.band.low <= 0 <= told.band.high
    assert held / 1000 == pytest.approx(confidence, abs=0.05)


def test_a_restless_meter_has_a_wider_band_than_a_calm_one() -> None:
    calibration = shipped.calibration()
    calm, restless = (avoided_use(1000, 900, own, calibration).band for own in (CALM, RESTLESS))
    assert calm is not None
    assert restless is not None
    assert 3 * calm.half_width < restless.half_width


def test_own_years_that_strayed_widen_the_band_and_calm_ones_narrow_it() -> None:
    scale = shipped.calibration().scale
    assert scale(OwnRecord(0.05, (0.0, 0.0))) < scale(OwnRecord(0.05))
    assert scale(OwnRecord(0.05)) < scale(OwnRecord(0.05, (0.3,)))
    assert scale(OwnRecord(0.05, (-1.0,))) < inf


def test_what_lies_further_ahead_or_is_shorter_is_less_sure() -> None:
    scale = shipped.calibration().scale
    assert scale(CALM, Span(12, 2)) > scale(CALM, Span(12, 1))
    assert scale(RESTLESS, Span(1, 1)) > scale(RESTLESS, Span(12, 1))


def test_the_shipped_band_says_that_it_is_not_calibrated_here_and_how_often_it_held() -> None:
    band = avoided_use(1000, 900, CALM, shipped.calibration()).band
    assert band is not None
    assert band.basis is Basis.SHIPPED
    assert band.not_calibrated is NotCalibrated.TOO_FEW_METER_YEARS
    assert (band.sample_size, band.tested) == (30, 30)
    assert band.coverage == pytest.approx(26 / 30)


def test_local_meter_years_take_over_and_the_newest_test_the_rest() -> None:
    years = planted(40, 3) + planted(30, 4, date(2025, 1, 1))
    band = avoided_use(1000, 900, CALM, calibrate(years)).band
    assert band is not None
    assert (band.basis, band.not_calibrated) == (Basis.LOCAL, None)
    assert (band.sample_size, band.tested) == (70, 30)
    assert band.coverage is not None
    only = calibrate(planted(40, 3))
    assert only.coverage(0.9) is None


def test_too_few_meter_years_are_refused() -> None:
    with pytest.raises(ValueError, match=f"19 meter-years, want at least {LEAST_METER_YEARS}"):
        calibrate(planted(19, 5))


def test_the_band_turns_around_the_baseline_not_below_no_use() -> None:
    told = avoided_use(1000, 900, OwnRecord(2.0), shipped.calibration())
    assert told.band is not None
    assert told.saving == 100
    assert -900 < told.band.low < 100 < told.band.high
    factor = (told.band.high + 900) / 1000
    assert (told.band.low + 900) / 1000 == pytest.approx(1 / factor)


def test_probabilities_follow_the_saving_and_the_guarantee() -> None:
    def told(actual: float, guarantee: float) -> tuple[float, float]:
        found = avoided_use(1000, actual, CALM, shipped.calibration(), guarantee=guarantee)
        assert found.p_saving is not None
        assert found.p_guarantee is not None
        return found.p_saving, found.p_guarantee

    assert told(1000, 100)[0] == pytest.approx(0.5, abs=0.05)
    assert told(600, 100)[0] > 0.98
    assert told(600, 100)[1] > 0.95
    assert told(950, 100)[1] < 0.5 < told(950, 100)[0]
    assert told(1500, 0)[0] < 0.02
    assert told(600, -700) == (told(600, 0)[0], 1.0)


def test_where_there_is_no_band_a_reason_stands() -> None:
    calibration = shipped.calibration()
    assert avoided_use(None, 900, CALM, calibration).no_band is NoBand.NO_SAVING
    assert avoided_use(0.0, 900, CALM, calibration).no_band is NoBand.NO_SAVING
    short = avoided_use(1000, 900, OwnRecord(None), calibration)
    assert (short.saving, short.band, short.no_band) == (100, None, NoBand.SHORT_RECORD)
    sure = avoided_use(1000, 900, CALM, calibration, confidence=0.99)
    assert (sure.band, sure.no_band) == (None, NoBand.SAMPLE_TOO_SMALL)


def test_nothing_measured_has_the_width_that_the_scale_says() -> None:
    calibration = shipped.calibration()
    band = avoided_use(1000, 1000, CALM, calibration).band
    assert band is not None
    stray = calibration.rank(0.9) * calibration.scale(CALM)
    assert band.high == pytest.approx(1000 * exp(stray) - 1000)
