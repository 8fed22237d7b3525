"""One planted city of 300 institutions; a test that changes something gets a copy of it."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from bench.api_latency import signed_in
from bench.yearly_statistics import LOGIN, seed
from tests.conftest import as_template, connected, new_database


@pytest.fixture(scope="session")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Name of a database with the city, to be copied."""
    with new_database(database_server, template) as url:
        seed(url)
        with as_template(database_server, url) as name:
            yield name


@pytest.fixture(scope="session")
def unchanged(database_server: str, planted: str) -> Iterator[str]:
    with new_database(database_server, planted) as url:
        yield url


@pytest.fixture
def city(request: pytest.FixtureRequest, database_server: str, planted: str) -> Iterator[str]:
    """The city as it was planted; one of its own for a test that changes something."""
    if "conn" not in request.fixturenames:
        yield request.getfixturevalue("unchanged")
        return
    with new_database(database_server, planted) as url:
        yield url


@pytest.fixture
def conn(city: str) -> Iterator[Connection]:
    with connected(city) as conn:
        yield conn


@pytest.fixture
def head(city: str) -> Iterator[TestClient]:
    """Administers the whole city."""
    with signed_in(city, LOGIN) as client:
        client.headers["X-CSRF-Token"] = client.get("/api/v1/session").json()["csrf"]
        yield client
