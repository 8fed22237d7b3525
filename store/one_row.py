"""Statements that answer with one row, such as an INSERT .. RETURNING of one."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import Connection

from domain.errors import StoreError


def one_row(
    conn: Connection, query: LiteralString, arguments: Mapping[str, Any] | None = None
) -> tuple[Any, ...]:
    """Run a statement that always gives a row, and take it.

    Raises
    ------
    StoreError
        If it gave none: the statement is not what it is taken for.
    """
    row = conn.execute(query, arguments).fetchone()
    if row is None:
        raise StoreError("a statement that gives a row gave none")
    return row
