"""Every test gets a school and a hospital, and people of both sides of a contract."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import as_template, connected, new_database
from tests.db.conftest import add_people
from tests.db.contracts.desk import Desk
from tests.estate import estate
from tests.password import PASSWORD_HASH

CLIENT = ("manager", "accountant")
"""Administrators of the school."""
PROVIDER = ("engineer", "director")
"""Nobody's people, until the client names them."""


@pytest.fixture(scope="session")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """Name of the database that each test gets a copy of."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            for login in (*CLIENT, *PROVIDER):
                add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
            for login in CLIENT:
                grant(conn, login=login, role="institution_administrator", organisation="school")
        with as_template(database_server, url) as name:
            yield name


@pytest.fixture
def database(database_server: str, two_sides: str) -> Iterator[str]:
    """A copy of it."""
    with new_database(database_server, two_sides) as url:
        yield url


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A superuser there."""
    return superuser


@pytest.fixture
def desk(client: TestClient, conn: Connection) -> Desk:
    """Where all of them sit."""
    return Desk(client, conn)
