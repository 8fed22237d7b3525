"""The nine cases over which parties fall out, each settled by the contract's own data."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.settlement.correction import correction
from analytics.settlement.course import Act, Course, Entry, StatementState
from analytics.settlement.dispute import Dispute
from analytics.settlement.due import due_of
from analytics.settlement.statement import Side, Statement
from analytics.settlement.undisputed import payable
from domain.contract import LateBill, Party
from domain.contract_event import Change, Closed, MeterError, Redefinition, ShapeBasis
from domain.contract_month import Bill, Use
from domain.contract_term import Meter, MeterErrorRule, Station
from domain.money import cents
from domain.settlement_file import Book
from domain.time_of_use import Period
from domain.tolerance import Finding, ToleranceRule, correction_span
from tests.unit.settlement.clinic import (
    clinic,
    inputs,
    obstacles,
    statement,
    with_events,
    with_month,
    with_terms,
)

DAY = date(2026, 8, 1)
BOTH = ("A. Client", "B. Provider")


@pytest.fixture
def book() -> Book:
    return clinic()


def step(found: Statement, symbol: str, line: str = "electricity") -> Decimal:
    side = Side.FEE if symbol != "Q" and not symbol.startswith("error") else Side.BILLS
    return next(each.value for each in found.line(line, side).steps if each.symbol == symbol)


def test_a_wrong_baseline_found_after_signing_freezes_its_line_and_ends_in_a_reversal(
    book: Book,
) -> None:
    signed = statement(book, "2026-06")
    text = signed.text()
    claim = Dispute(
        code="d-1", statement_sha256=signed.sha256, line="electricity", side=Side.FEE,
        claimed=Decimal("33494.85"), by=Party.CLIENT, reason="a bill was counted twice",
        opened_on=date(2026, 8, 1), deadline=date(2026, 8, 31), evidence=("bill 2025-06-b",),
    )  # fmt: skip
    due = payable(book.contract, signed, [claim])
    # 580.50 less fee also gives 0.3 x 0.9 x 580.50 less back to the client: X 1,036.74 -> 880.00.
    assert due.frozen == (("d-1", Decimal("580.50") - Decimal("156.74")),)
    assert due.amount == Decimal("9169.86") - Decimal("423.76")

    line = book.contract.line("electricity")
    assert line.baseline is not None
    quantity = list(line.baseline.quantity)
    quantity[5] -= 1000
    right = replace(line, baseline=replace(line.baseline, quantity=tuple(quantity)))
    amended = with_terms(book, lines=(right, *book.contract.lines[1:]), baseline_years=())
    found = correction(signed, inputs(book, "2026-06"), inputs(amended, "2026-06"))
    assert found is not None
    assert found.replacement.line("electricity").amount == Decimal("33494.85")
    assert found.replacement.contract_version == 2
    assert found.reversal.reverses == signed.sha256
    pairs = zip(signed.lines, found.reversal.lines, strict=True)
    assert all((was.amount or 0) + (back.amount or 0) == 0 for was, back in pairs)
    assert found.difference == (found.replacement.to_provider() or 0) - Decimal("9169.86")
    assert signed.text() == text


def test_redefined_periods_stand_against_signing_until_the_baseline_is_read_by_them(
    book: Book,
) -> None:
    def other_periods(book: Book) -> Book:
        return with_month(
            book,
            "2026-09",
            lambda month: replace(
                month,
                prices=tuple(
                    replace(each, tariff="example-2026") if each.line == "electricity" else each
                    for each in month.prices
                ),
            ),
        )

    now = other_periods(book)
    blocked = statement(now, "2026-09")
    # What is a percentage of the line has no amount either.
    assert obstacles(blocked) == {"tariff", "line"}
    assert blocked.line("electricity").amount is None
    assert blocked.total("F") is None
    assert blocked.payment is None

    # The baseline used 60 kWh an hour from 8 to 18 o'clock and 20 otherwise: of 880 a day the new
    # peak of 16 to 22 o'clock takes 2 x 60 + 4 x 20 = 200, the valley of midnight to six 120.
    shares = {
        Period.VALLEY: Decimal("0.136364"), Period.PEAK: Decimal("0.227273"),
        Period.FLAT: Decimal("0.636363"),
    }  # fmt: skip
    read_anew = Redefinition(
        line="electricity", first_day=date(2026, 9, 1), tariff="example-2026",
        basis=ShapeBasis.INTERVALS, document="minutes 9/2026", signed_by=BOTH, shares=(shares,),
    )  # fmt: skip
    settled = statement(with_events(now, redefinitions=(read_anew,)), "2026-09")
    assert settled.may_be_signed
    price = Decimal("0.227273") * Decimal("0.96") + Decimal("0.636363") * Decimal("0.64")
    assert step(settled, "Pt") == price + Decimal("0.136364") * Decimal("0.32")

    by_bills = replace(read_anew, basis=ShapeBasis.INDEX, shares=(), index=Decimal("1.05"))
    settled = statement(with_events(now, redefinitions=(by_bills,)), "2026-09")
    assert step(settled, "Pt") == Decimal("0.645") * Decimal("1.05")


def test_a_change_of_area_notified_late_counts_from_the_notice_on(book: Book) -> None:
    late = Change(
        adjustment="area", value=Decimal(11500), first_day=date(2026, 2, 1),
        notified_on=date(2026, 5, 11), document="letter of 11 May",
    )  # fmt: skip
    changed = with_events(book, changes=(late,))
    assert statement(changed, "2026-04").text() == _but_inputs(book, changed, "2026-04")
    may = statement(changed, "2026-05")
    # 10 d at 10,000 and 21 d at 11,500 m2; half of what exceeds 5 % counts.
    mean = (10 * Decimal(10000) + 21 * Decimal(11500)) / 31
    assert step(may, "K") == 1 + Decimal("0.5") * (mean / 10000 - 1 - Decimal("0.05"))
    assert [remark.code for remark in may.remarks] == ["late_notice"]
    in_time = replace(late, notified_on=date(2026, 2, 20))
    assert step(statement(with_events(book, changes=(in_time,)), "2026-04"), "K") == Decimal("1.05")


def _but_inputs(book: Book, changed: Book, month: str) -> str:
    """Text of a statement of the unchanged book with the other's inputs and remark."""
    other = statement(changed, month)
    return replace(
        statement(book, month), inputs_sha256=other.inputs_sha256, remarks=other.remarks
    ).text()


