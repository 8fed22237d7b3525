"""A place's use is the sum of its meters, or nothing; its week, kinds of day and nights follow."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.ledger.day_pattern import FEWEST, day_pattern
from analytics.ledger.night_minimum import night_minimum
from analytics.ledger.place_use import Use, by_month, joined, together
from domain.local_day import day_start
from domain.meter_tree import Counted, Forest, counted
from domain.registry import MeterRole

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
MONDAY = date(2026, 6, 1)


def hour(at: datetime, value: float, grade: str = "measured", covered_s: int = 3600) -> Use:
    return Use(at, at + HOUR, value, "measured", grade, 0, covered_s)


def hours(first: date, days: int, zone: ZoneInfo = SHANGHAI) -> Iterator[datetime]:
    at, end = day_start(first, zone), day_start(first + timedelta(days=days), zone)
    while at < end:
        yield at
        at += HOUR


def test_where_one_of_two_meters_is_silent_the_place_has_no_figure() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    found = together({1: [hour(at, 2.0), hour(at + HOUR, 3.0)], 2: [hour(at, 5.0)]})
    assert [(use.start, use.value) for use in found] == [(at, 7.0)]


def test_a_sum_is_as_good_as_its_worst_part_and_covers_no_more_than_the_least() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    poor = Use(at, at + HOUR, 1.0, "estimated", "allocated", 4, 900)
    [use] = together({1: [hour(at, 2.0)], 2: [poor]})
    assert (use.quantity_grade, use.shape_grade, use.flags) == ("estimated", "allocated", 4)
    assert use.coverage == 0.25
    assert not use.is_measured


def test_before_and_after_a_move_make_one_interval() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    [use] = joined([hour(at, 2.0, covered_s=1800), hour(at, 3.0, covered_s=1800)])
    assert (use.value, use.coverage) == (5.0, 1.0)


def test_a_month_is_as_long_as_it_is() -> None:
    uses = [hour(at, 1.0) for at in hours(date(2028, 2, 1), 29)]
    [month] = by_month(uses, SHANGHAI)
    assert (month.value, month.coverage) == (29 * 24, 1.0)


def test_a_move_below_the_uppermost_meter_begins_no_new_stretch() -> None:
    ends = [datetime(2026, 6, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    roles = {1: MeterRole.MAIN, 2: MeterRole.MAIN, 3: MeterRole.SUB}
    below: list[dict[int, int | None]] = [
        {1: None, 2: 1, 3: 1}, {1: None, 2: 1, 3: 2}, {1: None, 2: None, 3: 1},
    ]  # fmt: skip
    forests = [
        Forest(first, end, roofs, {}, roles)
        for first, end, roofs in zip(ends, ends[1:], below, strict=False)
    ]
    assert counted(forests) == [Counted(ends[0], ends[2], (1,)), Counted(ends[2], ends[3], (1, 2))]


def kind(day: date) -> tuple[str, bool | None]:
    return ("weekend" if day.weekday() > 4 else "workday"), None


def test_the_week_and_the_kinds_of_day_are_the_planted_ones() -> None:
    # On the n-th workday hour h takes 100 h + n, on weekends always 7.
    uses = []
    for number in range(28):
        day = MONDAY + timedelta(days=number)
        for h, at in enumerate(hours(day, 1)):
            uses.append(hour(at, 7.0 if day.weekday() > 4 else 100.0 * h + number))
    found = day_pattern(uses, SHANGHAI, kind)
    cells = {(cell.weekday, cell.hour): cell for cell in found.week}
    assert len(cells) == 7 * 24
    assert cells[0, 3].mean == pytest.approx(300 + (0 + 7 + 14 + 21) / 4)
    assert cells[0, 3].days == 4
    profiles = {profile.kind: profile for profile in found.profiles}
    assert (profiles["workday"].days, profiles["weekend"].days) == (20, 8)
    band = profiles["workday"].hours[3]
    workdays = sorted(300.0 + n for n in range(28) if n % 7 < 5)
    assert band.median == (workdays[9] + workdays[10]) / 2
    # Linearly between order statistics: 0.1 x 19 = 1.9.
    assert band.low == pytest.approx(workdays[1] + 0.9 * (workdays[2] - workdays[1]))
    assert band.high == pytest.approx(workdays[17] + 0.1 * (workdays[18] - workdays[17]))
    assert {(b.low, b.high) for b in profiles["weekend"].hours} == {(7.0, 7.0)}


def test_what_was_filled_up_after_the_profile_does_not_make_the_profile() -> None:
    uses = [hour(at, 1.0) for at in hours(MONDAY, 1)]
    uses += [hour(at, 99.0, "allocated") for at in hours(MONDAY + timedelta(days=1), 1)]
    uses += [hour(at, 99.0, covered_s=900) for at in hours(MONDAY + timedelta(days=2), 1)]
    found = day_pattern(uses, SHANGHAI, kind)
    assert {cell.mean for cell in found.week} == {1.0}
    assert (found.measured, found.left_out) == (24, 48)


def test_a_band_wants_five_days_and_a_day_the_calendar_lacks_has_no_profile() -> None:
    uses = [hour(at, 1.0) for at in hours(MONDAY, FEWEST - 1)]
    found = day_pattern(uses, SHANGHAI, kind)
    assert {(b.low, b.high) for b in found.profiles[0].hours} == {(None, None)}
    assert day_pattern(uses, SHANGHAI, lambda _: None).profiles == ()


def test_a_leak_that_grows_is_found_under_the_nights() -> None:
    days = [MONDAY + timedelta(days=n) for n in range(30)]
    uses = []
    for number, day in enumerate(days):
        leak = 0.2 + 0.01 * number
        uses += [hour(at, leak if h == 3 else leak + 1) for h, at in enumerate(hours(day, 1))]
    # One night with a party: the trend does not turn.
    uses[24 * 9 + 3] = hour(uses[24 * 9 + 3].start, 8.0)
    found = night_minimum(uses, days, SHANGHAI)
    assert found.nights[0].lowest == 0.2
    assert found.nights[0].at == day_start(MONDAY, SHANGHAI) + 3 * HOUR
    assert found.nights[9].lowest == pytest.approx(1.29)
    assert found.slope == pytest.approx(0.01)
    assert found.usual == pytest.approx(0.355, abs=0.02)


def test_a_night_with_a_missing_hour_has_no_least() -> None:
    uses = [hour(at, 1.0) for at in hours(MONDAY, 1)]
    found = night_minimum([*uses[:2], *uses[3:]], [MONDAY], SHANGHAI)
    assert (found.nights[0].lowest, found.nights[0].hours) == (None, 4)
    assert (found.usual, found.slope) == (None, None)


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 4), (date(2026, 10, 25), 6)])
def test_the_night_of_a_change_of_clocks_is_as_long_as_it_is(day: date, length: int) -> None:
    found = night_minimum([hour(at, 1.0) for at in hours(day, 1, LONDON)], [day], LONDON)
    assert (found.nights[0].lowest, found.nights[0].hours) == (1.0, length)
