"""Notices on their way: who is told over which channel, and what became of it, for who delivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.queries import sql

LEASE = timedelta(seconds=90)
"""Whoever takes a delivery has so long to say what became of it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a desk is to be told that has no deliveries yet."""

    notice_id: int
    desk_id: int
    occasion: str
    alert_id: int | None
    interruption_id: int | None
    channel_id: int | None
    person_id: int | None
    rung: int
    urgent: bool


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """What interrupted a desk and nobody has acknowledged: an alert, or a digest (no alert)."""

    alert_id: int | None
    desk_id: int
    interruption_id: int
    at: datetime
    urgent: bool
    escalate_min: list[int] | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this process's to make, until the lease ends."""

    delivery_id: int
    notice_id: int
    channel_id: int
    key: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Telling:
    """What a delivery tells, over what, and to whom; of an alert how it stands now.

    Attributes
    ----------
    month_cny : Decimal or None
        What thirty more days would lose. [CNY]
    phones : list of str
        Of who is on duty up to the notice's rung.
    storm_waits : bool
        Something above low of the digest it tells of is open still.
    """

    occasion: str
    facts: dict[str, str]
    alert_id: int | None
    interruption_id: int | None
    desk_id: int
    rung: int
    at: datetime
    kind: str
    sealed: bytes
    on_duty: int | None
    lang: str | None
    phone: str
    desk_zh: str
    desk_en: str
    rule: str | None
    code: str | None
    priority: str | None
    state: str | None
    since: datetime | None
    month_cny: Decimal | None
    place_zh: str | None
    place_en: str | None
    place_code: str | None
    phones: list[str]
    storm_waits: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One of the matters that stand at a desk; `of_all` says how many there are."""

    rule: str
    code: str
    priority: str
    name_zh: str
    name_en: str
    month_cny: Decimal | None
    of_all: int


@dataclass(frozen=True, slots=True)
class Marks:
    """How far each part has come, and how far it had at the last heartbeat.

    `worker_lives`: one has told the queue so within the last 45 s, also while a job is long.
    """

    ingest: datetime | None
    evaluated: datetime | None
    delivered: datetime | None
    worker_lives: bool
    at: datetime | None
    last_ingest: datetime | None
    last_evaluated: datetime | None
    last_delivered: datetime | None


def unspread(conn: Connection) -> list[Notice]:
    """Notices without deliveries, locked until the transaction ends."""
    with conn.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(sql("delivery", "unspread")).fetchall()


def spread(
    conn: Connection, notice: Notice, *, last_rung: int, due_at: datetime, now: datetime
) -> int:
    """Write a delivery for each channel that a notice reaches; returns how many.

    Where nobody is reached up to `last_rung`, every channel of the desk is.
    """
    arguments = {
        "notice_id": notice.notice_id,
        "desk_id": notice.desk_id,
        "channel_id": notice.channel_id,
        "person_id": notice.person_id,
        "rung": notice.rung,
        "last_rung": last_rung,
        "due_at": due_at,
        "now": now,
    }
    made = conn.execute(sql("delivery", "spread"), arguments).rowcount
    leave_to_the_morning(conn, notice, now=now)
    return made


def leave_to_the_morning(conn: Connection, notice: Notice, *, now: datetime) -> None:
    """Write no further delivery of a notice: what stands is in the morning list in any case."""
    conn.execute(sql("delivery", "mark_spread"), {"notice_id": notice.notice_id, "now": now})


def notify(
    conn: Connection,
    desk_id: int,
    occasion: str,
    identity: str,
    *,
    urgent: bool,
    alert_id: int | None = None,
    interruption_id: int | None = None,
    rung: int = 0,
    facts: Mapping[str, str] | None = None,
) -> bool:
    """Note that a desk is to be told something; whether it was new by its identity."""
    arguments = {
        "desk_id": desk_id,
        "occasion": occasion,
        "identity": identity,
        "urgent": urgent,
        "alert_id": alert_id,
        "interruption_id": interruption_id,
        "rung": rung,
        "facts": Jsonb(dict(facts or {})),
    }
    return conn.execute(sql("delivery", "notify"), arguments).rowcount == 1


def unacknowledged(conn: Connection) -> list[Unacknowledged]:
    """Alerts that wait for somebody to acknowledge them."""
    with conn.cursor(row_factory=class_row(Unacknowledged)) as cursor:
        return cursor.execute(sql("delivery", "unacknowledged")).fetchall()


def desks(conn: Connection) -> list[int]:
    """Desks that have a channel at all."""
    return [desk for (desk,) in conn.execute(sql("delivery", "desks"))]


def claim(conn: Connection, *, now: datetime) -> Claimed | None:
    """Take the delivery that is due first; None where none is."""
    with conn.transaction(), conn.cursor(row_factory=class_row(Claimed)) as cursor:
        return cursor.execute(sql("delivery", "claim"), {"now": now, "lease": LEASE}).fetchone()


def to_tell(conn: Connection, claimed: Claimed, *, now: datetime) -> Telling:
    """All that a delivery needs."""
    arguments = {"notice_id": claimed.notice_id, "channel_id": claimed.channel_id, "now": now}
    with conn.cursor(row_factory=class_row(Telling)) as cursor:
        row = cursor.execute(sql("delivery", "to_tell"), arguments).fetchone()
    assert row is not None  # noqa: S101 - a delivery has a notice and a channel
    return row


def standing(conn: Connection, desk_id: int, *, now: datetime) -> list[Standing]:
    """What stands at a desk, the gravest first, at most 20."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        arguments = {"desk_id": desk_id, "now": now}
        return cursor.execute(sql("delivery", "standing"), arguments).fetchall()


