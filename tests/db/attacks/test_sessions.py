"""A session is the person's who signed in, and nobody learns at the door who is a person."""

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api import password
from api.credential import COOKIE
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.password import PASSWORD

pytestmark = pytest.mark.db

RIGHT = {"login": "school", "password": PASSWORD}


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital with a person each."""
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


def test_a_session_that_was_there_before_signing_in_is_not_the_one_after(
    client: TestClient,
) -> None:
    client.cookies.set(COOKIE, "chosen-by-somebody-else")
    answer = client.post(f"{V1}/session", json=RIGHT)
    assert answer.status_code == 200
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
    client.cookies.clear()
    client.cookies.set(COOKIE, "chosen-by-somebody-else")
    assert client.get(f"{V1}/session").status_code == 401


def test_each_sign_in_gives_another_session_and_another_token(client: TestClient) -> None:
    found = []
    for _ in range(2):
        answer = client.post(f"{V1}/session", json=RIGHT)
        found.append((answer.cookies[COOKIE], answer.json()["csrf"]))
    assert found[0][0] != found[1][0]
    assert found[0][1] != found[1][1]


def test_the_token_of_another_session_writes_nothing(sign_in: SignIn) -> None:
    mine = sign_in("school")
    other = mine.headers["X-CSRF-Token"]
    sign_in("school")
    mine.headers["X-CSRF-Token"] = other
    assert mine.delete(f"{V1}/session").status_code == 403


@pytest.mark.parametrize("login", ["school", "nobody"])
def test_a_login_that_nobody_has_costs_the_work_of_one_that_somebody_has(
    client: TestClient, conn: Connection, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    """The work is counted: time on a busy machine tells nothing."""
    conn.execute("UPDATE person SET password_hash = %s", [password.hash_password("another")])
    done: list[list[str]] = []
    verify = type(password._hasher).verify

    def counted(self: object, known: str, given: str) -> bool:
        done.append(known.split("$")[1:4])
        return verify(self, known, given)  # type: ignore[arg-type]  # it is the class's own

    monkeypatch.setattr(type(password._hasher), "verify", counted)
    client.post(f"{V1}/session", json={"login": login, "password": "wrong password"})
    assert done == [["argon2id", "v=19", "m=65536,t=3,p=4"]]


def test_what_the_store_keeps_of_a_session_opens_nothing(
    client: TestClient, conn: Connection
) -> None:
    client.post(f"{V1}/session", json=RIGHT)
    row = conn.execute("SELECT encode(token_hash, 'hex') FROM session").fetchone()
    assert row is not None
    client.cookies.clear()
    client.cookies.set(COOKIE, row[0])
    assert client.get(f"{V1}/session").status_code == 401
