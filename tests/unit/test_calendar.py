"""Days of a calendar: known years, provisional ones, and years that are missing."""

from datetime import date

import pytest

from domain.calendar import Calendar, CalendarDay, DayKind, contradiction, days_of_year, whole_year
from domain.errors import CalendarMissingError, ConfigurationError
from domain.statutory_holiday import provisional_year

NOTICE = (
    CalendarDay(date(2026, 1, 1), DayKind.HOLIDAY, "元旦"),
    CalendarDay(date(2026, 1, 4), DayKind.MAKEUP_WORKDAY, "元旦"),
)


def calendar() -> Calendar:
    """2026 with the notice of its first week only, and 2027 provisional."""
    entries = [*whole_year(2026, NOTICE, "usual"), *provisional_year(2027)]
    return Calendar("cn", {entry.day: entry for entry in entries}, frozenset({2027}))


def test_a_notice_is_filled_up_to_a_whole_year() -> None:
    year = whole_year(2026, NOTICE, "usual")
    assert [entry.day for entry in year] == list(days_of_year(2026))
    kinds = {entry.day: entry.kind for entry in year}
    assert kinds[date(2026, 1, 1)] is DayKind.HOLIDAY
    assert kinds[date(2026, 1, 2)] is DayKind.WORKDAY
    assert kinds[date(2026, 1, 3)] is DayKind.WEEKEND
    assert kinds[date(2026, 1, 4)] is DayKind.MAKEUP_WORKDAY


def test_days_are_counted_as_worked_also_when_they_are_made_up() -> None:
    assert calendar().workdays(date(2026, 1, 1), date(2026, 1, 8)) == 5  # 2, 4, 5, 6, 7


def test_a_missing_year_is_an_error_that_says_so_and_never_a_guess() -> None:
    with pytest.raises(CalendarMissingError, match=r"'cn' has no entry for 2028: enter the year"):
        calendar().on(date(2028, 1, 1))
    with pytest.raises(CalendarMissingError):
        calendar().workdays(date(2027, 12, 31), date(2028, 1, 2))
    with pytest.raises(CalendarMissingError):
        calendar().is_provisional(date(2028, 1, 1), date(2028, 2, 1))


def test_a_span_is_provisional_as_soon_as_one_day_of_it_is() -> None:
    assert not calendar().is_provisional(date(2026, 12, 1), date(2027, 1, 1))
    assert calendar().is_provisional(date(2026, 12, 1), date(2027, 1, 2))


def test_a_provisional_year_has_the_thirteen_statutory_days_and_no_moved_workday() -> None:
    year = provisional_year(2027)
    off = [f"{entry.day:%m-%d}" for entry in year if entry.kind is DayKind.HOLIDAY]
    assert off == [
        "01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15",
        "10-01", "10-02", "10-03",
    ]  # fmt: skip
    assert not any(entry.kind is DayKind.MAKEUP_WORKDAY for entry in year)
    assert len(year) == 365


def test_a_day_that_is_two_holidays_is_named_after_both() -> None:
    named = {entry.day: entry.name for entry in provisional_year(2028)}
    assert named[date(2028, 10, 3)] == "国庆节、中秋节"


def test_beyond_the_table_of_lunar_dates_nothing_is_guessed() -> None:
    with pytest.raises(ConfigurationError, match=r"2040: .* known for 2027 to 2036 only"):
        provisional_year(2040)


@pytest.mark.parametrize(
    ("day", "kind", "wanted"),
    [
        (date(2026, 1, 3), DayKind.WORKDAY, "weekend | holiday | makeup_workday"),
        (date(2026, 1, 5), DayKind.WEEKEND, "workday | holiday"),
        (date(2026, 1, 5), DayKind.MAKEUP_WORKDAY, "workday | holiday"),
        (date(2026, 1, 4), DayKind.MAKEUP_WORKDAY, ""),
        (date(2026, 1, 4), DayKind.HOLIDAY, ""),
    ],
)
def test_a_kind_that_contradicts_the_day_of_the_week_is_told(
    day: date, kind: DayKind, wanted: str
) -> None:
    assert contradiction(day, kind) == wanted
