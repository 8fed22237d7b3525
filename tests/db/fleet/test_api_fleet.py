"""The fleet over the API: trips, whose charge it was, what looks wrong, who reads a track."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from device_sim.samples import Samples
from device_sim.vehicle_week import VehicleWeek, vehicle_week
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.fleet.suspicion import add_fence
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import registers, store_messages
from tests.fleet_estate import at, cut, told

pytestmark = pytest.mark.db

FIRST = date(2026, 6, 29)


@cache
def week() -> VehicleWeek:
    return vehicle_week(3, FIRST, days=5)


def pile_of(conn: Connection) -> int:
    """A pile with a meter below that of the school's building; gives the meter's id."""
    place = "school-building"
    pile = Meter(
        "pile-m", place, Medium.ELECTRICITY, MeterRole.SUB, "school-meter-0", "pile", "pile"
    )
    device = Device(
        "pile-d", place, DeviceKind.ELECTRICITY_METER, "p", "p", meter="pile-m",
        accept_back=timedelta(days=40_000),
    )  # fmt: skip
    write_registry(conn, Registry((), (pile,), (device,)))
    row = conn.execute("SELECT meter_id FROM meter WHERE code = 'pile-m'").fetchone()
    assert row is not None
    return int(row[0])


def pile_says(samples: Samples, efficiency: float = 0.9) -> tuple[datetime, list[float]]:
    """Register of a pile that gave every charge of the vehicle, each quarter of an hour."""
    quarter = samples.at_s[samples.at_s % 900 == 0]
    charged = np.asarray(samples.values["energy_charged_kwh"], np.float64)
    known = np.isfinite(charged)
    taken = np.interp(quarter, samples.at_s[known], charged[known])
    return at(quarter[0]), (100 + (taken - taken[0]) / efficiency).round(3).tolist()


@pytest.fixture
def admin(conn: Connection, sign_in: SignIn) -> TestClient:
    add_people(conn)
    return sign_in("admin")


def span() -> dict[str, str]:
    return {"first": at(week().start_s).isoformat(), "end": at(week().end_s).isoformat()}


def test_charges_find_their_pile_and_no_energy_is_lost_or_twice(
    conn: Connection, admin: TestClient
) -> None:
    samples = week().samples(60)
    meter = pile_of(conn)
    start, register = pile_says(samples)
    store_messages(conn, told("car-1", samples))
    store_messages(conn, registers("pile-d", start, register, step=timedelta(minutes=15)))
    new = {"code": "P1", "name_zh": "一号桩", "name_en": "Pile 1", "meter_id": meter}
    assert admin.post(f"{V1}/piles", json=new).status_code == 201
    conn.execute(
        "INSERT INTO contract (code, name, organisation_id)"
        " SELECT 'c', 'c', organisation_id FROM organisation WHERE code = 'school'"
    )
    conn.execute(
        "INSERT INTO contract_meter SELECT contract_id, meter_id, '(,)' FROM contract, meter"
        " WHERE meter.code = 'school-meter-0'"
    )
    cut(conn)
    charges = admin.get(f"{V1}/vehicles/1/charges", params=span()).json()["items"]
    assert [each["kwh"] for each in charges] == pytest.approx(
        [each.kwh for each in week().plug_ins()][: len(charges)], rel=0.05
    )
    assert {each["pile"] for each in charges} == {"P1"}
    balance = admin.get(f"{V1}/charging-balance", params=span()).json()
    (use,) = balance["piles"]
    assert use["metered_kwh"] == pytest.approx(register[-1] - register[0], abs=0.01)
    assert use["matched_kwh"] == pytest.approx(sum(each["pile_kwh"] for each in charges))
    assert use["matched_kwh"] + use["unmatched_kwh"] == pytest.approx(use["metered_kwh"])
    assert use["unmatched_kwh"] < 0.02 * use["metered_kwh"]
    assert (use["inside"], use["twice"], use["above"]) == (["c"], [], ["school-meter-0"])
    assert balance["elsewhere"] == []
    conn.execute("INSERT INTO contract_meter SELECT contract_id, %s, '(,)' FROM contract", [meter])
    again = admin.get(f"{V1}/charging-balance", params=span()).json()["piles"][0]
    assert again["twice"] == ["c"]


def test_a_charge_at_no_pile_of_ours_is_listed(conn: Connection, admin: TestClient) -> None:
    store_messages(conn, told("car-1", week().samples(60)))
    cut(conn)
    balance = admin.get(f"{V1}/charging-balance", params=span()).json()
    assert balance["piles"] == []
    assert len(balance["elsewhere"]) == len(week().plug_ins())


def test_trips_come_in_pages_with_their_evidence_and_versions(
    conn: Connection, admin: TestClient
) -> None:
    store_messages(conn, told("car-1", week().samples(60)))
    cut(conn)
    first = admin.get(f"{V1}/vehicles/1/trips", params=span() | {"limit": "2"}).json()
    rest = admin.get(f"{V1}/trips", params=span() | {"cursor": first["next"]}).json()
    found = first["items"] + rest["items"]
    drives = week().drives()
    assert len(found) == len(drives)
    assert sum(each["km"] for each in found) == pytest.approx(
        sum(each.km for each in drives), rel=0.01
    )
    assert found[0]["km_by"] == "odometer"
    assert set(found[0]["km_ways"]) == {"odometer", "speed", "track"}
    one = admin.get(f"{V1}/vehicles/1/segments/{found[0]['id']}").json()["items"]
    assert [each["km"] for each in one] == [found[0]["km"]]
    bars = admin.get(f"{V1}/vehicle-use", params=span()).json()["items"]
    assert sum(each["kind"] == "trip" for each in bars) == len(drives)
    listed = admin.get(f"{V1}/vehicles").json()["items"]
    assert [(each["plate"], each["waiting"]) for each in listed] == [
        ("津Acar-1", False),
        ("津Acar-2", False),
    ]


CHARGES = """
INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, km_ways, kwh, kwh_ways,
                             soc_start, soc_end, evidence, estimated, doubts, known_at)
