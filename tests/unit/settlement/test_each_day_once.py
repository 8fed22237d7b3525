"""Every day and every meter of a month counts once: facts, errors, boundary, bills, shares."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.settlement.statement import Side, Statement
from analytics.settlement.term import settle_term
from domain.contract import ContractKind, LateBill, Party
from domain.contract_event import Change, MeterError
from domain.contract_kpi import KpiFigure
from domain.contract_line import Baseline, LineKind
from domain.contract_month import Bill, ContractMonth, Nested, Use
from domain.contract_term import Meter, ProviderShare
from domain.money import cents
from domain.settlement_file import Book
from domain.time_of_use import Period
from tests.unit.settlement.clinic import (
    clinic,
    obstacles,
    statement,
    with_events,
    with_month,
    with_terms,
)
from tests.unit.settlement.test_saving_contracts import saving_book

BOTH = ("A. Client", "B. Provider")
APRIL = date(2026, 4, 1)
MAY = date(2026, 5, 1)


@pytest.fixture
def book() -> Book:
    return clinic()


def step(
    found: Statement, symbol: str, line: str = "electricity", side: Side = Side.FEE
) -> Decimal:
    return next(each.value for each in found.line(line, side).steps if each.symbol == symbol)


def codes(found: Statement) -> set[str]:
    return {remark.code for remark in found.remarks}


def area(value: int, first_day: date, notified_on: date, by: Party = Party.CLIENT) -> Change:
    return Change("area", Decimal(value), first_day, notified_on, "letter", by)


def april(book: Book, **changes: Any) -> Book:
    return with_month(book, "2026-04", lambda month: replace(month, **changes))


def test_a_late_notice_does_not_hold_back_a_later_change_that_was_told_in_time(book: Book) -> None:
    """11,000 m2 from February were told in August; 12,000 m2 from April were told in April."""
    changes = (
        area(11000, date(2026, 2, 1), date(2026, 8, 10)),
        area(12000, APRIL, date(2026, 4, 5)),
    )
    told = with_events(book, changes=changes)
    assert step(statement(told, "2026-03"), "K") == 1
    assert step(statement(told, "2026-04"), "K") == 1 + Decimal("0.5") * Decimal("0.15")
    assert step(statement(told, "2026-08"), "K") == 1 + Decimal("0.5") * Decimal("0.15")
    assert "late_notice" not in codes(statement(told, "2026-08"))


def test_what_the_provider_added_stays_out_of_every_change_after_it(book: Book) -> None:
    """10,000 m2, 2,000 by the provider, then 1,000 by the client: 13,000 count as 11,000."""
    own = area(12000, date(2026, 2, 1), date(2026, 2, 1), Party.PROVIDER)
    more = area(13000, date(2026, 3, 1), date(2026, 3, 1))
    given_back = area(11500, MAY, MAY, Party.PROVIDER)
    all_back = area(10500, date(2026, 6, 1), date(2026, 6, 1), Party.PROVIDER)
    told = with_events(book, changes=(own, more, given_back, all_back))
    eleven = 1 + Decimal("0.5") * Decimal("0.05")
    assert [step(statement(told, f"2026-0{n}"), "K") for n in (2, 4, 5)] == [1, eleven, eleven]
    # It takes 1,000 m2 more away than 500 that are left of its own 2,000.
    assert step(statement(told, "2026-06"), "K") == 1
    assert "own_doing" in codes(statement(told, "2026-04"))


def test_an_error_of_a_meter_is_weighed_by_the_days_of_the_meter(book: Book) -> None:
    """A meter of the last ten days that showed 25 % too much on all of them: times 1 / 1.25."""
    old = replace(book.contract.meters[0], end_day=date(2026, 4, 21))
    new = Meter("new-e", "electricity", first_day=date(2026, 4, 21))
    swapped = with_terms(book, meters=(old, new, *book.contract.meters[1:]))
    error = MeterError("new-e", Decimal(25), date(2026, 4, 1), MAY, "rule 7", "report 9")
    counted = Use("new-e", {Period.FLAT: Decimal(5000)})
    uses = (*statement_uses(book), counted)
    found = statement(with_events(april(swapped, uses=uses), meter_errors=(error,)), "2026-04")
    assert step(found, "error_new-e", side=Side.BILLS) == Decimal("0.8")
    right = statement(april(swapped, uses=uses), "2026-04")
    assert step(right, "Q", side=Side.BILLS) - step(found, "Q", side=Side.BILLS) == 1000
    again = replace(error, error_pct=Decimal(5), first_day=date(2026, 4, 25))
    twice = with_events(april(swapped, uses=uses), meter_errors=(error, again))
    assert obstacles(statement(twice, "2026-04")) == {"error_rule"}


def statement_uses(book: Book) -> tuple[Use, ...]:
    month = book.month("2026-04")
    assert month is not None
    return month.uses


def test_days_without_a_meter_of_the_boundary_stand_against_signing(book: Book) -> None:
    gone = replace(book.contract.meters[0], end_day=date(2026, 4, 10))
    new = Meter("new-e", "electricity", first_day=date(2026, 4, 15))
    meters = (gone, new, *book.contract.meters[1:])
    uses = (*statement_uses(book), Use("new-e", {Period.FLAT: Decimal(5000)}))
    found = statement(april(with_terms(book, meters=meters), uses=uses), "2026-04")
    assert obstacles(found) == {"meter_gap"}
    detail = next(each.detail for each in found.remarks if each.code == "meter_gap")
    assert "5 of 30 d" in detail
    follows = replace(new, first_day=date(2026, 4, 10))
    meters = (gone, follows, *book.contract.meters[1:])
    assert statement(april(with_terms(book, meters=meters), uses=uses), "2026-04").may_be_signed


def test_one_meter_of_the_ledger_cannot_count_twice(book: Book) -> None:
    twin = Meter("main-again", "electricity", ledger="main-e")
    meters = (*book.contract.meters, twin)
    uses = (*statement_uses(book), Use("main-again", {Period.FLAT: Decimal(1)}))
    found = statement(april(with_terms(book, meters=meters), uses=uses), "2026-04")
    assert obstacles(found) == {"meter_twice"}


def test_a_meter_below_another_of_its_line_cannot_count_too(book: Book) -> None:
    below = (Nested("annexe-e", ("main-e",)), Nested("charger", ("main-e",)))
    second = Meter("annexe-e", "electricity")
    uses = (*statement_uses(book), Use("annexe-e", {Period.FLAT: Decimal(1000)}))
    terms = with_terms(book, meters=(*book.contract.meters, second))
    assert obstacles(statement(april(terms, uses=uses, nested=below), "2026-04")) == {
        "meter_nested"
    }
    # What is taken out hangs below what counts it: so it has to be.
    assert statement(april(book, nested=below[1:]), "2026-04").may_be_signed


def test_a_share_typed_as_percent_is_no_share(book: Book) -> None:
    typed = KpiFigure("temperature", "report", value=Decimal(93), signed_by=BOTH)
    found = statement(april(book, kpis=(typed,)), "2026-04")
    assert obstacles(found) == {"kpi"}
    assert found.payment is None
    short = replace(typed, value=Decimal("0.93"))  # two points short of 95 %
    fee = found.total("F") or Decimal(0)
    assert statement(april(book, kpis=(short,)), "2026-04").total("D") == cents(fee / 100)


def two_meters(book: Book, *bills: Bill) -> Statement:
    second = Meter("annexe-e", "electricity")
    uses = (*statement_uses(book), Use("annexe-e", {Period.FLAT: Decimal(1000)}))
    terms = with_terms(book, meters=(*book.contract.meters, second))
    return statement(april(terms, uses=uses, bills=bills), "2026-04")


def test_a_bill_of_one_of_two_meters_is_not_the_bill_of_the_line(book: Book) -> None:
    main = Bill("electricity", "B-1", APRIL, MAY, Decimal("20000.00"), meter="main-e")
    annexe = Bill("electricity", "B-2", APRIL, MAY, Decimal("600.00"), meter="annexe-e")
    assert obstacles(two_meters(book, main)) == {"bill_cover", "line"}
    both = two_meters(book, main, annexe)
    # The charger's 900 kWh at 0.30 are outside.
    assert both.line("electricity", Side.BILLS).amount == Decimal("20330.00")
    assert both.may_be_signed
    of_all = replace(main, meter=None)
    assert two_meters(book, of_all).may_be_signed


def test_an_item_on_the_bill_of_another_meter_needs_no_bill_of_its_own(book: Book) -> None:
    """The power factor is an item on the main meter's bill; its own meter counts kvarh."""
    kvarh = Meter("main-kvarh", "power-factor")
    terms = with_terms(book, meters=(*book.contract.meters, kvarh))
    bills = (
        Bill("electricity", "B-1", APRIL, MAY, Decimal("20000.00"), meter="main-e"),
        Bill("power-factor", "B-1", APRIL, MAY, Decimal("80.00"), meter="main-e"),
    )
    found = statement(april(terms, bills=bills), "2026-04")
    assert found.line("power-factor", Side.BILLS).amount == Decimal("80.00")
    assert found.may_be_signed


