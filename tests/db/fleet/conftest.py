"""A school with vehicles whose truth is known, told as their terminals tell it."""

from collections.abc import Callable

import pytest
from psycopg import Connection

from store.fleet.vehicle import enter
from store.places.registry import write as write_registry
from tests.db.conftest import add_people
from tests.estate import estate
from tests.fleet_estate import car, with_terminals


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, with_terminals(estate(), "school-building", ("car-1", "car-2")))
    for code in ("car-1", "car-2"):
        enter(superuser, car(code, "school-building"))
    return superuser


@pytest.fixture
def people(conn: Connection) -> Callable[[], None]:
    """Add the people of the API's tests."""
    return lambda: add_people(conn)
