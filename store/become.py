"""Which of the house's roles a process acts as."""

from enum import StrEnum

from psycopg import AsyncConnection, Connection
from psycopg.sql import SQL, Identifier

from store.queries import sql


class Role(StrEnum):
    """Database roles of the processes; none is a superuser."""

    ADMIN = "civicwatt_admin"
    COLLECT = "civicwatt_collect"
    WORK = "civicwatt_work"
    API = "civicwatt_api"


_WRITERS = {Role.COLLECT, Role.WORK}
"""Roles that change rows of tables which may lie in the columnstore."""


def become(conn: Connection, role: Role) -> None:
    """Give up every right but those of `role`, for the life of the connection."""
    conn.execute(SQL(sql("server", "become")).format(role=Identifier(role.value)))
    if role in _WRITERS:
        conn.execute(sql("server", "let_writers_unpack"))


async def become_async(conn: AsyncConnection, role: Role) -> None:
    """Do the same on an asynchronous connection, which reads and queues but writes no readings."""
    await conn.execute(SQL(sql("server", "become")).format(role=Identifier(role.value)))
