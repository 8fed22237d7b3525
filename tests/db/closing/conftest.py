"""Every test gets a copy of one planted school of which May and June can be closed."""

from collections.abc import Iterator

import pytest
from psycopg import Connection

from tests.closable_school import planted_template
from tests.conftest import connected, new_database


@pytest.fixture(scope="session")
def school(database_server: str, template: str) -> Iterator[str]:
    """Name of the database that each test gets a copy of; planted once a worker."""
    with planted_template(database_server, template) as name:
        yield name


@pytest.fixture
def database(database_server: str, school: str) -> Iterator[str]:
    """The school of which May and June can be closed."""
    with new_database(database_server, school) as url:
        yield url


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A superuser there."""
    with connected(database) as conn:
        yield conn
