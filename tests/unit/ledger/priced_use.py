"""Use at known prices, by which tests of costs reckon by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from analytics.ledger.basic_charge import Connection
from analytics.ledger.cost import Point, cost
from analytics.ledger.cost_line import Cost
from analytics.ledger.metered import Amount
from analytics.ledger.month_register import RegisterPart
from analytics.ledger.timetable import Timetable, lay_out
from domain.calendar import DayKind
from domain.local_day import day_start
from domain.price_book import PriceBook
from domain.supply_account import Reverse, SupplyAccount
from domain.tariff import Tariff
from domain.tariff_file import read_tariff

D = Decimal
SHANGHAI = ZoneInfo("Asia/Shanghai")
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
QUARTER = timedelta(minutes=15)
PROVENANCE = 'checked = true\nchecked_by = "Li"\nchecked_on = 2026-07-02\ndocument = "notice 1"\n'
OFFICE = """
[[version.window]]
period = "peak"
hours = ["09:00-12:00", "16:00-21:00"]
[[version.window]]
period = "valley"
hours = ["23:00-07:00"]
[[version.component]]
name = "energy"
floats = true
prices = { peak = 0.9900, flat = 0.6600, valley = 0.3036 }
"""
WATER = '[[version.component]]\nname = "water"\nprice = 8.15\n'


def tariff(terms: str, *, medium: str = "electricity", provenance: str = PROVENANCE) -> Tariff:
    head = f'schema = "tariff/1"\ncode = "t"\nmedium = "{medium}"\nname_zh = "t"\nname_en = "t"\n'
    version = f'[[version]]\nfirst_day = 2026-01-01\nsource = "invented"\n{provenance}{terms}'
    return read_tariff(head + version, place="t.toml")


def laid_out(
    terms: str, first: date = JULY, end: date = AUGUST, zone: ZoneInfo = SHANGHAI, **how: str
) -> Timetable:
    return lay_out(
        tariff(terms, **how),
        first,
        end,
        zone=zone,
        calendar=lambda _day: DayKind.WORKDAY,
        weather=lambda _day: D(20),
    )


def at(day: int, hour: float, month: int = 7) -> datetime:
    return day_start(date(2026, month, day), SHANGHAI) + timedelta(hours=hour)


def even(value: float, first: date = JULY, end: date = AUGUST) -> list[Amount]:
    return [Amount(day_start(first, SHANGHAI), day_start(end, SHANGHAI), value)]


def point(
    measured_kw: Decimal | None = None, reactive_kvarh: Decimal | None = None, **known: Any
) -> Point:
    registers = (RegisterPart(D(0), measured_kw, reactive_kvarh),)
    return Point("kWh", {JULY: Connection(registers=registers, **known)})


def account(
    standard: str | None, reverse: Reverse | None = None, by: str | None = "Wang"
) -> SupplyAccount:
    source = "contract of supply"
    return SupplyAccount(1, date(2020, 1, 1), None, standard, reverse, source, by)


def priced(terms: str, amounts: list[Amount], **known: Any) -> Cost:
    return cost(laid_out(terms), amounts, PriceBook(), point(**known))


TIERS = """
[[version.component]]
name = "base"
[[version.component.tiers]]
span = "{span}"
of_quota = {of_quota}
step = [{{ up_to = {first}, price = 4.0 }}, {{ up_to = {second}, price = 6.0 }}, {{ price = 12.0 }}]
[[version.component]]
name = "sewage"
price = 2.0
"""


def tier_amounts(found: Cost) -> list[tuple[str, date, Decimal]]:
    return [(e.name, e.first_day, e.quantity) for e in found.lines if e.name != "sewage"]