SELECT 1, 'c' || n, 'charge', day, day + interval '2 hours', '{}', kwh,
       jsonb_build_object('counter', kwh, 'soc', 1.2 * kwh), 20, 20 + rise, '{charge_state}',
       estimated, 0, '2026-01-01Z'
  FROM (VALUES (0, 21.5, 50, false), (1, 21.7, 50, false), (2, 21.4, 50, false),
               (3, 30.1, 70, false), (4, 30.4, 70, false), (5, 29.9, 70, false),
               (6, 9.0, 10, false), (7, 40.0, 50, true)) AS c (n, kwh, rise, estimated),
       LATERAL (SELECT %(first)s + n * interval '1 day' AS day) d"""


def test_a_battery_is_told_with_bounds_or_as_not_known_enough(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    conn.execute(CHARGES, {"first": first})
    told = f"{V1}/vehicles/1/battery"
    few = admin.get(told, params={"end": (first + timedelta(days=5)).isoformat()}).json()
    assert (few["charges"], few["kwh"], few["share"]) == (5, None, None)
    asked = {"end": (first + timedelta(days=9)).isoformat()}
    found = admin.get(told, params=asked).json()
    assert (found["charges"], found["charges_all"]) == (6, 8)
    # 43 kWh were planted in a car that was entered with 53.6. A narrow charge that would say 90
    # and an inferred one that would say 80 say nothing.
    assert found["kwh"] == pytest.approx(43.0, rel=0.005)
    assert (found["low_kwh"], found["high_kwh"]) == pytest.approx((42.714, 43.429), abs=0.001)
    assert found["share"] == pytest.approx(43.0 / 53.6, rel=0.005)
    assert sign_in("hospital").get(told, params=asked).status_code == 404


def test_a_track_needs_leave_and_its_reading_is_noted(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    store_messages(conn, told("car-1", week().samples(600)))
    cut(conn)
    track, wanted = f"{V1}/vehicles/1/track", span() | {"reason": "complaint 17"}
    refused = admin.get(track, params=wanted)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_track_access")
    home = admin.get(f"{V1}/organisations").json()["items"][0]["id"]
    leave = {
        "login": "school", "organisation_id": home, "first_day": "2000-01-01",
        "end_day": "2100-01-01", "reason": "audit",
    }  # fmt: skip
    assert admin.post(f"{V1}/track-access", json=leave).status_code == 201
    school = sign_in("school")
    read = school.get(track, params=wanted).json()
    assert len(read["fixes"]) > 100
    shifted = school.get(track, params=wanted | {"system": "gcj02"}).json()
    assert shifted["fixes"][0]["latitude_deg"] != read["fixes"][0]["latitude_deg"]
    told_too = school.get(f"{V1}/audit", params={"action": "track_read"}).json()["items"]
    assert [each["detail"]["reason"] for each in told_too] == ["complaint 17"] * 2
    admin = sign_in("admin")
    reads = admin.get(f"{V1}/vehicles/1/track-reads").json()["items"]
    assert [(each["reason"], each["vehicle_id"]) for each in reads] == [("complaint 17", 1)] * 2
    latest = admin.get(f"{V1}/readings", params={"device": 3}).text
    assert "latitude" not in latest
    assert sign_in("hospital").get(track, params=wanted).status_code == 404


def test_a_suspicion_waits_for_a_verdict_and_follows_the_rules(
    conn: Connection, admin: TestClient, sign_in: SignIn
) -> None:
    store_messages(conn, told("car-1", week().samples(60)))
    cut(conn)
    home = {each["code"]: each["id"] for each in admin.get(f"{V1}/organisations").json()["items"]}
    place = home["school-building"]
    rules = f"{V1}/fleet-rules"
    early = {
        "organisation_id": place, "rule": "out_of_hours", "holds_from": "2026-01-01",
        "terms": {"from_min": 0, "until_min": 60},
    }  # fmt: skip
    assert admin.put(rules, json=early).status_code == 200
    assert admin.put(rules, json=early | {"terms": {"away_m": 1}}).status_code == 422
    cut(conn)
    found = admin.get(f"{V1}/suspicions", params={"open": "true"}).json()["items"]
    trips = admin.get(f"{V1}/vehicles/1/trips", params=span()).json()["items"]
    assert {each["subject"] for each in found if each["rule"] == "out_of_hours"} == {
        each["id"] for each in trips
    }
    judged = f"{V1}/suspicions/{found[0]['id']}/verdicts"
    school = sign_in("school")
    answer = school.post(judged, json={"verdict": "known", "reason": "ordered by the office"})
    assert (answer.status_code, answer.json()["verdict"]) == (201, "known")
    assert school.post(judged, json={"verdict": "true", "reason": " "}).status_code == 422
    assert len(school.get(f"{V1}/suspicions", params={"open": "true"}).json()["items"]) == (
        len(found) - 1
    )
    assert (
        sign_in("hospital").post(judged, json={"verdict": "true", "reason": "x"}).status_code == 404
    )
    admin = sign_in("admin")
    assert admin.put(rules, json=early | {"in_use": False, "terms": {}}).status_code == 200
    cut(conn)
    left = admin.get(f"{V1}/suspicions").json()["items"]
    assert [each["verdict"] for each in left if each["rule"] == "out_of_hours"] == ["known"]
    assert left[0]["withdrawn_at"] is not None


def test_a_night_away_from_home_is_a_suspicion_by_the_fence(
    conn: Connection, admin: TestClient
) -> None:
    store_messages(conn, told("car-1", week().samples(60)))
    cut(conn)
    conn.execute("SELECT set_config('civicwatt.person', '1', false)")
    place = conn.execute(
        "SELECT organisation_id FROM organisation WHERE code = 'school-building'"
    ).fetchone()
    assert place is not None
    add_fence(conn, place[0], "home", "yard", [0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    cut(conn)
    found = admin.get(f"{V1}/suspicions", params={"limit": "1000"}).json()["items"]
    nights = {each["subject"] for each in found if each["rule"] == "not_returned"}
    assert nights == {f"night:{FIRST + timedelta(days=n)}" for n in range(5)}
