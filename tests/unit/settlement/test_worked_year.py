"""The worked year of the documents comes out to the cent in all twelve months."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.settlement.payment import due_on
from analytics.settlement.statement import Side, Statement
from analytics.settlement.term import Settled, settle_term
from domain.contract import Party, Schedule
from tests.unit.settlement.clinic import clinic, statement, with_month, with_terms

DOCS = Path(__file__).parents[3] / "docs"
COLUMNS: list[Callable[[Statement], Decimal | None]] = [
    lambda s: s.savings[0].adjusted_baseline,
    lambda s: s.line("electricity").amount,
    lambda s: s.line("power-factor").amount,
    lambda s: s.line("heat").amount,
    lambda s: s.line("pv").amount,
    lambda s: s.total("F"),
    lambda s: s.line("electricity", Side.BILLS).amount,
    lambda s: s.line("power-factor", Side.BILLS).amount,
    lambda s: s.line("pv-export", Side.BILLS).amount,
    lambda s: s.total("U"),
    lambda s: s.total("D"),
    lambda s: s.total("X"),
    lambda s: s.to_provider(),
    lambda s: s.savings[0].saving,
]


def by_hand(document: str) -> dict[str, list[Decimal]]:
    """Table of the document: figures by month."""
    rows = re.findall(
        r"^\| (2026-\d\d|year|全年) \|(.*)\|$", (DOCS / document).read_text(), re.MULTILINE
    )
    return {
        month: [Decimal(each.strip().replace(",", "")) for each in cells.split("|")]
        for month, cells in rows
    }


@pytest.fixture(scope="module")
def year() -> Settled:
    return settle_term(clinic(), code_version="test")


@pytest.mark.parametrize("document", ["settlement.md", "settlement.zh-CN.md"])
def test_every_figure_of_the_table_by_hand_is_reproduced(document: str, year: Settled) -> None:
    *months, total = by_hand(document).values()
    assert [[column(s) for column in COLUMNS] for s in year.months] == months
    sums = [sum((column(s) or Decimal(0) for s in year.months), Decimal(0)) for column in COLUMNS]
    assert sums == total
    assert all(statement.may_be_signed for statement in year.months)


def test_months_without_degree_days_are_ordinary_months(year: Settled) -> None:
    (station,) = clinic().contract.stations
    without = [n for n in range(12) if not station.heating[n] and not station.cooling[n]]
    assert without == [3, 4, 9]
    april = year.months[3]
    assert april.savings[0].adjusted_baseline == 44000
    assert year.months[4].savings[0].adjusted_baseline == 46000 + 180 * 12


def test_what_is_owed_falls_due_by_quarter_and_a_twentieth_is_kept_back(year: Settled) -> None:
    paid = [each.payment for each in year.months if each.payment is not None]
    assert [f"{each.due_on:%m-%d}" for each in paid] == [
        day for day in ("04-20", "07-20", "10-20", "01-20") for _ in range(3)
    ]
    assert year.hand_over is not None
    assert year.hand_over.total("kept") == sum(each.retained for each in paid)


@pytest.mark.parametrize(
    ("schedule", "month", "end_day", "due"),
    [
        (Schedule.MONTHLY, date(2026, 12, 1), date(2031, 1, 1), date(2027, 1, 20)),
        (Schedule.QUARTERLY, date(2026, 8, 1), date(2031, 1, 1), date(2026, 10, 20)),
        (Schedule.YEARLY, date(2026, 2, 1), date(2031, 1, 1), date(2027, 1, 20)),
        (Schedule.YEARLY, date(2026, 2, 1), date(2026, 7, 1), date(2026, 7, 20)),
        (Schedule.YEARLY, date(2026, 2, 1), date(2026, 7, 2), date(2026, 8, 20)),
        (Schedule.QUARTERLY, date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 20)),
    ],
)
def test_a_span_of_payment_ends_with_the_contract_at_the_latest(
    schedule: Schedule, month: date, end_day: date, due: date
) -> None:
    terms = with_terms(
        clinic(), first_day=date(2025, 1, 1), end_day=end_day, payment_schedule=schedule
    )
    assert due_on(terms.contract, month) == due


def test_the_fee_of_the_year_above_its_cap_goes_back_by_the_true_up(year: Settled) -> None:
    (true_up,) = year.true_ups
    assert true_up.total("months") == 0
    assert true_up.total("cap") == Decimal(1068000) - Decimal("1068563.53")
    assert true_up.payment is not None
    assert (true_up.payment.payer, true_up.payment.amount) == (Party.PROVIDER, Decimal("563.53"))


def test_what_is_adjusted_yearly_is_paid_plain_by_month_and_made_up_by_the_true_up() -> None:
    book = with_terms(clinic(), adjustment_schedule=Schedule.YEARLY, fee_cap=None)
    july = statement(book, "2026-07")
    assert july.line("electricity").amount == Decimal("45820.80")  # 74,000 x 0.688 x 0.9
    settled = settle_term(book, code_version="test")
    (true_up,) = settled.true_ups
    monthly = settle_term(with_terms(clinic(), fee_cap=None), code_version="test")
    together = sum(each.to_provider() or 0 for each in settled.months)
    assert true_up.payment is not None
    balance = true_up.payment.amount
    balance = balance if true_up.payment.payee is Party.PROVIDER else -balance
    assert together + balance == sum(each.to_provider() or 0 for each in monthly.months)
    assert {each.line for each in true_up.differences if each.side is Side.FEE} == {
        "electricity", "power-factor", "heat",
    }  # fmt: skip


def test_a_year_with_a_month_missing_is_not_trued_up() -> None:
    book = clinic()
    settled = settle_term(replace(book, months=book.months[:-1]), code_version="test")
    assert (settled.true_ups, settled.hand_over) == ((), None)


def test_a_year_with_a_missing_figure_is_trued_up_without_amount() -> None:
    book = with_month(clinic(), "2026-02", lambda month: replace(month, uses=month.uses[1:]))
    settled = settle_term(book, code_version="test")
    (true_up,) = settled.true_ups
    assert true_up.payment is None
    assert true_up.total("U") is None
    assert "use" in {remark.code for remark in true_up.remarks}
    assert settled.hand_over is not None
    assert settled.hand_over.payment is None
