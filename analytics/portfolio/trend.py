"""How the electricity of institutions went month by month: this year and the one before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from psycopg import Connection

from analytics.place.manual_use import covers
from analytics.portfolio.figures import Portfolio
from domain.manual_entry import EntryKind
from store.institution.manual_entry import approved
from store.institution.metered_month import metered_months

_MEDIUM = "electricity"
_MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class TrendMonth:
    """Electricity of a local month; None where it is not known whole. [kWh]."""

    month: date
    kwh: float | None


def electricity_trends(
    conn: Connection, portfolio: Portfolio, institutions: Collection[int], year: int
) -> dict[int, list[TrendMonth]]:
    """The 24 months up to the end of a year, by institution.

    A month counts as meters have it whole, else as it was entered by hand and approved. One that is
    known in part is not shown: it would look like a saving.
    """
    found: dict[int, list[TrendMonth]] = {key: [] for key in institutions}
    for zone, group in portfolio.by_zone().items():
        ids = [row.id for row in group if row.id in found]
        if not ids:
            continue
        for each in (year - 1, year):
            known = {
                (entry.organisation_id, entry.month.month): float(entry.amount)
                for entry in approved(conn, ids, each)
                if EntryKind(entry.kind).medium == _MEDIUM
            }
            known |= {
                (month.institution_id, month.month): month.amount
                for month in metered_months(conn, ids, each, zone)
                if month.medium == _MEDIUM and covers(month)
            }
            for key in ids:
                found[key] += [
                    TrendMonth(date(each, number, 1), known.get((key, number)))
                    for number in _MONTHS
                ]
    return found
