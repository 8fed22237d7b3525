"""The held-out test on real buildings: errors of the test year stay below what was reached."""

from datetime import date

import numpy as np
import pytest

from analytics.models.change_point import ChangePoint
from analytics.savings import shipped
from bench import bands, events, held_out
from bench.held_out import DATA, PEER_FAILS_ON
from bench.meter_years import deviations, meter_years, normalised_years

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="no shared data beside the repository")


def test_daily_electricity_of_thirty_meters() -> None:
    found = held_out.daily("electricity", 2016, 2017)
    assert np.median(found.cvrmse) <= 0.125
    assert found.cvrmse.mean() <= 0.178
    assert np.median(np.abs(found.nmbe)) <= 0.048
    assert abs(found.bias) <= 0.025


def test_daily_electricity_of_the_following_years_holds_too() -> None:
    found = held_out.daily("electricity", 2017, 2018)
    assert np.median(found.cvrmse) <= 0.146
    assert found.cvrmse.mean() <= 0.177


def test_daily_gas_of_eleven_meters() -> None:
    found = held_out.daily("gas", 2021, 2022)
    assert np.median(found.cvrmse) <= 0.268


def test_hourly_electricity_of_all_meters() -> None:
    found = held_out.hourly("electricity", 2016, 2017)
    fitted_by_peer = [i for i, name in enumerate(found.meters) if name not in PEER_FAILS_ON]
    assert np.isfinite(found.cvrmse).all()
    assert np.median(found.cvrmse[fitted_by_peer]) <= 0.162
    assert np.median(found.by_day[fitted_by_peer]) <= 0.120


def test_bands_hold_the_next_year_and_are_narrower_than_one_for_all() -> None:
    came = deviations("electricity", 2017, 2018, clean=False)
    band = bands.ours(meter_years("electricity", 2017, 2018, before=2016), came)
    trivial = bands.one_for_all(came)
    assert 0.85 <= band.held.mean() <= 0.95
    assert band.score.mean() < 0.55
    assert trivial.score.mean() > 0.81
    assert np.median(band.half_width) < 0.12


def test_bands_hold_meters_that_did_not_make_them() -> None:
    assert 0.85 <= bands.one_left_out().held.mean() <= 0.95
    gas = bands.ours(meter_years("gas", 2021, 2022), deviations("gas", 2021, 2022))
    assert gas.held.mean() >= 0.8


def test_the_shipped_meter_years_are_those_of_the_shared_data() -> None:
    for name, years in (
        ("calibrating", meter_years("electricity", 2016, 2017)),
        ("testing", meter_years("electricity", 2017, 2018, before=2016)),
        ("testing_normalised", normalised_years("electricity", 2017, 2018, before=2016)),
    ):
        for kept, found in zip(shipped.meter_years(name), years, strict=True):
            assert (kept.meter, kept.first) == (found.meter, found.first)
            assert kept.deviation == pytest.approx(found.deviation, abs=1e-4)
            assert kept.own.wander == pytest.approx(found.own.wander, abs=1e-4)
            assert kept.own.earlier == pytest.approx(found.own.earlier, abs=1e-4)
    assert {year.first for year in shipped.meter_years("calibrating")} == {date(2017, 1, 1)}


def test_a_tenth_cut_from_the_reporting_year_comes_back_as_a_tenth() -> None:
    told_x, told_y = held_out.days("electricity", 2017)
    told = ChangePoint().fit(*held_out.days("electricity", 2016)).predict(told_x)
    plain, cut = (np.nansum(told - part * told_y, axis=0) for part in (1.0, 0.9))
    assert (cut - plain) / np.nansum(told_y, axis=0) == pytest.approx(0.1, abs=1e-3)


def test_the_three_known_steps_are_proposed_and_hardly_anything_else() -> None:
    found = events.of_all()
    for meter, step in events.STEPS.items():
        assert min(abs((each.first - step).days) for each in found[meter]) <= 45
    for meter, proposed in found.items():
        if meter not in events.STEPS:
            assert len(proposed) <= len(events.YEARS)
    assert sum(map(len, found.values())) <= 8
