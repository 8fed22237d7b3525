"""Declared events of registers: read by who computes, declared and withdrawn by people."""

from dataclasses import asdict, dataclass
from datetime import datetime

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from domain.edit import want_reason
from domain.errors import InputError
from domain.register_event import RegisterEvent, check, said_before
from domain.sentence import Sentence
from store.one_row import one_row
from store.queries import sql
from store.refusal import refusal_of


@dataclass(frozen=True, slots=True)
class DeclaredEvent:
    """An event, who declared it, and who withdrew it."""

    id: int
    at: datetime
    kind: str
    value: float
    previous: float | None
    note: str
    until: datetime | None
    declared_at: datetime
    person: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_because: str | None


def register_events(conn: Connection, meter_id: int) -> list[RegisterEvent]:
    """Events of a meter that are in force, in order of time; of one instant, as declared."""
    with conn.cursor(row_factory=class_row(RegisterEvent)) as cursor:
        return cursor.execute(sql("register_event", "in_force"), {"meter_id": meter_id}).fetchall()


def ratios_in_force(conn: Connection) -> dict[int, RegisterEvent]:
    """The newest multiplier of every meter that has one and that the person may see, by its id."""
    rows = conn.execute(sql("register_event", "ratios"))
    return {
        meter_id: RegisterEvent(at, "ratio", value, note=note) for meter_id, at, value, note in rows
    }


def declared(
    conn: Connection, meter_id: int, *, event_id: int | None = None
) -> list[DeclaredEvent]:
    """Events of a meter, the latest first, withdrawn ones too; or the one asked for."""
    arguments = {"meter_id": meter_id, "event_id": event_id}
    with conn.cursor(row_factory=class_row(DeclaredEvent)) as cursor:
        return cursor.execute(sql("register_event", "declared"), arguments).fetchall()


def meter_of(conn: Connection, code: str) -> int | None:
    """Id of the meter of a code; None where there is none the current person may see."""
    row = conn.execute(sql("register_event", "meter_of"), {"code": code}).fetchone()
    return None if row is None else int(row[0])


def may_declare(conn: Connection, meter_id: int, at: datetime) -> bool:
    """Whether the current person may say what was done to a meter's register at an instant."""
    arguments = {"meter_id": meter_id, "at": at}
    return conn.execute(sql("register_event", "may_correct"), arguments).fetchone() == (True,)


def declare(conn: Connection, meter_id: int, event: RegisterEvent) -> int:
    """Add an event in the name of the current person; the days it concerns become work.

    Returns
    -------
    int
        Its id.

    Raises
    ------
    InputError
        If it cannot have happened, says not why, one of its kind is declared for that instant
        already, or another error for a part of its span. The place is the name of the field.
    """
    want_reason(event.note, place="note")
    check(event, place="event")
    known = register_events(conn, meter_id)
    _refuse_second_error(event, known)
    if (before := said_before(event, known)) is not None:
        reason = Sentence(
            "event_declared",
            "a {kind} at {at} is declared already; withdraw it first",
            kind=before.kind,
            at=event.at.isoformat(),
        )
        raise InputError(reason, place="at")
    arguments = {**asdict(event), "meter_id": meter_id}
    try:
        with conn.transaction():
            row = one_row(conn, sql("register_event", "declare"), arguments)
    except psycopg.errors.ExclusionViolation as error:  # somebody else declared it meanwhile
        raise InputError(refusal_of(error), place="at") from error
    return int(row[0])


def withdraw(conn: Connection, event_id: int, reason: str) -> None:
    """Take an event back in the name of the current person.

    Raises
    ------
    InputError
        If no reason is given.
    psycopg.errors.UniqueViolation
        If it is withdrawn already.
    """
    want_reason(reason)
    conn.execute(sql("register_event", "withdraw"), {"event_id": event_id, "reason": reason})


def _refuse_second_error(event: RegisterEvent, known: list[RegisterEvent]) -> None:
    for each in known:
        if each.kind != "error" or event.kind != "error" or not each.until or not event.until:
            continue
        if each.at < event.until and event.at < each.until:
            span = f"{each.at.isoformat()} to {each.until.isoformat()}"
            reason = Sentence(
                "error_declared",
                "an error of {value} % is declared from {span}; withdraw it first",
                value=f"{each.value:g}",
                span=span,
            )
            raise InputError(reason, place="at")
