"""Amounts of whole spans that people or the utility have told, as far as one may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.manual_entry import EntryKind
from store.queries import sql

_KIND: Mapping[str | None, str] = {kind.medium: kind.value for kind in EntryKind if kind.medium}


@dataclass(frozen=True, slots=True)
class ToldUse:
    """Use of local days [first_day, end_day), in the unit of the medium.

    Attributes
    ----------
    source : str
        ``entered`` by hand and approved, or ``billed`` by the utility.
    """

    first_day: date
    end_day: date
    amount: float
    source: str


def told_use(
    conn: Connection,
    institution_id: int | None,
    medium: str,
    meter_id: int | None,
    days: tuple[date, date],
    *,
    as_of: datetime | None = None,
) -> list[ToldUse]:
    """What was told of [first, end), the entries of an institution first, the newest bills next.

    Parameters
    ----------
    institution_id : int or None
        Whose entries are wanted; None: none, as of a meter alone.
    meter_id : int or None
        Whose bills are wanted.
    as_of : datetime or None
        Approved or imported by then; None: by now.
    """
    arguments = {
        "organisation_id": institution_id,
        "kind": _KIND.get(medium),
        "meter_id": meter_id,
        "first_day": days[0],
        "end_day": days[1],
        "as_of": as_of or "infinity",
    }
    with conn.cursor(row_factory=class_row(ToldUse)) as cursor:
        return cursor.execute(sql("baseline", "told_spans"), arguments).fetchall()
