"""Every test gets a copy of what its module has planted, and an administrator at the API."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.baselines import update_baselines
from store.become import Role
from tests.conftest import connected, new_database
from tests.db.conftest import SignIn


def work(conn: Connection, *, later: timedelta = timedelta(0)) -> int:
    """Do what a worker does."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        return update_baselines(worker, now=datetime.now(UTC) + later)


@pytest.fixture
def database(database_server: str, planted: str) -> Iterator[str]:
    """A copy of what the module has planted."""
    with new_database(database_server, planted) as url:
        yield url


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A superuser there."""
    return superuser


@pytest.fixture
def admin(sign_in: SignIn) -> TestClient:
    """The administrator of the whole house, signed in."""
    return sign_in("admin")
