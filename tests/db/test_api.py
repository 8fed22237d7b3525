"""The API over a real database: what a person may see, and what is told to whom may not."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from api.headers import CONTENT_SECURITY_POLICY
from store.become import Role
from store.people.person import grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, estate, registers, say, store_messages
from tests.password import PASSWORD

pytestmark = pytest.mark.db

MIDNIGHT = datetime(2026, 6, 30, 16, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
OPEN = {(f"{V1}/session", "post"), (f"{V1}/session/provider", "get")}
"""What the sign-in page asks."""
JULY_1 = {"from": "2026-06-30T16:00:00Z", "to": "2026-07-01T16:00:00Z"}


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital with two known days: 0.5 and 1.0 kWh each quarter of an hour."""
    write_registry(superuser, estate(meters=2))
    add_people(superuser)
    for name, each in (("school", 0.5), ("hospital", 1.0)):
        values = [i * each for i in range(193)]
        store_messages(superuser, registers(f"{name}-device-0", MIDNIGHT, values, step=QUARTER))
    with connected(superuser.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
    return superuser


def meter_ids(client: TestClient) -> list[int]:
    return [item["id"] for item in client.get(f"{V1}/meters").json()["items"]]


def test_every_route_of_the_api_refuses_a_stranger(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    tried = 0
    for path, methods in paths.items():
        for method in methods:
            if path.startswith(V1) and (path, method) not in OPEN:
                url = re.sub(r"\{\w+\}", "1", path)
                answer = client.request(method, url)
                # A link on a telephone opens one alert; one that nobody was sent opens nothing.
                # There is no OpenID provider here.
                strangers = (f"{V1}/acknowledgements/", f"{V1}/session/provider/")
                refused = 404 if path.startswith(strangers) else 401
                assert (path, method, answer.status_code) == (path, method, refused)
                assert answer.headers["content-type"] == "application/problem+json"
                tried += 1
    assert tried > 12


def test_a_wrong_password_and_a_wrong_login_are_answered_alike(client: TestClient) -> None:
    answers = [
        client.post(f"{V1}/session", json={"login": login, "password": "wrong password"})
        for login in ("school", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    known, unknown = (answer.json() | {"request": ""} for answer in answers)
    assert known == unknown


def test_wrong_passwords_in_a_row_lock_the_person_out(client: TestClient) -> None:
    wrong = {"login": "school", "password": "wrong password"}
    for _ in range(6):
        assert client.post(f"{V1}/session", json=wrong).status_code == 401
    right = {"login": "school", "password": PASSWORD}
    assert client.post(f"{V1}/session", json=right).status_code == 429


def test_the_session_is_a_cookie_that_scripts_cannot_read(client: TestClient) -> None:
    answer = client.post(f"{V1}/session", json={"login": "school", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_signing_out_ends_the_session_everywhere(sign_in: SignIn) -> None:
    client = sign_in("school")
    token = client.cookies["civicwatt_session"]
    assert client.delete(f"{V1}/session").status_code == 204
    client.cookies.set("civicwatt_session", token)
    assert client.get(f"{V1}/session").status_code == 401


def test_a_session_left_alone_ends(sign_in: SignIn, conn: Connection) -> None:
    client = sign_in("school")
    conn.execute("UPDATE session SET last_seen_at = now() - interval '3 hours'")
    assert client.get(f"{V1}/session").status_code == 401


def test_a_write_without_its_token_is_refused(sign_in: SignIn) -> None:
    client = sign_in("admin")
    del client.headers["X-CSRF-Token"]
    assert client.delete(f"{V1}/session").status_code == 403


def test_a_person_sees_only_their_part_of_the_tree(sign_in: SignIn) -> None:
    client = sign_in("school")
    codes = [item["code"] for item in client.get(f"{V1}/organisations").json()["items"]]
    assert codes == ["school", "school-site", "school-building"]
    buildings = client.get(f"{V1}/buildings").json()["items"]
    assert [step["name_en"] for step in buildings[0]["path"]] == ["school", "school"]
    assert buildings[0]["zone"] == "Asia/Shanghai"


def test_a_foreign_building_is_not_found(sign_in: SignIn, conn: Connection) -> None:
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'hospital-building'")
    foreign = row.fetchone()
    assert foreign is not None
    client = sign_in("school")
    assert client.get(f"{V1}/buildings/{foreign[0]}").status_code == 404
    assert client.get(f"{V1}/buildings/{foreign[0]}/today").status_code == 404


def test_foreign_meters_give_nothing(sign_in: SignIn, conn: Connection) -> None:
    foreign = [i for (i,) in conn.execute("SELECT meter_id FROM meter WHERE code LIKE 'hospital%'")]
    client = sign_in("school")
    for route in ("series", "consumption"):
        query = {"meter": foreign, "step": "day", **JULY_1}
        answer = client.get(f"{V1}/{route}", params=query)
        assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_series_and_consumption_tell_the_planted_truth(sign_in: SignIn) -> None:
    client = sign_in("school")
    first = meter_ids(client)[0]
    [series] = client.get(f"{V1}/series", params={"meter": first, **JULY_1}).json()["items"]
    assert (series["unit"], series["tier"], series["step_s"]) == ("kW", "native", 900)
    assert series["mean"] == [2.0] * 96
    for step, count, value in (("hour", 24, 2.0), ("day", 1, 48.0), ("native", 96, 0.5)):
        answer = client.get(f"{V1}/consumption", params={"meter": first, "step": step, **JULY_1})
        items = answer.json()["items"]
        assert [item["value"] for item in items] == [value] * count
        assert {item["unit"] for item in items} == {"kWh"}
        assert {item["coverage"] for item in items} == {1.0}


def test_a_long_span_comes_in_days_with_its_extremes_and_gaps(
    sign_in: SignIn, conn: Connection
) -> None:
    far = MIDNIGHT - timedelta(days=200)
    store_messages(conn, registers("school-device-1", far, [0.0, 1.0, 4.0], step=QUARTER))
    store_messages(conn, registers("school-device-1", MIDNIGHT, [100.0, 101.0], step=QUARTER))
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
    conn.execute("UPDATE consumption SET superseded_at = now() WHERE shape_grade = 'allocated'")
    client = sign_in("school")
    span = {"from": far.isoformat(), "to": NOW.isoformat()}
    query: dict[str, str | int] = {"meter": meter_ids(client)[1], **span}
    [series] = client.get(f"{V1}/series", params=query).json()["items"]
    assert series["tier"] == "day"
    assert len(series["t"]) == 201
    assert (series["mean"][0], series["min"][0], series["max"][0]) == (8.0, 4.0, 12.0)
    assert series["mean"][1:200] == [None] * 199


def test_a_month_is_whole_and_says_how_much_of_it_is_covered(sign_in: SignIn) -> None:
    client = sign_in("school")
    answer = client.get(
        f"{V1}/consumption", params={"meter": meter_ids(client)[0], "step": "month", **JULY_1}
    )
    [month] = answer.json()["items"]
    assert (month["start"], month["end"]) == ("2026-06-30T16:00:00Z", "2026-07-31T16:00:00Z")
    assert month["coverage"] == pytest.approx(1 / 31)


@pytest.mark.parametrize(
    "query",
    [
        {"meter": 1, "from": "2026-07-02T00:00:00Z", "to": "2026-07-01T00:00:00Z"},
        {"meter": 1, "from": "2026-07-01T00:00:00", "to": "2026-07-02T00:00:00Z"},
        {"meter": "x", **JULY_1},
        {**JULY_1},
    ],
)
def test_a_senseless_question_is_refused_with_its_reason(
    sign_in: SignIn, query: dict[str, str]
) -> None:
    answer = sign_in("school").get(f"{V1}/series", params=query)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_pending_devices_and_quarantine_are_the_administrators_alone(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute("INSERT INTO device (code, kind, status, name_zh, name_en) "
                 "VALUES ('new', 'other', 'pending', 'new', 'new')")  # fmt: skip
    store_messages(conn, [say("school-device-0", b"{")])
    pending = {"status": "pending"}
    client = sign_in("school")
    assert client.get(f"{V1}/devices", params=pending).json()["items"] == []
    assert client.get(f"{V1}/quarantine").json()["items"] == []
    assert client.get(f"{V1}/collector").json()["received"] == 0
    client = sign_in("admin")
    assert [d["code"] for d in client.get(f"{V1}/devices", params=pending).json()["items"]] == [
        "new"
    ]
    assert client.get(f"{V1}/quarantine").json()["items"][0]["reason_code"] == "not_json"
    counts = client.get(f"{V1}/collector").json()
    parts = ("stored", "merged", "duplicate", "conflicting", "quarantined", "without_reading")
    assert counts["received"] == sum(counts[part] for part in parts) == 2 * 193 + 1


def test_an_administrator_accepts_a_device_and_its_readings_count(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute("DELETE FROM meter_device USING device d WHERE d.device_id = "
                 "meter_device.device_id AND d.code = 'school-device-1'")  # fmt: skip
    conn.execute("INSERT INTO device (code, kind, status, name_zh, name_en, accept_back) "
                 "VALUES ('new', 'other', 'pending', 'new', 'new', '1000 days')")  # fmt: skip
    store_messages(conn, registers("new", MIDNIGHT, range(97), step=QUARTER))
    client = sign_in("admin")
    meters = {m["code"]: m for m in client.get(f"{V1}/meters").json()["items"]}
    meter = meters["school-meter-1"]
    [device] = client.get(f"{V1}/devices", params={"status": "pending"}).json()["items"]
    accept = {
        "status": "accepted",
        "organisation_id": meter["organisation_id"],
        "meter_id": meter["id"],
    }
    answer = client.patch(f"{V1}/devices/{device['id']}", json=accept)
    assert (answer.status_code, answer.json()["meter_id"]) == (200, meter["id"])
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
    query = {"meter": meter["id"], "step": "day", **JULY_1}
    [day] = client.get(f"{V1}/consumption", params=query).json()["items"]
    assert day["value"] == 96.0
    assert conn.execute("SELECT action FROM audit ORDER BY audit_id DESC").fetchone() == (
        "device_status",
    )


def test_an_institutions_own_administrator_sees_no_pending_device_and_no_quarantine(
    sign_in: SignIn, conn: Connection
) -> None:
    grant(conn, login="school", role="system_administrator", organisation="school")
    conn.execute("INSERT INTO device (code, kind, status, name_zh, name_en) "
                 "VALUES ('new', 'other', 'pending', 'new', 'new')")  # fmt: skip
    store_messages(conn, [say("school-device-0", b"{")])
    client = sign_in("school")
    assert client.get(f"{V1}/devices", params={"status": "pending"}).json()["items"] == []
    assert client.get(f"{V1}/quarantine").json()["items"] == []


def test_a_number_out_of_range_is_a_senseless_question(sign_in: SignIn) -> None:
    answer = sign_in("school").get(f"{V1}/buildings/{2**70}")
    assert answer.status_code == 422


def test_an_operator_accepts_nothing(sign_in: SignIn) -> None:
    client = sign_in("school")
    [device, _] = client.get(f"{V1}/devices").json()["items"]
    answer = client.patch(f"{V1}/devices/{device['id']}", json={"status": "refused"})
    assert answer.status_code == 403


def test_a_list_goes_on_page_by_page(sign_in: SignIn) -> None:
    client = sign_in("admin")
    seen, cursor = [], None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"{V1}/organisations", params=query).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert client.get(f"{V1}/organisations", params={"cursor": "?"}).status_code == 422


def test_every_answer_keeps_the_console_to_itself(client: TestClient) -> None:
    for path in ("/", "/healthz", f"{V1}/session", "/nowhere/at/all"):
        answer = client.get(path)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_the_server_says_whether_it_is_ready_and_what_it_counts(
    client: TestClient, conn: Connection
) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}
    assert "civicwatt_request_seconds" in client.get("/metrics").text
    conn.execute("DELETE FROM schema_migration WHERE name LIKE '0005%'")
    answer = client.get("/readyz")
    assert (answer.status_code, "0005" in answer.json()["detail"]) == (503, True)
