"""A request with fields beyond those of its form is refused, and changes nothing."""

import pytest
from psycopg import Connection

from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db

MORE = {
    "id": 1, "person_id": 1, "active": False, "must_change": False, "password": "chosen by me",
    "password_hash": PASSWORD_HASH, "roles": ["system_administrator"], "governed": True,
    "scopes": [{"role": "system_administrator", "organisation_id": 1}], "created_at": None,
}  # fmt: skip


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital, and who administers people of the whole house."""
    write_registry(superuser, estate())
    add_people(superuser)
    add_person(superuser, login="watcher", name="watcher", password_hash=PASSWORD_HASH)
    grant(superuser, login="watcher", role="security_administrator", organisation="bureau")
    return superuser


def test_a_new_person_gets_no_role_and_no_password_by_the_side_door(
    sign_in: SignIn, conn: Connection
) -> None:
    asked = {"login": "new", "name": "New", **MORE}
    answer = sign_in("watcher").post(f"{V1}/users", json=asked)
    row = conn.execute("SELECT login FROM person WHERE login = 'new'").fetchone()
    assert (answer.status_code, row) == (422, None)
    refused = {each["place"]: each["code"] for each in answer.json()["misfits"]}
    assert refused == {f"body.{name}": "extra_forbidden" for name in MORE}


def test_a_slip_of_the_pen_is_told_in_place_of_being_passed_over(sign_in: SignIn) -> None:
    answer = sign_in("watcher").post(
        f"{V1}/users", json={"login": "new", "name": "N", "lnag": "en"}
    )
    [misfit] = answer.json()["misfits"]
    assert (answer.status_code, misfit["place"]) == (422, "body.lnag")


def test_signing_in_gives_the_roles_one_has(sign_in: SignIn, conn: Connection) -> None:
    client = sign_in("school")
    before = client.get(f"{V1}/session").json()["person"]["roles"]
    row = conn.execute("SELECT person_id FROM person WHERE login = 'school'").fetchone()
    assert row is not None
    answer = client.patch(f"{V1}/users/{row[0]}", json={"name": "Me", **MORE})
    assert answer.status_code == 422
    assert client.get(f"{V1}/session").json()["person"]["roles"] == before == ["operator"]
