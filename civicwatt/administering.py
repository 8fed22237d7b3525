"""The administrator's connection to the database, for the commands of `civicwatt admin`."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection

from civicwatt.settings import DatabaseSettings
from domain.errors import InputError
from store.become import Role, become
from store.people.session import act_for, candidate
from store.places.place import DeviceRow, devices
from store.server import connect


@contextmanager
def administering() -> Iterator[Connection]:
    """A connection that has the rights of `civicwatt_admin` and no others."""
    with connect(DatabaseSettings().database_url, name="civicwatt admin") as conn:
        become(conn, Role.ADMIN)
        yield conn


@contextmanager
def acting_for(login: str) -> Iterator[Connection]:
    """A transaction that may do what a person may, and says that they did it.

    Raises
    ------
    InputError
        If there is no such login.
    """
    with connect(DatabaseSettings().database_url, name="civicwatt admin") as conn:
        become(conn, Role.API)
        with conn.transaction():
            person = candidate(conn, login)
            if person is None:
                raise InputError("there is no such login", place=login)
            act_for(conn, person.person_id)
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
