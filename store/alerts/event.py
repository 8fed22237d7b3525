"""What changed, for consoles to follow."""

from dataclasses import dataclass
from datetime import date

from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row

from store.queries import sql

ALERTS = "civicwatt_alerts"
"""Channel of alerts: something happened to one, and the outbox says to which."""
READINGS = "civicwatt_readings"
"""Channel of the collectors: after each commit the ids of its devices, none when they are many."""


@dataclass(frozen=True, slots=True)
class Event:
    """New readings of a device or new figures of a meter on local days [first_day, end_day).

    Or something that happened to an alert, which has no days.
    """

    event_id: int
    topic: str
    device_id: int | None
    meter_id: int | None
    first_day: date | None
    end_day: date | None
    alert_id: int | None


async def listen(conn: AsyncConnection) -> None:
    """Be notified when events are added, and of every batch of readings."""
    await conn.execute(sql("event", "listen"))


def followed(conn: Connection) -> frozenset[int]:
    """Devices of whose readings the current person may hear."""
    return frozenset(row[0] for row in conn.execute(sql("event", "followed")))


def events(conn: Connection, *, after: int, at_most: int) -> list[Event]:
    """Events after an id, in order, that the current person may see."""
    with conn.cursor(row_factory=class_row(Event)) as cursor:
        return cursor.execute(
            sql("event", "events"), {"after": after, "at_most": at_most}
        ).fetchall()


def last_event(conn: Connection) -> int:
    """Id of the newest event the current person may see; 0 when there is none."""
    row = conn.execute(sql("event", "last_event")).fetchone()
    return 0 if row is None else int(row[0])
