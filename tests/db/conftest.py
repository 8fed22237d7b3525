"""A client of the API, signed in as whom a test wants, on the database of the test's `conn`."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from store.people.person import add_person, grant
from tests.password import PASSWORD, PASSWORD_HASH

V1 = "/api/v1"
SignIn = Callable[[str], TestClient]


def add_people(conn: Connection) -> None:
    """An operator of the school, one of the hospital, and the administrator of the whole house."""
    for login, role, organisation in (
        ("school", "operator", "school"),
        ("hospital", "operator", "hospital"),
        ("admin", "system_administrator", "bureau"),
    ):
        add_person(conn, login=login, name=login, password_hash=PASSWORD_HASH)
        grant(conn, login=login, role=role, organisation=organisation)


def add_second_administrator(conn: Connection) -> None:
    """Another administrator of the whole house, who checks what the first one enters."""
    add_person(conn, login="second", name="复核员", password_hash=PASSWORD_HASH)
    grant(conn, login="second", role="system_administrator", organisation="bureau")


@pytest.fixture
def client(conn: Connection, database: str) -> Iterator[TestClient]:
    """A browser nobody has signed in at; `conn` is the module's own and has filled the database."""
    assert conn.info.dbname in database
    with TestClient(create_app(ApiSettings(database_url=database))) as client:
        yield client


@pytest.fixture
def sign_in(client: TestClient) -> SignIn:
    """Sign the client in, with its token for writes."""

    def by(login: str) -> TestClient:
        answer = client.post(f"{V1}/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client

    return by
