"""Tariffs of the demo: the shipped ones, with invented prices, on the meters that are billed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from psycopg import Connection

from analytics.ledger.timetable import next_month
from analytics.place.meter_cost import NOW
from domain.price_book import MonthPrice
from domain.tariff_file import shipped_tariffs
from domain.time_of_use import Period
from store.fleet.pile import piles
from store.money.tariff import (
    MeterTariffRow,
    add_tariff,
    announce_prices,
    prices,
    put_meter,
    tariffs,
    tariffs_of_meter,
)
from store.places.place import meters

SOURCE = "invented for the demo 演示用虚构价格"
_TARIFF_OF_MEDIUM = {
    "electricity": "tianjin-tou",
    "water": "tianjin-water",
    "gas": "demo-gas",
    "heat": "demo-heat",
}
_INVENTED = """
schema = "tariff/1"
code = "demo-{medium}"
medium = "{medium}"
name_zh = "演示用{name_zh}价"
name_en = "Price of {medium}, invented for the demo"

[[version]]
first_day = 2020-01-01
checked = false
source = "{source}"
evidence = "background"
note = "Invented."

[[version.component]]
name = "{medium}"
price = {price}
"""
_CAPACITY_KVA = Decimal(400)
"""Invented; below 100 kVA no power factor is asked for. [kVA]"""
_BILLED = {"gateway", "main"}
_FLOATING = {
    "agent_purchase": ("0.6000", "0.4000", "0.1840"),
    "transmission_distribution": ("0.3000", "0.2000", "0.0920"),
}
_FIXED = {"line_loss": "0.0200", "system_operation": "0.0100", "government_funds": "0.0300"}


def enter_tariffs(conn: Connection, first_day: date, end_day: date) -> None:
    """Enter them for local days [first_day, end_day); what is there already is left as it is."""
    invented = {
        f"demo-{medium}": _INVENTED.format(
            medium=medium, name_zh=name_zh, price=price, source=SOURCE
        )
        for medium, name_zh, price in (("gas", "燃气", "3.20"), ("heat", "供热", "92.00"))
    }
    for name, text in (shipped_tariffs() | invented).items():
        add_tariff(conn, text, place=name)
    known = {row.code: row.id for row in tariffs(conn)}
    at_piles = {pile.meter_id for pile in piles(conn)}
    for meter in meters(conn):
        code = _TARIFF_OF_MEDIUM.get(meter.medium)
        # Charging costs what its interval costs the building, though only the building is billed.
        if code is None or not (meter.role in _BILLED or meter.id in at_piles):
            continue
        if not tariffs_of_meter(conn, meter.id, date.min, date.max):
            capacity = _CAPACITY_KVA if meter.medium == "electricity" else None
            terms = MeterTariffRow(known[code], code, None, None, capacity, None, None)
            put_meter(conn, meter.id, terms)
    electricity = known[_TARIFF_OF_MEDIUM["electricity"]]
    month = first_day.replace(day=1)
    while month < end_day:
        following = next_month(month)
        if not prices(conn, electricity, month, following, as_of=NOW):
            announce_prices(conn, electricity, month, _prices(month), source=SOURCE)
        month = following


def _prices(month: date) -> Iterator[MonthPrice]:
    periods = (Period.PEAK, Period.FLAT, Period.VALLEY)
    for component, each in _FLOATING.items():
        for period, price in zip(periods, each, strict=True):
            yield MonthPrice(month, component, period, Decimal(price), checked=False)
    for component, price in _FIXED.items():
        yield MonthPrice(month, component, None, Decimal(price), checked=False)
