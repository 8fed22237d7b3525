"""Petrol cars held against a candidate, by their trips, standing, orders and tariff."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from psycopg import Connection

from store.fleet.pile import piles
from tests.costed_fleet import local, plant, put_on_tariff, segment
from tests.db.conftest import V1, SignIn
from tests.db.fleet.test_vehicle_costs import take
from tests.metered_building import place_id
from tests.unit.fleet.test_suitability import TERMS

pytestmark = pytest.mark.db

PILE = (39.9, 116.4)
AFAR = (39.9, 116.41)
CARS = """code,plate,organisation,vehicle_class,powertrain
p-1,渝A1,school-building,sedan,fuel
p-2,渝A2,school-building,sedan,fuel
p-3,渝A3,school-building,mpv,fuel
"""
FUEL = """流水号,车牌号,加油时间,数量,金额
F1,渝A1,2026-07-10 10:00,100,800.00
F2,渝A2,2026-07-10 10:00,300,2400.00
"""
_STOP = """
INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, km_ways, kwh_ways,
       evidence, estimated, doubts, start_latitude_deg, start_longitude_deg, known_at)
SELECT vehicle_id, %(name)s, 'stop', %(start)s, %(end)s, '{}', '{}', '{standing}', false, 0,
       %(latitude)s, %(longitude)s, '2026-08-01Z' FROM vehicle WHERE code = %(code)s"""


def drive_and_stand(conn: Connection, code: str, km: float, at: tuple[float, float]) -> None:
    """Every day of July an hour's trip at nine; the rest of the time at one place."""
    day = date(2026, 7, 1)
    while day < date(2026, 8, 1):
        segment(conn, code, f"{code}/{day}", "trip", f"{day} 09:00", 60, km=km)
        night = {
            "code": code, "name": f"{code}/{day}/stop", "start": local(f"{day} 10:00"),
            "end": local(f"{day + timedelta(days=1)} 09:00"), "latitude": at[0], "longitude": at[1],
        }  # fmt: skip
        conn.execute(_STOP, night)
        day += timedelta(days=1)


@pytest.fixture
def client(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    plant(conn)
    put_on_tariff(conn)
    conn.execute("UPDATE pile SET latitude_deg = %s, longitude_deg = %s", PILE)
    client = sign_in("admin")
    taken = take(client, "vehicles", CARS)
    assert taken["taken"], taken
    assert take(client, "orders_fuel", FUEL)["taken"]
    drive_and_stand(conn, "p-1", 80, PILE)
    drive_and_stand(conn, "p-2", 300, AFAR)
    return client


def ask(client: TestClient, conn: Connection, path: str = "", **more: str) -> Any:
    july = "2026-07-01"
    asked = {"place": place_id(conn, "school"), "first_month": july, "last_month": july, **more}
    return client.get(f"{V1}/fleet-suitability{path}", params=asked)


def enter(client: TestClient, conn: Connection, text: str = TERMS) -> Any:
    body = {"place": place_id(conn, "bureau"), "text": text}
    return client.post(f"{V1}/fleet-suitability/terms", json=body)


def test_each_petrol_car_has_a_verdict_with_what_it_rests_on(
    conn: Connection, client: TestClient
) -> None:
    nothing = ask(client, conn).json()
    assert (nothing["terms"], nothing["items"]) == (None, [])
    assert [each["code"] for each in nothing["without_candidate"]] == ["p-1", "p-2", "p-3"]
    refused = ask(client, conn, "/file")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_replacement_terms")
    assert enter(client, conn).status_code == 201
    found = ask(client, conn).json()
    told = {each["code"]: each for each in found["items"]}
    near, far = told["p-1"], told["p-2"]
    assert (near["verdict"], near["reasons"]) == ("suitable", [])
    assert (near["range"]["days_known"], near["range"]["median_km"]) == (31, "80.0")
    assert near["range"]["range_km"] == "216.0"
    assert (near["standing"]["days"], near["standing"]["days_short"]) == (31, 0)
    assert near["standing"]["median_h"] == "23.00"
    # 80 km/d x 365 = 29,200 km; 100 L of 800 CNY in 31 days are 9,419.35 CNY a year.
    assert near["cost"]["items"] == ["energy"]
    assert (near["cost"]["km_year"], near["cost"]["petrol_cny"]) == ("29200.0", "9419.35")
    # The plug-in over the end of June: two hours of July at the valley's price.
    assert (found["cny_kwh"], found["price_kwh"]) == ("0.3000", "12.000")
    assert near["cost"]["electric_cny"] == "1460.00"
    assert (far["verdict"], far["reasons"]) == ("not_suitable", ["range_short", "charge_elsewhere"])
    assert (far["range"]["days_beyond"], far["standing"]["median_h"]) == (31, "0.00")
    assert [each["code"] for each in found["without_candidate"]] == ["p-3"]
    assert (found["coldest_c"], found["coldest_measured_c"]) == ("-10", None)


def test_where_positions_have_expired_standing_is_not_known(
    conn: Connection, client: TestClient
) -> None:
    enter(client, conn)
    conn.execute("UPDATE vehicle_segment SET start_latitude_deg = NULL, start_longitude_deg = NULL")
    told = {each["code"]: each for each in ask(client, conn).json()["items"]}
    assert told["p-1"]["reasons"] == ["standing_unknown"]
    assert told["p-1"]["verdict"] == "not_enough_data"
    assert told["p-2"]["verdict"] == "not_suitable"


def test_the_table_holds_the_same_in_both_forms(
    conn: Connection, client: TestClient, tmp_path: Any
) -> None:
    enter(client, conn)
    text = ask(client, conn, "/file", form="csv", lang="en").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["code"], row["verdict"], row["range_km"]) for row in rows] == [
        ("p-1", "suitable", "216.0"),
        ("p-2", "not_suitable", "216.0"),
    ]
    assert (rows[0]["inside"], rows[0]["electric_cny_year"]) == ("energy", "1460.00")
    file = tmp_path / "suitability.xlsx"
    file.write_bytes(ask(client, conn, "/file", form="xlsx", lang="zh-CN").content)
    sheet = load_workbook(file).active
    assert [sheet["A1"].value, sheet["A2"].value, sheet["L2"].value] == ["车辆编码", "p-1", 216]


def test_only_administrators_enter_candidates_and_only_with_classes_and_sources(
    conn: Connection, client: TestClient, sign_in: SignIn
) -> None:
    assert enter(client, conn, TERMS.replace('"sedan"', '"rocket"')).json()["code"] == (
        "no_vehicle_class"
    )
    bare = TERMS.replace('document = "own trial of 2025"', 'document = ""', 1)
    assert enter(client, conn, bare).status_code == 422
    assert client.get(f"{V1}/fleet-suitability/terms").json()["items"] == []
    assert enter(client, conn).status_code == 201
    school = sign_in("school")
    assert enter(school, conn).status_code in {403, 404}
    assert len(piles(conn)) == 1
    assert [each["code"] for each in ask(school, conn).json()["items"]] == ["p-1", "p-2"]
