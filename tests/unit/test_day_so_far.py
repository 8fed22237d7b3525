from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.ledger.day_so_far import Use, day_so_far

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 7, 14, 16, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(hours=3, minutes=20)
HOUR = timedelta(hours=1)


def hours(meter: int, first: datetime, *values: float) -> list[Use]:
    return [
        (meter, first + i * HOUR, first + (i + 1) * HOUR, value) for i, value in enumerate(values)
    ]


def test_today_is_compared_with_the_same_hours_of_earlier_days() -> None:
    uses = [
        *hours(1, MIDNIGHT - timedelta(days=7), 10, 20, 30, 40),
        *hours(1, MIDNIGHT - timedelta(days=1), 1, 2, 3, 4),
        *hours(1, MIDNIGHT, 5, 9, 7),
    ]
    found = day_so_far(uses, now=NOW, zone=SHANGHAI)
    assert found.as_of == MIDNIGHT + 3 * HOUR
    assert (found.today, found.yesterday_same_time, found.last_week_same_time) == (21, 6, 60)
    assert (found.peak_rate, found.peak_at) == (9, MIDNIGHT + HOUR)
    assert (found.last_rate, found.last_at) == (7, MIDNIGHT + 3 * HOUR)
    assert found.coverage == 1.0


def test_several_meters_count_together_and_only_as_far_as_all_of_them_go() -> None:
    uses = [*hours(1, MIDNIGHT, 1, 2, 3), *hours(2, MIDNIGHT, 10, 20)]
    found = day_so_far(uses, now=NOW, zone=SHANGHAI)
    assert (found.as_of, found.today) == (MIDNIGHT + 2 * HOUR, 33)
    assert found.peak_rate == 22


def test_a_hole_lowers_the_coverage_and_is_no_zero() -> None:
    uses = [*hours(1, MIDNIGHT, 4), *hours(1, MIDNIGHT + 2 * HOUR, 4)]
    found = day_so_far(uses, now=NOW, zone=SHANGHAI)
    assert found.today == 8
    assert found.coverage == pytest.approx(2 / 3)


def test_without_readings_nothing_is_known() -> None:
    found = day_so_far([], now=NOW, zone=SHANGHAI)
    assert (found.today, found.yesterday_same_time, found.peak_rate) == (None, None, None)
    assert found.coverage is None


def test_on_the_day_after_the_clocks_changed_the_wall_clock_decides() -> None:
    london = ZoneInfo("Europe/London")
    changed = datetime(2026, 3, 29, tzinfo=UTC)  # a day of 23 hours
    today = datetime(2026, 3, 29, 23, tzinfo=UTC)  # midnight of the 30th in London
    uses = [*hours(1, changed, *[1.0] * 23), *hours(1, today, 5, 5, 5)]
    found = day_so_far(uses, now=today + timedelta(hours=3, minutes=5), zone=london)
    assert found.today == 15
    assert found.yesterday_same_time == 2.0  # 00:00 to 03:00 had two hours
