"""While no notice is out, a day near a holiday may be worked or not: neither is an alert."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.models.series import Series, us
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.expectation import expectation
from analytics.rules.thresholds import MeterClass, thresholds
from domain.calendar import DayKind
from domain.local_day import day_start
from domain.statutory_holiday import provisional_year, unsettled_days

ZONE = ZoneInfo("Asia/Shanghai")
RULES = thresholds(MeterClass.ELECTRICITY)
FIRST, DAYS = date(2027, 1, 10), 100
BRIDGED = date(2027, 4, 6)
"""The workday after Qingming; a notice may take it off."""
HOUR = 3_600_000_000


def office(*, off: set[date]) -> Series:
    """Hours of a hundred days: 40 kWh by day when worked, else 10."""
    rng = np.random.default_rng(3)
    holidays = {each.day for each in provisional_year(2027) if each.kind is DayKind.HOLIDAY}
    ts, value = [], []
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        worked = day.weekday() < 5 and day not in holidays | off
        for hour in range(24):
            ts.append(us(day_start(day, ZONE)) + hour * HOUR)
            value.append(40.0 if worked and 8 <= hour < 18 else 10.0)
    noise = rng.normal(0, 0.3, len(value))
    return Series(np.array(ts, np.int64), np.array(value) + noise)


def around(*, notice: bool) -> Surroundings:
    kinds = {each.day: each.kind for each in provisional_year(2027)}
    return Surroundings(ZONE, kinds, unsettled=frozenset() if notice else unsettled_days(2027))


def test_weeks_near_a_holiday_are_unsettled_and_its_own_days_are_not() -> None:
    days = unsettled_days(2027)
    assert date(2027, 9, 26) in days
    assert date(2027, 10, 1) not in days
    assert date(2027, 10, 12) in days
    assert date(2027, 7, 7) not in days
    assert date(2027, 12, 31) in days  # before New Year


@pytest.mark.parametrize("notice", [True, False])
def test_a_workday_that_a_notice_may_take_off_is_no_alert_before_it(*, notice: bool) -> None:
    found = judge(office(off={BRIDGED}), MeterClass.ELECTRICITY, RULES, around(notice=notice))
    assert bool(found) is notice


def test_what_neither_a_day_of_work_nor_a_day_off_uses_is_found_and_says_so() -> None:
    series = office(off=set())
    burns = series.ts >= us(day_start(BRIDGED, ZONE))
    burns &= series.ts < us(day_start(BRIDGED + timedelta(days=1), ZONE))
    high = Series(series.ts, np.where(burns, 90.0, series.value))
    (found,) = judge(high, MeterClass.ELECTRICITY, RULES, around(notice=False))
    assert found.kind == "unlike_usual"
    assert found.evidence["unsettled_days"] == 1
    (settled,) = judge(high, MeterClass.ELECTRICITY, RULES, around(notice=True))
    assert "unsettled_days" not in settled.evidence


def test_the_band_of_such_a_day_takes_in_both_kinds_of_day() -> None:
    told = expectation(office(off=set()), MeterClass.ELECTRICITY, RULES, around(notice=False))
    assert told is not None
    at = int(np.searchsorted(told.at_us, us(day_start(BRIDGED, ZONE)))) + 12
    week_before = at - 14 * 24
    assert told.low[at] < 10.5
    assert told.high[at] > 39.0
    assert told.low[week_before] > 30.0
