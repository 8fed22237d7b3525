"""A published fleet year, sent as its cars would: the platform reports what it must."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from device_sim.district_case import case_vehicles
from store.registry import write as write_registry
from store.vehicle import enter
from tests.costed_fleet import TERMS
from tests.db.conftest import V1, SignIn
from tests.estate import estate, store_messages
from tests.fleet_estate import car, cut, told, with_terminals
from tests.metered_building import place_id

pytestmark = pytest.mark.db


def test_cars_of_nanan_report_eight_litres_and_79_5_percent(
    conn: Connection, people: Callable[[], None], sign_in: SignIn
) -> None:
    """Two cars and 100 trips of the 34 and 25,000; `python -m bench.district_case` sends all."""
    people()
    cars = list(case_vehicles(vehicles=2, trips=100))
    codes = [each.code for each in cars]
    write_registry(conn, with_terminals(estate(), "hospital-building", codes))
    for each in cars:
        enter(conn, replace(car(each.code, "hospital-building")))
        store_messages(conn, told(each.code, each.samples()))
    cut(conn)
    client = sign_in("admin")
    bureau = place_id(conn, "bureau")
    answer = client.post(f"{V1}/fleet-summary/terms", json={"place": bureau, "text": TERMS})
    assert answer.status_code == 201
    asked = {
        "place": place_id(conn, "hospital"),
        "first_month": "2024-01-01",
        "last_month": "2024-12-01",
    }
    found = client.get(f"{V1}/fleet-summary", params={**asked, "by": "vehicle"}).json()
    whole = found["whole"]
    assert (whole["vehicles"], whole["trips"]) == (2, 100)
    assert float(whole["electric_km"]) == pytest.approx(2720.0, abs=0.001)
    assert float(whole["litres"]) == pytest.approx(2720 * 0.08, abs=0.001)
    assert float(whole["energy_cost"]["reduction"]) == pytest.approx(0.795, abs=0.0005)
    assert float(whole["co2"]["net"]) < float(whole["co2"]["gross"])
    told_in = {}
    for lang in ("zh-CN", "en"):
        report = client.get(f"{V1}/fleet-summary/report", params={**asked, "lang": lang}).json()
        shown = {part["key"]: part["text"] for part in report["parts"] if part["key"]}
        told_in[lang] = shown["litres"], shown["reduction"]
        evidence = {figure["key"]: figure["evidence"] for figure in report["figures"]}
        assert all(evidence[key] for key in shown)
        assert evidence["litres"][0]["count"] == 100
    assert told_in["zh-CN"] == told_in["en"] == ("218", "-79.5")
    _every_trip_has_a_place_and_the_track_is_as_long_as_the_odometer(conn, client, bureau)


def _every_trip_has_a_place_and_the_track_is_as_long_as_the_odometer(
    conn: Connection, client: TestClient, bureau: int
) -> None:
    rows = conn.execute(
        "SELECT km, (km_ways ->> 'track')::float8, start_latitude_deg, end_longitude_deg"
        " FROM vehicle_segment WHERE kind = 'trip' AND superseded_at IS NULL"
    ).fetchall()
    assert len(rows) == 100
    for km, track, latitude, longitude in rows:
        assert track == pytest.approx(km, rel=0.01)
        assert (round(latitude), round(longitude)) in {(29, 107), (30, 107)}
    leave = {
        "login": "admin", "organisation_id": bureau, "first_day": "2000-01-01",
        "end_day": "2100-01-01", "reason": "case",
    }  # fmt: skip
    assert client.post(f"{V1}/track-access", json=leave).status_code == 201
    vehicle = client.get(f"{V1}/vehicles").json()["items"][-1]["id"]
    span = {"first": "2024-03-01T00:00:00+08:00", "end": "2024-03-02T00:00:00+08:00"}
    asked = span | {"reason": "case"}
    fixes = client.get(f"{V1}/vehicles/{vehicle}/track", params=asked).json()["fixes"]
    assert len(fixes) > 100
