from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from device_sim.district import District
from device_sim.local_clock import local, start_of
from device_sim.workday import is_published, is_workday

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 4, 30), True),
        (date(2026, 5, 1), False),  # a Friday, Labour Day
        (date(2026, 5, 4), False),  # a Monday within the holiday
        (date(2026, 5, 9), True),  # a Saturday, worked for it
        (date(2026, 5, 10), False),
    ],
)
def test_workdays_are_those_the_state_council_published(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_a_year_not_yet_published_goes_by_the_provisional_calendar() -> None:
    assert not is_published(2030)
    assert is_workday(date(2030, 5, 6))  # a Monday
    assert not is_workday(date(2030, 5, 1))
    assert not is_workday(date(2030, 2, 4))  # a Monday of the Spring Festival
    assert not is_workday(date(2030, 5, 11))  # a Saturday


def test_where_no_lunar_dates_are_known_the_days_of_the_week_decide() -> None:
    assert not is_published(2090)
    assert is_workday(date(2090, 5, 3))  # a Wednesday
    assert not is_workday(date(2090, 5, 6))  # a Saturday


def test_offices_use_half_on_holidays_and_as_usual_on_a_worked_saturday(
    district: District,
) -> None:
    days = [date(2026, 4, 28) + timedelta(n) for n in range(14)]
    bounds = [start_of(day, SHANGHAI) for day in (*days, date(2026, 5, 12))]
    amounts = np.diff(district.points["gov-main-e-lighting-sockets"].model.amount(np.array(bounds)))
    used = dict(zip(days, amounts, strict=True))
    workday = used[date(2026, 4, 29)]
    for holiday in (date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 10)):
        assert used[holiday] < 0.5 * workday
    assert used[date(2026, 5, 9)] > 0.85 * workday


def test_local_days_follow_the_change_of_clocks() -> None:
    london = ZoneInfo("Europe/London")
    start = int(datetime(2026, 3, 29, tzinfo=UTC).timestamp())
    ordinals, hours = local(start + 3600 * np.arange(25), london)
    assert hours[:3].tolist() == [0.0, 2.0, 3.0]  # 01:00 is skipped
    assert np.count_nonzero(ordinals == date(2026, 3, 29).toordinal()) == 23
    assert start_of(date(2026, 3, 30), london) - start_of(date(2026, 3, 29), london) == 23 * 3600
