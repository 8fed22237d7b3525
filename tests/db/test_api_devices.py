"""Devices over the API: newest values, what a device tells of itself, and no silent moves."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.become import Role
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate

pytestmark = pytest.mark.db

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital with a meter each, and what a collector has noted of their devices."""
    write_registry(superuser, estate())
    add_people(superuser)
    for name, power in (("school", 41.5), ("hospital", 99.0)):
        said = {
            "active_power_kw": [power, ms(NOW)],
            "active_energy_import_kwh": [184223.5, ms(NOW - HOUR)],
        }
        note_latest(superuser, f"{name}-device-0", NOW, said)
    return superuser


def ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def note_latest(conn: Connection, code: str, ts: datetime, said: dict[str, list[float]]) -> None:
    with connected(conn.info.dsn, Role.COLLECT) as collector:
        collector.execute(
            "INSERT INTO device_latest (device_id, ts, received_at, said) "
            "SELECT device_id, %s, %s, %s::jsonb FROM device WHERE code = %s",
            [ts, ts, json.dumps(said), code],
        )


def device(client: TestClient, code: str = "school-device-0") -> dict[str, object]:
    items = client.get(f"{V1}/devices").json()["items"]
    [found] = (item for item in items if item["code"] == code)
    return dict(found)


def place_id(conn: Connection, code: str) -> int:
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = %s", [code])
    [found] = row.fetchone() or [0]
    return int(found)


def test_each_newest_value_comes_with_its_own_instant(sign_in: SignIn) -> None:
    client = sign_in("school")
    at_least = (datetime.now(UTC) - NOW).total_seconds()
    [latest] = client.get(f"{V1}/readings/latest").json()["items"]
    at_most = (datetime.now(UTC) - NOW).total_seconds()
    assert latest["values"] == {"active_power_kw": 41.5, "active_energy_import_kwh": 184223.5}
    at = {name: datetime.fromisoformat(text) for name, text in latest["at"].items()}
    assert at == {"active_power_kw": NOW, "active_energy_import_kwh": NOW - HOUR}
    assert datetime.fromisoformat(latest["ts"]) == NOW
    assert at_least - 1 <= latest["age_s"] <= at_most + 1


def test_newest_values_can_be_asked_for_one_place_or_one_device(
    sign_in: SignIn, conn: Connection
) -> None:
    client = sign_in("admin")

    def powers(**query: int) -> list[float]:
        items = client.get(f"{V1}/readings/latest", params=query).json()["items"]
        return [item["values"]["active_power_kw"] for item in items]

    assert sorted(powers()) == [41.5, 99.0]
    assert powers(organisation=place_id(conn, "hospital")) == [99.0]
    assert powers(device=int(str(device(client)["id"]))) == [41.5]


