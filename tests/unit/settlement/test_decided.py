"""A statement made again says what disputes about the one before were decided to."""

from dataclasses import replace
from decimal import Decimal

from analytics.settlement.decided import Decided, unmet
from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Side, Statement
from analytics.settlement.true_up import LineDifference, true_up
from domain.settlement_file import read_book, shipped_examples


def july() -> Statement:
    book = read_book(shipped_examples()["office_july.toml"], place="office")
    return settle(inputs_of(book, "2026-07", code_version="test"))


def decided(amount: str, line: str = "electricity") -> Decided:
    return Decided("D1", line, Side.FEE, Decimal(amount))


def test_the_decided_amount_is_met_to_the_cent() -> None:
    statement = july()
    assert list(unmet(statement, statement, [decided("151845.43")])) == []
    [found] = unmet(statement, statement, [decided("151845.42")])
    assert found.difference == Decimal("0.01")


def test_a_line_that_is_no_longer_there_meets_nothing() -> None:
    statement = july()
    bare = replace(statement, lines=statement.lines[1:])
    [found] = unmet(bare, statement, [decided("151845.43")])
    assert (found.found, found.difference) == (None, None)


def test_a_line_of_a_year_that_differs_no_longer_is_as_it_was_signed() -> None:
    book = read_book(shipped_examples()["office_july.toml"], place="office")
    statement = july()
    year = true_up(book.contract, 1, [statement], [statement])
    moved = LineDifference(
        "2026-07", "electricity", Side.FEE, Decimal("151845.43"), Decimal("150000.00")
    )
    before = replace(year, differences=(moved,))
    assert list(unmet(year, before, [decided("151845.43", "2026-07/electricity")])) == []
    [found] = unmet(before, before, [decided("151845.43", "2026-07/electricity")])
    assert found.difference == Decimal("-1845.43")
