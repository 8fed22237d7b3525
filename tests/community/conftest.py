"""The Community server of these tests, and databases copied from one migrated template there."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection

from store.server import Floor, inspect
from tests.conftest import connected, migrated_template, new_database

VARIABLE = "CIVICWATT_TEST_COMMUNITY_URL"


@pytest.fixture(scope="session")
def community_server() -> str:
    """Superuser's address of a TimescaleDB with the Community licence."""
    address = os.environ.get(VARIABLE)
    if not address:
        pytest.skip(f"not run: {VARIABLE} does not name a TimescaleDB with the Community licence")
    with psycopg.connect(address, connect_timeout=10):
        pass  # a wrong address fails here, once, with its own message
    return address


@pytest.fixture(scope="session")
def community_template(community_server: str) -> Iterator[str]:
    """Name of a migrated database there, never connected to by a test."""
    with migrated_template(community_server) as name:
        yield name


@pytest.fixture
def community_url(community_server: str, community_template: str) -> Iterator[str]:
    """Superuser's address of a fresh, migrated database."""
    with new_database(community_server, community_template) as url:
        yield url


@pytest.fixture
def orderly_url(community_server: str, community_template: str) -> Iterator[str]:
    """Superuser's address of a second one, for what the first is compared with."""
    with new_database(community_server, community_template) as url:
        yield url


@pytest.fixture
def community(community_url: str) -> Iterator[Connection]:
    """A superuser's connection to look at everything."""
    with connected(community_url) as conn:
        assert inspect(conn).floor is Floor.COMMUNITY, f"{VARIABLE} names another floor"
        yield conn


@pytest.fixture
def empty_community(community_server: str) -> Iterator[str]:
    """Address of a database there without any table."""
    with new_database(community_server) as url:
        yield url
