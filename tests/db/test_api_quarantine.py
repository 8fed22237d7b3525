"""The quarantine is looked at, replayed and discarded by administrators of the house alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.become import Role
from store.people.person import grant
from store.places.registry import write as write_registry
from store.telemetry.setting_aside import MOST_MESSAGES, Quarantined, set_aside
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, estate

pytestmark = pytest.mark.db

TEXT = b'{"ts": 1, "values": {"active_power_kw"'
BYTES = b"\x68\x11\x00\xff\x16"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """Three messages: text of one meter, bytes of another, and one that is too old."""
    write_registry(superuser, estate())
    add_people(superuser)
    for topic, payload, reason in (
        ("cw/v1/school-device-0/up", TEXT, "not_json"),
        ("cw/v1/school-device-0/raw/dlt645", BYTES, "bad_frame"),
        ("plant/7", TEXT, "too_old"),
    ):
        put_in(superuser, topic, payload, reason)
    return superuser


def put_in(conn: Connection, topic: str, payload: bytes, reason: str) -> None:
    with connected(conn.info.dsn, Role.COLLECT) as collector:
        collector.execute(
            "INSERT INTO quarantine (received_at, collector, topic, payload, size_bytes, "
            "reason_code, reason, samples) VALUES (%s, 'c', %s, %s, %s, %s, 'because', 1)",
            [datetime.now(UTC), topic, payload, len(payload), reason],
        )


def found(client: TestClient, **query: Any) -> dict[str, dict[str, Any]]:
    answer = client.get(f"{V1}/quarantine", params=query)
    assert answer.status_code == 200
    return {item["reason_code"]: item for item in answer.json()["items"]}


def asked(conn: Connection) -> list[tuple[str, bool]]:
    return conn.execute(
        "SELECT reason_code, replay_any_age FROM quarantine "
        "WHERE replay_asked_at IS NOT NULL AND settled_at IS NULL ORDER BY 1"
    ).fetchall()


def audited(conn: Connection) -> list[str]:
    rows = conn.execute(
        "SELECT a.action, p.login FROM audit a JOIN person p USING (person_id) "
        "WHERE a.action LIKE 'quarantine%' ORDER BY a.audit_id"
    )
    return [f"{action} by {login}" for action, login in rows]


def test_a_preview_shows_what_would_show_nothing_as_bytes(
    sign_in: SignIn, conn: Connection
) -> None:
    del conn
    items = found(sign_in("admin"))
    assert items["bad_frame"]["payload_preview"] == r"h\x11\x00\xff\x16"
    assert items["not_json"]["payload_preview"] == TEXT.decode()


def test_a_list_is_narrowed_by_reason_topic_and_whether_it_is_settled(
    sign_in: SignIn, conn: Connection
) -> None:
    client = sign_in("admin")
    assert set(found(client)) == {"not_json", "bad_frame", "too_old"}
    assert set(found(client, reason="too_old")) == {"too_old"}
    assert set(found(client, topic="cw/v1/school-device-0/")) == {"not_json", "bad_frame"}
    assert set(found(client, topic="%")) == set()
    conn.execute(
        "UPDATE quarantine SET settled_at = now(), outcome = 'replayed' "
        "WHERE reason_code = 'too_old'"
    )
    assert set(found(client, settled=False)) == {"not_json", "bad_frame"}
    assert found(client, settled=True)["too_old"]["outcome"] == "replayed"
    counts = client.get(f"{V1}/quarantine/reasons").json()["items"]
    assert {(each["reason_code"], each["messages"]) for each in counts} == {
        ("not_json", 1),
        ("bad_frame", 1),
    }


def test_a_payload_is_shown_as_text_or_else_in_hex(sign_in: SignIn) -> None:
    client = sign_in("admin")
    ids = {code: item["id"] for code, item in found(client).items()}
    text = client.get(f"{V1}/quarantine/{ids['not_json']}").json()
    assert (text["encoding"], text["payload"]) == ("text", TEXT.decode())
    frame = client.get(f"{V1}/quarantine/{ids['bad_frame']}").json()
    assert (frame["encoding"], frame["payload"]) == ("hex", "68 11 00 ff 16")
    assert frame["size_bytes"] == 5


def test_a_replay_is_asked_for_in_the_name_of_who_asks(sign_in: SignIn, conn: Connection) -> None:
    client = sign_in("admin")
    ids = {code: item["id"] for code, item in found(client).items()}
    answer = client.post(f"{V1}/quarantine/{ids['too_old']}/replay", json={"any_age": True})
    assert answer.status_code == 202
    assert answer.json()["replay_asked_at"] is not None
    assert asked(conn) == [("too_old", True)]
    who = conn.execute(
        "SELECT login FROM quarantine JOIN person ON person_id = replay_asked_by"
    ).fetchall()
    assert who == [("admin",)]
    assert audited(conn) == ["quarantine_replay by admin"]


def test_many_are_replayed_by_reason_or_topic_and_never_all_by_mistake(
    sign_in: SignIn, conn: Connection
) -> None:
    client = sign_in("admin")
    assert client.post(f"{V1}/quarantine/replay", json={}).status_code == 422
    answer = client.post(f"{V1}/quarantine/replay", json={"topic": "cw/v1/school-device-0/"})
    assert (answer.status_code, answer.json()) == (202, {"messages": 2})
    assert asked(conn) == [("bad_frame", False), ("not_json", False)]
    answer = client.post(f"{V1}/quarantine/discard", json={"reason": "bad_frame"})
    assert answer.json() == {"messages": 1}
    assert asked(conn) == [("not_json", False)]
    assert audited(conn) == ["quarantine_replay by admin", "quarantine_discard by admin"]


def test_what_is_discarded_stays_and_is_never_replayed(sign_in: SignIn) -> None:
    client = sign_in("admin")
    wanted = found(client)["not_json"]["id"]
    answer = client.post(f"{V1}/quarantine/{wanted}/discard")
    assert answer.json()["outcome"] == "discarded"
    refusal = client.post(f"{V1}/quarantine/{wanted}/replay", json={})
    assert refusal.status_code == 409
    assert "was discarded at" in refusal.json()["detail"]
    assert client.post(f"{V1}/quarantine/replay", json={"reason": "not_json"}).json() == {
        "messages": 0
    }
    assert client.get(f"{V1}/quarantine/{wanted}").json()["payload"] == TEXT.decode()


@pytest.mark.parametrize("local", [False, True], ids=["operator", "administrator of the school"])
def test_nobody_else_sees_or_settles_anything(
    sign_in: SignIn, conn: Connection, *, local: bool
) -> None:
    wanted = found(sign_in("admin"))["not_json"]["id"]
    if local:
        grant(conn, login="school", role="system_administrator", organisation="school")
    client = sign_in("school")
    assert found(client) == {}
    assert client.get(f"{V1}/quarantine/{wanted}").status_code == 404
    assert client.get(f"{V1}/quarantine/reasons").json()["items"] == []
    for path, body in ((f"{wanted}/replay", {}), (f"{wanted}/discard", {})):
        answer = client.post(f"{V1}/quarantine/{path}", json=body)
        assert answer.status_code == (404 if local else 403)
    for path in ("replay", "discard"):
        answer = client.post(f"{V1}/quarantine/{path}", json={"reason": "not_json"})
        assert answer.status_code in ({202, 200} if local else {403})
    untouched = conn.execute(
        "SELECT count(*) FROM quarantine WHERE replay_asked_at IS NULL AND settled_at IS NULL"
    )
    assert untouched.fetchone() == (3,)


def test_what_too_many_came_of_to_keep_is_told_to_administrators_alone(
    sign_in: SignIn, conn: Connection
) -> None:
    lot = Quarantined(NOW, "t", TEXT, len(TEXT), None, None, "no_profile", "nobody's", samples=1)
    with connected(conn.info.dsn, Role.COLLECT) as collector, collector.transaction():
        set_aside(collector, [lot] * (MOST_MESSAGES + 12_345), collector="c")
    (row,) = sign_in("admin").get(f"{V1}/quarantine/left-out").json()["items"]
    assert (row["reason_code"], row["messages"], row["samples"]) == ("no_profile", 12_345, 12_345)
    assert (row["device_id"], row["profile"]) == (None, None)
    assert datetime.fromisoformat(row["until"]) == NOW
    assert sign_in("school").get(f"{V1}/quarantine/left-out").json()["items"] == []


def test_a_write_without_its_token_is_refused(sign_in: SignIn) -> None:
    client = sign_in("admin")
    wanted = found(client)["not_json"]["id"]
    del client.headers["X-CSRF-Token"]
    assert client.post(f"{V1}/quarantine/{wanted}/replay", json={}).status_code == 403
