"""Charging is neither lost nor counted twice in a boundary; who signs all the same is named."""

from dataclasses import replace
from decimal import Decimal

import pytest

from analytics.settlement.statement import Statement
from domain.contract_month import Charging, ChargingAccepted
from domain.settlement_file import Book
from tests.unit.settlement.clinic import clinic, obstacles, statement, with_month, with_terms

PILE = Charging("P-1", "charger", ("main-e",), Decimal(900), Decimal(880), 31)
"""What the clinic takes out: 900 kWh a month, of which 880 went into plug-ins that are known."""


def october(pile: Charging, *, tolerance: str | None = "0.05", accepted: bool = False) -> Statement:
    book: Book = clinic()
    if tolerance is not None:
        book = with_terms(book, charging_tolerance=Decimal(tolerance))
    two = ChargingAccepted("a visitor's car", "minutes 3", ("A. Client", "B. Provider"))
    told = with_month(
        book,
        "2026-10",
        lambda month: replace(month, charging=(pile,), charging_accepted=two if accepted else None),
    )
    return statement(told, "2026-10")


def codes(found: Statement) -> set[str]:
    return {each.code for each in found.remarks}


def test_the_clinic_takes_its_pile_out_and_it_balances() -> None:
    (excluded,) = (each.code for each in clinic().contract.meters if each.excluded)
    assert excluded == PILE.meter
    found = october(PILE)
    assert found.may_be_signed
    assert codes(found) == codes(statement(clinic(), "2026-10"))


@pytest.mark.parametrize(
    ("pile", "code"),
    [
        (replace(PILE, matched=Decimal(800)), "charging_unbalanced"),
        (replace(PILE, matched=Decimal(990)), "charging_unbalanced"),
        (replace(PILE, counted=None), "charging_unknown"),
        (replace(PILE, above=()), "charging_lost"),
        (replace(PILE, meter="pile-7"), "charging_inside"),
        (replace(PILE, meter="main-e", above=("main-e",)), "charging_twice"),
        (replace(PILE, meter="charger", above=("main-e", "charger")), "charging_twice"),
    ],
)
def test_what_does_not_balance_stands_against_signing_until_two_accept_it(
    pile: Charging, code: str
) -> None:
    assert obstacles(october(pile)) == {code}
    accepted = october(pile, accepted=True)
    assert accepted.may_be_signed
    assert {code, "charging_accepted"} <= codes(accepted)
    told = next(each.detail for each in accepted.remarks if each.code == "charging_accepted")
    assert told == "accepted by A. Client and B. Provider, minutes 3: a visitor's car"


def test_without_an_agreed_tolerance_unmatched_charging_is_told_and_blocks_nothing() -> None:
    found = october(replace(PILE, matched=Decimal(100)), tolerance=None)
    assert found.may_be_signed
    [told] = [each.detail for each in found.remarks if each.code == "charging_unmatched"]
    assert told == "pile P-1 (meter charger) counted 900 kWh, 31 charges took 100 kWh"


def test_one_who_stands_for_it_alone_is_not_two() -> None:
    with pytest.raises(ValueError, match="want two persons"):
        ChargingAccepted("late", "minutes 3", ("A. Client", "A. Client"))


def test_what_pv_fed_in_is_taken_off_its_own_line_and_takes_no_charging_out() -> None:
    inside = replace(PILE, meter="pile-7")
    assert "charging_inside" in codes(october(inside))
    meters = [
        replace(each, line="pv") if each.excluded else each for each in clinic().contract.meters
    ]
    book = with_terms(clinic(), meters=tuple(meters))
    told = with_month(book, "2026-10", lambda month: replace(month, charging=(inside,)))
    assert "charging_inside" not in codes(statement(told, "2026-10"))