def test_a_charger_found_inside_the_boundary_leaves_use_and_bills_from_its_day_on(
    book: Book,
) -> None:
    before = statement(book, "2026-10")
    pile = Meter("pile-2", "electricity", excluded=True, first_day=date(2026, 10, 1))
    found = with_terms(book, meters=(*book.contract.meters, pile))
    assert obstacles(statement(found, "2026-10")) == {"use", "line"}
    counted = with_month(
        found,
        "2026-10",
        lambda month: replace(
            month, uses=(*month.uses, Use("pile-2", {Period.PEAK: Decimal(500)}))
        ),
    )
    after = statement(counted, "2026-10")
    assert step(before, "Q") - step(after, "Q") == 500
    bills = [each.line("electricity", Side.BILLS).amount or 0 for each in (before, after)]
    assert bills[0] - bills[1] == 500 * Decimal("0.96")
    assert after.savings[0].saving - before.savings[0].saving == 500
    assert after.line("electricity").amount == before.line("electricity").amount
    assert statement(counted, "2026-09").may_be_signed


def test_days_of_force_majeure_leave_the_agreed_rest_of_the_baseline(book: Book) -> None:
    shut = Closed(date(2026, 5, 20), date(2026, 6, 4), "flood", "emergency order 7", BOTH)
    closed = with_events(book, closed=(shut,))
    # 12 d in May; the 3 d of June are fewer than the contract's 5 and change nothing.
    assert step(statement(closed, "2026-05"), "C") == (19 + Decimal("0.3") * 12) / 31
    june = statement(closed, "2026-06")
    assert june.line("electricity").amount == Decimal("34075.35")
    assert "closure_without_effect" in {remark.code for remark in june.remarks}
    assert statement(closed, "2026-05").line("o-and-m").amount == Decimal("8000.00")


