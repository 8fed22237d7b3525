"""A statement is signed by two parties, disputed line by line, corrected by addition."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.settlement.correction import correction, reversal
from analytics.settlement.course import Act, Course, Entry, StatementState
from analytics.settlement.dispute import Dispute, Outcome, OutcomeKind
from analytics.settlement.hand_over import hand_over
from analytics.settlement.month import inputs_of
from analytics.settlement.statement import Side
from analytics.settlement.term import settle_term
from analytics.settlement.undisputed import payable
from domain.contract import Party
from domain.contract_month import Use
from domain.errors import SettlementError
from domain.time_of_use import Period
from tests.unit.settlement.clinic import clinic, inputs, statement, with_month

DAY = date(2026, 5, 8)
APRIL = statement(clinic(), "2026-04")
CHECKED = Course(APRIL, "maker").then(Entry(Act.CHECK, "checker", DAY))


def signature(person: str, party: Party, digest: str = APRIL.sha256) -> Entry:
    return Entry(Act.SIGN, person, DAY, party, digest)


@pytest.fixture
def signed() -> Course:
    half = CHECKED.then(signature("Ms Client", Party.CLIENT))
    assert half.state is StatementState.CHECKED
    return half.then(signature("Mr Provider", Party.PROVIDER))


def claim(code: str = "d-1", **changes: object) -> Dispute:
    dispute = Dispute(
        code=code, statement_sha256=APRIL.sha256, line="electricity", side=Side.FEE,
        claimed=Decimal("25000.00"), by=Party.CLIENT, reason="area", opened_on=DAY,
        deadline=date(2026, 6, 8),
    )  # fmt: skip
    return replace(dispute, **changes)  # type: ignore[arg-type]  # fields of the dispute


def test_a_statement_goes_from_draft_to_settled(signed: Course) -> None:
    assert Course(APRIL, "maker").state is StatementState.DRAFT
    assert CHECKED.state is StatementState.CHECKED
    assert CHECKED.then(Entry(Act.RETURN, "checker", DAY)).state is StatementState.DRAFT
    assert signed.state is StatementState.SIGNED
    paid = signed.then(Entry(Act.PAY, "bank", DAY, subject="transfer 7"))
    assert paid.state is StatementState.SETTLED
    disputed = paid.then(Entry(Act.DISPUTE, "Ms Client", DAY, subject="d-1"))
    assert disputed.state is StatementState.DISPUTED
    assert disputed.then(Entry(Act.RESOLVE, "Ms Client", DAY, subject="d-1")).state is paid.state
    taken_back = disputed.then(Entry(Act.REVERSE, "Mr Provider", DAY, subject="ab" * 32))
    assert taken_back.state is StatementState.REVERSED


def test_a_statement_of_nothing_is_settled_by_its_second_signature() -> None:
    payment = replace(APRIL.payment, amount=Decimal("0.00"), retained=Decimal(0))  # type: ignore[type-var]  # it has one
    nothing = replace(APRIL, payment=payment)
    half = Course(nothing, "maker").then(Entry(Act.CHECK, "checker", DAY))
    half = half.then(signature("Ms Client", Party.CLIENT, nothing.sha256))
    assert half.state is StatementState.CHECKED
    both = half.then(signature("Mr Provider", Party.PROVIDER, nothing.sha256))
    assert both.state is StatementState.SETTLED
    overpaid = replace(both, carried=Decimal("12.00"))
    assert overpaid.state is StatementState.SIGNED
    back = overpaid.then(Entry(Act.PAY, "bank", DAY, amount=Decimal("-12.00")))
    assert back.state is StatementState.SETTLED


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (signature("Ms Client", Party.CLIENT, "0" * 64), "signed is 000000000000, the statement"),
        (Entry(Act.SIGN, "Ms Client", DAY, None, APRIL.sha256), "want the party"),
        (Entry(Act.PAY, "bank", DAY), "pay: the statement is checked, want disputed or signed"),
        (Entry(Act.CHECK, "checker", DAY), "check: the statement is checked, want draft"),
        (Entry(Act.DISPUTE, "Ms Client", DAY, subject="d"), "want disputed or settled or signed"),
    ],
)
def test_a_checked_statement_refuses_what_is_not_its_turn(entry: Entry, reason: str) -> None:
    with pytest.raises(SettlementError, match=reason):
        CHECKED.then(entry)


def test_nobody_stands_in_for_another(signed: Course) -> None:
    with pytest.raises(SettlementError, match="whoever made it cannot check it"):
        Course(APRIL, "maker").then(Entry(Act.CHECK, "maker", DAY))
    half = CHECKED.then(signature("Ms Client", Party.CLIENT))
    with pytest.raises(SettlementError, match="client has signed"):
        half.then(signature("Mr Other", Party.CLIENT))
    with pytest.raises(SettlementError, match="has signed for the other party"):
        half.then(signature("Ms Client", Party.PROVIDER))
    with pytest.raises(SettlementError, match="no dispute d-9 is open"):
        signed.then(Entry(Act.DISPUTE, "Ms Client", DAY, subject="d-1")).then(
            Entry(Act.RESOLVE, "Ms Client", DAY, subject="d-9")
        )


def test_a_statement_with_something_against_it_is_not_checked() -> None:
    bare = statement(
        with_month(clinic(), "2026-04", lambda month: replace(month, degree_days=None)), "2026-04"
    )
    with pytest.raises(SettlementError, match="things stand against it: electricity: no degree"):
        Course(bare, "maker").then(Entry(Act.CHECK, "checker", DAY))


def test_a_late_reading_makes_a_draft_anew_and_proposes_a_reversal_of_a_signed_one(
    signed: Course,
) -> None:
    def later(use: Use) -> Use:
        if use.meter != "roof-used":
            return use
        return replace(use, quantities={Period.FLAT: Decimal(6100)})

    book = with_month(
        clinic(), "2026-04", lambda month: replace(month, uses=tuple(map(later, month.uses)))
    )
    half = CHECKED.then(signature("Ms Client", Party.CLIENT))
    fresh = statement(book, "2026-04")
    anew = half.made_anew(fresh, "worker")
    assert (anew.state, anew.signatures) == (StatementState.DRAFT, {})
    with pytest.raises(SettlementError, match="the statement is signed: correct it by a reversal"):
        signed.made_anew(fresh, "worker")
    found = correction(APRIL, inputs(clinic(), "2026-04"), inputs(book, "2026-04"))
    assert found is not None
    # 100 kWh more of the sun: a fifth of 60.00 less in the fee, 30 % of 10.80 less to share.
    assert found.difference == Decimal("-12.00") + Decimal("3.24")
    assert signed.statement is APRIL
    same = inputs_of(clinic(), "2026-04", code_version="next release")
    assert correction(APRIL, inputs(clinic(), "2026-04"), same) is None


def test_a_reversal_and_its_statement_add_up_to_nothing() -> None:
    back = reversal(APRIL)
    assert (back.kind, back.reverses) == ("reversal", APRIL.sha256)
    assert (back.to_provider() or 0) + (APRIL.to_provider() or 0) == 0
    for before, after in zip(APRIL.totals, back.totals, strict=True):
        assert (before.amount or 0) + (after.amount or 0) == 0
    assert back.sha256 != APRIL.sha256


@pytest.mark.parametrize(
    ("side", "line", "claimed", "frozen"),
    [
        (Side.FEE, "electricity", "25000.00", "395.66"),
        (Side.FEE, "electricity", "26000.00", "0"),
        (Side.BILLS, "electricity", "22150.00", "70.00"),
        (Side.DEDUCTION, "temperature", "300.00", "300.00"),
    ],
)
def test_a_dispute_freezes_the_difference_of_its_line_and_nothing_else(
    side: Side, line: str, claimed: str, frozen: str
) -> None:
    """Of a fee, and of bills, the part that would have been shared back (27 %, 30 %) is not due."""
    contract = clinic().contract
    open_one = claim(side=side, line=line, claimed=Decimal(claimed))
    due = payable(contract, APRIL, [open_one])
    assert due.frozen == (("d-1", Decimal(frozen)),)
    assert due.amount == (APRIL.to_provider() or 0) - Decimal(frozen)


def test_a_dispute_that_was_rejected_freezes_nothing_more() -> None:
    outcome = Outcome(
        OutcomeKind.REJECTED, Decimal("25542.00"), DAY, "award 3", ("Ms Client", "Mr Provider")
    )
    due = payable(clinic().contract, APRIL, [claim(outcome=outcome)])
    assert (due.amount, due.frozen) == (APRIL.to_provider(), ())


def test_a_dispute_about_what_is_not_in_the_statement_is_refused() -> None:
    contract = clinic().contract
    with pytest.raises(SettlementError, match="has no amount of gas in its fee"):
        payable(contract, APRIL, [claim(line="gas")])
    with pytest.raises(SettlementError, match="is about another document"):
        payable(contract, APRIL, [claim(statement_sha256="0" * 64)])


def test_what_was_kept_back_waits_for_the_last_dispute() -> None:
    book = clinic()
    settled = settle_term(book, code_version="test")
    end = (book.contract, settled.months, settled.true_ups, book.months[-1])
    assert hand_over(*end).payment is not None
    waiting = hand_over(*end, disputes=[claim()])
    assert waiting.payment is None
    assert [remark.code for remark in waiting.remarks] == ["dispute_open"]
    assert hand_over(*end[:2], [], end[3]).payment is None


def test_a_month_that_was_signed_anew_after_its_year_stands_against_the_hand_over() -> None:
    """Its correction is paid by the month; the year still holds what it was corrected by."""
    book = clinic()
    settled = settle_term(book, code_version="test")
    anew = replace(settled.months[2], code_version="corrected")
    months = [*settled.months[:2], anew, *settled.months[3:]]
    end = hand_over(book.contract, months, settled.true_ups, book.months[-1])
    assert end.payment is None
    assert [(each.code, each.detail) for each in end.remarks] == [
        ("true_up_overtaken", "year 1 was trued up before 2026-03 was signed: make it again")
    ]


def test_a_month_after_the_agreed_end_stands_against_the_hand_over() -> None:
    book = clinic()
    settled = settle_term(book, code_version="test")
    shorter = replace(book.contract, end_day=date(2026, 12, 1))
    end = hand_over(shorter, settled.months, settled.true_ups, book.months[-1])
    assert ("month_outside", "2026-12") in [(each.code, each.place) for each in end.remarks]
    assert end.payment is None
