"""Schedules of reports: what is to be made when, with whose rights, and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule with its newest attempt.

    Attributes
    ----------
    span : str
        Of the month before its day, or of the year before on that day of January.
    ended_because : str or None
        ``asked``, or ``rights``: who ordered it has lost them.
    run_state : str or None
        ``made``, ``refused`` with the reason in `run_told`, ``failed``; None before the first.
    """

    id: int
    kind: str
    span: str
    organisation_id: int
    factor_set: str
    month_day: int
    channels: list[int]
    channel_names: list[str]
    person: str | None
    person_id: int
    entered_at: datetime
    ended_at: datetime | None
    ended_because: str | None
    run_first_day: date | None
    run_state: str | None
    report_id: int | None
    run_told: str | None
    run_at: datetime | None


class Due(NamedTuple):
    """A schedule whose day has come, in whose name, and the first day of what it is of."""

    schedule_id: int
    person_id: int
    first_day: date


def order(
    conn: Connection,
    organisation_id: int,
    kind: str,
    span: str,
    *,
    factor_set: str,
    month_day: int,
    channels: Collection[int],
) -> int:
    """Order a report for each month or year in the name of the current person.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the person does not see the institution or one of the channels.
    """
    row = {
        "organisation_id": organisation_id,
        "kind": kind,
        "span": span,
        "factor_set": factor_set,
        "month_day": month_day,
        "channels": sorted(set(channels)),
    }
    return int(one_row(conn, sql("report_schedule", "order"), row)[0])


def schedules(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    schedule_id: int | None = None,
    at_most: int,
    skip: int = 0,
) -> list[ScheduleRow]:
    """Schedules that may be seen, those that run first."""
    asked = {
        "organisation_id": organisation_id,
        "schedule_id": schedule_id,
        "at_most": at_most,
        "skip": skip,
    }
    with conn.cursor(row_factory=class_row(ScheduleRow)) as cursor:
        return cursor.execute(sql("report_schedule", "schedules"), asked).fetchall()


def end(conn: Connection, schedule_id: int) -> bool:
    """End a schedule; whether it ran, and the person may."""
    row = conn.execute(sql("report_schedule", "end"), {"schedule_id": schedule_id}).fetchone()
    return row is not None


def due(conn: Connection, now: datetime) -> list[Due]:
    """Schedules of everybody whose day has come."""
    return [Due(*row) for row in conn.execute(sql("report_schedule", "due"), {"now": now})]


def alone(conn: Connection, schedule_id: int) -> bool:
    """Whether nobody else makes it at this moment; until the transaction ends."""
    found = one_row(conn, sql("report_schedule", "alone"), {"schedule_id": schedule_id})
    return bool(found[0])


def lost(conn: Connection, schedule_id: int) -> None:
    """End a schedule of the current person, who has no longer the rights for it."""
    conn.execute(sql("report_schedule", "lost"), {"schedule_id": schedule_id})


def note(
    conn: Connection, of: Due, state: str, *, report_id: int | None = None, told: str = ""
) -> None:
    """Note an attempt: ``made``, ``refused`` or ``failed``."""
    row = {
        "schedule_id": of.schedule_id,
        "first_day": of.first_day,
        "state": state,
        "report_id": report_id,
        "told": told,
    }
    conn.execute(sql("report_schedule", "note"), row)


def tell(conn: Connection, schedule_id: int, report_id: int, told: Mapping[str, str]) -> None:
    """Have a report told over the channels of its schedule."""
    row = {"schedule_id": schedule_id, "report_id": report_id, "told": Jsonb(dict(told))}
    conn.execute(sql("report_schedule", "tell"), row)
