"""What `civicwatt doctor` asks the database."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from store.become import Role, become
from store.migrate import is_migrated, pending
from store.queries import sql
from store.server import Server, inspect

_LOOKED_AT_S = 900
"""The quarter of an hour of the statement."""


@dataclass(frozen=True, slots=True)
class Examination:
    """State of a database server.

    Attributes
    ----------
    lacks : list of str
        Migrations it does not have.
    clock : datetime
        The server's own time.
    all_powerful : bool
        The login is a superuser or bypasses row security.
    settings : dict
        Settings that decide whether a commit survives a power cut.
    backlog : int or None
        Days of devices that wait for computation; None before the first migration.
    live_per_s : float or None
        Samples that arrived as they were measured, in a quarter of an hour; the same. [1/s]
    devices : int or None
        Devices that may send; the same.
    """

    server: Server
    lacks: list[str]
    clock: datetime
    all_powerful: bool
    settings: dict[str, str]
    backlog: int | None
    live_per_s: float | None
    devices: int | None


def examine(conn: Connection) -> Examination:
    """Ask everything.

    Raises
    ------
    StoreError
        If the server is too old or known to lose rows.
    """
    server = inspect(conn)
    if is_migrated(conn):
        become(conn, Role.COLLECT)  # a process's login has no right of its own
    lacks = pending(conn)
    clock = conn.execute(sql("doctor", "clock")).fetchone()
    rights = conn.execute(sql("doctor", "rights")).fetchone()
    settings = {name: value for name, value, _ in conn.execute(sql("doctor", "settings"))}
    backlog = None if lacks else conn.execute(sql("doctor", "backlog")).fetchone()
    live = None if lacks else conn.execute(sql("doctor", "live")).fetchone()
    return Examination(
        server,
        lacks,
        clock[0] if clock else datetime.min,  # noqa: DTZ901 - never: SELECT without FROM has a row
        bool(rights and rights[0]),
        settings,
        backlog[0] if backlog else None,
        live[0] / _LOOKED_AT_S if live else None,
        live[1] if live else None,
    )
