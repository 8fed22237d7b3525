"""Terms that are amended within a contract year: what is agreed on for a year goes by their days.

By hand: January to June have 181 days, July to December 184.
"""

from decimal import Decimal
from typing import Any

from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Statement
from analytics.settlement.true_up import TrueUp, true_up
from domain.contract import ContractKind
from domain.contract_term import Guarantee
from domain.settlement_file import Book
from tests.unit.settlement.clinic import clinic, with_terms
from tests.unit.settlement.test_saving_contracts import saving_book

_JULY = 7
KWH = Guarantee("electricity", Decimal(60000))


def amended_in_july(book: Book, **terms: Any) -> TrueUp:
    """The year of a book whose months from July on are settled by other terms."""
    later = with_terms(book, **terms)
    books = [later if each.number >= _JULY else book for each in book.months]

    def settled(*, final: bool) -> list[Statement]:
        pairs = zip(books, book.months, strict=True)
        return [
            settle(inputs_of(own, month.month, code_version="test", final=final))
            for own, month in pairs
        ]

    signed, now = settled(final=False), settled(final=True)
    return true_up(later.contract, 1, signed, now, terms=[each.contract for each in books])


def formula_of(year: TrueUp, symbol: str) -> str:
    return next(each.formula for each in year.totals if each.symbol == symbol)


def told(year: TrueUp) -> set[tuple[str, bool]]:
    return {(each.code, each.blocks) for each in year.remarks}


def test_a_cap_that_is_lowered_in_july_caps_each_half_by_its_days() -> None:
    """(1,068,000 x 181 + 1,000,000 x 184) / 365 = 1,033,720.55; the fee is 1,068,563.53."""
    year = amended_in_july(clinic(), fee_cap=Decimal(1000000))
    assert year.total("cap") == Decimal("-34842.98")
    assert formula_of(year, "cap").endswith("(1068000 x 181 / 365 + 1000000 x 184 / 365))")
    assert told(year) == {("terms_amended", False)}


def test_a_cap_that_begins_in_july_caps_the_months_since() -> None:
    """400,000 x 184 / 365 = 201,643.84, of the fee of July to December alone."""
    year = amended_in_july(with_terms(clinic(), fee_cap=None), fee_cap=Decimal(400000))
    fees = ("82861.67", "77629.06", "66347.14", "61896.78", "99072.53", "133910.72")
    assert year.total("cap") == Decimal("201643.84") - sum(map(Decimal, fees))


def test_a_guarantee_that_is_raised_in_july_counts_by_its_days() -> None:
    """(60,000 x 181 + 80,000 x 184) / 365 = 70,082.1918 kWh; 57,795.7 were saved.

    12,286.4918 kWh at 453,271.22 / 678,495.7 CNY/kWh are worth 8,208.03.
    """
    book = saving_book(ContractKind.GUARANTEED_SAVINGS, guarantee=KWH)
    year = amended_in_july(book, guarantee=Guarantee("electricity", Decimal(80000)))
    assert year.total("G") == Decimal("-8208.03")
    assert "(60000 x 181 / 365 + 80000 x 184 / 365)" in formula_of(year, "G")
    assert told(year) == {("terms_amended", False)}


def test_a_guarantee_that_moves_to_another_line_is_for_the_parties_to_settle() -> None:
    book = saving_book(ContractKind.GUARANTEED_SAVINGS, guarantee=KWH)
    year = amended_in_july(book, guarantee=Guarantee("heat", Decimal(60000)))
    assert (year.total("G"), year.payment) == (None, None)
    assert ("guarantee_amended", True) in told(year)


def test_terms_that_were_not_amended_say_nothing() -> None:
    year = amended_in_july(clinic())
    assert year.total("cap") == Decimal("-563.53")
    assert formula_of(year, "cap") == "-max(0, 1068563.53 - 1068000)"
    assert told(year) == set()
