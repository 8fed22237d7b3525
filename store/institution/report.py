"""Reports in the store: each a document that never changes, numbered by version."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.canonical import digest
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class Period:
    """Local days [first_day, end_day) of an institution, as instants [first, end) too."""

    organisation_id: int
    first_day: date
    end_day: date
    first: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report without its document.

    Attributes
    ----------
    person : str or None
        Who made it; None where the reader may not see that person.
    """

    id: int
    kind: str
    organisation_id: int
    first_day: date
    end_day: date
    version: int
    sha256: str
    made_at: datetime
    person: str | None


class AlertCount(NamedTuple):
    """Alerts of one priority in a period: opened, resolved, and standing at its end."""

    priority: str
    opened: int
    resolved: int
    standing: int


def keep(
    conn: Connection, kind: str, period: Period, document: str, *, vehicles: Collection[int] = ()
) -> int:
    """Keep a report in the name of the current person; gives its id.

    A document that is the newest version already is not kept twice.

    Parameters
    ----------
    vehicles : collection of int
        Those it tells of; who does not see one of them does not see the report.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the person does not see the whole institution in that time.
    """
    row = {
        "kind": kind,
        "organisation_id": period.organisation_id,
        "first_day": period.first_day,
        "end_day": period.end_day,
        "first": period.first,
        "end": period.end,
        "document": document,
        "sha256": digest(document),
        "vehicles": sorted(vehicles),
    }
    conn.execute(sql("report", "lock"), row)
    newest = conn.execute(sql("report", "newest"), row).fetchone()
    if newest is not None and newest[1] == row["sha256"]:
        return int(newest[0])
    return int(one_row(conn, sql("report", "add"), row)[0])


def reports(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    report_id: int | None = None,
    before: int | None = None,
    at_most: int = 100,
) -> list[ReportRow]:
    """Reports that may be seen, the newest first; those with ids below `before`."""
    asked = {
        "organisation_id": organisation_id,
        "report_id": report_id,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(ReportRow)) as cursor:
        return cursor.execute(sql("report", "made"), asked).fetchall()


def document(conn: Connection, report_id: int) -> str:
    """Text of a report that may be seen."""
    text: str = one_row(conn, sql("report", "document"), {"report_id": report_id})[0]
    return text


def alerts(conn: Connection, period: Period) -> list[AlertCount]:
    """Alerts of an institution and the places below it, by priority."""
    asked = {
        "organisation_id": period.organisation_id,
        "first": period.first,
        "end": period.end,
    }
    return [AlertCount(*row) for row in conn.execute(sql("report", "alerts"), asked)]
