"""A write under a key is done once, and who knows an answer already is told just that."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate

pytestmark = pytest.mark.db

DEVICES = f"{V1}/devices"
ONCE = {"Idempotency-Key": "order 7"}


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital, and the administrator of the whole house."""
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


@pytest.fixture
def new(conn: Connection) -> dict[str, Any]:
    """A device to be added."""
    query = "SELECT organisation_id FROM organisation WHERE code = 'school-building'"
    [(place,)] = conn.execute(query).fetchall()
    return {
        "code": "d-9", "kind": "other", "name_zh": "d", "name_en": "d", "organisation_id": place,
    }  # fmt: skip


def test_what_is_asked_again_is_answered_as_the_first_time_and_not_done_again(
    conn: Connection, sign_in: SignIn, new: dict[str, Any]
) -> None:
    admin = sign_in("admin")
    first = admin.post(DEVICES, json=new, headers=ONCE)
    assert first.status_code == 201, first.text
    again = admin.post(DEVICES, json=new, headers=ONCE)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert admin.post(DEVICES, json=new).status_code == 409
    assert conn.execute("SELECT count(*) FROM device WHERE code = 'd-9'").fetchone() == (1,)


def test_a_key_of_something_else_is_refused_and_nothing_is_done(
    sign_in: SignIn, new: dict[str, Any]
) -> None:
    admin = sign_in("admin")
    assert admin.post(DEVICES, json=new, headers=ONCE).status_code == 201
    other = admin.post(DEVICES, json=new | {"code": "d-10"}, headers=ONCE)
    assert (other.status_code, other.json()["code"]) == (422, "key_of_other_request")
    assert "d-10" not in admin.get(DEVICES).text


def test_what_was_refused_is_asked_anew(sign_in: SignIn, new: dict[str, Any]) -> None:
    admin = sign_in("admin")
    body = new | {"organisation_id": 0}
    assert admin.post(DEVICES, json=body, headers=ONCE).status_code >= 400
    assert admin.post(DEVICES, json=new, headers=ONCE).status_code == 201


def test_the_key_of_one_person_is_free_for_another(
    conn: Connection, sign_in: SignIn, new: dict[str, Any]
) -> None:
    assert sign_in("admin").post(DEVICES, json=new, headers=ONCE).status_code == 201
    refused = sign_in("school").post(DEVICES, json=new, headers=ONCE)
    assert (refused.status_code, refused.headers.get("Idempotency-Replayed")) == (403, None)
    assert conn.execute("SELECT count(*) FROM once_asked").fetchone() == (1,)


def test_what_was_done_without_its_answer_kept_is_not_done_again(
    conn: Connection, sign_in: SignIn, new: dict[str, Any]
) -> None:
    """As after a crash between the two."""
    admin = sign_in("admin")
    admin.post(DEVICES, json=new, headers=ONCE)
    conn.execute("UPDATE once_asked SET status = NULL, answer = NULL")
    again = admin.post(DEVICES, json=new, headers=ONCE)
    assert (again.status_code, again.json()["code"]) == (409, "done_before")
    conn.execute("UPDATE once_asked SET asked_at = asked_at - interval '25 hours'")
    assert admin.post(DEVICES, json=new, headers=ONCE).json()["code"] != "done_before"


def test_an_answer_is_named_by_what_it_says(client: TestClient, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    first = admin.get(f"{V1}/meters")
    known = {"If-None-Match": f'W/"else", {first.headers["ETag"]}'}
    unchanged = admin.get(f"{V1}/meters", headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == first.headers["ETag"]
    sign_in("school")
    others = client.get(f"{V1}/meters", headers=known)
    assert others.status_code == 200
    assert others.headers["ETag"] != first.headers["ETag"]
