"""Heat is held against heated days, and its lack against the others: November is no alert."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.series import Series, us
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.expectation import expectation
from analytics.rules.finding import Finding
from analytics.rules.thresholds import MeterClass, thresholds
from domain.heating_season import Heating, HeatingRule, HeatingSeason, heating_of_days
from domain.local_day import day_start

ZONE = ZoneInfo("Asia/Shanghai")
BEGINS, ENDS = date(2026, 11, 15), date(2027, 3, 16)
TIANJIN = {"120000": HeatingRule("120000", (11, 15), (3, 15))}
CHECKED = HeatingSeason("120000", 2026, BEGINS, ENDS, recorded=True, checked=True)
DAYS = 100
HEATED_GJ = 1.2
HOUR_US = 3_600_000_000


def burnt(end: date, more: dict[date, float] | None = None) -> Series:
    """Hours of the hundred days before one: about 1.2 GJ in season, else none, and what is more."""
    rng = np.random.default_rng(5)
    ts, value = [], []
    for number in range(DAYS):
        day = end - timedelta(days=DAYS - number)
        heated = BEGINS <= day < ENDS
        for hour in range(24):
            ts.append(us(day_start(day, ZONE)) + hour * HOUR_US)
            drawn = HEATED_GJ + float(rng.normal(0, 0.05)) if heated else 0.0
            value.append(drawn + (more or {}).get(day, 0.0))
    return Series(np.array(ts, np.int64), np.array(value))


def around(*recorded: HeatingSeason) -> Surroundings:
    span = date(2026, 7, 1), date(2027, 8, 1)
    return Surroundings(ZONE, heating=heating_of_days("120101", *span, TIANJIN, recorded))


def unlike(
    series: Series, told: Surroundings, meter_class: MeterClass = MeterClass.HEAT
) -> list[Finding]:
    found = judge(series, meter_class, thresholds(meter_class), told)
    return [each for each in found if each.kind == "unlike_usual"]


def days_from(first: date, count: int, more: float) -> dict[date, float]:
    return {first + timedelta(days=number): more for number in range(count)}


@pytest.mark.parametrize("meter_class", [MeterClass.HEAT, MeterClass.GAS])
def test_the_first_weeks_of_a_season_are_no_alert(meter_class: MeterClass) -> None:
    since = burnt(BEGINS + timedelta(days=9))
    assert unlike(since, Surroundings(ZONE), meter_class)  # what nobody has told of a season
    assert not unlike(since, around(), meter_class)
    assert not unlike(burnt(BEGINS + timedelta(days=50)), around(), meter_class)


def test_nothing_is_expected_of_its_first_days_and_never_that_there_is_no_heat() -> None:
    told = expectation(
        burnt(BEGINS + timedelta(days=60)), MeterClass.HEAT, thresholds(MeterClass.HEAT), around()
    )
    assert told is not None
    season = told.between(day_start(BEGINS, ZONE), day_start(ENDS, ZONE))
    assert np.isnan(season.expected[: 3 * 24]).all()
    known = season.expected[np.isfinite(season.expected)]
    assert known == pytest.approx(HEATED_GJ, abs=0.2)
    assert np.isnan(season.high[: 28 * 24]).all()
    assert np.isfinite(season.high[45 * 24 :]).all()


def test_a_valve_that_stays_open_in_the_season_is_found() -> None:
    opened = date(2027, 1, 5)
    (found,) = unlike(burnt(date(2027, 1, 9), days_from(opened, 4, HEATED_GJ)), around())
    assert found.start == day_start(opened, ZONE)
    assert found.expected == pytest.approx(HEATED_GJ, rel=0.1)
    assert found.evidence["sum_above_expected"] == pytest.approx(4 * 24 * HEATED_GJ, rel=0.1)


def test_heat_out_of_season_is_an_alert_as_a_whole() -> None:
    used = days_from(date(2026, 10, 20), 4, 0.3)
    (found,) = unlike(burnt(date(2026, 10, 26), used), around())
    assert found.expected == 0
    assert found.evidence["sum_above_expected"] == pytest.approx(4 * 24 * 0.3)


@pytest.mark.parametrize("recorded", [(), (CHECKED,)])
def test_heat_just_before_a_season_is_one_only_where_its_days_are_checked(
    recorded: tuple[HeatingSeason, ...],
) -> None:
    sooner = days_from(date(2026, 11, 6), 9, HEATED_GJ)
    found = unlike(burnt(BEGINS + timedelta(days=9), sooner), around(*recorded))
    assert len(found) == len(recorded)
    for each in found:
        assert each.end == day_start(BEGINS, ZONE)
        assert each.evidence["sum_above_expected"] == pytest.approx(9 * 24 * HEATED_GJ)


@pytest.mark.parametrize("meter_class", [MeterClass.HEAT, MeterClass.GAS])
@pytest.mark.parametrize("recorded", [(), (CHECKED,)])
def test_the_end_of_a_season_is_no_alert(
    meter_class: MeterClass, recorded: tuple[HeatingSeason, ...]
) -> None:
    told = around(*recorded)
    assert not unlike(burnt(ENDS + timedelta(days=12)), told, meter_class)
    assert not unlike(burnt(ENDS + timedelta(days=60)), told, meter_class)


def test_heat_in_may_is_an_alert_again() -> None:
    used = days_from(date(2027, 5, 10), 3, 0.3)
    (found,) = unlike(burnt(date(2027, 5, 14), used), around())
    assert (found.start, found.expected) == (day_start(date(2027, 5, 10), ZONE), 0)


def test_days_next_to_a_season_are_unsure_until_its_days_are_recorded_and_checked() -> None:
    span = date(2026, 10, 1), date(2027, 5, 1)
    told = heating_of_days("120101", *span, TIANJIN, ())
    assert [told.get(date(2026, 10, day)) for day in (29, 30)] == [None, Heating.UNSURE]
    assert [told[date(2026, 11, day)] for day in (14, 15)] == [Heating.UNSURE, Heating.IN]
    assert [told[date(2027, 3, day)] for day in (15, 16, 31)] == [
        Heating.IN, Heating.UNSURE, Heating.UNSURE,
    ]  # fmt: skip
    assert date(2027, 4, 1) not in told
    sure = heating_of_days("120101", *span, TIANJIN, (CHECKED,))
    assert set(sure.values()) == {Heating.IN}
    assert (min(sure), max(sure)) == (BEGINS, ENDS - timedelta(days=1))
