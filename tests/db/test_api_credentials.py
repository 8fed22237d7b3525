"""Credentials over the API: who may issue them, what is shown once, and what is never stored."""

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from domain.device_password import SecretKey
from store.places.registry import write as write_registry
from store.telemetry.credential import credentials
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate

pytestmark = pytest.mark.db

SECRET = "a key of tests, of forty characters or so"
BROKER = "mqtts://broker.example.org:8883"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital with a device each, and their people."""
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


@pytest.fixture
def client(conn: Connection, database: str) -> Iterator[TestClient]:
    """A browser at a server that can issue passwords."""
    assert conn.info.dbname in database
    settings = ApiSettings(database_url=database, secret_key=SECRET, broker_public_url=BROKER)
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def path(conn: Connection) -> str:
    """Where the credentials of the school's device are."""
    row = conn.execute("SELECT device_id FROM device WHERE code = 'school-device-0'").fetchone()
    assert row is not None
    return f"{V1}/devices/{row[0]}/credentials"


def test_a_password_is_shown_once_and_stored_nowhere(
    sign_in: SignIn, path: str, conn: Connection
) -> None:
    admin = sign_in("admin")
    answer = admin.post(path, json={})
    assert answer.status_code == HTTPStatus.CREATED
    assert answer.headers["Cache-Control"] == "no-store"
    issued = answer.json()
    assert issued["broker"] == BROKER
    assert issued["username"] == "school-device-0"
    assert issued["topics"][0] == "cw/v1/school-device-0/up"
    assert re.fullmatch(r"[\w-]{32}", issued["password"])
    (row,) = credentials(conn)
    assert SecretKey.parse(SECRET).password(row.username, row.salt) == issued["password"]
    (listed,) = admin.get(path).json()["items"]
    assert (listed["kind"], listed["revoked_at"], listed["applied_at"]) == ("password", None, None)
    tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (table,) in tables:
        found = conn.execute(
            f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{issued['password']}%"]
        ).fetchone()
        assert found == (0,)


def test_a_device_has_one_password_at_a_time(sign_in: SignIn, path: str) -> None:
    admin = sign_in("admin")
    first = admin.post(path, json={}).json()
    assert admin.post(path, json={}).status_code == HTTPStatus.CONFLICT
    second = admin.post(f"{path}/{first['id']}/rotate").json()
    assert second["id"] == first["id"]
    assert second["password"] != first["password"]
    assert admin.delete(f"{path}/{first['id']}").status_code == HTTPStatus.NO_CONTENT
    assert admin.delete(f"{path}/{first['id']}").status_code == HTTPStatus.CONFLICT
    assert admin.post(f"{path}/{first['id']}/rotate").status_code == 422
    third = admin.post(path, json={}).json()
    assert third["password"] not in {first["password"], second["password"]}
    assert len(admin.get(path).json()["items"]) == 2


def test_everything_is_in_the_audit_log_with_its_author(
    sign_in: SignIn, path: str, conn: Connection
) -> None:
    admin = sign_in("admin")
    issued = admin.post(path, json={}).json()
    admin.post(f"{path}/{issued['id']}/rotate")
    admin.delete(f"{path}/{issued['id']}")
    found = conn.execute(
        "SELECT action, login, object FROM audit JOIN person USING (person_id) "
        "WHERE action LIKE 'credential%' ORDER BY audit_id"
    ).fetchall()
    assert found == [
        (f"credential_{did}", "admin", "school-device-0")
        for did in ("issued", "rotated", "revoked")
    ]
    by = conn.execute(
        "SELECT made_by = rotated_by AND made_by = revoked_by FROM credential"
    ).fetchone()
    assert by == (True,)


@pytest.mark.parametrize(
    "topic", ["#", "+/+", "$SYS/x", "cw/v1/hospital-device-0/up", "+/v1/#", "a/#/b"]
)
def test_topics_that_are_others_are_refused(sign_in: SignIn, path: str, topic: str) -> None:
    answer = sign_in("admin").post(path, json={"topics": [topic]})
    assert (topic, answer.status_code) == (topic, 422)


def test_topics_come_from_the_profile_or_are_said(
    sign_in: SignIn, path: str, conn: Connection
) -> None:
    conn.execute("UPDATE device SET profile = 'tasmota' WHERE code = 'school-device-0'")
    admin = sign_in("admin")
    issued = admin.post(path, json={}).json()
    assert "tele/school-device-0/SENSOR" in issued["topics"]
    admin.delete(f"{path}/{issued['id']}")
    issued = admin.post(path, json={"topics": ["v1/gateway/telemetry"]}).json()
    assert "v1/gateway/telemetry" in issued["topics"]
    assert "tele/school-device-0/SENSOR" not in issued["topics"]