def in_storm(conn: Connection, interruption_id: int) -> list[Standing]:
    """What still waits for somebody of what a digest told, the gravest first, at most 20."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        arguments = {"interruption_id": interruption_id}
        return cursor.execute(sql("delivery", "in_storm"), arguments).fetchall()


def settle(
    conn: Connection,
    delivery_id: int,
    state: str,
    told: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    taken: bool | None = None,
) -> None:
    """Note how an attempt ended.

    Parameters
    ----------
    state : str
        ``sent``, ``dead``, ``needless``, or ``waiting`` for another attempt at `due_at`.
    taken : bool or None
        Whether the receiver took it; None where nothing was sent.
    """
    arguments = {
        "delivery_id": delivery_id,
        "state": state,
        "told": told,
        "now": now,
        "due_at": due_at or now,
        "taken": taken,
    }
    with conn.transaction():
        conn.execute(sql("delivery", "settle"), arguments)
        if taken is not None:
            conn.execute(sql("delivery", "note_attempt"), arguments)


def add_link(
    conn: Connection, token_hash: bytes, alert_id: int, person_id: int, *, expires_at: datetime
) -> None:
    """Let whoever has a token acknowledge one alert as a person; the same token once."""
    arguments = {
        "token_hash": token_hash,
        "alert_id": alert_id,
        "person_id": person_id,
        "expires_at": expires_at,
    }
    conn.execute(sql("delivery", "link"), arguments)


def advance(conn: Connection, *, now: datetime) -> None:
    """Note that all that was due was looked through."""
    conn.execute(sql("delivery", "advance"), {"now": now})


def marks(conn: Connection) -> Marks:
    """How far each part has come."""
    with conn.cursor(row_factory=class_row(Marks)) as cursor:
        row = cursor.execute(sql("delivery", "marks")).fetchone()
    assert row is not None  # noqa: S101 - it is one row by its form
    return row


def beat(conn: Connection, at: datetime, seen: Marks) -> None:
    """Note that the outside was told, with the marks of ingest, evaluation and delivery."""
    names = ("ingest", "evaluated", "delivered")
    arguments = {"at": at, **{name: getattr(seen, name) for name in names}}
    conn.execute(sql("delivery", "beat"), arguments)
