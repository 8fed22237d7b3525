"""Cost of use by local day and period, from which that of every interval follows. Pure.

Within a day a period has one price, so an interval costs its amount times that price. Not rounded,
and of prices per unit only, like `interval_cost`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.interval_cost import unit_price
from analytics.ledger.metered import Metered, summed
from analytics.ledger.timetable import Timetable
from domain.money import exact
from domain.price_book import Price, PriceBook
from domain.time_of_use import Period


@dataclass(frozen=True, slots=True)
class DayCost:
    """Use of one period of a local day, and its cost.

    Attributes
    ----------
    used : Metered
        How much, and how good it is.
    price : Price or None
        Sum of the prices per unit; None where one is missing. [CNY/unit]
    amount : Decimal or None
        Not rounded. [CNY]
    """

    day: date
    period: Period
    used: Metered
    price: Price | None

    @property
    def amount(self) -> Decimal | None:
        """Value times price. [CNY]."""
        return None if self.price is None else exact(self.used.value) * self.price.value


def day_costs(
    timetable: Timetable,
    days: list[date],
    bounds: NDArray[np.float64],
    columns: NDArray[np.float64],
    book: PriceBook,
) -> Iterator[DayCost]:
    """Cost by local day and period, of those that have a figure.

    Parameters
    ----------
    days : list of date
        Local days of the timetable.
    bounds : ndarray of float, shape (n_days + 1,)
        When they begin, and when the last one ends. [s since 1970]
    columns : ndarray of float, shape (5, n)
        Amounts as `metered.summed` takes them.
    """
    laid = _by_day(timetable, bounds)
    of_day = np.searchsorted(bounds, laid.edges[:-1], side="right") - 1
    keys = zip(of_day.tolist(), laid.slice_of.tolist(), laid.periods, strict=True)
    priced: dict[tuple[int, Period], Price | None] = {}
    for (day, number, period), used in summed(keys, laid.edges, columns).items():
        if not used.covered_s:
            continue
        if (number, period) not in priced:
            priced[number, period] = unit_price(timetable, number, period, book)
        yield DayCost(days[day], period, used, priced[number, period])


def _by_day(timetable: Timetable, bounds: NDArray[np.float64]) -> Timetable:
    """The same with its parts cut at midnight."""
    edges = np.union1d(timetable.edges, bounds)
    part = np.searchsorted(timetable.edges, edges[:-1], side="right") - 1
    periods = tuple(timetable.periods[each] for each in part.tolist())
    return replace(timetable, edges=edges, slice_of=timetable.slice_of[part], periods=periods)
