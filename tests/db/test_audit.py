"""The audit log tells who changed what, cannot be altered unseen, and is read by auditors."""

import hashlib
import json
from datetime import timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.become import Role, become
from store.people.audit import forget_audit
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.password import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.db


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital, with people who read the log of the house and of the school."""
    write_registry(superuser, estate())
    add_people(superuser)
    for login, role, organisation in (
        ("recorder", "audit_administrator", "bureau"),
        ("inspector", "auditor", "school"),
        ("keeper", "security_administrator", "bureau"),
    ):
        add_person(superuser, login=login, name=login, password_hash=PASSWORD_HASH)
        grant(superuser, login=login, role=role, organisation=organisation)
    return superuser


def lines(client: TestClient, **query: object) -> list[dict[str, object]]:
    asked = {name: str(value) for name, value in query.items()}
    found: list[dict[str, object]] = client.get(f"{V1}/audit", params=asked).json()["items"]
    return found


def chain(client: TestClient) -> dict[str, object]:
    answer = client.get(f"{V1}/audit/chain")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def add_lin(sign_in: SignIn) -> None:
    made = sign_in("keeper").post(f"{V1}/users", json={"login": "lin", "name": "Lin"})
    assert made.status_code == 201


def test_an_act_is_told_with_who_whence_and_digests_of_what_was_changed(sign_in: SignIn) -> None:
    add_lin(sign_in)
    client = sign_in("recorder")
    act = next(each for each in lines(client) if each["action"] == "person_added")
    assert (act["login"], act["object"], act["client"]) == ("keeper", "lin", "testclient")
    [change] = [
        each
        for each in lines(client, changes=True)
        if each["act"] == act["act"] and each["changed_rows"]
    ]
    assert (change["action"], change["object"], change["changed_rows"]) == (
        "rows_added",
        "person",
        1,
    )
    assert change["before_sha256"] is None
    assert len(str(change["after_sha256"])) == 64


def test_what_was_after_one_change_is_before_the_next(sign_in: SignIn) -> None:
    add_lin(sign_in)
    client = sign_in("keeper")
    lin = next(p for p in client.get(f"{V1}/users").json()["items"] if p["login"] == "lin")
    for name in ("Lin Daiyu", "Lin Chong"):
        assert client.patch(f"{V1}/users/{lin['id']}", json={"name": name}).status_code == 200
    client = sign_in("recorder")
    changes = [each for each in lines(client, changes=True) if each["object"] == "person"]
    last, middle, first = changes[:3]
    assert last["before_sha256"] == middle["after_sha256"] != middle["before_sha256"]
    assert middle["before_sha256"] == first["after_sha256"]


def test_many_statements_of_one_request_are_one_line(conn: Connection) -> None:
    with connected(conn.info.dsn) as own, own.transaction():
        own.execute("SELECT set_config('civicwatt.person', min(person_id)::text, true) FROM person")
        for number in range(5):
            own.execute("INSERT INTO contract (code, name) VALUES (%s, 'c')", [f"c{number}"])
    told = conn.execute("SELECT changed_rows FROM audit WHERE object = 'contract'").fetchall()
    assert told == [(5,)]


def test_signing_in_failing_to_and_a_lock_out_are_told(client: TestClient, sign_in: SignIn) -> None:
    for _ in range(6):
        client.post(f"{V1}/session", json={"login": "school", "password": "wrong"})
    seen = [each["action"] for each in lines(sign_in("recorder"), login="school")]
    assert seen == ["locked_out", *["sign_in_failed"] * 5]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit SET object = 'other' WHERE audit_id = %(id)s",
        "UPDATE audit SET at = at - interval '1 s' WHERE audit_id = %(id)s",
        "DELETE FROM audit WHERE audit_id = %(id)s",
        "DELETE FROM audit_link WHERE audit_id = %(id)s",
    ],
)
def test_a_line_altered_or_removed_by_a_superuser_breaks_the_chain(
    sign_in: SignIn, conn: Connection, harm: str
) -> None:
    add_lin(sign_in)
    row = conn.execute("SELECT seq, audit_id FROM audit_link ORDER BY seq LIMIT 1").fetchone()
    assert row is not None
    client = sign_in("recorder")
    assert chain(client)["broken"] is None
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute(harm, {"id": row[1]})  # type: ignore[arg-type] # text of this test
    assert chain(client)["broken"] == row[0]


def test_a_line_written_past_the_chain_is_counted(sign_in: SignIn, conn: Connection) -> None:
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("INSERT INTO audit (action, object) VALUES ('slipped', 'in')")
    assert chain(sign_in("recorder"))["unlinked"] == 1


@pytest.mark.parametrize("role", [Role.ADMIN, Role.API, Role.WORK, None])
def test_no_role_alters_the_log(conn: Connection, role: Role | None) -> None:
    with connected(conn.info.dsn) as own:
        own.execute("INSERT INTO audit (action, object) VALUES ('a', 'b')")
        if role is None:
            own.execute("SET ROLE civicwatt_owner")
        else:
            become(own, role)
        for harm in ("UPDATE audit SET object = ''", "DELETE FROM audit", "TRUNCATE audit"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                own.execute(harm)  # type: ignore[arg-type] # text of this test


def test_an_export_is_checked_without_the_server(sign_in: SignIn) -> None:
    add_lin(sign_in)
    text = sign_in("recorder").get(f"{V1}/audit/export").text
    before = bytes(32)
    for line in map(json.loads, text.splitlines()):
        before = hashlib.sha256(before + line["text"].encode()).digest()
        assert before.hex() == line["hash"]
    assert len(text.splitlines()) > 2


def test_an_auditor_of_the_school_reads_of_its_people_only(sign_in: SignIn) -> None:
    for login in ("hospital", "school", "admin"):
        sign_in(login)
    seen = {each["login"] for each in lines(sign_in("inspector"))}
    assert seen == {"school", "inspector"}


def test_others_read_their_own_acts_and_check_nothing(sign_in: SignIn) -> None:
    for login in ("hospital", "school", "admin", "keeper"):
        client = sign_in(login)
        assert {each["login"] for each in lines(client)} == {login}
        assert client.get(f"{V1}/audit/chain").status_code == 403
        assert client.get(f"{V1}/audit/export").status_code == 403
        assert client.put(f"{V1}/audit/retention", json={"days": 400}).status_code == 403


def test_a_log_kept_for_less_than_half_a_year_is_refused(sign_in: SignIn, conn: Connection) -> None:
    client = sign_in("recorder")
    assert client.put(f"{V1}/audit/retention", json={"days": 179}).status_code == 422
    with pytest.raises(psycopg.errors.CheckViolation):
        conn.execute("UPDATE audit_rule SET audit_days = 179")
    assert client.put(f"{V1}/audit/retention", json={"days": 180}).status_code == 200


def test_lines_older_than_the_log_is_kept_go_and_the_chain_goes_on(
    sign_in: SignIn, conn: Connection
) -> None:
    with conn.transaction():
        conn.execute(
            "INSERT INTO audit (at, action, object)"
            " SELECT now() - %s, 'old', '' FROM generate_series(1, 3)",
            [timedelta(days=200)],
        )
    client = sign_in("recorder")
    with connected(conn.info.dsn, Role.WORK) as worker:
        assert forget_audit(worker) == 0
        assert client.put(f"{V1}/audit/retention", json={"days": 180}).status_code == 200
        assert forget_audit(worker) == 3
        assert forget_audit(worker) == 0
    found = chain(client)
    assert (found["broken"], found["first_seq"], found["unlinked"]) == (None, 4, 0)


def test_every_table_people_write_to_notes_its_changes(conn: Connection) -> None:
    bare = conn.execute(
        "SELECT c.relname FROM pg_class c"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND c.relname <> ALL ('{audit,baseline_work,once_asked}')"
        " AND c.relname NOT LIKE 'procrastinate%'"
        " AND has_any_column_privilege('civicwatt_api', c.oid, 'INSERT')"
        " AND NOT EXISTS (SELECT FROM pg_trigger t"
        " WHERE t.tgrelid = c.oid AND t.tgname = 'note_insert')"
    ).fetchall()
    assert bare == []


def test_whoever_signed_in_is_told_as_themselves(client: TestClient) -> None:
    client.post(f"{V1}/session", json={"login": "school", "password": PASSWORD})
    assert [each["action"] for each in lines(client)] == ["sign_in"]
