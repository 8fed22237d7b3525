"""Tables that say again what stands, or a part of it: nothing else changes, and nothing is lost."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from civicwatt.published_calendar import seed
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_context import csv_of
from tests.estate import estate

pytestmark = pytest.mark.db

METER = "code,organisation,medium,role,name_zh"
WORKDAYS_2026 = 248


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        seed(conn)
        yield conn


@pytest.fixture
def admin(conn: Connection, sign_in: SignIn) -> TestClient:
    assert conn.info.dbname
    return sign_in("admin")


def take(client: TestClient, name: str, *rows: str) -> list[tuple[int, str, str, str]]:
    answer = client.post(f"{V1}/sheets/{name}", content="\n".join(rows).encode())
    assert answer.status_code == HTTPStatus.OK, answer.text
    told: Any = answer.json()
    assert told["taken"] is not bool(told["faults"])
    return [(each["row"], each["column"], each["code"], each["wanted"]) for each in told["faults"]]


def take_back(client: TestClient, name: str, form: str) -> None:
    file = client.get(f"{V1}/sheets/{name}", params={"form": form}).content
    assert client.post(f"{V1}/sheets/{name}", content=file).json()["taken"] is True


def rows_of(conn: Connection, table: str) -> list[tuple[Any, ...]]:
    """Every row with the transaction that wrote it: written again, it would be another."""
    return sorted(conn.execute(f"SELECT t::text, t.xmin::text FROM {table} t").fetchall())


def test_a_column_that_a_table_of_meters_does_not_have_stays_as_it_is(admin: TestClient) -> None:
    whole = f"{METER},parent,item,name_en,first_day"
    new = "fan,school-building,electricity,branch,风机,school-meter-0,hvac,Fans,2026-01-01"
    assert take(admin, "meters", whole, new) == []
    renamed = "fan,school-building,electricity,branch,空调风机,2026-10-01"
    assert take(admin, "meters", f"{METER},first_day", renamed) == []
    [fan] = [row for row in csv_of(admin, "meters") if row["code"] == "fan"]
    told = [fan[name] for name in ("name_zh", "name_en", "item", "parent")]
    assert told == ["空调风机", "Fans", "hvac", "school-meter-0"]


def test_a_name_or_zone_that_a_table_of_organisations_does_not_have_stays_as_it_is(
    admin: TestClient,
) -> None:
    heading = "code,kind,parent,name_zh"
    whole = f"{heading},name_en", "school,institution,bureau,学校,The School"
    assert take(admin, "organisations", *whole) == []
    assert take(admin, "organisations", heading, "school,institution,bureau,一中") == []
    [school] = [row for row in csv_of(admin, "organisations") if row["code"] == "school"]
    assert (school["name_zh"], school["name_en"]) == ("一中", "The School")
    elsewhere = "school,institution,bureau,一中,Europe/London"
    assert take(admin, "organisations", f"{heading},zone", elsewhere) == [
        (2, "zone", "stands_otherwise", "Asia/Shanghai")
    ]


def test_bureaus_come_in_any_order_and_never_in_a_circle(admin: TestClient) -> None:
    heading = "code,kind,parent,name_zh"
    rows = "a-city,bureau,z-province,甲", "z-province,bureau,bureau,乙"
    assert take(admin, "organisations", heading, *rows) == []
    circle = "c,bureau,d,甲", "d,bureau,c,乙"
    told = [(row, code) for row, _, code, _ in take(admin, "organisations", heading, *circle)]
    assert told == [(2, "not_above"), (3, "not_above")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_facts_that_stand_are_not_written_again(
    admin: TestClient, conn: Connection, form: str
) -> None:
    days = "2025-01-01,2025-12-31,s"
    assert take(
        admin,
        "floor_areas",
        "organisation,area_m2,first_day,last_day,source",
        f"school,1234.56789,{days}",
        "school,1300,2026-01-01,,t",
    ) == []  # fmt: skip
    assert take(admin, "calendars", "organisation,calendar,source", "school,cn,notice") == []
    tables = "floor_area", "place_calendar", "place_calendar_change"
    before = [rows_of(conn, table) for table in tables]
    for name in ("floor_areas", "calendars"):
        take_back(admin, name, form)
    assert [rows_of(conn, table) for table in tables] == before
    changed = "school,1300,2026-01-01,,t", f"school,1500,{days}"
    assert take(
        admin, "floor_areas", "organisation,area_m2,first_day,last_day,source", *changed
    ) == []  # fmt: skip
    areas = [row["area_m2"] for row in csv_of(admin, "floor_areas") if row["source"]]
    assert areas == ["1500", "1300"]


def test_a_temperature_comes_back_to_its_last_digit(admin: TestClient, conn: Connection) -> None:
    hours = "school,2026-07-01 13:00,23.4567891,s", "school,2026-07-01 14:00,-0.00001,s"
    assert take(admin, "weather_hours", "organisation,time,temperature_c,source", *hours) == []
    before = rows_of(conn, "weather_hour")
    take_back(admin, "weather_hours", "csv")
    take_back(admin, "weather_hours", "xlsx")
    assert rows_of(conn, "weather_hour") == before


def test_a_short_table_never_makes_workdays_of_holidays_it_does_not_name(
    admin: TestClient, conn: Connection
) -> None:
    heading = "calendar,date,kind,name,source"
    [(row, column, code, wanted)] = take(
        admin, "calendar_days", heading, "cn,2026-03-02,holiday,停课,notice 3"
    )
    assert (row, column, code) == (2, "date", "days_left_out")
    assert wanted.startswith("2026-01-01, 2026-01-02, 2026-01-03, 2026-01-04, 2026-02-14 +")
    year = f"{V1}/calendars/cn/years/2026"
    assert admin.get(year).json()["workdays"] == WORKDAYS_2026
    before = rows_of(conn, "calendar_year")
    take_back(admin, "calendar_days", "csv")
    assert rows_of(conn, "calendar_year") == before
    stands = [",".join(row.values()) for row in csv_of(admin, "calendar_days")]
    of_2026 = [line for line in stands if line.startswith("cn,2026-")]
    worked = [line.replace("2026-05-05,holiday", "2026-05-05,workday") for line in of_2026]
    assert worked != of_2026
    assert take(admin, "calendar_days", heading, *worked) == []
    assert admin.get(year).json()["workdays"] == WORKDAYS_2026 + 1
