"""Quarters that are trued up: each settles its months, the year takes back what they settled.

By hand, of the clinic with months on the plain baseline: energy differs by (Qadj - Q0) x 0.645 x
0.9, the power factor by 1 % of that, and 30 % of what is left goes back from April on.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.settlement.contract_year import contract_quarters, contract_years, promised
from analytics.settlement.term import Settled, settle_term
from analytics.settlement.true_up import true_up, year_and_quarter
from domain.contract import ContractKind, Party, Schedule
from domain.contract_month import ContractMonth
from domain.contract_term import Guarantee
from domain.errors import MissingInputError
from domain.settlement_file import Book
from tests.unit.settlement.clinic import clinic, statement, with_month, with_terms
from tests.unit.settlement.test_saving_contracts import saving_book

QUARTERLY = {
    "true_up_schedule": Schedule.QUARTERLY,
    "adjustment_schedule": Schedule.QUARTERLY,
}
MOVED = {
    # January +208.98 +2.09, February -208.98 -2.09, March -69.66 -0.70.
    "year 1 quarter 1": Decimal("-70.36"),
    # May 1,253.88 + 12.54 - 341.93, June 1,567.35 + 15.67 - 427.42; April has no degree days.
    "year 1 quarter 2": Decimal("2080.09"),
    "year 1 quarter 3": Decimal("1793.65"),
}


def by_quarters() -> Book:
    return with_terms(clinic(), **QUARTERLY)


@pytest.fixture(scope="module")
def settled() -> Settled:
    return settle_term(by_quarters(), code_version="test")


def test_a_quarter_pays_what_its_months_come_to_adjusted(settled: Settled) -> None:
    *quarters, _ = settled.true_ups
    assert {each.period: each.total("months") for each in quarters} == MOVED
    first, second, _ = quarters
    assert first.payment is not None
    assert second.payment is not None
    assert (first.payment.payer, first.payment.amount) == (Party.PROVIDER, Decimal("70.36"))
    assert (second.payment.payer, second.payment.amount) == (Party.CLIENT, Decimal("2080.09"))
    assert (second.first_day, second.end_day) == (date(2026, 4, 1), date(2026, 7, 1))
    assert second.payment.due_on == date(2026, 8, 20)
    assert second.total("cap") is None, "the cap belongs to the year"


def test_the_year_takes_back_what_its_quarters_have_settled(settled: Settled) -> None:
    year = settled.true_ups[-1]
    alone = settle_term(with_terms(clinic(), adjustment_schedule=Schedule.YEARLY), code_version="t")
    moved = alone.true_ups[0].total("months")
    assert year.total("months") == moved == Decimal("5310.95")
    assert year.total("quarters") == -sum(MOVED.values())
    assert year.payment is not None
    assert year.payment.amount == Decimal("944.04")  # 5,310.95 - 3,803.38 - 563.53
    assert settled.hand_over is not None
    assert alone.hand_over is not None
    assert settled.hand_over.total("years") == alone.hand_over.total("years")
    assert year.quarters == tuple(each.sha256 for each in settled.true_ups[:3])


def test_what_becomes_known_after_a_quarter_is_in_its_year(settled: Settled) -> None:
    """100 kWh more at the flat price of 0.60 in February: 60.00 and 0.5 % more bills."""
    quarters = settled.true_ups[:3]

    def more(month: ContractMonth) -> ContractMonth:
        (main,) = [each for each in month.uses if each.meter == "main-e"]
        assert main.last is not None
        last = {period: value + (period == "flat") for period, value in main.last.items()}
        others = tuple(each for each in month.uses if each is not main)
        return replace(month, uses=(replace(main, last=last), *others))

    late = with_month(by_quarters(), "2026-02", more)
    final = [statement(late, each.month, final=True) for each in late.months]
    signed = list(settled.months)
    year = true_up(late.contract, 1, signed, final, quarters=quarters)
    assert year.payment is not None
    assert Decimal("944.04") - year.payment.amount == Decimal("60.30")


def test_a_year_waits_for_the_true_ups_of_its_quarters(settled: Settled) -> None:
    contract = by_quarters().contract
    year = true_up(contract, 1, settled.months, settled.months, quarters=settled.true_ups[:2])
    assert [each.detail for each in year.remarks if each.code == "quarter_missing"] == [
        "quarter 3 has no signed true-up"
    ]
    assert not year.may_be_signed
    for place in ((0, None), (2, None), (1, 4), (1, 0)):
        with pytest.raises(MissingInputError, match="to true up"):
            true_up(contract, place[0], [], [], place[1])


def test_a_month_is_adjusted_by_the_schedule_that_the_terms_name() -> None:
    january = statement(by_quarters(), "2026-01").line("electricity")
    assert january.steps[1].formula == "Q0: adjusted by the true-up of its quarter"
    with pytest.raises(ValueError, match="want true_up_schedule quarterly"):
        with_terms(clinic(), adjustment_schedule=Schedule.QUARTERLY)
    with pytest.raises(ValueError, match="want quarterly or yearly"):
        with_terms(clinic(), true_up_schedule=Schedule.MONTHLY)


def test_names_of_true_ups_are_read_back_and_others_refused() -> None:
    assert year_and_quarter("year 2 quarter 3") == (2, 3)
    assert year_and_quarter("year 2") == (2, None)
    for strange in ("year 2 quarter 4", "year x", "year 2 quarter", "2026-01", "year 99999"):
        assert year_and_quarter(strange) is None


def test_a_contract_begun_within_a_month_has_each_month_in_one_year() -> None:
    """Every anniversary's month is of the year that ends in it, and years may be signed."""
    first, end = date(2025, 1, 15), date(2027, 1, 15)
    contract = with_terms(clinic(), first_day=first, end_day=end, **QUARTERLY).contract
    assert contract_years(contract) == [
        (date(2025, 1, 15), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2027, 1, 15)),
    ]
    assert contract_quarters(contract, 1)[0] == (date(2025, 1, 15), date(2025, 5, 1))
    assert contract_quarters(contract, 2)[-1] == (date(2026, 8, 1), date(2026, 11, 1))
    # Of the second year all months are there but January 2027, where no figures are.
    book = with_terms(clinic(), first_day=date(2025, 1, 15), end_day=date(2027, 1, 1))
    final = [statement(book, f"2026-{n:02}") for n in range(2, 13)]
    year = true_up(book.contract, 2, final, final)
    assert [each.code for each in year.remarks] == []


def test_a_guarantee_is_of_the_days_that_a_year_has() -> None:
    clause = Guarantee("electricity", Decimal(36500))
    book = saving_book(ContractKind.GUARANTEED_SAVINGS, guarantee=clause)
    half = with_terms(book, first_day=date(2026, 1, 1), end_day=date(2026, 7, 1)).contract
    assert promised(half, 1, 181) == 18100
    two = with_terms(book, first_day=date(2025, 1, 15), end_day=date(2027, 1, 15)).contract
    parts = [(end - first).days for first, end in contract_years(two)]
    assert [promised(two, year, days) for year, days in enumerate(parts, 1)] == [38200, 34800]
