"""The administrator's connection to the database, for the commands of `civicwatt admin`."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection

from civicwatt.settings import DatabaseSettings
from domain.errors import InputError
from store.become import Role, become
from store.place import DeviceRow, devices
from store.server import connect


@contextmanager
def administering() -> Iterator[Connection]:
    """A connection that has the rights of `civicwatt_admin` and no others."""
    with connect(DatabaseSettings().database_url, name="civicwatt admin") as conn:
        become(conn, Role.ADMIN)
        yield conn


def device_named(conn: Connection, code: str) -> DeviceRow:
    """The device of a code.

    Raises
    ------
    InputError
        If there is none.
    """
    found = [device for device in devices(conn) if device.code == code]
    if not found:
        raise InputError("there is no such device", place=code)
    return found[0]
