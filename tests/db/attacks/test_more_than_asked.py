"""Fields that a request has beyond those of its form change nothing."""

import pytest
from psycopg import Connection

from store.person import add_person, grant
from store.registry import write as write_registry
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
    row = conn.execute(
        "SELECT p.active, p.must_change, p.password_hash = %s,"
        "       (SELECT count(*) FROM scope s WHERE s.person_id = p.person_id)"
        "  FROM person p WHERE login = 'new'",
        [PASSWORD_HASH],
    ).fetchone()
    assert (answer.status_code, row) in [(201, (True, True, False, 0)), (422, None)]


def test_signing_in_gives_the_roles_one_has(sign_in: SignIn, conn: Connection) -> None:
    client = sign_in("school")
    before = client.get(f"{V1}/session").json()["person"]["roles"]
    row = conn.execute("SELECT person_id FROM person WHERE login = 'school'").fetchone()
    assert row is not None
    answer = client.patch(f"{V1}/users/{row[0]}", json={"name": "Me", **MORE})
    assert answer.status_code in {403, 404, 422}
    assert client.get(f"{V1}/session").json()["person"]["roles"] == before == ["operator"]
