"""The database server: which floor it gives us, and whether it can be trusted with readings."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import psycopg
from psycopg import Connection

from domain.errors import StoreError
from store.one_row import one_row
from store.queries import sql

OLDEST_POSTGRESQL = 150000
OLDEST_TIMESCALE = (2, 13)
"""First version with dimension builders (`by_range`)."""
OLDEST_COMMUNITY = (2, 18, 1)
"""Before it, INSERT .. ON CONFLICT DO NOTHING into a compressed chunk stops at the first conflict
and silently loses the rest (timescaledb issue 7672, fixed by its pull request 7673)."""

_LIVELINESS: dict[str, int] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A line that has gone silent is given up within half a minute. [s, tcp_user_timeout: ms]"""


class Floor(StrEnum):
    """What the server offers. The same code and queries run on all three."""

    PLAIN = "plain PostgreSQL"
    APACHE = "TimescaleDB, Apache edition"
    COMMUNITY = "TimescaleDB, Community licence"


@dataclass(frozen=True, slots=True)
class Server:
    """Versions of one server, as seen from one database.

    Attributes
    ----------
    postgresql : int
        Version as a number, such as 170006.
    timescale : tuple of int or None
        Version of the extension in this database; None without it.
    timescale_available : bool
        The server could install the extension.
    """

    postgresql: int
    timescale: tuple[int, ...] | None
    timescale_available: bool
    floor: Floor


def connect(url: str, *, name: str) -> Connection:
    """Open a connection, or say in one line why not.

    Parameters
    ----------
    url : str
        libpq connection URL.
    name : str
        Shown by the server as the application's name.

    Raises
    ------
    StoreError
        When the server cannot be reached or refuses us. The password is not in the message.
    """
    try:
        return psycopg.connect(
            url,
            autocommit=True,
            application_name=name,
            connect_timeout=10,
            **_LIVELINESS,  # type: ignore[arg-type]  # libpq's own parameters, passed on as they are
        )
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        reason = " ".join(str(error).split())
        raise StoreError(f"cannot open the database of CIVICWATT_DATABASE_URL: {reason}") from error


def inspect(conn: Connection) -> Server:
    """Read the versions, and refuse a server that is too old or known to lose rows.

    Raises
    ------
    StoreError
        With the version seen and the version wanted.
    """
    row = one_row(conn, sql("server", "versions"))
    postgresql, available, extension = row
    if postgresql < OLDEST_POSTGRESQL:
        raise StoreError(f"PostgreSQL {postgresql // 10000} is too old: want 15 or later")
    if extension is None:
        return Server(postgresql, None, available, Floor.PLAIN)
    version = tuple(int(part) for part in extension.split("-")[0].split("."))
    if version < OLDEST_TIMESCALE:
        raise StoreError(f"TimescaleDB {extension} is too old: want 2.13 or later")
    licence = conn.execute(sql("server", "licence")).fetchone()
    if licence != ("timescale",):
        return Server(postgresql, version, available, Floor.APACHE)
    if version < OLDEST_COMMUNITY:
        raise StoreError(
            f"TimescaleDB {extension} with the Community licence loses rows when repeated readings "
            "meet a compressed chunk (timescaledb issue 7672): want 2.18.1 or later"
        )
    return Server(postgresql, version, available, Floor.COMMUNITY)


def limit_statements(conn: Connection, longest: timedelta) -> None:
    """Cancel statements of this connection that run longer than `longest`."""
    milliseconds = round(longest.total_seconds() * 1000)
    conn.execute(sql("server", "limit_statements"), {"milliseconds": str(milliseconds)})
