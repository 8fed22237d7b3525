"""Savings of all baselines of a place together: each amount once, errors that go together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, log, nan

import numpy as np

from analytics.baseline.avoided import by_month
from analytics.place.saving import PlaceSaving
from analytics.savings.portfolio import (
    SHIPPED_CORRELATION,
    Part,
    PortfolioSaving,
    error_correlation,
    portfolio_saving,
)
from store.contracts.baseline import BaselineRow

LEAST_PARTS = 5
"""Below this a correlation that was measured here says nothing."""


class Whose(StrEnum):
    """On what the correlation of the errors rests."""

    SHIPPED = "shipped"
    LOCAL = "local"
    """Of these savings' own months; what measures did alike is in it."""


@dataclass(frozen=True, slots=True)
class Together:
    """A sum of savings.

    Attributes
    ----------
    whole : PortfolioSaving or None
        None where one of the parts has no band, or there is no part.
    whose : Whose
        Correlation.
    """

    whole: PortfolioSaving | None
    whose: Whose


def counted_once(
    rows: Iterable[BaselineRow], parents: Mapping[int, int | None], uppermost: Collection[int]
) -> list[BaselineRow]:
    """Baselines of which none is a part of another, of several of the same the newest.

    A place covers all below it, and its meters; a meter counts where no place covers it and where
    no other meter of ours counts it as well.

    Parameters
    ----------
    rows : iterable of BaselineRow
        Of one medium, the newest first.
    parents : mapping of int to int or None
        Place above each place.
    uppermost : collection of int
        Meters whose sum is the use of the place that is asked for.
    """
    newest: dict[tuple[int, int | None], BaselineRow] = {}
    for row in rows:
        newest.setdefault((row.organisation_id, row.meter_id), row)
    places = {row.organisation_id for row in newest.values() if row.meter_id is None}

    def covered(row: BaselineRow) -> bool:
        place = row.organisation_id if row.meter_id else parents.get(row.organisation_id)
        while place is not None:
            if place in places:
                return True
            place = parents.get(place)
        return row.meter_id is not None and row.meter_id not in uppermost

    return [row for row in newest.values() if not covered(row)]


def together(found: Sequence[PlaceSaving]) -> Together:
    """Add savings of one medium up; the correlation is the larger one, measured here or shipped."""
    measured = _measured(found)
    local = measured is not None and measured > SHIPPED_CORRELATION
    correlation, whose = SHIPPED_CORRELATION, Whose.SHIPPED
    if local and measured is not None:
        correlation, whose = measured, Whose.LOCAL
    banded = [
        (each.total.saving, each.total.band)
        for each in found
        if each.total.saving is not None and each.total.band is not None
    ]
    if not banded or len(banded) < len(found):
        return Together(None, whose)
    # Each side by itself: a band reaches further up than down.
    below = portfolio_saving([Part(own, own - band.low) for own, band in banded], correlation)
    above = portfolio_saving([Part(own, band.high - own) for own, band in banded], correlation)
    return Together(replace(below, high=above.high), whose)


def _measured(found: Sequence[PlaceSaving]) -> float | None:
    """Correlation of how each strayed from its own mean, by month."""
    if len(found) < LEAST_PARTS:
        return None
    told = [
        {
            each.month: _strayed(each.actual, each.baseline + each.adjustment)
            for each in by_month(x.days)
        }
        for x in found
    ]
    months = sorted({month for each in told for month in each})
    rows = [[each.get(month, nan) for each in told] for month in months]
    return error_correlation(np.array(rows, np.float64).reshape(-1, len(found)))


def _strayed(actual: float, expected: float) -> float:
    strayed = log(actual / expected) if actual > 0 and expected > 0 else inf
    return strayed if strayed < inf else nan
