"""A bundle carries of which class the user is, and verifying works the percentage out by it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from analytics.evidence.bundle import packed
from domain.contract_line import ContractLine, LineKind
from domain.contract_month import LineAccount, Use
from domain.contract_term import Meter
from domain.power_factor_file import power_factor_tables
from domain.settlement_file import Book
from domain.time_of_use import Period
from tests.unit.evidence.office import book, checked, made

KVARH = Decimal(149700)
"""Beside 199,600 kWh a power factor of 0.80: 2.5 % more for a user of 0.85."""


def reactive(account: LineAccount | None) -> Book:
    """The worked month with a power-factor line and what the ledger knows of its user."""
    given = book()
    line = ContractLine(
        "pf", LineKind.POWER_FACTOR, "力调", "Power factor", unit="kvarh",
        in_fee=False, of=("electricity",), percent=Decimal(0), standard="0.85",
    )  # fmt: skip
    contract = replace(
        given.contract,
        lines=(*given.contract.lines, line),
        meters=(*given.contract.meters, Meter("reactive", "pf")),
    )
    [month] = given.months
    told = replace(
        month,
        uses=(*month.uses, Use("reactive", {Period.FLAT: KVARH})),
        power_factors=(power_factor_tables()["0.85"],),
        accounts=None if account is None else (account,),
    )
    return replace(given, contract=contract, months=(told,))


BILLS = Decimal("138772.90") + Decimal("3263.54")
"""Those of the worked month, and 2.5 % of 130,541.40."""


def bills(lines: list[dict[str, Any]]) -> Decimal:
    totals = {each["symbol"]: each["amount"] for each in lines if each["record"] == "total"}
    return Decimal(str(totals["U"]))


def test_the_class_of_the_user_is_in_the_bundle_and_named_as_stated() -> None:
    account = LineAccount("pf", "reactive", fed_back=False, standard="0.85", checked_by="Li")
    lines = checked(packed(made(reactive(account))))
    assert "class of the user of reactive" in lines[-1]["stated"]
    assert bills(lines) == BILLS


def test_a_bundle_made_before_there_were_accounts_is_worked_out_as_it_was() -> None:
    bundle = packed(made(reactive(None)))
    assert b'"accounts"' not in bundle
    lines = checked(bundle)
    assert bills(lines) == BILLS
    assert "class of the user of reactive" not in lines[-1]["stated"]