def test_two_bills_for_the_same_days_are_told(book: Book) -> None:
    first = Bill("electricity", "B-1", APRIL, MAY, Decimal("20000.00"))
    again = replace(first, number="1/2026")
    found = statement(april(book, bills=(first, again)), "2026-04")
    assert "bill_overlap" in codes(found)
    half = date(2026, 4, 16)
    apart = (replace(first, end_day=half), replace(again, first_day=half))
    assert "bill_overlap" not in codes(statement(april(book, bills=apart), "2026-04"))


def test_what_was_used_before_the_contract_is_not_borne_in_it(book: Book) -> None:
    begun = with_terms(book, first_day=date(2026, 3, 16), late_bills=LateBill.CURRENT_MONTH)
    plain = statement(begun, "2026-04").line("electricity", Side.BILLS).amount or Decimal(0)
    before = Bill("electricity", "old", date(2026, 2, 1), date(2026, 3, 1), Decimal("900.00"))
    found = statement(april(begun, bills=(before,)), "2026-04")
    assert found.line("electricity", Side.BILLS).amount == plain
    assert found.may_be_signed
    assert "late_bill" in codes(found)
    days = {f"2026-03-{day:02}": Decimal(10) for day in range(1, 32)}
    crossing = Bill("electricity", "old", date(2026, 3, 1), APRIL, Decimal("3100.00"), days)
    found = statement(april(begun, bills=(crossing,)), "2026-04")
    assert found.line("electricity", Side.BILLS).amount == plain + Decimal("1600.00")


