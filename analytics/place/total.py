"""Use of a place by hour, day and month: of the meters that were its sum at the time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.ledger.place_use import Use, by_day, by_month, joined, together
from domain.local_day import day_start, local_day
from domain.meter_tree import Counted, Terms, bought, counted, forests
from store.institution.figure import days, intervals
from store.meters.meter_tree import positions

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MOST = 1_000_000
"""Of rows in one read; the callers bound the time they ask for."""


def counted_meters(
    conn: Connection, place_id: int, medium: str, first: datetime, end: datetime
) -> list[Counted]:
    """Meters whose sum is the use of a place in [first, end), as they hung from when to when."""
    return counted(forests(positions(conn, place_id, medium, first, end), first, end))


def bought_meters(
    conn: Connection, place_id: int, medium: str, first: datetime, end: datetime
) -> list[Counted]:
    """The same of what came into a place, which is what is paid for."""
    return bought(forests(positions(conn, place_id, medium, first, end), first, end))


def hours_of(conn: Connection, stretches: Sequence[Counted]) -> list[Use]:
    """Hour by hour, where all meters of the time have a figure."""
    return joined(
        use
        for stretch in stretches
        for use in _intervals(conn, stretch.terms, stretch.first, stretch.end)
    )


def days_of(conn: Connection, stretches: Sequence[Counted], zone: ZoneInfo) -> list[Use]:
    """Local day by local day, where all meters of the time have a figure."""
    found: list[Use] = []
    for stretch in stretches:
        first, end = _whole_days(stretch, zone)
        if first >= end:
            found += by_day(_intervals(conn, stretch.terms, stretch.first, stretch.end), zone)
            continue
        # A tree may change within a day; only what was counted until then, or since, is summed.
        found += by_day(_intervals(conn, stretch.terms, stretch.first, first), zone)
        found += _days(conn, stretch.terms, first, end, zone)
        found += by_day(_intervals(conn, stretch.terms, end, stretch.end), zone)
    return joined(found)


def months_of(conn: Connection, stretches: Sequence[Counted], zone: ZoneInfo) -> list[Use]:
    """Local month by local month, of the days on which all meters of the time have a figure."""
    return by_month(days_of(conn, stretches, zone), zone)


def _whole_days(stretch: Counted, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first = day_start(local_day(stretch.first, zone), zone)
    if first < stretch.first:
        first = day_start(local_day(stretch.first, zone) + _DAY, zone)
    return first, day_start(local_day(stretch.end, zone), zone)


def _intervals(conn: Connection, terms: Terms, first: datetime, end: datetime) -> list[Use]:
    if first >= end or not terms:
        return []
    found: dict[int, list[Use]] = {meter: [] for meter in terms}
    for use in intervals(conn, [*terms], first, end, width=_HOUR, at_most=_MOST):
        value = terms[use.meter_id] * use.value
        found[use.meter_id].append(
            Use(
                use.start, use.end, value, use.quantity_grade, use.shape_grade, use.flags,
                use.covered_s,
            )
        )  # fmt: skip
    return together(found)


def _days(
    conn: Connection, terms: Terms, first: datetime, end: datetime, zone: ZoneInfo
) -> list[Use]:
    found: dict[int, list[Use]] = {meter: [] for meter in terms}
    span = local_day(first, zone), local_day(end, zone)
    for use in days(conn, [*terms], *span, bin_="day", at_most=_MOST):
        value = terms[use.meter_id] * use.value
        bounds = day_start(use.first_day, zone), day_start(use.first_day + _DAY, zone)
        found[use.meter_id].append(
            Use(
                *bounds, value, use.quantity_grade, use.shape_grade, use.flags, use.covered_s
            )
        )  # fmt: skip
    return together(found)
