"""Interruptions of a desk, and what is left of its budget."""

from datetime import datetime
from typing import NamedTuple

from psycopg import Connection

from store.one_row import one_row
from store.queries import sql


class Spent(NamedTuple):
    """Interruptions since the shift and since the local day began; urgent ones do not count."""

    shift: int
    day: int


class Flurry(NamedTuple):
    """The digest of a desk that takes in what follows, and how many urgent alerts were told.

    `told_urgent`: that digest told of something urgent when it interrupted.
    """

    digest_id: int | None
    urgent: int
    told_urgent: bool


def lock_desk(conn: Connection, desk_id: int) -> None:
    """Let one at a time spend a desk's budget, until the transaction ends."""
    conn.execute(sql("alert", "lock_desk"), {"desk_id": desk_id})


def zone_of_desk(conn: Connection, desk_id: int) -> str | None:
    """Zone in which the days of a desk begin."""
    zone: str | None = one_row(conn, sql("alert", "zone_of_desk"), {"desk_id": desk_id})[0]
    return zone


def budget(conn: Connection, desk_id: int) -> tuple[int, int] | None:
    """Interruptions allowed in a shift and in a day; None: as shipped."""
    row = conn.execute(sql("alert", "budget"), {"desk_id": desk_id}).fetchone()
    return None if row is None else (int(row[0]), int(row[1]))


def spent(conn: Connection, desk_id: int, *, shift: datetime, day: datetime) -> Spent:
    """What of the budget is spent."""
    arguments = {"desk_id": desk_id, "shift": shift, "day": day}
    return Spent(*one_row(conn, sql("alert", "spent"), arguments))


def flurry(
    conn: Connection, desk_id: int, *, besides: list[int], begun: datetime, grown: datetime
) -> Flurry:
    """How a desk stands in a storm.

    Parameters
    ----------
    besides : list of int
        Alerts that do not count: they are about to be told.
    begun, grown : datetime
        A digest from before, or to which nothing came since, takes in nothing more. Urgent alerts
        that interrupted by themselves count from `grown` on.
    """
    arguments = {"desk_id": desk_id, "besides": besides, "begun": begun, "grown": grown}
    return Flurry(*one_row(conn, sql("alert", "flurry"), arguments))


def interrupt(
    conn: Connection, desk_id: int, alert_id: int, *, over_budget: bool, now: datetime
) -> None:
    """Interrupt a desk by one alert."""
    arguments = {"desk_id": desk_id, "alert_id": alert_id, "kind": "alert", "alerts": 1}
    conn.execute(sql("alert", "interrupt"), arguments | {"over_budget": over_budget, "at": now})


def interrupt_once(
    conn: Connection, desk_id: int, alert_ids: list[int], *, over_budget: bool, now: datetime
) -> None:
    """Interrupt a desk by a digest of several alerts; over the budget where one is urgent."""
    arguments = {"desk_id": desk_id, "alert_id": None, "kind": "digest", "alerts": len(alert_ids)}
    (digest,) = one_row(
        conn, sql("alert", "interrupt"), arguments | {"over_budget": over_budget, "at": now}
    )
    conn.execute(sql("alert", "digest"), {"interruption_id": digest, "alert_ids": alert_ids})


def grow(conn: Connection, digest_id: int, alert_ids: list[int], *, now: datetime) -> None:
    """Let a digest tell of more alerts; those it tells of already do not count again."""
    arguments = {"interruption_id": digest_id, "alert_ids": alert_ids}
    more = conn.execute(sql("alert", "digest"), arguments).rowcount
    conn.execute(sql("alert", "grow"), {"interruption_id": digest_id, "more": more, "at": now})


def hold(conn: Connection, alert_ids: list[int]) -> None:
    """Leave alerts to the morning list."""
    conn.execute(sql("alert", "hold"), {"alert_ids": alert_ids})
