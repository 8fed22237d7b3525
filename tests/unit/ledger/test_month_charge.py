"""What belongs to a month: basic charge, power factor, taxes; to the cent, or named as missing."""

import re
from datetime import date

import pytest

from analytics.ledger.cost import Point, cost
from analytics.ledger.cost_line import Cost, official_total
from analytics.ledger.timetable import lay_out
from domain.calendar import DayKind
from domain.errors import UncheckedError
from domain.price_book import PriceBook
from domain.tariff_file import read_tariff
from tests.unit.ledger.priced_use import (
    AUGUST,
    JULY,
    SHANGHAI,
    TIERS,
    WATER,
    D,
    account,
    even,
    laid_out,
    point,
    priced,
    tier_amounts,
)

DEMAND = """
power_factor = "0.90"
[[version.basic]]
by = "{by}"
price = 30.0
over_from = 1.05
over_factor = 2
busy_kwh_per_kva = 260
busy_factor = 0.9
[[version.component]]
name = "energy"
price = 0.6
[[version.component]]
name = "government_funds"
fund = true
price = 0.03
"""
KNOWN = {"capacity_kva": D(400), "reactive_kvarh": D(0), "declared_kw": D(300)}
HELD = {**KNOWN, "account": account("0.90")}
"""What is known, and of which class the user is."""


@pytest.mark.parametrize(
    ("measured", "billed", "formula"),
    [
        ("250", "300", "declared"),
        ("315", "300", "declared"),
        ("325", "320", r"300 \+ 2 x 10.00 above 315.00"),
    ],
)
def test_demand_is_billed_as_declared_and_twice_for_what_exceeds_it(
    measured: str, billed: str, formula: str
) -> None:
    july = priced(DEMAND.format(by="maximum"), even(100_000), measured_kw=D(measured), **KNOWN)
    line = next(line for line in july.lines if line.item == "basic")
    assert line.amount == D(billed) * 30
    assert line.unit == "kW"
    assert re.search(formula, line.formula)


def test_a_busy_connection_pays_nine_tenths_of_the_price_of_its_capacity() -> None:
    for energy, amount in ((103_999, "12000.00"), (104_000, "10800.00")):
        july = priced(DEMAND.format(by="capacity"), even(energy), **KNOWN)
        basic = next(line for line in july.lines if line.item == "basic")
        assert basic.amount == D(amount)


def test_the_power_factor_changes_basic_and_energy_charge_but_not_the_funds() -> None:
    july = priced(DEMAND.format(by="capacity"), even(100_000), **{
        **HELD, "reactive_kvarh": D(75_000),
    })  # fmt: skip
    line = next(line for line in july.lines if line.item == "power_factor")
    assert line.quantity == D("72000.00")  # 12,000 basic + 60,000 energy, without 3,000 of funds
    assert line.price == D("5.0")  # power factor 0.80
    assert line.amount == D("3600.00")
    assert not line.checked
    assert july.total == D("78600.00")
    with pytest.raises(UncheckedError, match=r"power_factor_0\.90"):
        official_total(july)


def test_a_fund_inside_a_published_price_is_told_and_not_billed_again() -> None:
    inside = DEMAND.replace("fund = true", 'fund = true\ninside = "energy"')
    july = priced(inside.format(by="capacity"), even(100_000), **HELD)
    assert july.total == D("12000.00") + D("60000.00") + D("-517.50")  # -0.75 % of 69,000


def test_what_belongs_to_a_month_and_is_not_known_is_named() -> None:
    known = {"capacity_kva": D(400), "account": account("0.90")}
    july = priced(DEMAND.format(by="maximum"), even(100_000), **known)
    assert [gap.code for gap in july.gaps] == ["maximum_demand", "reactive_energy"]
    half = laid_out(DEMAND.format(by="capacity"), JULY, date(2026, 7, 16))
    part = cost(half, even(5, end=date(2026, 7, 16)), PriceBook(), point(**KNOWN))
    assert [gap.code for gap in part.gaps] == ["whole_month"]


