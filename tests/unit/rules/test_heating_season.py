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
NO_HEATING = HeatingRule("500000", None, None)
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


def kinds_of_gas(series: Series, told: Surroundings) -> str:
    """What is told of a gas meter, and what was merged into it."""
    found = judge(series, MeterClass.GAS, thresholds(MeterClass.GAS), told)
    return " ".join(f"{each.kind} {each.evidence.get('also', '')}" for each in found)


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


@pytest.mark.parametrize("days", [-60, 12, 60, 150])
def test_a_boiler_that_rests_out_of_season_is_not_stuck(days: int) -> None:
    series = burnt(ENDS + timedelta(days=days) if days > 0 else BEGINS)
    assert "stuck" in kinds_of_gas(series, Surroundings(ZONE))
    assert not kinds_of_gas(series, around())


def test_gas_that_stands_still_in_season_or_where_it_used_to_run_out_of_it_is_stuck() -> None:
    cold = burnt(date(2027, 2, 25))
    stood = us(day_start(date(2027, 2, 10), ZONE))
    dead = Series(cold.ts, np.where(cold.ts >= stood, 0.0, cold.value))
    assert "stuck" in kinds_of_gas(dead, around())
    end = date(2027, 8, 1)
    level = burnt(end, days_from(end - timedelta(days=DAYS), DAYS - 12, 0.5))
    meals = 1 + 0.1 * np.sin(np.arange(len(level.ts)))
    canteen = Series(level.ts, level.value * meals)
    assert "stuck" in kinds_of_gas(canteen, around())


def test_heat_in_may_is_an_alert_again() -> None:
    used = days_from(date(2027, 5, 10), 3, 0.3)
    (found,) = unlike(burnt(date(2027, 5, 14), used), around())
    assert (found.start, found.expected) == (day_start(date(2027, 5, 10), ZONE), 0)


def test_days_next_to_a_season_are_unsure_until_its_days_are_recorded_and_checked() -> None:
    span = date(2026, 10, 1), date(2027, 5, 1)
    told = heating_of_days("120101", *span, TIANJIN, ())
    assert [told[date(2026, 10, day)] for day in (29, 30)] == [Heating.OUT, Heating.UNSURE]
    assert [told[date(2026, 11, day)] for day in (14, 15)] == [Heating.UNSURE, Heating.IN]
    assert [told[date(2027, 3, day)] for day in (15, 16, 31)] == [
        Heating.IN, Heating.UNSURE, Heating.UNSURE,
    ]  # fmt: skip
    assert told[date(2027, 4, 1)] is Heating.OUT
    sure = heating_of_days("120101", *span, TIANJIN, (CHECKED,))
    heated = [day for day, season in sure.items() if season is Heating.IN]
    assert Heating.UNSURE not in sure.values()
    assert (min(heated), max(heated)) == (BEGINS, ENDS - timedelta(days=1))
    assert heating_of_days("500108", *span, {"500000": NO_HEATING}, ()) == {}
