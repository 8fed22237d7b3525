"""What entries are held against: the same month a year before, as approved or as metered."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.ledger.exact import amount
from analytics.place.manual_use import covers
from domain.entry_query import EntryQuery, entry_queries
from domain.manual_entry import EntryKind
from store.institution.manual_entry import EntryRow, approved
from store.institution.metered_month import metered_months

Key = tuple[int, EntryKind, date]
"""Institution, kind, first day of the month."""


def earlier_amounts(conn: Connection, zone: ZoneInfo, keys: Iterable[Key]) -> dict[Key, Decimal]:
    """Amounts of the same months a year before, as approved; as metered where meters cover it."""
    of_year: dict[int, set[int]] = defaultdict(set)
    wanted = set(keys)
    for institution, _, month in wanted:
        of_year[month.year - 1].add(institution)
    found: dict[Key, Decimal] = {}
    for year, institutions in of_year.items():
        for entered in approved(conn, institutions, year):
            key = (entered.organisation_id, EntryKind(entered.kind), _year_after(entered.month))
            found[key] = entered.amount
        counted = {
            (metered.institution_id, metered.medium, metered.month): amount(metered.amount)
            for metered in metered_months(conn, institutions, year, zone)
            if covers(metered)
        }
        for key in (key for key in wanted if key[2].year == year + 1):
            institution, kind, month = key
            known = counted.get((institution, kind.metered_as or "", month.month))
            if known is not None:
                found[key] = known
    return {key: value for key, value in found.items() if key in wanted}


def queries_of(
    conn: Connection, zone: ZoneInfo, rows: Iterable[EntryRow]
) -> dict[int, list[EntryQuery]]:
    """What looks odd about the newest versions of entries, by entry."""
    entries = list(rows)
    keys = {row.id: (row.organisation_id, EntryKind(row.kind), row.month) for row in entries}
    earlier = earlier_amounts(conn, zone, keys.values())
    return {
        row.id: entry_queries(
            EntryKind(row.kind),
            row.amount,
            cost=row.cost,
            price=row.price,
            earlier=earlier.get(keys[row.id]),
        )
        for row in entries
    }


def _year_after(month: date) -> date:
    return month.replace(year=month.year + 1)
