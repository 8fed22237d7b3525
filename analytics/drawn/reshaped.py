"""Load shape of a baseline by other periods, out of its interval data. Pure.

When a utility cuts the day anew, the shares of a baseline are read by the new periods from what was
counted hour by hour. Only days count that every meter of the boundary tells whole and for sure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from math import fsum

from analytics.drawn.rows import LedgerInterval
from analytics.drawn.use import day_amounts
from analytics.evidence.register_days import Days
from analytics.ledger.timetable import Timetable, next_month
from analytics.models.series import LEAST_SHARE
from domain.contract_term import Meter
from domain.errors import MissingInputError
from domain.money import exact
from domain.time_of_use import Period

_SHARE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class MonthShape:
    """What was used inside the boundary in a month, by the new periods.

    Attributes
    ----------
    quantity : Decimal
        Of the days that count. [unit of the line]
    shares : mapping of Period to Decimal
        Six decimals that sum to 1. [1]
    days, missing_days : int
        Days that count, and those that some meter does not tell. [d]
    """

    month: date
    quantity: Decimal
    shares: Mapping[Period, Decimal]
    days: int
    missing_days: int


def month_shapes(
    meters: Sequence[tuple[Meter, Sequence[LedgerInterval]]], days: Days, timetable: Timetable
) -> list[MonthShape]:
    """Shapes of whole months, in order.

    Raises
    ------
    MissingInputError
        If all meters tell less than nine tenths of the days of a month, nothing was used in it, an
        interval lies in two periods, or more is excluded than was counted.
    """
    found, first = [], days.first_day
    while first < days.end_day:
        end = min(next_month(first), days.end_day)
        found.append(_month(meters, replace(days, first_day=first, end_day=end), timetable))
        first = end
    return found


def shares_of(amounts: Mapping[Period, Decimal]) -> dict[Period, Decimal]:
    """Shares in six decimals that sum to 1: what rounding leaves goes to the largest remainders."""
    whole = sum(amounts.values(), Decimal(0))
    exact = {period: amount / whole for period, amount in amounts.items()}
    shares = {period: share.quantize(_SHARE, ROUND_DOWN) for period, share in exact.items()}
    left = int((1 - sum(shares.values(), Decimal(0))) / _SHARE)
    for period in sorted(shares, key=lambda each: shares[each] - exact[each])[:left]:
        shares[period] += _SHARE
    return shares


def _month(
    meters: Sequence[tuple[Meter, Sequence[LedgerInterval]]], days: Days, timetable: Timetable
) -> MonthShape:
    sums: dict[Period, list[float]] = {}
    counted = 0
    own = [(meter, _of(intervals, days)) for meter, intervals in meters]
    for day in days.each():
        told = [
            (meter, day_amounts(intervals, day, days.zone, timetable)) for meter, intervals in own
        ]
        if any(amounts is None for _, amounts in told):
            continue
        counted += 1
        for meter, amounts in told:
            sign = -1.0 if meter.excluded else 1.0
            for period, values in ({} if amounts is None else amounts[0]).items():
                sums.setdefault(period, []).extend(sign * value for value in values)
    name = f"{days.first_day:%Y-%m}"
    whole_month = len(days.each())
    if counted < LEAST_SHARE * whole_month:
        reason = f"{counted} of {whole_month} d of {name} are known of every meter"
        raise MissingInputError(f"{reason}, want nine tenths of them", code="use")
    inside = {period: exact(fsum(values)) for period, values in sums.items()}
    below = [period for period, amount in inside.items() if amount < 0]
    if below:
        reason = f"{name}: more is excluded than was counted in {', '.join(below)}"
        raise MissingInputError(reason, code="excluded")
    whole = sum(inside.values(), Decimal(0))
    if not whole:
        raise MissingInputError(f"nothing was used in {name}: it has no shape", code="use")
    return MonthShape(days.first_day, whole, shares_of(inside), counted, whole_month - counted)


def _of(intervals: Sequence[LedgerInterval], days: Days) -> list[LedgerInterval]:
    """Intervals that begin within some days."""
    return [each for each in intervals if days.begin() <= each.start < days.end()]
