"""The table of prices announced by the month: each tariff and month of it is entered whole.

A month that says what counts already stays, with its check; one that says anything else is a later
announcement, which nobody has checked.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from psycopg import Connection

from domain.price_book import MonthPrice
from domain.time_of_use import Period
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_text
from ingest.sheet.limit_form import twice
from store.money.announced_part import announced_parts
from store.money.tariff import (
    PriceRow,
    announce_prices,
    prices,
    tariffs,
    versions,
)
from store.places.organisation import may_put_organisations

_MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")
_PRICE = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,8})?")
_KEY = ("tariff", "month", "component", "period")
_EVER = date(1949, 1, 1), date(2200, 1, 1)


def parse_month(text: str) -> date:
    """A month, as 2026-07; its first day."""
    if not _MONTH.fullmatch(text):
        raise ValueError("2026-07")
    return date.fromisoformat(f"{text}-01")


def _price(text: str) -> Decimal:
    if not _PRICE.fullmatch(text):
        raise ValueError("0.6343")
    return Decimal(text)


class MonthPrices:
    """Prices of the tariffs that are there; what a month does not name has no price in it."""

    form = Form(
        "month_prices",
        (
            Column("tariff", "方案编码", parse_text, "not_text"),
            Column("month", "月份", parse_month, "not_a_month"),
            Column("component", "组成", parse_text, "not_text"),
            Column("period", "时段", choice(*Period), "not_one_of", required=False),
            Column("price", "单价 元", _price, "not_a_price", numeric=True),
            Column("source", "公告", parse_text, "not_text"),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Tariffs and parts that are not there, a part twice, months of two announcements."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("tariff", "not_administered", "")]
        faults = twice(rows, "component", _KEY)
        ids = {row.code: row.id for row in tariffs(conn)}
        told = {code: versions(conn, ids[code]) for code in {_of(row)[0] for row in rows} & {*ids}}
        parts = {
            (code, month): announced_parts(told[code], month)
            for code, month in map(_of, rows)
            if code in told
        }
        sources: dict[tuple[str, date], object] = {}
        for row in rows:
            code, month = _of(row)
            if code not in ids:
                faults.append(row.fault("tariff", "unknown_tariff", " | ".join(ids)))
            elif _part(row) not in parts[code, month]:
                wanted = " | ".join(
                    f"{name} {period or ''}".strip() for name, period in parts[code, month]
                )
                faults.append(row.fault("component", "unknown_component", wanted))
            if sources.setdefault((code, month), row.values["source"]) != row.values["source"]:
                faults.append(row.fault("source", "two_sources", str(sources[code, month])))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Announce every month that says something else than what counts."""
        ids = {row.code: row.id for row in tariffs(conn)}
        months: dict[tuple[str, date], list[FormRow]] = {}
        for row in rows:
            months.setdefault(_of(row), []).append(row)
        known = {
            code: _by_month(_announced(conn, ids[code])) for code in {code for code, _ in months}
        }
        for (code, month), of_it in sorted(months.items()):
            new = {(*_part(row), row.values["price"]) for row in of_it}
            source = str(of_it[0].values["source"])
            stands = known[code].get(month, [])
            if {(each.component, each.period, each.price) for each in stands} == new and all(
                each.source == source for each in stands
            ):
                continue
            told = [
                MonthPrice(month, *_part(row), Decimal(str(row.values["price"])), checked=False)
                for row in of_it
            ]
            announce_prices(conn, ids[code], month, told, source=source)

    def export(self, conn: Connection) -> list[list[str]]:
        """Prices that count, of every tariff and month."""
        return [
            [
                tariff.code,
                f"{each.month:%Y-%m}",
                each.component,
                each.period or "",
                f"{each.price:f}",
                each.source,
            ]
            for tariff in tariffs(conn)
            for each in _announced(conn, tariff.id)
        ]


def _of(row: FormRow) -> tuple[str, date]:
    month = row.values["month"]
    return str(row.values["tariff"]), month if isinstance(month, date) else date.min


def _part(row: FormRow) -> tuple[str, Period | None]:
    period = row.values["period"]
    return str(row.values["component"]), None if period is None else Period(str(period))


def _announced(conn: Connection, tariff_id: int) -> list[PriceRow]:
    return prices(conn, tariff_id, *_EVER)


def _by_month(rows: Iterable[PriceRow]) -> dict[date, list[PriceRow]]:
    found: dict[date, list[PriceRow]] = {}
    for row in rows:
        found.setdefault(row.month, []).append(row)
    return found