def test_a_meter_out_of_tolerance_is_corrected_as_far_back_as_the_rule_goes(book: Book) -> None:
    finding = Finding(date(2026, 8, 1), Decimal(4), Decimal(1), None, "report 88")
    span = correction_span(finding, ToleranceRule.HALF_TIME, date(2026, 6, 22))
    assert span is not None
    assert (span.first_day, span.end_day) == (date(2026, 7, 12), date(2026, 8, 1))
    error = MeterError(
        meter="main-e", error_pct=finding.error_pct, first_day=span.first_day,
        end_day=span.end_day, basis=span.basis, document=finding.document,
    )  # fmt: skip
    right = statement(with_events(book, meter_errors=(error,)), "2026-07")
    factor = 1 + (1 / Decimal("1.04") - 1) * 20 / 31
    assert step(right, "error_main-e") == factor
    # The charger has a meter of its own, which was right.
    assert step(right, "Q") == pytest.approx(Decimal(65900) * factor - 900)
    assert right.savings[0].saving > statement(book, "2026-07").savings[0].saving


def test_the_contracts_rule_says_how_far_back_a_meter_in_error_goes(book: Book) -> None:
    """Verified on 11 March, found on 10 May, 60 days later: the later 30 of them, from 10 April."""
    rule = MeterErrorRule(ToleranceRule.HALF_TIME, Decimal(2))
    found = MeterError(
        "main-e", Decimal("2.5"), date(2026, 4, 10), date(2026, 5, 10), "rule 7.3", "report",
        date(2026, 3, 11), date(2026, 5, 10),
    )  # fmt: skip

    def april(error: MeterError, by: ToleranceRule = rule.goes_back) -> Statement:
        terms = with_terms(book, meter_errors=replace(rule, goes_back=by))
        return statement(with_events(terms, meter_errors=(error,)), "2026-04")

    assert april(found).may_be_signed
    assert step(april(found), "error_main-e") == 1 + (1 / Decimal("1.025") - 1) * 21 / 30
    for strange in (
        replace(found, first_day=date(2026, 3, 11)),
        replace(found, verified_on=None),
        replace(found, error_pct=Decimal(-2)),
    ):
        assert obstacles(april(strange)) == {"error_rule"}
    proved = replace(found, first_day=date(2026, 4, 2))
    assert april(proved, ToleranceRule.KNOWN_DATE).may_be_signed
    early = replace(found, first_day=date(2026, 3, 2))
    assert obstacles(april(early, ToleranceRule.KNOWN_DATE)) == {"error_rule"}
    assert obstacles(april(found, ToleranceRule.NONE)) == {"error_rule"}


def test_another_weather_station_counts_once_the_baseline_is_told_by_it(book: Book) -> None:
    def moved(book: Book) -> Book:
        return with_month(
            book,
            "2026-08",
            lambda month: replace(
                month,
                degree_days=month.degree_days
                and replace(month.degree_days, station="airport", cooling=Decimal(131)),
            ),
        )

    assert obstacles(statement(moved(book), "2026-08")) == {"station", "line"}
    (old,) = book.contract.stations
    new = replace(
        old,
        code="airport",
        first_day=date(2026, 8, 1),
        cooling=tuple(each + 11 if each else each for each in old.cooling),
        document="two years of both stations side by side",
    )
    assert isinstance(new, Station)
    both = with_terms(moved(book), stations=(old, new))
    # 120 against 130 by the old station, 131 against 141 by the new one: the same fee.
    fee = statement(book, "2026-08").line("electricity").amount
    assert statement(both, "2026-08").line("electricity").amount == fee
    assert statement(both, "2026-07").may_be_signed


def test_a_bill_for_a_month_that_is_over_goes_where_the_contract_says(book: Book) -> None:
    late = Bill("electricity", "back-3", date(2026, 3, 1), date(2026, 4, 1), Decimal("1200.00"))
    came = with_month(book, "2026-05", lambda month: replace(month, bills=(late,)))
    assert obstacles(statement(came, "2026-05")) == {"late_bill"}
    borne_now = with_terms(came, late_bills=LateBill.CURRENT_MONTH)
    found = statement(borne_now, "2026-05").line("electricity", Side.BILLS)
    assert found.amount == Decimal("23100.00") + Decimal("1200.00")

    signed = statement(book, "2026-03")
    whole = replace(late, number="3 and back-3", amount=Decimal("27870.00"))
    again = with_month(book, "2026-03", lambda month: replace(month, bills=(whole,)))
    corrected = correction(signed, inputs(book, "2026-03"), inputs(again, "2026-03"))
    assert corrected is not None
    # The charger's 900 kWh at 0.30 are outside: 1,200 more than before, and 0.5 % of them.
    assert corrected.difference == Decimal("-1206.00")


