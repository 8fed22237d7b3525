"""What is still to be paid: not what is disputed, kept back, or paid already."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.settlement.dispute import Dispute
from analytics.settlement.due import due_of
from analytics.settlement.statement import Payment, Side
from analytics.settlement.term import settle_term
from analytics.settlement.true_up import LineDifference
from analytics.settlement.undisputed import payable
from domain.contract import Party
from domain.errors import SettlementError
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
    assert due_of(CONTRACT, APRIL, [], NOTHING).outstanding == Decimal("7547.84")
    part = due_of(CONTRACT, APRIL, [], Decimal(7000))
    assert (part.outstanding, part.payer) == (Decimal("547.84"), Party.CLIENT)
    back = due_of(CONTRACT, APRIL, [], Decimal(8000))
    assert (back.outstanding, back.payer) == (Decimal("-452.16"), Party.PROVIDER)


def test_a_dispute_holds_its_difference_back_and_never_more_than_is_owed() -> None:
    part = due_of(CONTRACT, APRIL, [claim("25000.00")], NOTHING)
    # Of 542.00 less fee 0.3 x 0.9 would not have been shared back: X 876.07 -> 729.73.
    assert part.outstanding == Decimal("7547.84") - Decimal("395.66")
    assert part.frozen == (("d-1", Decimal("395.66")),)
    assert due_of(CONTRACT, APRIL, [claim("1.00")], NOTHING).outstanding == 0


OWED = replace(
    APRIL,
    totals=tuple(
        replace(each, amount=(APRIL.total("U") or NOTHING) - 1000) if each.symbol == "F" else each
        for each in APRIL.totals
    ),
    payment=Payment(Party.PROVIDER, Party.CLIENT, Decimal(1000), NOTHING, date(2026, 5, 15), ""),
)
"""The same with a fee 1,000.00 below the bills: the provider owes."""


@pytest.mark.parametrize(
    ("claimed", "frozen"),
    [("25000.00", "0"), ("25742.00", "200.00"), ("27000.00", "1000.00")],
    ids=["that it owes more", "that it owes less", "that it owes nothing"],
)
def test_where_the_provider_owes_only_what_it_disputes_waits(claimed: str, frozen: str) -> None:
    contract = replace(CONTRACT, sharing=None)
    dispute = replace(claim(claimed), statement_sha256=OWED.sha256, by=Party.PROVIDER)
    due = due_of(contract, OWED, [dispute], NOTHING)
    assert due.frozen == (("d-1", Decimal(frozen)),)
    assert (-due.outstanding, due.payer) == (1000 - Decimal(frozen), Party.PROVIDER) or not (
        due.outstanding
    )


def test_two_disputes_freeze_what_both_make_and_never_more_than_is_owed() -> None:
    contract = replace(CONTRACT, sharing=None)
    fee = claim("25000.00")
    bills = replace(fee, code="d-2", side=Side.BILLS, claimed=Decimal("29050.00"))
    due = due_of(contract, APRIL, [fee, bills], NOTHING)
    assert dict(due.frozen) == {"d-1": Decimal("542.00"), "d-2": Decimal("7000.00")}
    most = due_of(contract, APRIL, [fee, replace(bills, claimed=Decimal(90000))], NOTHING)
    assert dict(most.frozen) == {"d-1": Decimal("542.00"), "d-2": Decimal("7945.10") - 542}
    assert most.outstanding == 0


def test_of_a_year_the_guarantee_or_a_month_that_moved_is_disputed_by_itself() -> None:
    settled = settle_term(clinic(), code_version="test")
    year, term = settled.true_ups[0], settled.hand_over
    assert term is not None
    assert year.payment is not None
    assert (year.payment.payer, year.payment.amount) == (Party.PROVIDER, Decimal("563.53"))
    cap = replace(claim("-400.00"), statement_sha256=year.sha256, line="cap", side=Side.TOTAL)
    due = due_of(CONTRACT, year, [cap], NOTHING)
    assert (due.outstanding, due.frozen) == (Decimal("-400.00"), (("d-1", Decimal("163.53")),))
    moved = replace(
        year, differences=(LineDifference("2026-03", "electricity", Side.FEE, NOTHING, NOTHING),)
    )
    line = replace(
        cap, statement_sha256=moved.sha256, line="2026-03/electricity", side=Side.FEE,
        claimed=Decimal(63),
    )  # fmt: skip
    assert due_of(CONTRACT, moved, [line], NOTHING).outstanding == Decimal("-500.53")
    kept = replace(
        cap, statement_sha256=term.sha256, line="kept", claimed=Decimal("6000.00"), by=Party.CLIENT
    )
    assert due_of(CONTRACT, term, [kept], NOTHING).outstanding == Decimal("6000.00")
    with pytest.raises(SettlementError, match="has no amount of F in its total"):
        payable(CONTRACT, year, [replace(cap, line="F")])


def test_without_a_payment_only_what_was_paid_is_owed_back() -> None:
    unpaid = replace(APRIL, payment=None)
    assert due_of(CONTRACT, unpaid, [], NOTHING).outstanding == 0
    assert due_of(CONTRACT, unpaid, [], Decimal(5)).outstanding == -5
