"""What is still to be paid: not what is disputed, kept back, or paid already."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from analytics.settlement.dispute import Dispute
from analytics.settlement.due import due_of, due_of_month
from analytics.settlement.statement import Payment, Side
from domain.contract import Party
from tests.unit.settlement.clinic import clinic, statement

APRIL = statement(clinic(), "2026-04")
"""The client owes 7,945.10, of which 5 % (397.26) is kept back."""
CONTRACT = clinic().contract
NOTHING = Decimal(0)


def claim(claimed: str) -> Dispute:
    return Dispute(
        code="d-1", statement_sha256=APRIL.sha256, line="electricity", side=Side.FEE,
        claimed=Decimal(claimed), by=Party.CLIENT, reason="area", opened_on=date(2026, 5, 8),
        deadline=date(2026, 6, 8),
    )  # fmt: skip


def test_what_is_kept_back_is_not_due_yet_and_what_is_paid_no_more() -> None:
    assert due_of_month(CONTRACT, APRIL, [], NOTHING).outstanding == Decimal("7547.84")
    part = due_of_month(CONTRACT, APRIL, [], Decimal(7000))
    assert (part.outstanding, part.payer) == (Decimal("547.84"), Party.CLIENT)
    back = due_of_month(CONTRACT, APRIL, [], Decimal(8000))
    assert (back.outstanding, back.payer) == (Decimal("-452.16"), Party.PROVIDER)


def test_a_dispute_holds_its_difference_back_and_never_more_than_is_owed() -> None:
    part = due_of_month(CONTRACT, APRIL, [claim("25000.00")], NOTHING)
    assert part.outstanding == Decimal("7547.84") - Decimal("542.00")
    assert part.frozen == (("d-1", Decimal("542.00")),)
    assert due_of_month(CONTRACT, APRIL, [claim("1.00")], NOTHING).outstanding == 0


def test_where_the_provider_owes_a_dispute_holds_nothing_back() -> None:
    paid = APRIL.payment
    assert paid is not None
    other_way = Payment(
        Party.PROVIDER, Party.CLIENT, paid.amount, NOTHING, paid.due_on, paid.formula
    )
    owed = replace(APRIL, payment=other_way)
    dispute = replace(claim("25000.00"), statement_sha256=owed.sha256)
    due = due_of_month(CONTRACT, owed, [dispute], NOTHING)
    assert (due.outstanding, due.payer) == (-paid.amount, Party.PROVIDER)


def test_without_a_payment_only_what_was_paid_is_owed_back() -> None:
    assert due_of(None, NOTHING).outstanding == 0
    assert due_of(None, Decimal(5)).outstanding == -5
