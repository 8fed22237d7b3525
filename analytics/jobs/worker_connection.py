"""The worker's connection to the database, kept for the jobs that run all the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from psycopg import Connection, OperationalError
from psycopg.pq import TransactionStatus

from store.become import Role, become
from store.server import connect, inspect

_KEPT_S = 3600.0
"""A database process grows with all that it has seen, so none is kept for ever. [s]"""


def open_connection(url: str) -> Connection:
    """Open a connection in autocommit mode.

    Raises
    ------
    StoreError
        If the database cannot be used.
    """
    conn = connect(url, name="civicwatt work")
    inspect(conn)
    become(conn, Role.WORK)
    return conn


class KeptConnection:
    """A connection that is lent to one job after the other.

    A database process that has just started reads its catalogue first: of a late day that takes
    longer than all the rest.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._conn: Connection | None = None
        self._until_s = 0.0

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """The connection, or a new one where it is old, broken or left inside a transaction.

        For jobs that leave nothing on a connection: no lock, no setting, no temporary table.

        Raises
        ------
        StoreError
            If the database cannot be used.
        """
        if self._conn is None or monotonic() > self._until_s or not _answers(self._conn):
            self.close()
            self._conn = open_connection(self._url)
            self._until_s = monotonic() + _KEPT_S
        yield self._conn

    def close(self) -> None:
        """Give it back to the server."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()


def _answers(conn: Connection) -> bool:
    try:
        inspect(conn)
    except OperationalError:
        return False
    return conn.info.transaction_status is TransactionStatus.IDLE
