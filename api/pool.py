"""The API's database connections: of its own role, with a bound on how long each may be held."""

from typing import Annotated

from fastapi import Depends, Request
from psycopg import Connection
from psycopg_pool import ConnectionPool

from api.bounded_integer import BoundedInteger
from api.settings import STATEMENT_TIMEOUT
from store.become import Role, become
from store.server import limit_statements

_SIZE = 8


def open_pool(url: str) -> ConnectionPool:
    """Open the pool of one server process."""

    def configure(conn: Connection) -> None:
        become(conn, Role.API)
        limit_statements(conn, STATEMENT_TIMEOUT)
        conn.adapters.register_dumper(int, BoundedInteger)

    return ConnectionPool(
        url,
        kwargs={"application_name": "civicwatt serve", "autocommit": True},
        min_size=1,
        max_size=_SIZE,
        timeout=10,
        configure=configure,
        open=True,
        name="api",
    )


def _pool(request: Request) -> ConnectionPool:
    pool: ConnectionPool = request.app.state.pool
    return pool


Pool = Annotated[ConnectionPool, Depends(_pool)]