def test_a_value_from_outside_the_time_of_a_scope_is_not_told(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute(
        "UPDATE scope SET during = tstzrange(NULL, %s) FROM person p "
        "WHERE p.person_id = scope.person_id AND p.login = 'school'",
        [NOW - HOUR / 2],
    )
    [latest] = sign_in("school").get(f"{V1}/readings/latest").json()["items"]
    assert list(latest["values"]) == ["active_energy_import_kwh"]


def test_a_device_says_whether_it_is_connected_and_how_its_clock_goes(
    sign_in: SignIn, conn: Connection
) -> None:
    with connected(conn.info.dsn, Role.COLLECT) as collector:
        collector.execute(
            "INSERT INTO device_status SELECT device_id, false, now(), now() FROM device"
        )
        collector.execute("INSERT INTO device_clock SELECT device_id, -75.5, now() FROM device")
        collector.execute(
            "INSERT INTO device_fact SELECT device_id, 'firmware', '1.2', now() FROM device"
        )
    client = sign_in("school")
    one = client.get(f"{V1}/devices/{device(client)['id']}").json()
    assert (one["online"], one["clock_offset_s"], one["profile"]) == (False, -75.5, "native")
    assert [(fact["name"], fact["value"]) for fact in one["facts"]] == [("firmware", "1.2")]


def test_a_device_that_never_said_so_is_neither_online_nor_offline(sign_in: SignIn) -> None:
    assert device(sign_in("school"))["online"] is None


def test_a_foreign_device_is_not_found(sign_in: SignIn) -> None:
    foreign = device(sign_in("admin"), "hospital-device-0")["id"]
    client = sign_in("school")
    assert client.get(f"{V1}/devices/{foreign}").status_code == 404
    assert client.get(f"{V1}/readings/latest", params={"device": foreign}).json()["items"] == []


@pytest.mark.parametrize("name", ["organisation_id", "meter_id"])
def test_a_move_is_refused_with_its_reason(sign_in: SignIn, name: str) -> None:
    client = sign_in("admin")
    there = device(client, "hospital-device-0")[name]
    here = device(client)
    change = {"status": "accepted", name: there}
    answer = client.patch(f"{V1}/devices/{here['id']}", json=change)
    assert answer.status_code == 409
    assert f"{name}: school-device-0 has {here[name]} already" in answer.json()["detail"]
    assert device(client)[name] == here[name]


def test_saying_again_where_a_device_stands_is_no_move(sign_in: SignIn) -> None:
    client = sign_in("admin")
    here = device(client)
    change = {name: here[name] for name in ("status", "organisation_id", "meter_id")}
    assert client.patch(f"{V1}/devices/{here['id']}", json=change).status_code == 200


def test_a_device_with_a_place_and_no_meter_is_given_one(sign_in: SignIn, conn: Connection) -> None:
    conn.execute("DELETE FROM meter_device")
    client = sign_in("admin")
    [meter, *_] = client.get(f"{V1}/meters").json()["items"]
    change = {"status": "accepted", "meter_id": meter["id"]}
    answer = client.patch(f"{V1}/devices/{device(client)['id']}", json=change)
    assert (answer.status_code, answer.json()["meter_id"]) == (200, meter["id"])


def test_a_device_that_tells_only_power_says_so_and_where_no_power_helps_is_refused(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute("DELETE FROM meter_device")
    client = sign_in("admin")
    [meter, *_] = client.get(f"{V1}/meters").json()["items"]
    here, change = device(client)["id"], {"status": "accepted", "meter_id": meter["id"]}
    conn.execute("UPDATE meter SET quantity = 'cold_energy_gj' WHERE meter_id = %s", [meter["id"]])
    answer = client.patch(f"{V1}/devices/{here}", json={**change, "counts_by": "rate"})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_rate")
    assert answer.json()["place"] == meter["code"]
    quantity = meter["quantity"]
    conn.execute("UPDATE meter SET quantity = %s WHERE meter_id = %s", [quantity, meter["id"]])
    found = client.patch(f"{V1}/devices/{here}", json={**change, "counts_by": "rate"}).json()
    assert (found["counts_by"], found["told_as"]) == ("rate", "active_power_kw")


def test_what_devices_may_speak_is_listed_with_their_topics(sign_in: SignIn) -> None:
    items = sign_in("school").get(f"{V1}/profiles").json()["items"]
    assert items[0]["name"] == items[0]["kind"] == "native"
    assert items[0]["topics"][0] == "cw/v1/+/up"
    kinds = {item["name"]: item["kind"] for item in items}
    assert (kinds["gb32960"], kinds["shelly_gen2"]) == ("codec", "profile")
    assert all(item["about"] and item["topics"] for item in items if item["kind"] == "profile")


def test_quantities_have_names_for_people_and_units(sign_in: SignIn) -> None:
    items = {q["name"]: q for q in sign_in("school").get(f"{V1}/quantities").json()["items"]}
    power = items["active_power_kw"]
    assert (power["unit"], power["name_zh"], power["name_en"]) == (
        "kW",
        "有功功率",
        "active power",
    )


def test_channels_are_accepted_with_their_device_and_stand_where_it_stands(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute(
        "WITH plug AS (INSERT INTO device (code, kind, status, name_zh, name_en)"
        " VALUES ('plug', 'other', 'pending', '', '') RETURNING device_id)"
        " INSERT INTO device (code, kind, status, name_zh, name_en, via_id)"
        " SELECT code, 'other', 'pending', '', '', device_id"
        " FROM plug, unnest(ARRAY['plug/switch:0', 'meter-behind-plug']) AS c (code)"
    )
    client = sign_in("admin")
    school = place_id(conn, "school")
    change = {"status": "accepted", "organisation_id": school}
    answer = client.patch(f"{V1}/devices/{device(client, 'plug')['id']}", json=change)
    assert answer.status_code == 200
    channel = device(client, "plug/switch:0")
    assert (channel["status"], channel["organisation_id"]) == ("accepted", school)
    assert device(client, "meter-behind-plug")["status"] == "pending"