def test_no_power_factor_follows_from_a_part_of_the_month_or_of_its_lines() -> None:
    known = {**HELD, "reactive_kvarh": D(62_000)}  # power factor 0.85 of all of July
    partly = priced(DEMAND.format(by="capacity"), even(50_000, end=date(2026, 7, 16)), **known)
    assert [gap.code for gap in partly.gaps] == ["hours", "hours", "hours"]
    assert {line.item for line in partly.lines} == {"energy", "fund"}  # nor whether it was busy
    busy = priced(DEMAND.format(by="capacity"), even(104_000, end=date(2026, 7, 16)), **known)
    assert [line.amount for line in busy.lines if line.item == "basic"] == [D("10800.00")]
    terms = DEMAND.format(by="capacity") + '[[version.component]]\nname = "line_loss"\n'
    priceless = priced(terms, even(100_000), **known)
    assert [gap.code for gap in priceless.gaps] == ["price", "price"]
    assert "not all of it is known" in priceless.gaps[1].detail
    without = {name: value for name, value in known.items() if name != "capacity_kva"}
    chargeless = priced(DEMAND.format(by="capacity"), even(100_000), **without)
    assert [gap.code for gap in chargeless.gaps] == ["capacity", "capacity"]


CHANGED = """
[[version]]
first_day = 2026-01-01
end_day = 2026-07-31
source = "invented"
checked = false
{}
[[version]]
first_day = 2026-07-31
source = "invented"
checked = false
{}
"""


def changed(before: str, after: str) -> Cost:
    """July at 1 CNY/kWh, of terms that are others on its last day."""
    head = 'schema = "tariff/1"\ncode = "t"\nmedium = "electricity"\nname_zh = "t"\nname_en = "t"\n'
    energy = '[[version.component]]\nname = "energy"\nprice = 1\n'
    text = head + CHANGED.format(energy + before, energy + after)
    timetable = lay_out(
        read_tariff(text, place="t.toml"),
        JULY,
        AUGUST,
        zone=SHANGHAI,
        calendar=lambda _day: DayKind.WORKDAY,
        weather=lambda _day: D(20),
    )
    used = [*even(3000, end=date(2026, 7, 31)), *even(100, date(2026, 7, 31))]
    return cost(timetable, used, PriceBook(), point(**KNOWN))


def test_a_charge_of_the_month_that_changes_within_it_is_named_and_not_chosen() -> None:
    basic = '[[version.basic]]\nby = "capacity"\nprice = {}\n'
    found = changed(basic.format(30), basic.format(20))
    assert [(gap.code, line.item) for gap in found.gaps for line in found.lines] == [
        ("whole_month", "energy"),
        ("whole_month", "energy"),
    ]
    assert "the basic charge changes with a version" in found.gaps[0].detail
    same = changed(basic.format(30), basic.format(30))
    assert (same.gaps, same.total) == ((), D("3100.00") + 400 * 30)


def test_a_tax_that_changes_within_a_month_is_on_the_lines_of_its_own_days() -> None:
    tax = '[[version.tax]]\nname = "vat"\nrate = {}\nincluded = false\n'
    found = changed(tax.format("0.13"), tax.format("0.09"))
    taxed = [(line.first_day, line.amount) for line in found.lines if line.item == "tax"]
    assert taxed == [(JULY, D("390.00")), (date(2026, 7, 31), D("9.00"))]
    basic = '[[version.basic]]\nby = "capacity"\nprice = 30\n'
    of_month = changed(tax.format("0.13") + basic, tax.format("0.09") + basic)
    assert [gap.code for gap in of_month.gaps] == ["whole_month"]
    assert not [line for line in of_month.lines if line.item == "tax"]


def test_a_later_month_is_in_no_step_while_hours_before_it_have_no_figure() -> None:
    terms = TIERS.format(span="year", of_quota="false", first=1000, second=1500)
    first = date(2026, 1, 1)
    timetable = laid_out(terms, first, date(2026, 3, 1), medium="water")
    used = [*even(700, first, date(2026, 1, 20)), *even(900, date(2026, 2, 1), date(2026, 3, 1))]
    found = cost(timetable, used, PriceBook(), Point("m3", {}))
    assert [(gap.code, gap.first_day.month) for gap in found.gaps] == [
        ("hours", 1), ("earlier_use", 2),
    ]  # fmt: skip
    assert tier_amounts(found) == [("base/1", first, D(700))]


def test_a_tax_on_top_is_added_and_one_inside_is_told() -> None:
    tax = WATER + '[[version.tax]]\nname = "vat"\nrate = 0.03\nincluded = {}\n'
    on, inside = (priced(tax.format(word), even(100)) for word in ("false", "true"))
    assert (on.total, on.lines[-1].amount) == (D("839.45"), D("24.45"))
    assert (inside.total, inside.lines[-1].amount) == (D("815.00"), D("23.74"))
