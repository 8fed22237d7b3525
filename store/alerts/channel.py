"""Channels of a desk, what went over them, and the links sent to telephones; as people see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel with how its last delivery ended; its address is not read back.

    Attributes
    ----------
    on_duty, person : int, str or None
        Whose own it is; None: the desk's.
    rung : int
        Of the ladder from which it is used.
    dead : int
        Deliveries that were given up.
    """

    id: int
    kind: str
    name: str
    on_duty: int | None
    person: str | None
    rung: int
    shown: str
    state: str | None
    told: str | None
    done_at: datetime | None
    dead: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One notice on its way over one channel."""

    id: int
    desk_id: int
    occasion: str
    alert_id: int | None
    rule: str | None
    channel_id: int
    kind: str
    name: str
    state: str
    attempts: int
    told: str
    due_at: datetime
    made_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Link:
    """What a link's token opens: one alert, as one person."""

    alert_id: int
    person_id: int
    lang: str
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkedAlert:
    """So much of an alert as a telephone at night needs."""

    id: int
    rule: str
    code: str
    priority: str
    state: str
    since: datetime
    month_cny: Decimal | None
    name_zh: str
    name_en: str
    desk_id: int


def channels(conn: Connection, desk_id: int) -> list[ChannelRow]:
    """Channels of a desk in the order in which they are used."""
    with conn.cursor(row_factory=class_row(ChannelRow)) as cursor:
        return cursor.execute(sql("duty", "channels"), {"desk_id": desk_id}).fetchall()


def add_channel(
    conn: Connection,
    desk_id: int,
    *,
    kind: str,
    name: str,
    on_duty: int | None,
    rung: int,
    sealed: bytes,
    shown: str,
) -> int:
    """Add a channel; its id.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not administer the desk, or its person may not sit there.
    """
    arguments = {
        "desk_id": desk_id,
        "kind": kind,
        "name": name,
        "on_duty": on_duty,
        "rung": rung,
        "sealed": sealed,
        "shown": shown,
    }
    row = conn.execute(sql("duty", "add_channel"), arguments).fetchone()
    assert row is not None  # noqa: S101 - it returns what it wrote
    return int(row[0])


def end_channel(conn: Connection, channel_id: int) -> bool:
    """Use a channel no more; whether there was one."""
    return conn.execute(sql("duty", "end_channel"), {"channel_id": channel_id}).rowcount == 1


def try_channel(conn: Connection, channel_id: int) -> bool:
    """Have a test message sent over a channel; whether there is one."""
    return conn.execute(sql("duty", "try_channel"), {"channel_id": channel_id}).rowcount == 1


def deliveries(
    conn: Connection, desk_id: int, *, states: Sequence[str] | None, before: int, at_most: int
) -> list[DeliveryRow]:
    """Deliveries of a desk, the newest first."""
    arguments = {
        "desk_id": desk_id,
        "states": None if states is None else list(states),
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(DeliveryRow)) as cursor:
        return cursor.execute(sql("delivery", "deliveries"), arguments).fetchall()


def resend(conn: Connection, delivery_id: int) -> bool:
    """Send again what was given up, with the same key; whether there was such a one."""
    return conn.execute(sql("delivery", "resend"), {"delivery_id": delivery_id}).rowcount == 1


def resume_link(conn: Connection, token_hash: bytes) -> Link | None:
    """Act as the person of a link until the transaction ends; None when it is unknown or over."""
    with conn.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(sql("duty", "resume_link"), {"token_hash": token_hash}).fetchone()


def linked_alert(conn: Connection, alert_id: int) -> LinkedAlert | None:
    """The alert of a link, if its person may still see it."""
    with conn.cursor(row_factory=class_row(LinkedAlert)) as cursor:
        return cursor.execute(sql("duty", "linked_alert"), {"alert_id": alert_id}).fetchone()


def acknowledge(conn: Connection, alert_id: int, reason: str) -> None:
    """Acknowledge an alert as the current person; one that is acknowledged already stays so."""
    conn.execute(sql("duty", "acknowledge"), {"alert_id": alert_id, "reason": reason})


def use_link(conn: Connection, token_hash: bytes) -> None:
    """Note when a link was used first."""
    conn.execute(sql("duty", "use_link"), {"token_hash": token_hash})
