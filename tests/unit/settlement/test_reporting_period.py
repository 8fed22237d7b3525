"""The months of a contract as a table: baseline, what adjusts it, use, saving, price, share."""

from decimal import Decimal

import pytest

from analytics.settlement.month import inputs_of, settle
from analytics.settlement.reporting_period import PeriodLine, period_lines
from domain.settlement_file import read_book, shipped_examples


def rows(name: str, month: str) -> dict[str, PeriodLine]:
    book = read_book(shipped_examples()[name], place=name)
    statement = settle(inputs_of(book, month, code_version="test"))
    return {each.saving.line: each for each in period_lines(book.contract, statement)}


def test_the_worked_month_goes_from_its_baseline_by_each_adjustment() -> None:
    """190,000 + 19,000 of weather + 10,032 of area + 6,249.6 of equipment = 225,281.6 kWh."""
    row = rows("office_july.toml", "2026-07")["electricity"]
    assert row.baseline == 190000
    assert {each.name: each.quantity for each in row.changes} == {
        "weather": Decimal(19000),
        "factors": Decimal(10032),
        "server-room": Decimal("6249.6"),
    }
    assert row.saving.saving == Decimal("25681.6")
    assert (row.price, row.share, row.amount) == (
        Decimal("0.7095"), Decimal("0.95"), Decimal("151845.43")
    )  # fmt: skip


@pytest.mark.parametrize("month", [f"2026-{number:02}" for number in range(1, 13)])
def test_baseline_and_changes_add_up_to_the_adjusted_baseline(month: str) -> None:
    for row in rows("clinic_year.toml", month).values():
        whole = row.baseline + sum((each.quantity for each in row.changes), Decimal(0))
        assert whole == row.saving.adjusted_baseline
        assert whole - row.saving.use == row.saving.saving


def test_degree_days_are_weather_once() -> None:
    """July of the clinic: 180 kWh x 25 degree days, inside the 4,500 of weather."""
    row = rows("clinic_year.toml", "2026-07")["electricity"]
    assert [(each.name, each.quantity) for each in row.changes] == [
        ("weather", Decimal(4500)),
        ("factors", Decimal("1177.5")),
    ]
