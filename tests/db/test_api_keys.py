"""Keys of machines: they see their scope and write what they may, until withdrawn or over."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.key_permission import PERMISSIONS, may_write
from civicwatt.cli import main
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db

KEYS = f"{V1}/keys"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital; a security administrator of the school, and one of the whole house."""
    write_registry(superuser, estate())
    add_people(superuser)
    for login, role, place in (
        ("watcher", "security_administrator", "school"),
        ("chief", "security_administrator", "bureau"),
        ("recorder", "audit_administrator", "bureau"),
    ):
        add_person(superuser, login=login, name=login, password_hash=PASSWORD_HASH)
        grant(superuser, login=login, role=role, organisation=place)
    return superuser


def place_id(conn: Connection, code: str) -> int:
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = %s", [code])
    return int(row.fetchall()[0][0])


def wanted(conn: Connection, place: str = "school", days: float = 90, **more: Any) -> Any:
    ends = datetime.now(UTC) + timedelta(days=days)
    return {
        "name": "BMS", "role": "institution_administrator", "may": ["entries"],
        "organisation_id": place_id(conn, place), "expires_at": ends.isoformat(), **more,
    }  # fmt: skip


def made(client: TestClient, **new: Any) -> tuple[int, dict[str, str]]:
    """Id of a new key, and the header that shows it."""
    answer = client.post(KEYS, json=new)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    return told["key"]["id"], {"Authorization": f"Bearer {told['secret']}"}


@pytest.fixture
def machine(client: TestClient) -> TestClient:
    """A client at the same server that has no cookie."""
    return TestClient(client.app)


def test_a_key_sees_its_place_and_nothing_else_and_writes_without_a_csrf_token(
    conn: Connection, sign_in: SignIn, machine: TestClient
) -> None:
    _, key = made(sign_in("watcher"), **wanted(conn))
    seen = machine.get(f"{V1}/meters", headers=key)
    assert [each["code"] for each in seen.json()["items"]] == ["school-meter-0"]
    theirs = machine.get(f"{V1}/organisations/hospital/cost", headers=key)
    assert theirs.status_code in {404, 422}
    entry = {
        "organisation_id": place_id(conn, "school"), "kind": "water_m3", "month": "2026-06-01",
        "amount": "12",
    }  # fmt: skip
    answer = machine.post(f"{V1}/manual-entries", headers=key, json=entry)
    assert answer.status_code not in {401, 403}, answer.text


def test_a_key_writes_what_it_may_and_nothing_that_people_answer_for(
    conn: Connection, sign_in: SignIn, machine: TestClient
) -> None:
    _, key = made(sign_in("watcher"), **wanted(conn))
    for method, path in (
        ("POST", "alerts/1/acts"), ("POST", "manual-entries/1/approve"), ("DELETE", "session"),
        ("POST", "statements/1/acts"), ("POST", "users"), ("POST", "keys"), ("POST", "edits"),
    ):  # fmt: skip
        answer = machine.request(method, f"{V1}/{path}", headers=key, json={})
        assert (path, answer.status_code, answer.json()["code"]) == (path, 403, "key_may_not")
    _, reader = made(sign_in("watcher"), **wanted(conn, may=[]))
    answer = machine.post(f"{V1}/manual-entries", headers=reader, json={})
    assert answer.json()["parameters"] == {"may": "read"}


def test_no_permission_allows_to_approve_sign_close_or_administer(client: TestClient) -> None:
    judged = re.compile(
        r"check|sign|verdict|review|approve|return|decision|adopt|ledger|statement|contract"
        r"|users|keys|security|session|audit|credential|undo|withdraw"
    )
    open_to_keys = set()
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for action in ("submit", "check", "return", "approve"):
            asked = re.sub(r"\{\w+\}", "1", path.replace("{action}", action).replace("{name}", "x"))
            writes = {method.upper() for method in operations} - {"GET"}
            open_to_keys |= {asked for each in writes if may_write(PERMISSIONS, each, asked)}
    assert len(open_to_keys) > 10
    assert {path for path in open_to_keys if judged.search(path)} == set()


def test_the_key_is_told_once_and_only_its_digest_is_kept(
    conn: Connection, sign_in: SignIn
) -> None:
    watcher = sign_in("watcher")
    _, key = made(watcher, **wanted(conn))
    secret = key["Authorization"].removeprefix("Bearer ")
    assert secret not in watcher.get(KEYS).text
    tables = "SELECT string_agg(t::text, ' ') FROM {} t"
    for table in ("api_key", "person", "audit"):
        told = conn.execute(tables.format(table)).fetchall()[0][0]
        assert secret not in told, table
        assert secret[12:] not in told, table


