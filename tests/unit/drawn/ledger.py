"""What the ledger knows of an office's worked month, as rows: its figures are the planted truth."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from analytics.drawn.month import DrawnMonth, drawn_month
from analytics.drawn.rows import (
    LedgerBill,
    LedgerDay,
    LedgerRows,
    MeterRows,
    TariffRows,
)
from analytics.evidence.price import Announced
from analytics.settlement.month import inputs_of
from analytics.settlement.statement import Inputs
from domain.contract_month import ContractMonth
from domain.price_book import MonthPrice
from domain.settlement_file import Book
from domain.tariff import Tariff
from domain.tariff_file import read_tariff
from domain.time_of_use import Period
from tests.unit.evidence.office import TARIFF, book, half_hours, water

KNOWN_AT = datetime(2026, 8, 1, tzinfo=UTC)
DAYS = [date(2026, 7, 1) + timedelta(days=n) for n in range(31)]
LABEL = "example/2026-01-01"
CHECKED = TARIFF.replace(
    "checked = false",
    'checked = true\nchecked_by = "A. Example"\nchecked_on = 2026-01-05\ndocument = "notice 7"',
)
WATER = """schema = "tariff/1"
code = "water"
medium = "water"
name_zh = "水"
name_en = "Water"

[[version]]
first_day = 2026-01-01
source = "invented"
checked = true
checked_by = "A. Example"
checked_on = 2026-01-05
document = "notice 8"

[[version.component]]
name = "water"
price = 8.15
"""


def terms() -> Inputs:
    """The office's contract and events, with a baseline by the periods of the tariff."""
    given = book()
    lines = tuple(
        replace(line, baseline=replace(line.baseline, tariff=LABEL))
        if line.baseline is not None and line.code == "electricity"
        else line
        for line in given.contract.lines
    )
    bare = Book(
        given.schema,
        replace(given.contract, lines=lines),
        (ContractMonth("2026-07"),),
        given.events,
    )
    return inputs_of(bare, "2026-07", code_version="test")


def entered() -> ContractMonth:
    """What no meter of the office tells: weather, measures of quality."""
    told = book().months[0]
    return ContractMonth("2026-07", degree_days=told.degree_days, kpis=told.kpis)


@cache
def main_days() -> dict[date, LedgerDay]:
    registers = [each.register for each in half_hours()[::48]]
    return {
        day: LedgerDay(float(registers[n + 1] - registers[n]), True, "measured", "measured")
        for n, day in enumerate(DAYS)
    }


def water_days() -> dict[date, LedgerDay]:
    registers = [each.register for each in water()]
    return {
        day: LedgerDay(float(registers[n + 1] - registers[n]), True, "measured", "measured")
        for n, day in enumerate(DAYS)
    }


def meters(**changed: Any) -> dict[str, MeterRows]:
    """Both meters of the office; `changed` is of the electricity meter."""
    main = MeterRows(1, "main-e", "active_energy_import_kwh", tuple(half_hours()), days=main_days())
    own_water = MeterRows(2, "main-w", "volume_m3", tuple(water()), days=water_days())
    return {"main-e": replace(main, **changed), "main-w": own_water}


def tariff_rows(text: str, number: int, *announced: Announced) -> TariffRows:
    tariff: Tariff = read_tariff(text, place="test")
    return TariffRows(number, tariff, text, (number,), announced, (70,) * len(announced))


def announced(
    component: str, price: str, period: Period | None = None, checked_by: str = ""
) -> Announced:
    told = MonthPrice(date(2026, 7, 1), component, period, Decimal(price), bool(checked_by))
    return Announced(told, "price list of July", checked_by)


def bill(
    items: tuple[tuple[str, str], ...],
    first: date = date(2026, 7, 1),
    end: date = date(2026, 8, 1),
    meter: str = "main-e",
) -> LedgerBill:
    found = tuple((item, Decimal(amount)) for item, amount in items)
    return LedgerBill(9, meter, "B-1", first, end, KNOWN_AT, found, main_days())


def rows(**changed: Any) -> LedgerRows:
    given: dict[str, Any] = {
        "known_at": KNOWN_AT,
        "meters": meters(),
        "tariffs": {"electricity": tariff_rows(CHECKED, 1), "water": tariff_rows(WATER, 2)},
    }
    return LedgerRows(**{**given, **changed})


def drawing(**changed: Any) -> DrawnMonth:
    return drawn_month(terms(), rows(**changed), entered())
