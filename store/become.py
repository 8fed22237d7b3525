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


def become(conn: Connection, role: Role) -> None:
    """Give up every right but those of `role`, for the life of the connection."""
    conn.execute(SQL(sql("server", "become")).format(role=Identifier(role.value)))


async def become_async(conn: AsyncConnection, role: Role) -> None:
    """Do the same on an asynchronous connection."""
    await conn.execute(SQL(sql("server", "become")).format(role=Identifier(role.value)))
