"""Of which class a user is belongs to the account: it decides over the tariff, or it is doubted."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.ledger.cost import Point, cost
from analytics.ledger.cost_line import Cost, Line
from analytics.ledger.month_register import RegisterPart
from domain.price_book import PriceBook
from domain.supply_account import Reverse, SupplyAccount, newest_of_month
from tests.unit.ledger.priced_use import JULY, D, account, even, laid_out, point, priced

TERMS = """
{presumed}
[[version.component]]
name = "energy"
price = 0.6
"""
BY_TARIFF = TERMS.format(presumed='power_factor = "0.90"')
KNOWN = {"capacity_kva": D(400), "reactive_kvarh": D(75_000)}
"""Beside 100,000 kWh a power factor of 0.80."""


def july(by: SupplyAccount | None, terms: str = BY_TARIFF, **more: object) -> Cost:
    return priced(terms, even(100_000), **{**KNOWN, "account": by, **more})


def adjustment(found: Cost) -> Line | None:
    return next((line for line in found.lines if line.item == "power_factor"), None)


def codes(found: Cost) -> list[str]:
    return [gap.code for gap in found.gaps]


def test_the_account_decides_over_the_tariff() -> None:
    """At 0.80 a user of 0.90 pays 5 % more, one of 0.85 half of that, one of 0.80 nothing."""
    for standard, percent in (("0.90", "5.0"), ("0.85", "2.5"), ("0.80", "0.0")):
        found = july(account(standard))
        line = adjustment(found)
        assert line is not None
        assert (line.name, line.price) == (f"power_factor_{standard}", D(percent))
        assert line.amount == D(60_000) * D(percent) / 100
        assert codes(found) == []


def test_a_user_that_is_not_adjusted_has_no_line_whatever_the_tariff_presumes() -> None:
    found = july(account(None))
    assert (adjustment(found), codes(found)) == (None, [])


def test_the_account_adjusts_where_the_tariff_presumes_nothing() -> None:
    line = adjustment(july(account("0.85"), TERMS.format(presumed="")))
    assert line is not None
    assert line.price == D("2.5")


@pytest.mark.parametrize("by", [None, account("0.90", by=None), account(None, by=None)])
def test_a_class_that_nobody_entered_or_checked_keeps_the_cost_from_being_official(
    by: SupplyAccount | None,
) -> None:
    found = july(by)
    assert codes(found) == ["user_class"]
    line = adjustment(found)
    assert (line and line.price) == (None if by and by.standard is None else D("5.0"))


def test_versions_that_presume_otherwise_do_not_matter_to_an_account() -> None:
    """Of a tariff that says nothing nobody wants an account."""
    assert codes(july(None, TERMS.format(presumed=""))) == []


def fed_back(kvarh: Decimal | None, reverse: Reverse | None) -> Cost:
    parts = () if kvarh is None else (RegisterPart(D(0), None, kvarh),)
    return july(
        account("0.90", reverse),
        reactive_kvarh=D(55_000), feeds_reactive=True, reverse=parts,
    )  # fmt: skip


def test_reverse_energy_that_the_utility_adds_is_in_the_power_factor() -> None:
    """55,000 kvarh drawn are 0.88, and with 20,000 fed back 0.80."""
    line = adjustment(fed_back(D(20_000), Reverse.ADDED))
    assert line is not None
    assert (line.price, line.formula[-38:]) == (D("5.0"), " factor 0.80 with 20000 kvarh fed back")
    assert codes(fed_back(D(20_000), Reverse.ADDED)) == []


def test_reverse_energy_that_the_utility_ignores_is_not_and_needs_no_doubt() -> None:
    found = fed_back(D(20_000), Reverse.IGNORED)
    line = adjustment(found)
    assert (line and line.price, codes(found)) == (D("1.0"), [])


def test_reverse_energy_of_which_nobody_has_said_is_left_out_and_doubted() -> None:
    found = fed_back(D(20_000), None)
    line = adjustment(found)
    assert (line and line.price, codes(found)) == (D("1.0"), ["reactive_reverse"])


def test_an_added_register_that_was_not_read_leaves_no_power_factor() -> None:
    found = fed_back(None, Reverse.ADDED)
    assert (adjustment(found), codes(found)) == (None, ["reactive_energy"])
    assert "the utility adds reverse reactive energy" in found.gaps[0].detail


def test_a_part_of_a_month_has_no_adjustment_by_the_account_either() -> None:
    half = laid_out(TERMS.format(presumed=""), JULY, date(2026, 7, 16))
    told: dict[str, Any] = {**KNOWN, "account": account("0.85")}
    found = cost(half, even(5, end=date(2026, 7, 16)), PriceBook(), point(**told))
    assert codes(found) == ["whole_month"]
    assert codes(cost(half, [], PriceBook(), Point("kWh", {}))) == ["hours"]


def test_of_the_accounts_that_have_a_month_the_newest_counts() -> None:
    def of(id_: int, first: date, end: date | None) -> SupplyAccount:
        return SupplyAccount(id_, first, end, "0.90", None, "x")

    every = [of(1, date(2026, 1, 1), None), of(2, date(2026, 3, 1), date(2026, 5, 1))]
    found = [newest_of_month(every, date(2026, month, 1)) for month in (2, 3, 4, 5)]
    assert [each and each.id for each in found] == [1, 2, 2, 1]
    assert newest_of_month(every, date(2025, 12, 1)) is None
