"""The whole term of a contract from one book: its months, its years, its end. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics.settlement.contract_year import contract_quarters, contract_years
from analytics.settlement.hand_over import HandOver, hand_over
from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Statement
from analytics.settlement.true_up import TrueUp, true_up
from domain.settlement_file import Book


@dataclass(frozen=True, slots=True)
class Settled:
    """Everything a book leads to.

    Attributes
    ----------
    true_ups : tuple of TrueUp
        Of contract years, and of their quarters where the contract trues them up, of which every
        month is there.
    hand_over : HandOver or None
        Where the book has every year.
    """

    months: tuple[Statement, ...]
    true_ups: tuple[TrueUp, ...] = ()
    hand_over: HandOver | None = None


def settle_month(book: Book, month: str, *, code_version: str) -> Settled:
    """One month of a book.

    Raises
    ------
    MissingInputError
        If the book has no such month, or the contract does not run in it.
    """
    return Settled((settle(inputs_of(book, month, code_version=code_version)),))


def settle_term(book: Book, *, code_version: str) -> Settled:
    """Every month of a book, and every year and the end where their months are there.

    Months count as signed as they come out here, and are worked out again with everything adjusted
    for the true-up of their year.

    Raises
    ------
    MissingInputError
        If a month lies outside the contract.
    """
    names = [month.month for month in book.months]
    signed = [settle(inputs_of(book, name, code_version=code_version)) for name in names]
    years = contract_years(book.contract)
    true_ups: list[TrueUp] = []

    def trued_up(span: tuple[date, date], year: int, quarter: int | None = None) -> None:
        first, end = span
        own = [each for each in signed if first <= each.first_day < end]
        if _whole(own, first, end):
            final = [
                settle(inputs_of(book, each.month, code_version=code_version, final=True))
                for each in own
            ]
            quarters = [each for each in true_ups if each.year == year and quarter is None]
            true_ups.append(true_up(book.contract, year, own, final, quarter, quarters))

    for year, span in enumerate(years, 1):
        for quarter, part in enumerate(contract_quarters(book.contract, year), 1):
            trued_up(part, year, quarter)
        trued_up(span, year)
    ended = len([each for each in true_ups if each.quarter is None]) == len(years)
    end_of_it = hand_over(book.contract, signed, true_ups, book.months[-1]) if ended else None
    return Settled(tuple(signed), tuple(true_ups), end_of_it)


def _whole(statements: Sequence[Statement], first: date, end: date) -> bool:
    """Whether statements follow each other from the first day of a year to its end."""
    day = first
    for each in statements:
        if each.first_day != day:
            return False
        day = each.end_day
    return day >= end and bool(statements)
