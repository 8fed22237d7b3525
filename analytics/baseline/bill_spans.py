"""Spans of local days with one amount each, put together from meters, entries and bills. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import fsum, nan

from domain.calendar import days
from domain.entry_rule import next_month

LEAST_SHARE = 0.9
"""Share of a month's days that must be metered for the rest to be taken as their mean. [1]"""


class Source(StrEnum):
    """Whose word an amount is."""

    METERED = "metered"
    ENTERED = "entered"
    """By hand, and approved by a second person."""
    BILLED = "billed"
    """By the utility, as imported."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class BillSpan:
    """Local days [first_day, end_day) and what was used in them.

    Attributes
    ----------
    amount : float
        NaN where nobody knows it. [unit of the medium]
    """

    first_day: date
    end_day: date
    amount: float
    source: Source
    estimated: bool = False

    @property
    def days(self) -> int:
        """Length. [d]."""
        return (self.end_day - self.first_day).days


def bill_spans(
    first_day: date,
    end_day: date,
    metered: Mapping[date, tuple[float, bool]],
    told: Iterable[BillSpan],
) -> list[BillSpan]:
    """Spans that lie whole within [first_day, end_day), none over another.

    What meters have counted goes before what people say, and that is taken in the order in which
    it is told. A calendar month that nobody knows stands there without an amount.

    Parameters
    ----------
    metered : mapping of date to (float, bool)
        Use of each day that meters have counted, and whether some of it is estimated.
    """
    months = [*_months(first_day, end_day)]
    found = [each for month in months if (each := _metered(*month, metered)) is not None]
    for span in told:
        inside = first_day <= span.first_day and span.end_day <= end_day
        if inside and not _covered(found, span.first_day, span.end_day):
            found.append(span)
    found += [
        BillSpan(*month, nan, Source.NOBODY) for month in months if not _covered(found, *month)
    ]
    return sorted(found, key=lambda each: each.first_day)


def _months(first_day: date, end_day: date) -> Iterable[tuple[date, date]]:
    month = first_day if first_day.day == 1 else next_month(first_day.replace(day=1))
    while (following := next_month(month)) <= end_day:
        yield month, following
        month = following


def _metered(first: date, end: date, metered: Mapping[date, tuple[float, bool]]) -> BillSpan | None:
    known = [metered[day] for day in days(first, end) if day in metered]
    if len(known) < LEAST_SHARE * (end - first).days:
        return None
    amount = fsum(use for use, _ in known) * (end - first).days / len(known)
    estimated = len(known) < (end - first).days or any(each for _, each in known)
    return BillSpan(first, end, amount, Source.METERED, estimated)


def _covered(found: Sequence[BillSpan], first: date, end: date) -> bool:
    return any(each.first_day < end and first < each.end_day for each in found)
