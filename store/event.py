"""What changed, for consoles to follow."""

from dataclasses import dataclass
from datetime import date

from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class Event:
    """New readings of a device, or new figures of a meter, on local days [first_day, end_day)."""

    event_id: int
    topic: str
    device_id: int | None
    meter_id: int | None
    first_day: date
    end_day: date


async def listen(conn: AsyncConnection) -> None:
    """Be notified when events are added."""
    await conn.execute(sql("event", "listen"))


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