def test_no_percentage_of_this_month_is_of_a_bill_of_another(book: Book) -> None:
    late = Bill("electricity", "back", date(2026, 2, 1), date(2026, 3, 1), Decimal("1200.00"))
    now = with_terms(book, late_bills=LateBill.CURRENT_MONTH)
    found = statement(april(now, bills=(late,)), "2026-04")
    assert found.total("U") == (statement(now, "2026-04").total("U") or 0) + Decimal("1200.00")


def test_capacity_of_a_part_of_a_month_is_billed_for_that_part(book: Book) -> None:
    """1,000 kVA x 28 x 20 / 30 = 18,666.67 without a bill, as the fee is of 20 days."""
    begun = with_terms(book, first_day=date(2026, 4, 11))
    found = statement(begun, "2026-04")
    assert found.line("capacity", Side.BILLS).amount == Decimal("18666.67")
    assert found.line("capacity").amount == cents(Decimal("18666.67") * Decimal("0.9"))


def test_degree_days_of_a_part_of_a_month_are_told_to_be_by_days(book: Book) -> None:
    begun = with_terms(book, first_day=date(2026, 3, 16))
    found = statement(begun, "2026-03")
    told = [each.detail for each in found.remarks if each.code == "weather_part"]
    assert told == ["heating: of the baseline's degree days 250 x 16 of 31 d"]
    assert found.may_be_signed
    assert "weather_part" not in codes(statement(begun, "2026-04"))


