"""How much and how often may be asked."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.body_limit import BODY_MAX_BYTES
from api.settings import ApiSettings
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.password import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.db


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital with a person each."""
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


def test_who_asks_too_often_is_told_when_to_ask_again(conn: Connection, database: str) -> None:
    assert conn.info.dbname in database
    settings = ApiSettings(
        database_url=database, requests_per_minute=5, failed_sign_ins_per_minute=3,
        stranger_requests_per_minute=2,
    )  # fmt: skip
    with TestClient(create_app(settings)) as client:
        right, wrong = ({"login": "school", "password": each} for each in (PASSWORD, "wrong"))
        for _ in range(4):
            assert client.post(f"{V1}/session", json=right).status_code == 200
        asked = [client.get(f"{V1}/quantities") for _ in range(6)]
        assert [answer.status_code for answer in asked] == [200] * 5 + [429]
        assert asked[-1].json()["code"] == "too_many_requests"
        assert 1 <= int(asked[-1].headers["Retry-After"]) <= 12
        client.cookies.clear()
        refused = [client.get(f"{V1}/meters").status_code for _ in range(3)]
        assert refused == [401, 401, 429]
        failed = [client.post(f"{V1}/session", json=wrong).status_code for _ in range(4)]
        assert failed == [401, 401, 401, 429]


def test_a_body_larger_than_any_file_is_refused_as_a_problem(sign_in: SignIn) -> None:
    answer = sign_in("school").post(f"{V1}/sheets/meters", content=b"x" * (BODY_MAX_BYTES + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_does_not_say_its_length_is_given_up_where_it_is_too_long(
    sign_in: SignIn,
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(BODY_MAX_BYTES // 2**20 + 1):
            yield b"x" * 2**20

    answer = sign_in("school").post(f"{V1}/edits", content=chunks())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_number_beyond_any_key_is_a_wrong_value_and_no_fault_of_the_server(
    conn: Connection, sign_in: SignIn
) -> None:
    add_person(conn, login="watcher", name="watcher", password_hash=PASSWORD_HASH)
    grant(conn, login="watcher", role="security_administrator", organisation="bureau")
    watcher = sign_in("watcher")
    everybody = watcher.get(f"{V1}/users").json()["items"]
    scopes = (
        f"{V1}/users/{next(each['id'] for each in everybody if each['login'] == 'school')}/scopes"
    )
    given = watcher.post(scopes, json={"role": "operator", "organisation_id": 10**20})
    assert (given.status_code, given.json()["code"]) == (422, "senseless")
    ended = watcher.delete(f"{scopes}/{2**63}")
    assert (ended.status_code, ended.json()["code"]) == (422, "senseless")
