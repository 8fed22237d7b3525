"""Years and quarters of a contract, and what of a year's amount falls on some of its days. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from domain.contract import Contract

_QUARTER_MONTHS = (3, 6, 9)
"""After which months of a year a quarter of it begins."""


def contract_years(contract: Contract) -> list[tuple[date, date]]:
    """Years of a contract as half-open spans of local days; the last may be short.

    A month belongs to one year: where the contract began within a month, the month of each
    anniversary belongs to the year that ends in it.
    """
    edges = [contract.first_day]
    while edges[-1] < contract.end_day:
        anniversary = _month_begin(_anniversary(contract.first_day, len(edges)))
        edges.append(min(anniversary, contract.end_day))
    return list(pairwise(edges))


def contract_quarters(contract: Contract, year: int) -> list[tuple[date, date]]:
    """Quarters of a contract year that are trued up before it: all but the last. Local days.

    Empty where the contract trues up years alone.
    """
    first_day, end_day = contract_years(contract)[year - 1]
    if not contract.trues_up_quarters:
        return []
    begin = first_day.replace(day=1)
    edges = [first_day]
    for months in _QUARTER_MONTHS:
        edge = _months_on(begin, months + (first_day.day > 1))
        if edge < end_day:
            edges.append(edge)
    return list(pairwise(edges))


def year_days(contract: Contract, year: int) -> int:
    """Days of a whole year from the first day of a contract year on, the first being 1. [d]."""
    first_day, _ = contract_years(contract)[year - 1]
    return (_anniversary(first_day, 1) - first_day).days


def promised(contract: Contract, year: int, days: int) -> Decimal:
    """What is guaranteed of some days of a contract year, from 1. [unit of the line].

    By days of a whole year from the year's first day on, so that a short last year, or a first one
    with some days more, has just its part.
    """
    if contract.guarantee is None:
        return Decimal(0)
    return contract.guarantee.quantity * days / year_days(contract, year)


def _month_begin(day: date) -> date:
    """The day itself where it is the first of a month, else the first of the next one."""
    return day if day.day == 1 else (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months_on(day: date, months: int) -> date:
    """First of the month so many months on."""
    whole = day.year * 12 + day.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
