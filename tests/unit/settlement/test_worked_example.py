"""The worked example of one month comes out to the cent, in both directions of payment."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Side, Statement, read_inputs, read_statement
from domain.contract import Party
from domain.settlement_file import Book, read_book, shipped_examples

NAME = "office_july.toml"


@pytest.fixture
def book() -> Book:
    return read_book(shipped_examples()[NAME], place=NAME)


@pytest.fixture
def statement(book: Book) -> Statement:
    return settle(inputs_of(book, "2026-07", code_version="test"))


def step(statement: Statement, line: str, symbol: str) -> Decimal:
    return next(s.value for s in statement.line(line).steps if s.symbol == symbol)


def test_every_step_of_the_fee_is_what_the_hand_gives(statement: Statement) -> None:
    wanted = {
        "P0": "0.681899", "Pt": "0.7095", "W": "1.1", "K": "1.048",
        "dQ_server-room": "6249.6", "Qadj": "225281.6",
    }  # fmt: skip
    assert {s: step(statement, "electricity", s) for s in wanted} == {
        symbol: Decimal(value) for symbol, value in wanted.items()
    }
    assert statement.line("electricity").amount == Decimal("151845.43")
    assert statement.line("water").amount == Decimal("8925.55")
    assert statement.line("electricity", Side.BILLS).amount == Decimal("130541.40")
    assert statement.line("water", Side.BILLS).amount == Decimal("8231.50")
    totals = {each.symbol: each.amount for each in statement.totals}
    assert totals == {
        "B": Decimal("169232.62"), "F": Decimal("160770.98"), "U": Decimal("138772.90"),
        "D": Decimal("6430.84"), "R": Decimal("14892.48"),
    }  # fmt: skip
    assert statement.may_be_signed


def test_the_client_pays_the_fee_where_the_provider_pays_the_utilities(
    statement: Statement,
) -> None:
    payment = statement.payment
    assert payment is not None
    assert (payment.payer, payment.payee) == (Party.CLIENT, Party.PROVIDER)
    assert payment.amount == Decimal("154340.14")
    assert payment.due_on == date(2026, 8, 15)


def test_the_difference_is_paid_where_the_client_pays_the_utilities(book: Book) -> None:
    other = replace(book, contract=replace(book.contract, utilities_paid_by=Party.CLIENT))
    statement = settle(inputs_of(other, "2026-07", code_version="test"))
    assert statement.to_provider() == Decimal("15567.24")


def test_the_provider_pays_where_the_bills_exceed_the_fee(book: Book) -> None:
    terms = replace(book.contract, utilities_paid_by=Party.CLIENT, coefficient=Decimal("0.8"))
    statement = settle(inputs_of(replace(book, contract=terms), "2026-07", code_version="test"))
    payment = statement.payment
    assert payment is not None
    assert (payment.payer, payment.payee) == (Party.PROVIDER, Party.CLIENT)
    fee, bills, taken = (statement.total(symbol) or Decimal(0) for symbol in "FUD")
    assert payment.amount == -(fee - bills - taken) > 0


def test_the_naive_difference_has_the_wrong_sign_beside_the_adjusted_saving(
    statement: Statement,
) -> None:
    (electricity, _) = statement.savings
    assert electricity.naive == -9600
    assert electricity.saving == Decimal("25681.6")
    assert electricity.ratio == Decimal("0.1140")
    assert electricity.quantity_effect == Decimal("18221.10")
    assert electricity.shifting_effect == Decimal("11074.80")
    assert electricity.cost_effect == Decimal("29295.90")
    assert electricity.status == "measured"


def test_whoever_has_the_text_of_the_inputs_makes_the_same_statement(book: Book) -> None:
    inputs = inputs_of(book, "2026-07", code_version="test")
    again = read_inputs(inputs.text(), place="inputs")
    assert again == inputs
    assert settle(again).text() == settle(inputs).text()
    text = settle(inputs).text()
    assert read_statement(text, place="statement").text() == text