def test_a_contract_that_begins_or_ends_in_a_month_counts_its_own_days(book: Book) -> None:
    begun = with_terms(book, first_day=date(2026, 4, 11), end_day=date(2026, 12, 11))
    april = statement(begun, "2026-04")
    assert (april.first_day, april.end_day) == (date(2026, 4, 11), date(2026, 5, 1))
    assert step(april, "Q0") == Decimal(44000) * (Decimal(20) / 30)
    assert april.line("o-and-m").amount == Decimal("5333.33")
    assert statement(begun, "2026-05").line("o-and-m").amount == Decimal("8000.00")
    days = {
        f"2026-{month}-{day:02}": Decimal(100) for month in ("11", "12") for day in range(11, 31)
    }
    days |= {f"2026-12-{day:02}": Decimal(200) for day in range(1, 11)}
    days = {day: amount for day, amount in days.items() if day < "2026-12-11"}
    bill = Bill(
        "electricity", "11-12", date(2026, 11, 11), date(2026, 12, 11), Decimal("10000.01"), days
    )
    crossing = with_month(begun, "2026-12", lambda month: replace(month, bills=(bill,)))
    december = statement(crossing, "2026-12").line("electricity", Side.BILLS)
    # 2,000 of 4,000 kWh lie in December; the charger's 900 kWh at 0.32 are outside.
    assert december.amount == Decimal("5000.00") - Decimal("288.00")


@pytest.mark.parametrize(
    ("month", "line", "side", "moved"),
    [
        ("2026-06", "electricity", Side.FEE, "-580.50"),
        ("2026-09", "electricity", Side.FEE, "-1000.00"),
        ("2026-05", "electricity", Side.FEE, "-713.40"),
        ("2026-10", "electricity", Side.BILLS, "480.00"),
        ("2026-05", "electricity", Side.FEE, "-8000.00"),
        ("2026-07", "electricity", Side.BILLS, "640.00"),
        ("2026-08", "electricity", Side.FEE, "-55.05"),
        ("2026-03", "electricity", Side.BILLS, "1200.00"),
        ("2026-04", "o-and-m", Side.FEE, "-2666.67"),
    ],
    ids=[
        "wrong baseline", "redefined periods", "late notice", "charger inside", "force majeure",
        "meter in error", "weather station", "late bill", "began within the month",
    ],
)  # fmt: skip
def test_each_of_them_freezes_the_difference_of_its_line_and_the_rest_is_paid(
    book: Book, month: str, line: str, side: Side, moved: str
) -> None:
    signed = statement(book, month)
    claim = Dispute(
        code="d-1", statement_sha256=signed.sha256, line=line, side=side,
        claimed=(signed.line(line, side).amount or 0) + Decimal(moved), by=Party.CLIENT,
        reason="as the case may be", opened_on=date(2026, 8, 1), deadline=date(2026, 8, 31),
    )  # fmt: skip
    fee, bills = (signed.total(symbol) or Decimal(0) for symbol in ("F", "U"))
    granted = signed.to_provider() or Decimal(0)
    assert granted == _margin(fee, bills) - (signed.total("D") or 0)
    fee, bills = (
        (fee + Decimal(moved), bills) if side is Side.FEE else (fee, bills + Decimal(moved))
    )
    frozen = granted - (_margin(fee, bills) - (signed.total("D") or 0))
    assert frozen > 0

    kept = signed.payment.retained if signed.payment else Decimal(0)
    due = due_of(book.contract, signed, [claim], Decimal(0))
    assert due.frozen == (("d-1", frozen),)
    assert due.outstanding == granted - kept - frozen > 0
    course = Course(signed, "maker").then(Entry(Act.CHECK, "checker", DAY))
    for person, party in zip(BOTH, Party, strict=True):
        course = course.then(Entry(Act.SIGN, person, DAY, party, signed.sha256))
    course = course.then(Entry(Act.DISPUTE, BOTH[0], DAY, subject="d-1"))
    paid = course.then(Entry(Act.PAY, BOTH[0], DAY, amount=due.outstanding))
    assert paid.state is StatementState.DISPUTED
    assert due_of(book.contract, signed, [claim], paid.paid or Decimal(0)).outstanding == 0


def _margin(fee: Decimal, bills: Decimal) -> Decimal:
    """What the clinic's provider gets before deductions: 30 % of more than 10 % goes back."""
    left = fee - bills
    return left - cents(Decimal("0.3") * max(Decimal(0), left - Decimal("0.1") * fee))