@pytest.mark.parametrize("how", ["withdrawn", "over", "made up"])
def test_a_key_that_is_withdrawn_over_or_made_up_opens_nothing(
    conn: Connection, sign_in: SignIn, machine: TestClient, how: str
) -> None:
    watcher = sign_in("watcher")
    number, key = made(watcher, **wanted(conn))
    assert machine.get(f"{V1}/meters", headers=key).status_code == 200
    if how == "withdrawn":
        assert watcher.delete(f"{KEYS}/{number}").status_code == 204
        assert watcher.delete(f"{KEYS}/{number}").status_code == 404
    elif how == "over":
        conn.execute(
            "UPDATE api_key SET created_at = created_at - interval '100 days',"
            " expires_at = now() - interval '1 s'"
        )
    else:
        key = {"Authorization": key["Authorization"] + "x"}
    answer = machine.get(f"{V1}/meters", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_ended")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert [each["id"] for each in watcher.get(KEYS, params={"ended": True}).json()["items"]] == [
        number
    ]


def test_keys_are_made_below_ones_own_places_only_and_never_for_administrators_of_people(
    conn: Connection, sign_in: SignIn
) -> None:
    watcher = sign_in("watcher")
    assert watcher.post(KEYS, json=wanted(conn, "hospital")).status_code == 403
    assert watcher.post(KEYS, json=wanted(conn, "bureau")).status_code == 403
    forbidden = wanted(conn, role="security_administrator")
    assert watcher.post(KEYS, json=forbidden).status_code == 422
    too_long = watcher.post(KEYS, json=wanted(conn, days=400))
    assert (too_long.status_code, too_long.json()["code"]) == (422, "key_life")
    chief = sign_in("chief")
    number, _ = made(chief, **wanted(conn, "hospital"))
    watcher = sign_in("watcher")
    assert watcher.get(KEYS).json()["items"] == []
    assert watcher.delete(f"{KEYS}/{number}").status_code == 404
    assert watcher.delete(f"{KEYS}/{10**20}").status_code == 422
    assert watcher.post(KEYS, json=wanted(conn, organisation_id=10**20)).status_code == 422
    operator = sign_in("school")
    assert operator.get(KEYS).json()["items"] == []
    assert operator.post(KEYS, json=wanted(conn)).status_code == 403


def test_making_using_and_withdrawing_a_key_is_in_the_audit_log(
    conn: Connection, sign_in: SignIn, machine: TestClient
) -> None:
    watcher = sign_in("watcher")
    number, key = made(watcher, **wanted(conn, may=["devices"]))
    device = {
        "code": "d-9", "kind": "other", "name_zh": "d", "name_en": "d",
        "organisation_id": place_id(conn, "school-building"),
    }  # fmt: skip
    machine.post(f"{V1}/devices", headers=key, json=device)
    watcher.delete(f"{KEYS}/{number}")
    lines = sign_in("recorder").get(f"{V1}/audit", params={"limit": 100}).json()["items"]
    assert {"key_made", "key_withdrawn"} <= {line["action"] for line in lines}
    hint = key["Authorization"].removeprefix("Bearer ")[:11]
    assert {line["object"] for line in lines if line["action"].startswith("key_")} == {hint}


def test_a_machine_is_on_no_list_of_people_and_cannot_sign_in(
    conn: Connection, sign_in: SignIn
) -> None:
    watcher = sign_in("watcher")
    made(watcher, **wanted(conn, role="operator"))
    [(login, person)] = conn.execute("SELECT login, person_id FROM person WHERE machine")
    assert login not in watcher.get(f"{V1}/users").text
    assert watcher.post(f"{V1}/users/{person}/password").status_code == 404
    answer = watcher.post(f"{V1}/session", json={"login": login, "password": ""})
    assert answer.status_code == 422
    answer = watcher.post(f"{V1}/session", json={"login": login, "password": "x"})
    assert answer.status_code == 401
    duty = sign_in("school").get(f"{V1}/rosters/{place_id(conn, 'school-building')}/people")
    assert login not in duty.text


def test_the_command_line_makes_lists_and_withdraws_keys_in_somebodys_name(
    conn: Connection,
    database: str,
    machine: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert conn.info.dbname in database
    monkeypatch.setenv("CIVICWATT_DATABASE_URL", database)
    by = ("--as", "watcher")
    make = ["admin", "key", "make", "BMS", "--role", "operator", "--may", "alerts", *by]
    assert main([*make, "--place", "school"]) == 0
    key = capsys.readouterr().out.strip()
    shown = {"Authorization": f"Bearer {key}"}
    assert machine.get(f"{V1}/meters", headers=shown).status_code == 200
    assert main(["admin", "key", "list", *by]) == 0
    assert f"{key[:11]}  BMS: operator of school, may read, alerts" in capsys.readouterr().out
    assert main(["admin", "key", "withdraw", key[:11], *by]) == 0
    assert machine.get(f"{V1}/meters", headers=shown).status_code == 401
    assert main([*make, "--place", "hospital"]) == 1
