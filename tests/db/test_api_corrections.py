"""Corrections over the API: who may, what is refused and where, what becomes of figures."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.consumption_flag import ConsumptionFlag
from store.become import Role
from store.people.person import grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

START = datetime(2026, 6, 30, 16, tzinfo=UTC)
"""Midnight in Shanghai, where 1 July begins."""
HOUR = timedelta(hours=1)
EVENTS = f"{V1}/meters/school-meter-0/events"
QUANTITY = "active_energy_import_kwh"


@pytest.fixture
def conn(superuser: Connection, database: str) -> Connection:
    """Four days of hourly registers at the school, 1 kWh an hour, a midnight misread by 0.5."""
    write_registry(superuser, estate())
    add_people(superuser)
    grant(superuser, login="hospital", role="institution_administrator", organisation="hospital")
    values = [1000.0 + i for i in range(97)]
    values[24] += 0.5
    store_messages(superuser, registers("school-device-0", START, values, step=HOUR))
    compute(database, NOW)
    return superuser


def compute(database: str, now: datetime) -> None:
    with connected(database, Role.WORK) as worker:
        update_consumption(worker, now=now)


def new_edit(conn: Connection, **other: object) -> dict[str, object]:
    row = conn.execute("SELECT device_id FROM device WHERE code = 'school-device-0'").fetchone()
    assert row is not None
    at = (START + 24 * HOUR).isoformat()
    usual: dict[str, object] = {"device_id": row[0], "quantity": QUANTITY, "ts": at}
    return {**usual, "value": 1024.0, "reason": "digit misread", **other}


def days(client: TestClient, **query: str) -> dict[str, float]:
    answer = client.get(
        f"{V1}/consumption",
        params={
            "meter": str(meter(client)),
            "step": "day",
            "from": START.isoformat(),
            "to": (START + timedelta(days=4)).isoformat(),
            **query,
        },
    )
    assert answer.status_code == 200, answer.text
    return {each["start"][:10]: each["value"] for each in answer.json()["items"]}


def meter(client: TestClient) -> int:
    found = client.get(f"{V1}/meters").json()["items"]
    return int(next(each["id"] for each in found if each["code"] == "school-meter-0"))


def test_an_edit_and_its_undo_are_both_in_the_list_with_who_and_why(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    made = client.post(f"{V1}/edits", json=new_edit(conn))
    assert made.status_code == 201, made.text
    edit = made.json()
    assert (edit["was"], edit["value"], edit["person"]) == (1024.5, 1024.0, "admin")
    undone = client.post(f"{V1}/edits/{edit['id']}/undo", json={"reason": "it was right"})
    assert undone.status_code == 200, undone.text
    listed = client.get(f"{V1}/edits", params={"device": edit["device_id"]}).json()["items"]
    assert listed == [undone.json()]
    assert (listed[0]["undone_by"], listed[0]["undone_because"]) == ("admin", "it was right")
    again = client.post(f"{V1}/edits/{edit['id']}/undo", json={"reason": "once more"})
    assert (again.status_code, again.json()["detail"]) == (
        409, f"edit {edit['id']} is undone already",
    )  # fmt: skip
    actions = conn.execute("SELECT action FROM audit WHERE action LIKE 'reading%' ORDER BY 1")
    assert actions.fetchall() == [("reading_edit_undone",), ("reading_edited",)]


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"reason": "  "}, "reason: a correction is not made without a reason"),
        ({"quantity": "co2_ppm"}, "quantity: no meter counts by 'co2_ppm'"),
        (
            {"quantity": "active_energy_export_kwh"},
            "quantity: the device counts no active_energy_export_kwh for a meter at that time",
        ),
        (
            {"ts": "2026-07-01T00:30:00Z"},
            f"ts: there is no {QUANTITY} of this device at 2026-07-01T00:30:00+00:00",
        ),
        ({"value": -1.0}, "value: value is -1, want a number of 0 or more"),
        (
            {"until": "2026-07-05T00:00:00Z"},
            "value: a span can be left out, not replaced by one value",
        ),
        (
            {"until": "2026-07-01T16:00:00Z", "value": None},
            (
                "until: until is 2026-07-01T16:00:00+00:00, "
                "want an instant after 2026-07-01T16:00:00+00:00"
            ),
        ),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_with_the_place(
    conn: Connection, sign_in: SignIn, wrong: dict[str, object], detail: str
) -> None:
    answer = sign_in("admin").post(f"{V1}/edits", json=new_edit(conn, **wrong))
    assert answer.status_code == 422
    assert answer.json()["detail"] == detail
    assert conn.execute("SELECT count(*) FROM reading_edit").fetchone() == (0,)


def test_whoever_only_watches_or_administers_another_institution_may_not_correct(
    conn: Connection, sign_in: SignIn
) -> None:
    event = {"at": START.isoformat(), "kind": "ratio", "value": 40, "note": "plate"}
    client = sign_in("school")  # an operator
    assert client.post(f"{V1}/edits", json=new_edit(conn)).status_code == 403
    assert client.post(EVENTS, json=event).status_code == 403
    client = sign_in("hospital")  # administrator of the hospital
    assert client.post(f"{V1}/edits", json=new_edit(conn)).status_code == 404
    assert client.post(EVENTS, json=event).status_code == 404
    assert client.get(EVENTS).status_code == 404
    assert client.get(f"{V1}/edits").json()["items"] == []
    grant(conn, login="school", role="institution_administrator", organisation="school")
    client = sign_in("school")
    assert client.post(f"{V1}/edits", json=new_edit(conn)).status_code == 201
    assert client.post(EVENTS, json=event).status_code == 201


def test_an_event_is_declared_once_and_withdrawn_with_a_reason(
    conn: Connection, sign_in: SignIn
) -> None:
    assert conn.info.status is not None
    client = sign_in("admin")
    swap = {
        "at": START.isoformat(), "kind": "swap", "value": 3.5, "previous": 1000.5, "note": "broken",
    }  # fmt: skip
    made = client.post(EVENTS, json=swap)
    assert made.status_code == 201, made.text
    twice = client.post(EVENTS, json=swap)
    assert (twice.status_code, twice.json()["detail"][:21]) == (422, "at: a swap at 2026-06")
    address = f"{EVENTS}/{made.json()['id']}/withdraw"
    assert client.post(address, json={"reason": ""}).json()["detail"].startswith("reason: ")
    gone = client.post(address, json={"reason": "other meter"})
    assert (gone.status_code, gone.json()["withdrawn_because"]) == (200, "other meter")
    assert client.post(address, json={"reason": "again"}).status_code == 409
    assert client.get(EVENTS).json()["items"] == [gone.json()]


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"value": 0}, "event: value of a ratio is 0, want a number above 0"),
        ({"previous": 5}, "event: previous means nothing for a ratio"),
        (
            {"kind": "swap", "value": -1},
            "event: value of a swap is -1, want a reading of 0 or more",
        ),
        ({"note": " "}, "note: a correction is not made without a reason"),
    ],
)
def test_an_event_that_cannot_have_happened_is_refused(
    conn: Connection, sign_in: SignIn, wrong: dict[str, object], detail: str
) -> None:
    event = {"at": START.isoformat(), "kind": "ratio", "value": 40, "note": "plate"}
    answer = sign_in("admin").post(EVENTS, json={**event, **wrong})
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert conn.execute("SELECT count(*) FROM register_event").fetchone() == (0,)


def test_days_follow_an_edit_and_its_undo_and_stay_reproducible_as_of_before(
    conn: Connection, sign_in: SignIn, database: str
) -> None:
    client = sign_in("admin")
    as_it_came = days(client)
    edit = client.post(f"{V1}/edits", json=new_edit(conn)).json()
    compute(database, NOW + HOUR)
    corrected = days(client)
    assert list(as_it_came.values()) == [24.5, 23.5, 24.0, 24.0]
    assert list(corrected.values()) == [24.0, 24.0, 24.0, 24.0]
    assert days(client, as_of=NOW.isoformat()) == as_it_came
    assert days(client, as_of=(NOW - HOUR).isoformat()) == {}
    client.post(f"{V1}/edits/{edit['id']}/undo", json={"reason": "it was right"})
    compute(database, NOW + 2 * HOUR)
    assert days(client) == as_it_came
    assert days(client, as_of=(NOW + HOUR).isoformat()) == corrected
    month = days(client, step="month", as_of=(NOW + HOUR).isoformat())
    assert list(month.values()) == [96.0]
    hours = days(client, step="hour", as_of=(NOW + HOUR).isoformat())
    assert set(hours.values()) == {1.0}


def test_only_the_days_an_edit_concerns_get_new_versions(
    conn: Connection, sign_in: SignIn, database: str
) -> None:
    sign_in("admin").post(f"{V1}/edits", json=new_edit(conn))
    compute(database, NOW + HOUR)
    rows = conn.execute(
        "SELECT DISTINCT (start_at AT TIME ZONE 'Asia/Shanghai')::date::text FROM consumption "
        "WHERE known_at > %s ORDER BY 1",
        [NOW],
    )
    assert rows.fetchall() == [("2026-07-01",), ("2026-07-02",)]


def test_a_value_somebody_typed_does_not_pass_for_measured(
    conn: Connection, sign_in: SignIn, database: str
) -> None:
    sign_in("admin").post(f"{V1}/edits", json=new_edit(conn))
    compute(database, NOW + HOUR)
    rows = conn.execute(
        "SELECT start_at FROM consumption WHERE superseded_at IS NULL "
        "AND quantity_grade = 'estimated' AND flags & %s <> 0 ORDER BY 1",
        [ConsumptionFlag.EDITED],
    )
    assert rows.fetchall() == [(START + 23 * HOUR,), (START + 24 * HOUR,)]


def test_a_reading_left_out_at_the_edge_of_a_day_leaves_a_pause_and_keeps_the_total(
    conn: Connection, sign_in: SignIn, database: str
) -> None:
    client = sign_in("admin")
    client.post(f"{V1}/edits", json=new_edit(conn, value=None))
    compute(database, NOW + HOUR)
    assert list(days(client).values()) == [24.0, 24.0, 24.0, 24.0]


def test_a_multiplier_multiplies_from_its_instant_on_and_its_withdrawal_takes_it_back(
    conn: Connection, sign_in: SignIn, database: str
) -> None:
    assert conn.info.status is not None
    client = sign_in("admin")
    as_it_came = days(client)
    ratio = {"at": (START + 48 * HOUR).isoformat(), "kind": "ratio", "value": 40, "note": "plate"}
    event = client.post(EVENTS, json=ratio).json()
    compute(database, NOW + HOUR)
    assert list(days(client).values()) == [24.5, 23.5, 960.0, 960.0]
    client.post(f"{EVENTS}/{event['id']}/withdraw", json={"reason": "another meter"})
    compute(database, NOW + 2 * HOUR)
    assert days(client) == as_it_came


def test_a_long_span_left_out_keeps_its_total_when_something_late_comes_next_to_it(
    conn: Connection, sign_in: SignIn, database: str
) -> None:
    earlier = [1000.0 + i for i in range(-26 * 24, 0)]
    store_messages(conn, registers("school-device-0", START - 26 * 24 * HOUR, earlier, step=HOUR))
    compute(database, NOW + HOUR)
    span = {
        "ts": (START - 600 * HOUR).isoformat(), "until": (START - 100 * HOUR).isoformat(),
        "value": None,
    }  # fmt: skip
    made = sign_in("admin").post(f"{V1}/edits", json=new_edit(conn, **span))
    assert made.status_code == 201, made.text
    compute(database, NOW + 2 * HOUR)
    all_of_it = pytest.approx(30 * 24)
    total = "SELECT sum(value) FROM consumption WHERE superseded_at IS NULL"
    assert conn.execute(total).fetchone() == (all_of_it,)
    late = START - 88.5 * HOUR
    store_messages(conn, registers("school-device-0", late, [911.5], step=HOUR))
    compute(database, NOW + 3 * HOUR)
    assert conn.execute(total).fetchone() == (all_of_it,)