def test_an_operator_may_not_see_nor_issue_credentials(
    sign_in: SignIn, path: str, conn: Connection
) -> None:
    issued = sign_in("admin").post(path, json={}).json()
    school = sign_in("school")
    for method, where in (
        ("GET", path), ("POST", path), ("DELETE", f"{path}/{issued['id']}"),
        ("POST", f"{path}/{issued['id']}/rotate"), ("POST", f"{V1}/provisioning-credentials"),
        ("GET", f"{V1}/provisioning-credentials"), ("PUT", path.replace("credentials", "commands")),
    ):  # fmt: skip
        body = {"open": True} if method == "PUT" else {}
        answer = school.request(method, where, json=body)
        assert (method, where, answer.status_code) == (method, where, HTTPStatus.FORBIDDEN)
    assert credentials(conn)[0].revoked_at is None


def test_an_administrator_of_one_institution_may_neither(
    sign_in: SignIn, path: str, conn: Connection
) -> None:
    conn.execute("UPDATE scope SET role = 'system_administrator'")
    school = sign_in("school")
    assert school.post(path, json={}).status_code == HTTPStatus.FORBIDDEN
    answer = school.put(path.replace("credentials", "commands"), json={"open": True})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert credentials(conn) == []


def test_a_credential_is_not_reached_through_another_device(sign_in: SignIn, path: str) -> None:
    admin = sign_in("admin")
    issued = admin.post(path, json={}).json()
    other = next(
        device["id"] for device in admin.get(f"{V1}/devices").json()["items"]
        if device["code"] == "hospital-device-0"
    )  # fmt: skip
    for where in (f"{V1}/devices/{other}/credentials", f"{V1}/provisioning-credentials"):
        assert admin.delete(f"{where}/{issued['id']}").status_code == HTTPStatus.NOT_FOUND


def test_a_refused_device_is_given_nothing(sign_in: SignIn, path: str, conn: Connection) -> None:
    conn.execute("UPDATE device SET status = 'refused' WHERE code = 'school-device-0'")
    admin = sign_in("admin")
    conn.execute("UPDATE device SET status = 'refused'")
    assert admin.post(path, json={}).status_code == HTTPStatus.CONFLICT


def test_a_device_is_registered_before_it_is_heard_of(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    places = {o["code"]: o["id"] for o in admin.get(f"{V1}/organisations").json()["items"]}
    new = {
        "code": "plug-17", "kind": "electricity_meter", "name_zh": "插座", "name_en": "plug",
        "profile": "tasmota", "organisation_id": places["school-building"],
    }  # fmt: skip
    made = admin.post(f"{V1}/devices", json=new)
    assert made.status_code == HTTPStatus.CREATED
    device = made.json()
    assert (device["status"], device["profile"]) == ("accepted", "tasmota")
    assert device["organisation_id"] == places["school-building"]
    assert admin.post(f"{V1}/devices", json=new).status_code == HTTPStatus.CONFLICT
    assert admin.post(f"{V1}/devices/{device['id']}/credentials", json={}).status_code == 201
    for wrong in ({"code": "a/b"}, {"code": "civicwatt-x"}, {"profile": "none"}, {"kind": "cat"}):
        answer = admin.post(f"{V1}/devices", json=new | {"code": "plug-18"} | wrong)
        assert (wrong, answer.status_code) == (wrong, 422)
    nowhere = new | {"code": "plug-18", "organisation_id": 10**9}
    assert admin.post(f"{V1}/devices", json=nowhere).status_code == HTTPStatus.CONFLICT
    assert len(admin.get(f"{V1}/devices").json()["items"]) == 3


def test_commands_are_off_until_they_are_opened(sign_in: SignIn, path: str) -> None:
    admin = sign_in("admin")
    commands = path.replace("credentials", "commands")
    assert admin.get(commands).json() == {"open": False}
    assert admin.put(commands, json={"open": True}).json() == {"open": True}
    assert admin.get(commands).json() == {"open": True}


def test_a_provisioning_credential_ends_by_itself(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    where = f"{V1}/provisioning-credentials"
    issued = admin.post(where, json={"note": "school, east wing", "days": 3}).json()
    assert issued["topics"] == ["cw/v1/<device>/hello"]
    (listed,) = admin.get(where).json()["items"]
    assert (listed["note"], listed["username"]) == ("school, east wing", issued["username"])
    assert listed["expires_at"] > listed["made_at"]
    assert admin.delete(f"{where}/{issued['id']}").status_code == HTTPStatus.NO_CONTENT
    for days in (0, 32):
        assert admin.post(where, json={"days": days}).status_code == 422


def test_without_a_secret_key_nothing_is_issued(conn: Connection, database: str, path: str) -> None:
    assert conn.info.dbname in database
    with TestClient(create_app(ApiSettings(database_url=database))) as client:
        answer = client.post(
            f"{V1}/session", json={"login": "admin", "password": "correct horse battery"}
        )
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        refused = client.post(path, json={})
    assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "CIVICWATT_SECRET_KEY" in refused.json()["detail"]
