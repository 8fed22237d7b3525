"""Vehicles and piles from tables: entered, changed from a day on, or every fault at its cell."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from psycopg import Connection

from domain.coordinates import from_gcj02
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn
from tests.db.fleet.test_vehicle_costs import take
from tests.estate import estate
from tests.fleet_estate import with_terminals

pytestmark = pytest.mark.db

HEADING = "车辆编码,车牌号,机构编码,部门,车型类别,动力类型,取得方式,电池容量 kWh,喷涂标识"
VEHICLES = f"""{HEADING},车辆识别代号,终端编码,起始日期
car-7,渝A00007,school-building,办公室,sedan,electric,time_share_rental,53.6,yes,\
LSVAA2180E2000007,t-7,2026-01-01
car-8,渝A00008,school-building,,mpv,fuel,,,,,,
"""
PILES = """code,meter,name_zh,latitude,longitude,system
pile-7,school-meter-0,七号桩,39.900000,116.400000,gcj02
"""


@pytest.fixture
def client(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    write_registry(conn, with_terminals(estate(), "school-building", ("t-7", "t-8")))
    return sign_in("admin")


def vehicles(client: TestClient) -> dict[str, Any]:
    return {each["code"]: each for each in client.get(f"{V1}/vehicles").json()["items"]}


def faults(taken: Any) -> list[tuple[int, str, str]]:
    assert not taken["taken"]
    return [(each["row"], each["column"], each["code"]) for each in taken["faults"]]


def test_vehicles_come_from_a_table_and_change_from_a_day_on(client: TestClient) -> None:
    for _ in range(2):
        assert take(client, "vehicles", VEHICLES, encoding="gb18030")["taken"]
    car = vehicles(client)["car-7"]
    assert (car["plate"], car["acquisition"], car["battery_kwh"], car["livery"]) == (
        "渝A00007", "time_share_rental", 53.6, True,
    )  # fmt: skip
    assert car["device_id"] is not None
    assert vehicles(client)["car-8"]["category"] == "general"
    moved = VEHICLES.replace("school-building,办公室", "hospital-building,车队").replace(
        "2026-01-01", "2026-07-01"
    )
    assert take(client, "vehicles", moved)["taken"]
    first, second = client.get(f"{V1}/vehicles/{car['id']}/stations").json()["items"]
    assert (first["department"], second["department"]) == ("车队", "办公室")
    assert first["start_at"] == second["end_at"] == "2026-06-30T16:00:00Z"
    sold = VEHICLES.replace("school-building,,mpv,fuel,,", "school-building,,mpv,electric,,60")
    assert faults(take(client, "vehicles", sold)) == [
        (2, "起始日期", "known_later"),
        (3, "起始日期", "change_wants_a_day"),
    ]
    assert vehicles(client)["car-8"]["powertrain"] == "fuel"


def test_every_fault_of_a_table_of_vehicles_is_told_at_its_cell(
    client: TestClient, sign_in: SignIn
) -> None:
    assert take(client, "vehicles", VEHICLES)["taken"]
    heading = "code,plate,organisation,vehicle_class,powertrain,vin,device\n"
    parsed = heading + (
        "a,A1,nowhere,sedan,electric,,\nb,A2,school-building,tank,steam,1234,\n"
        "a,A3,school-building,rocket,fuel,,\n"
    )
    assert faults(take(client, "vehicles", parsed)) == [
        (2, "organisation", "unknown_organisation"),
        (3, "powertrain", "not_one_of"),
        (3, "vin", "not_a_vin"),
        (4, "code", "twice"),
        (4, "vehicle_class", "not_one_of"),
    ]
    stored = heading + (
        "c,A4,school-building,sedan,electric,LSVAA2180E2000007,\n"
        "d,A5,school-building,sedan,electric,,t-7\ne,A6,school-building,sedan,electric,,none\n"
        "f,A7,school-building,sedan,electric,,t-8\n"
    )
    assert faults(take(client, "vehicles", stored)) == [
        (2, "vin", "vin_taken"),
        (3, "device", "terminal_taken"),
        (4, "device", "unknown_device"),
    ]
    assert set(vehicles(client)) == {"car-1", "car-2", "car-7", "car-8"}
    school = sign_in("school")
    assert {code for _, _, code in faults(take(school, "vehicles", VEHICLES))} == {
        "not_administered"
    }


def test_piles_come_from_a_table_and_stay_where_they_are(client: TestClient) -> None:
    for _ in range(2):
        assert take(client, "piles", PILES)["taken"]
    [pile] = client.get(f"{V1}/piles").json()["items"]
    assert (pile["latitude_deg"], pile["longitude_deg"]) == from_gcj02(39.9, 116.4)
    wrong = (
        "code,meter,name_zh,latitude,longitude\npile-7,school-meter-0,七号桩,39.95,116.4\n"
        "pile-8,no-meter,八号桩,,\npile-9,school-meter-0,九号桩,,\n"
    )
    assert faults(take(client, "piles", wrong)) == [(4, "meter", "twice")]
    assert faults(take(client, "piles", wrong.replace("9,school-meter-0", "9,no-meter-2"))) == [
        (2, "latitude", "stands_otherwise"),
        (2, "longitude", "stands_otherwise"),
        (3, "meter", "unknown_meter"),
        (4, "meter", "unknown_meter"),
    ]
    half = "code,meter,name_zh,latitude,longitude\npile-8,hospital-meter-0,八号桩,39.9,\n"
    assert faults(take(client, "piles", half)) == [(2, "longitude", "limits_incomplete")]
    other = "code,meter,name_zh\npile-8,school-meter-0,八号桩\n"
    assert faults(take(client, "piles", other)) == [(2, "meter", "meter_has_pile")]


@pytest.mark.parametrize("name", ["vehicles", "piles"])
def test_what_is_given_out_can_be_taken_over_again(
    client: TestClient, tmp_path: Any, name: str
) -> None:
    take(client, "vehicles", VEHICLES)
    take(client, "piles", PILES)
    for form in ("xlsx", "csv"):
        sent = client.get(f"{V1}/sheets/{name}?form={form}&lang=zh-CN").content
        again = client.post(f"{V1}/sheets/{name}", content=sent).json()
        assert again["taken"], again["faults"]
        assert again["rows"] == {"vehicles": 4, "piles": 1}[name]
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(client.get(f"{V1}/sheets/{name}?form=xlsx&lang=en").content)
    assert load_workbook(file).active["A1"].value == "code"
