"""Bank holidays of England by rule and proclamation, and the usual closure named as such."""

from datetime import date

import pytest

from domain.calendar import DayKind
from domain.england_holiday import england_year
from domain.errors import CalendarMissingError

BANK_HOLIDAYS = {
    2017: "01-01 01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26",
    2022: "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26",
    2023: "01-01 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
}


@pytest.mark.parametrize("year", BANK_HOLIDAYS)
def test_holidays_are_the_published_ones_and_the_closure(year: int) -> None:
    days = england_year(year)
    found = {entry.day for entry in days if entry.kind is DayKind.HOLIDAY}
    published = {date.fromisoformat(f"{year}-{day}") for day in BANK_HOLIDAYS[year].split()}
    assert found == published | {date(year, 12, day) for day in range(24, 32)}
    closed = [entry.day.day for entry in days if entry.name == "usual closure"]
    assert closed == [24, 27, 28, 29, 30, 31]


def test_a_year_whose_exceptions_are_not_known_is_refused() -> None:
    with pytest.raises(CalendarMissingError, match=r"GB-ENG.*2040"):
        england_year(2040)
