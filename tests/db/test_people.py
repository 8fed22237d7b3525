"""Security administrators administer people of their places; administrators are kept apart."""

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.password import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.db

CHOSEN = "Kept-by-its-owner-7"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital, with security administrators of the school and of the whole house."""
    write_registry(superuser, estate())
    add_people(superuser)
    for login, organisation in (("keeper", "school"), ("warden", "bureau")):
        add_person(superuser, login=login, name=login, password_hash=PASSWORD_HASH)
        grant(superuser, login=login, role="security_administrator", organisation=organisation)
    return superuser


def place(client: TestClient, code: str) -> int:
    found = client.get(f"{V1}/users/places").json()["items"]
    return next(int(each["organisation_id"]) for each in found if each["code"] == code)


def person(client: TestClient, login: str) -> dict[str, object]:
    found: list[dict[str, object]] = client.get(f"{V1}/users").json()["items"]
    return next(each for each in found if each["login"] == login)


def use(client: TestClient, token: str) -> None:
    client.cookies.clear()
    client.cookies.set("civicwatt_session", token)


def add(client: TestClient, login: str) -> tuple[int, str]:
    answer = client.post(f"{V1}/users", json={"login": login, "name": login})
    assert answer.status_code == 201, answer.text
    return answer.json()["person"]["id"], answer.json()["password"]


def test_a_new_person_chooses_a_password_before_anything_is_seen(
    client: TestClient, sign_in: SignIn
) -> None:
    keeper = sign_in("keeper")
    made, password = add(keeper, "lin")
    scope = {"role": "operator", "organisation_id": place(keeper, "school-building")}
    assert keeper.post(f"{V1}/users/{made}/scopes", json=scope).status_code == 201
    client.cookies.clear()
    session = client.post(f"{V1}/session", json={"login": "lin", "password": password}).json()
    assert session["must_change"]
    client.headers["X-CSRF-Token"] = session["csrf"]
    refused = client.get(f"{V1}/meters")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_due")
    for new, code in (
        ("short-A1", "password_short"),
        ("only small letters", "password_kinds"),
        ("Lin-and-Lin-9", "password_login"),
        (password, "password_again"),
    ):
        answer = client.post(f"{V1}/session/password", json={"current": password, "new": new})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    right = {"current": password, "new": CHOSEN}
    assert client.post(f"{V1}/session/password", json=right).status_code == 204
    assert [each["code"] for each in client.get(f"{V1}/meters").json()["items"]] == [
        "school-meter-0"
    ]


def test_an_old_password_has_to_be_changed_and_does_not_come_back(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute(
        "UPDATE person SET password_set_at = now() - interval '91 days' WHERE login = 'school'"
    )
    client = sign_in("school")
    assert client.get(f"{V1}/session").json()["must_change"]
    assert client.get(f"{V1}/organisations").status_code == 403
    for new, current, status in (
        (CHOSEN, PASSWORD, 204), (f"{CHOSEN}8", CHOSEN, 204), (CHOSEN, f"{CHOSEN}8", 422),
    ):  # fmt: skip
        change = {"current": current, "new": new}
        assert client.post(f"{V1}/session/password", json=change).status_code == status
    assert client.get(f"{V1}/organisations").status_code == 200


def test_a_wrong_current_password_counts_towards_the_lock_out(
    sign_in: SignIn, conn: Connection
) -> None:
    client = sign_in("school")
    wrong = {"current": "a guess", "new": CHOSEN}
    for _ in range(6):
        assert client.post(f"{V1}/session/password", json=wrong).status_code == 403
    right = {"current": PASSWORD, "new": CHOSEN}
    assert client.post(f"{V1}/session/password", json=right).status_code == 403
    locked = conn.execute("SELECT locked_until > now() FROM person WHERE login = 'school'")
    assert locked.fetchone() == (True,)


def test_people_of_another_institution_are_not_there(sign_in: SignIn, conn: Connection) -> None:
    keeper = sign_in("keeper")
    seen = {each["login"] for each in keeper.get(f"{V1}/users").json()["items"]}
    assert seen == {"school", "keeper"}
    foreign = dict(conn.execute("SELECT login, person_id FROM person").fetchall())
    scope = {"role": "operator", "organisation_id": place(keeper, "school")}
    for login in ("hospital", "warden", "admin"):
        users = f"{V1}/users/{foreign[login]}"
        assert keeper.patch(users, json={"active": False}).status_code == 404
        assert keeper.post(f"{users}/password").status_code == 404
        assert keeper.post(f"{users}/scopes", json=scope).status_code == 404
    # Somebody who also acts above the school is not the school's to take over.
    grant(conn, login="school", role="auditor", organisation="bureau")
    assert keeper.post(f"{V1}/users/{foreign['school']}/password").status_code == 404


def test_a_scope_is_given_below_ones_own_places_only(sign_in: SignIn, conn: Connection) -> None:
    keeper = sign_in("keeper")
    person_id = person(keeper, "school")["id"]
    for code in ("bureau", "hospital"):
        row = conn.execute(
            "SELECT organisation_id FROM organisation WHERE code = %s", [code]
        ).fetchone()
        assert row is not None
        scope = {"role": "operator", "organisation_id": row[0]}
        assert keeper.post(f"{V1}/users/{person_id}/scopes", json=scope).status_code == 403
    row = conn.execute(
        "INSERT INTO contract (code, name) VALUES ('c', 'c') RETURNING contract_id"
    ).fetchone()
    assert row is not None
    scope = {"role": "contractor", "contract_id": row[0]}
    assert keeper.post(f"{V1}/users/{person_id}/scopes", json=scope).status_code == 403
    warden = sign_in("warden")
    assert warden.post(f"{V1}/users/{person_id}/scopes", json=scope).status_code == 201


def test_nobody_raises_themselves(sign_in: SignIn) -> None:
    warden = sign_in("warden")
    own = person(warden, "warden")
    assert own["governed"] is False
    scope = {"role": "operator", "organisation_id": place(warden, "bureau")}
    assert warden.post(f"{V1}/users/{own['id']}/scopes", json=scope).status_code == 403
    assert warden.post(f"{V1}/users/{own['id']}/password").status_code == 403


def test_the_three_administrators_are_three_people(sign_in: SignIn) -> None:
    warden = sign_in("warden")
    admin = person(warden, "admin")
    for role in ("security_administrator", "audit_administrator"):
        scope = {"role": role, "organisation_id": place(warden, "school")}
        answer = warden.post(f"{V1}/users/{admin['id']}/scopes", json=scope)
        assert (answer.status_code, answer.json()["code"]) == (409, "administrator_kept_apart")


def test_who_administers_people_sees_no_meter(sign_in: SignIn) -> None:
    warden = sign_in("warden")
    for resource in ("organisations", "meters", "devices", "alerts", "vehicles"):
        answer = warden.get(f"{V1}/{resource}")
        assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_a_closed_account_is_out_at_once_and_an_ended_scope_opens_nothing(
    client: TestClient, sign_in: SignIn
) -> None:
    school = sign_in("school")
    token = school.cookies["civicwatt_session"]
    warden = sign_in("warden")
    row = person(warden, "school")
    [scope] = row["scopes"]  # type: ignore[misc] # JSON
    users = f"{V1}/users/{row['id']}"
    assert warden.delete(f"{users}/scopes/{scope['id']}").status_code == 204
    assert warden.delete(f"{users}/scopes/{scope['id']}").status_code == 404
    own = warden.cookies["civicwatt_session"]
    use(client, token)
    assert client.get(f"{V1}/meters").json()["items"] == []
    use(client, own)
    assert client.patch(users, json={"active": False}).json()["active"] is False
    use(client, token)
    assert client.get(f"{V1}/session").status_code == 401


def test_rules_of_passwords_are_the_whole_houses(sign_in: SignIn) -> None:
    stricter = {
        "password_length": 15, "password_kinds": 4, "password_history": 10, "password_days": 60,
        "sign_in_attempts": 3, "lock_minutes": 30, "idle_minutes": 15, "session_minutes": 480,
    }  # fmt: skip
    assert sign_in("keeper").put(f"{V1}/security-rules", json=stricter).status_code == 403
    warden = sign_in("warden")
    assert warden.put(f"{V1}/security-rules", json=stricter).status_code == 200
    assert warden.get(f"{V1}/security-rules").json() == stricter
    weaker = stricter | {"password_length": 7}
    assert warden.put(f"{V1}/security-rules", json=weaker).status_code == 422
    assert len(add(warden, "new")[1]) >= 15
