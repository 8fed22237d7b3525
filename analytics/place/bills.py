"""What people and the utility have told of a place's use, as spans beside those of meters."""

from collections.abc import Collection
from datetime import date, datetime

from psycopg import Connection

from analytics.baseline.bill_spans import BillSpan, Source
from store.places.told_use import told_use


def told_spans(
    conn: Connection,
    organisation_id: int,
    medium: str,
    meter_id: int | None,
    meters: Collection[int],
    days: tuple[date, date],
    *,
    as_of: datetime | None = None,
) -> list[BillSpan]:
    """Amounts of [first, end) that no meter of ours has counted.

    Entries are those of the institution as a whole. The utility's bills are those of the meter, or
    of a place's only one: bills of several would have to be of the same days to be added.

    Parameters
    ----------
    meters : collection of int
        That count for the place.
    """
    only = next(iter(meters)) if len(meters) == 1 else None
    institution = organisation_id if meter_id is None else None
    told = told_use(conn, institution, medium, meter_id or only, days, as_of=as_of)
    return [
        BillSpan(each.first_day, each.end_day, each.amount, Source(each.source)) for each in told
    ]
