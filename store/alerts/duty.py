"""The desk and its people: hours and ladder, shifts, and how one shift hands over to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.queries import sql


@dataclass(frozen=True, slots=True)
class DutySetting:
    """Hours and ladder of a desk; None where nobody has set them and the shipped ones hold.

    Attributes
    ----------
    escalate_min : list of int or None
        Minutes without an acknowledgement after which the next rung is told.
    tone_s : int or None
        The console sounds every so many seconds; None: never.
    """

    zone: str
    quiet_from: time | None
    quiet_to: time | None
    digest_at: time | None
    escalate_min: list[int] | None
    tone_s: int | None
    phone: str | None
    lang: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """An institution whose alerts the current person may act on."""

    id: int
    code: str
    name_zh: str
    name_en: str
    administered: bool


@dataclass(frozen=True, slots=True)
class DutyPerson:
    """Somebody who may be on duty at a desk."""

    id: int
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Somebody on duty (rank 1) or on call (rank 2)."""

    id: int
    on_duty: int
    person: str
    rank: int
    start_at: datetime
    end_at: datetime
    phone: str


@dataclass(frozen=True, slots=True)
class HandOverRow:
    """A hand-over; nobody took it while `taken_at` is None."""

    id: int
    document: dict[str, Any]
    note: str
    giver_id: int
    given_by: str
    given_at: datetime
    taken_by: str | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Happened:
    """Counts of a desk since an instant."""

    opened: int
    resolved: int
    interruptions: int
    undelivered: int


@dataclass(frozen=True, slots=True)
class NightRow:
    """One matter as the night shift sees it; `month_cny` is what thirty more days would lose."""

    id: int
    rule: str
    code: str
    priority: str
    state: str
    since: datetime
    month_cny: Decimal | None
    inhibited: bool
    place_id: int
    name_zh: str
    name_en: str
    assigned_to: str | None
    snoozed_until: datetime | None
    children: int


def duty_setting(conn: Connection, desk_id: int) -> DutySetting:
    """Hours and ladder of a desk."""
    with conn.cursor(row_factory=class_row(DutySetting)) as cursor:
        row = cursor.execute(sql("duty", "setting"), {"desk_id": desk_id}).fetchone()
    assert row is not None  # noqa: S101 - it is one row by its form
    return row


def set_duty(conn: Connection, desk_id: int, setting: Mapping[str, object]) -> None:
    """Let hours and ladder hold from now on.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not administer the desk.
    """
    conn.execute(sql("duty", "set"), {"desk_id": desk_id, **setting})


def desks(conn: Connection) -> list[Desk]:
    """Desks at which the current person may sit."""
    with conn.cursor(row_factory=class_row(Desk)) as cursor:
        return cursor.execute(sql("duty", "desks")).fetchall()


def duty_people(conn: Connection, desk_id: int) -> list[DutyPerson]:
    """People who may be on duty at a desk."""
    with conn.cursor(row_factory=class_row(DutyPerson)) as cursor:
        return cursor.execute(sql("duty", "people"), {"desk_id": desk_id}).fetchall()


def shifts(conn: Connection, desk_id: int, within: tuple[datetime, datetime]) -> list[ShiftRow]:
    """Shifts that meet [start, end), the earliest first."""
    with conn.cursor(row_factory=class_row(ShiftRow)) as cursor:
        arguments = {"desk_id": desk_id, "start_at": within[0], "end_at": within[1]}
        return cursor.execute(sql("duty", "shifts"), arguments).fetchall()


def add_shift(
    conn: Connection,
    desk_id: int,
    on_duty: int,
    rank: int,
    within: tuple[datetime, datetime],
    phone: str,
) -> None:
    """Put somebody on duty over [start, end).

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not sit at the desk, or that somebody may not.
    """
    arguments = {
        "desk_id": desk_id,
        "on_duty": on_duty,
        "rank": rank,
        "start_at": within[0],
        "end_at": within[1],
        "phone": phone,
    }
    conn.execute(sql("duty", "add_shift"), arguments)


def end_shift(conn: Connection, shift_id: int) -> bool:
    """Take a shift off the roster; whether there was one."""
    return conn.execute(sql("duty", "end_shift"), {"shift_id": shift_id}).rowcount == 1


def hand_overs(conn: Connection, desk_id: int, *, before: int, at_most: int) -> list[HandOverRow]:
    """Those with a lower id, the newest first."""
    arguments = {"desk_id": desk_id, "before": before, "at_most": at_most}
    with conn.cursor(row_factory=class_row(HandOverRow)) as cursor:
        return cursor.execute(sql("duty", "hand_overs"), arguments).fetchall()


def give(conn: Connection, desk_id: int, document: Mapping[str, Any], note: str) -> int:
    """Sign a hand-over as who gives; its id."""
    arguments = {"desk_id": desk_id, "document": Jsonb(dict(document)), "note": note}
    row = conn.execute(sql("duty", "give"), arguments).fetchone()
    assert row is not None  # noqa: S101 - it returns what it wrote
    return int(row[0])


def take(conn: Connection, desk_id: int, hand_over_id: int) -> bool:
    """Sign a hand-over as who takes; whether there was one.

    Raises
    ------
    psycopg.errors.CheckViolation
        When it is signed already, or the current person gave it.
    """
    arguments = {"desk_id": desk_id, "hand_over_id": hand_over_id}
    return conn.execute(sql("duty", "take"), arguments).rowcount == 1


def last_given(conn: Connection, desk_id: int) -> datetime | None:
    """When the last shift handed over."""
    row = conn.execute(sql("duty", "last_given"), {"desk_id": desk_id}).fetchone()
    return None if row is None else row[0]


def happened(conn: Connection, desk_id: int, since: datetime) -> Happened:
    """What happened at a desk since an instant."""
    with conn.cursor(row_factory=class_row(Happened)) as cursor:
        arguments = {"desk_id": desk_id, "since": since}
        row = cursor.execute(sql("duty", "since"), arguments).fetchone()
    assert row is not None  # noqa: S101 - it is one row by its form
    return row


def tonight(conn: Connection, desk_id: int) -> Sequence[NightRow]:
    """What stands at a desk, not acknowledged and urgent first, at most 200."""
    with conn.cursor(row_factory=class_row(NightRow)) as cursor:
        return cursor.execute(sql("duty", "tonight"), {"desk_id": desk_id}).fetchall()
