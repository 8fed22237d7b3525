"""Outdoor sensors over the API: which one serves a place, how fresh it is, and who sees it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection

from domain.registry import Device, DeviceKind, Registry
from domain.weather_hour import SourceKind
from store.places.registry import write as write_registry
from store.places.weather_hour import put_hours
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate

pytestmark = pytest.mark.db

NOW = datetime.now(UTC)


def sensor(code: str, place: str) -> Device:
    return Device(code, place, DeviceKind.CLIMATE_SENSOR, code, code)


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A sensor at the school's site, one in its building, one at the bureau, one never heard."""
    write_registry(superuser, estate())
    sensors = (
        sensor("site-air", "school-site"),
        sensor("room-air", "school-building"),
        sensor("roof-air", "bureau"),
        sensor("mute-air", "hospital-site"),
    )
    write_registry(superuser, Registry((), (), sensors))
    add_people(superuser)
    for code, value, hours in (
        ("site-air", 31.5, 0.1),
        ("room-air", 22.0, 0.1),
        ("roof-air", 29, 5),
    ):
        at = NOW - timedelta(hours=hours)
        said = json.dumps({"air_temperature_c": [value, int(at.timestamp() * 1000)]})
        superuser.execute(
            "INSERT INTO device_latest (device_id, ts, received_at, said) "
            "SELECT device_id, %s, %s, %s FROM device WHERE code = %s",
            [at, at, said, code],
        )
    return superuser


def test_a_building_has_the_weather_of_its_site_and_no_room_is_outdoors(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    station = admin.get(f"{V1}/organisations/school-building/weather").json()["station"]
    assert (station["code"], station["place"], station["stale"]) == (
        "site-air",
        "school-site",
        False,
    )
    assert [(v["quantity"], v["value"]) for v in station["values"]] == [("air_temperature_c", 31.5)]


def test_a_sensor_that_is_silent_or_old_is_told_as_stale(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    found = {each["code"]: each for each in admin.get(f"{V1}/weather").json()["items"]}
    assert {code: each["stale"] for code, each in found.items()} == {
        "site-air": False,
        "roof-air": True,
        "mute-air": True,
    }
    assert found["mute-air"]["values"] == []
    hospital = admin.get(f"{V1}/organisations/hospital-building/weather").json()["station"]
    assert (hospital["code"], hospital["stale"]) == ("mute-air", True)


def test_nobody_sees_the_sensors_of_another_institution(sign_in: SignIn) -> None:
    school = sign_in("school")
    assert [s["code"] for s in school.get(f"{V1}/weather").json()["items"]] == ["site-air"]
    assert school.get(f"{V1}/organisations/hospital/weather").status_code == 404
    assert school.get(f"{V1}/organisations/school/weather").json()["station"] is None


def test_sources_are_told_in_order_and_a_place_without_a_fresh_one_is_warned_of(
    conn: Connection, sign_in: SignIn
) -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    place = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'hospital-site'")
    row = place.fetchone()
    assert row is not None
    admin = sign_in("admin")
    path = f"{V1}/organisations/hospital-building/weather"
    found = admin.get(path).json()
    assert [(each["station"], each["stale"]) for each in found["sources"]] == [
        ("mute-air", True),
        ("roof-air", True),
    ]
    assert (found["stale"], found["stale_after_hours"]) == (True, 3.0)
    put_hours(conn, row[0], SourceKind.PULLED, {hour: 21.5}, source="https://x.example")
    found = admin.get(path).json()
    used = [(each["kind"], each["newest_c"]) for each in found["sources"] if each["in_use"]]
    assert (used, found["stale"]) == ([("pulled", 21.5)], False)


def test_only_who_may_do_everything_names_an_address_and_it_is_looked_at(sign_in: SignIn) -> None:
    path = f"{V1}/organisations/school-site/weather/pull"
    good = {"address": "https://w.example/v1/forecast", "latitude_deg": 39, "longitude_deg": 117}
    admin = sign_in("admin")
    for wrong in ("ftp://w.example", "https://", "https://a:b@w.example", "https://w.example:x/"):
        answer = admin.put(path, json={**good, "address": wrong})
        assert answer.status_code == 422, wrong
    assert admin.put(path, json={**good, "latitude_deg": 91}).status_code == 422
    pull = admin.put(path, json=good).json()["pull"]
    assert (pull["address"], pull["tried_at"], pull["fault"]) == (good["address"], None, "")
    assert admin.delete(path).status_code == 204
    assert admin.delete(path).status_code == 404
    school = sign_in("school")
    assert school.put(path, json=good).status_code == 403
    assert school.delete(path).status_code == 403


def test_imported_hours_are_kept_or_refused_at_their_cell(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    head = "organisation,time,temperature_c,source\n"
    good = head + (
        "school-site,2026-07-01 13:00,31.5,observatory\n"
        "school-site,2026-07-01T06:00+00:00,32,observatory\n"
        "hospital,2026/07/01 13:00,-200,observatory\n"
    )
    answer = admin.post(f"{V1}/sheets/weather_hours", content=good.encode()).json()
    told = [(each["row"], each["column"], each["code"]) for each in answer["faults"]]
    assert told == [(4, "temperature_c", "not_a_temperature")]
    bad = head + (
        "school-site,2026-07-01 13:30,31,o\n"
        "school-site,2026-07-01 13:00,warm,o\n"
        "nowhere,2026-07-01 13:00,31,o\n"
        "school-site,2026-07-01 14:00,31,o\n"
        "school-site,2026-07-01T06:00Z,31,o\n"
        "school-site,2190-07-01 14:00,31,o\n"
    )
    answer = admin.post(f"{V1}/sheets/weather_hours", content=bad.encode()).json()
    told = [(each["row"], each["column"], each["code"]) for each in answer["faults"]]
    assert told == [
        (2, "time", "not_an_hour"),
        (3, "temperature_c", "not_a_temperature"),
        (4, "organisation", "unknown_organisation"),
        (6, "time", "twice"),
        (7, "time", "not_over"),
    ]
    taken = admin.post(
        f"{V1}/sheets/weather_hours", content=good.replace("-200", "30").encode()
    ).json()
    assert (taken["taken"], taken["rows"]) == (True, 3)
    given = admin.get(f"{V1}/sheets/weather_hours", params={"form": "csv", "lang": "en"}).text
    assert given.splitlines()[2:] == [
        "school-site,2026-07-01T13:00+08:00,31.5,observatory",
        "school-site,2026-07-01T14:00+08:00,32,observatory",
    ]
    again = admin.post(f"{V1}/sheets/weather_hours", content=given.encode()).json()
    assert again["taken"]
    school = sign_in("school")
    refused = school.post(f"{V1}/sheets/weather_hours", content=good.encode()).json()
    assert {each["code"] for each in refused["faults"]} >= {"not_administered"}
