"""A message of each device, kept so that people see what its profile reads of it."""

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql
from store.telemetry.arrival import Heard


def heard_message(conn: Connection, device_id: int) -> Heard | None:
    """A message in which a device told its values; None if none is kept that the person may see."""
    with conn.cursor(row_factory=class_row(Heard)) as cursor:
        return cursor.execute(
            sql("heard_message", "of_device"), {"device_id": device_id}
        ).fetchone()