def without_baseline(book: Book) -> Book:
    (line, *others) = book.contract.lines
    assert isinstance(line.baseline, Baseline)
    none = replace(line, baseline=replace(line.baseline, quantity=(Decimal(0),) * 12))
    return with_terms(book, lines=(none, *others), baseline_years=())


def test_use_beside_a_baseline_of_nothing_is_a_loss_with_its_worth() -> None:
    found = statement(without_baseline(saving_book(ContractKind.SHARED_SAVINGS)), "2026-04")
    (told,) = found.savings
    assert told.saving == -41000
    assert told.quantity_effect == Decimal("-26445.00")  # x 0.645


def test_a_share_that_changes_within_a_month_is_a_mean_of_its_days() -> None:
    """0.7 on 10 days and 0.4 on 21 days of May: 15.4 / 31 of 2,683.20."""
    shares = (
        ProviderShare(date(2026, 1, 1), Decimal("0.7")),
        ProviderShare(date(2026, 5, 11), Decimal("0.4")),
    )
    book = with_shares(shares)
    assert statement(book, "2026-05").total("V") == Decimal("1332.94")
    late = with_shares((ProviderShare(date(2026, 5, 11), Decimal("0.4")),))
    assert obstacles(statement(late, "2026-05")) == {"share_missing"}
    assert statement(late, "2026-06").may_be_signed


def with_shares(shares: tuple[ProviderShare, ...]) -> Book:
    book = saving_book(ContractKind.SHARED_SAVINGS)
    return replace(book, contract=replace(book.contract, provider_shares=shares))


def test_the_cap_of_a_short_year_is_of_its_days(book: Book) -> None:
    """Until the end of June: 1,068,000 x 181 / 365 = 529,610.96."""
    half = with_terms(book, end_day=date(2026, 7, 1))
    (year,) = settle_term(replace(half, months=half.months[:6]), code_version="test").true_ups
    fee = year.total("F") or Decimal(0)
    assert year.total("cap") == Decimal("529610.96") - fee < 0


def test_a_tax_in_the_bills_would_have_been_paid_without_the_contract(book: Book) -> None:
    *others, tax = book.contract.lines
    assert tax.kind is LineKind.TAX
    on_use = replace(tax, of=("electricity",), in_bills=True)
    plain = statement(book, "2026-04").total("B") or Decimal(0)
    found = statement(with_terms(book, lines=(*others, on_use)), "2026-04")
    assert (found.total("B") or 0) - plain == cents(44000 * Decimal("0.645") * Decimal("0.06"))


def test_heat_without_a_bill_is_told_where_its_baseline_does_not_go_with_the_area(
    book: Book,
) -> None:
    by_area, heated = book.contract.adjustments
    banded = with_terms(book, adjustments=(by_area, replace(heated, band=Decimal("0.1"))))
    assert "heat_computed" not in codes(statement(book, "2026-11"))
    assert "heat_computed" in codes(statement(banded, "2026-11"))


def test_excluded_use_without_periods_is_split_and_that_is_told(book: Book) -> None:
    def by_total(month: ContractMonth) -> ContractMonth:
        (main, _, *others) = month.uses
        sharp = Use("charger", {Period.SHARP: Decimal(900)})
        return replace(month, uses=(main, sharp, *others))

    found = statement(with_month(book, "2026-04", by_total), "2026-04")
    assert "excluded_shape" in codes(found)
    assert "excluded_shape" not in codes(statement(book, "2026-04"))
