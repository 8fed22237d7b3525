"""Cost of single intervals, for charts and allocation. Pure.

Not rounded, so that intervals add up to their line before it is rounded. Only what has a price
per unit is in it: a basic charge belongs to no quarter hour. Where some price goes by steps, what
an hour cost depends on all before it, so there is none: the rest alone would pass for the whole.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from analytics.ledger.metered import Amount
from analytics.ledger.timetable import Timetable
from domain.errors import MissingInputError
from domain.money import exact
from domain.price_book import BASES, Price, PriceBook
from domain.time_of_use import Period


class IntervalCost(NamedTuple):
    """Cost of an interval in [start, end), or of its part in one period.

    Attributes
    ----------
    price : Decimal or None
        Sum of the prices per unit. None where one is missing or goes by steps. [CNY/unit]
    amount : Decimal or None
        Not rounded. [CNY]
    """

    start: datetime
    end: datetime
    period: Period
    value: Decimal
    price: Decimal | None
    amount: Decimal | None


def interval_costs(
    timetable: Timetable, amounts: Iterable[Amount], book: PriceBook
) -> Iterator[IntervalCost]:
    """Cost by interval, in order; one that reaches over the end of a period is cut there."""
    keys = list(zip(timetable.slice_of.tolist(), timetable.periods, strict=True))
    known = {key: unit_price(timetable, *key, book) for key in dict.fromkeys(keys)}
    prices = [found.value if (found := known[key]) else None for key in keys]
    edges = timetable.edges.tolist()
    for amount in sorted(amounts):
        start, end = amount.start.timestamp(), amount.end.timestamp()
        first = max(bisect_right(edges, start) - 1, 0)
        last = min(bisect_left(edges, end) - 1, len(prices) - 1)
        for part in range(first, last + 1):
            begin, until = max(start, edges[part]), min(end, edges[part + 1])
            if begin >= until:
                continue
            value = exact(amount.value * ((until - begin) / (end - start)))
            price = prices[part]
            yield IntervalCost(
                datetime.fromtimestamp(begin, amount.start.tzinfo),
                datetime.fromtimestamp(until, amount.start.tzinfo),
                timetable.periods[part],
                value,
                price,
                None if price is None else value * price,
            )


def unit_price(timetable: Timetable, number: int, period: Period, book: PriceBook) -> Price | None:
    """Sum of the prices per unit in a slice and period; None where one is missing or in steps.

    It is checked if all are, and its basis is the weakest among them.
    """
    piece = timetable.slices[number]
    if piece.version.stepped:
        return None
    found = [Price(Decimal(0), "fixed", piece.version.provenance.checked)]
    for component in piece.version.components:
        if component.inside:
            continue
        own = period if piece.version.periods_of(component) != [None] else None
        try:
            found.append(book.find(piece.version, component, piece.month, own))
        except MissingInputError:
            return None
    return Price(
        sum((price.value for price in found), Decimal(0)),
        max((price.basis for price in found), key=BASES.index),
        all(price.checked for price in found),
    )
