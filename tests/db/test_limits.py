"""Quotas and targets that people enter: for whom they hold, who checks them, what is refused."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_indicators import DAILY_KWH, asked, of, put_days, put_fact, value
from tests.estate import estate

pytestmark = pytest.mark.db

QUOTAS = (
    "code,name_zh,name_en,indicator,province,class,organisation,use,climate_zone,"
    "first_year,last_year,constraint,base,guide,source,evidence"
)
USE, ZONE = "electricity_per_area", "hot_summer_cold_winter"
TARGETS = "indicator,base_year,year,province,class,organisation,change_pct,source,evidence"


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """School and hospital of Nan'an in 2020 and 2025; a second administrator of the house."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        (row,) = conn.execute("SELECT password_hash FROM person WHERE login = 'admin'").fetchall()
        add_person(conn, login="second", name="second", password_hash=row[0])
        grant(conn, login="second", role="system_administrator", organisation="bureau")
        for name in ("school", "hospital"):
            put_days(conn, f"{name}-meter-0", 2020, DAILY_KWH)
            put_days(conn, f"{name}-meter-0", 2025, DAILY_KWH * 0.9)
            put_fact(conn, "place_use", "place_use", name, "office")
        put_fact(conn, "place_region", "region", "bureau", "500108")
        put_fact(conn, "climate_zone", "climate_zone", "bureau", "hot_summer_cold_winter")
        yield conn


def take(client: TestClient, name: str, *rows: str) -> Any:
    head = {"quotas": QUOTAS, "targets": TARGETS}[name]
    text = "\n".join([head, *rows]).encode()
    answer = client.post(f"{V1}/sheets/{name}", content=text)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return answer.json()


def limits(client: TestClient, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{V1}/{name}").json()["items"]
    return found


def judged(client: TestClient, code: str) -> list[tuple[str, str | None]]:
    """Quotas of an institution's electricity per area in 2025: which, and where it lies."""
    item = value(of(asked(client, year=2025), code), "electricity_per_area")
    return [(each["code"], each["band"]) for each in item["quotas"]]


def test_an_institution_is_held_against_its_own_quota_first_then_those_of_its_province(
    sign_in: SignIn,
) -> None:
    admin = sign_in("admin")
    shipped = [code for code, _ in judged(admin, "school")]
    assert shipped == ["gbt51161_office_government_a", "gbt51161_office_government_b"]
    taken = take(
        admin,
        "quotas",
        f"db50_office,重庆,Chongqing,{USE},CN-CQ,,,office,,,,30,28,20,DB50 draft,background",
        f"db12_office,天津,Tianjin,{USE},CN-TJ,,,office,,,,30,,20,DB12 draft,background",
        f"school_own,本校,Our own,{USE},,,school,,,2025,2026,26.3,,10,letter 7,document",
        f"gbt51161_office_government_b,x,x,{USE},,,,office,{ZONE},,,,,,withdrawn,document",
    )
    assert (taken["taken"], taken["faults"]) == (True, [])
    kwh_m2 = 365 * DAILY_KWH * 0.9 / 5000
    assert 26.2 < kwh_m2 < 26.3
    assert judged(admin, "school") == [
        ("school_own", "within_constraint"),
        ("db50_office", "within_base"),
        ("gbt51161_office_government_a", "within_guide"),
    ]
    assert [code for code, _ in judged(admin, "hospital")] == [
        "db50_office",
        "gbt51161_office_government_a",
    ]
    assert "school_own" not in {each["code"] for each in limits(sign_in("hospital"), "quotas")}


def test_the_nearest_target_is_what_a_change_is_held_against(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    take(
        admin,
        "targets",
        "electricity_per_area,2020,2025,CN-CQ,,,-8.5,市规划,transcription",
        "electricity_per_area,2020,2025,,,school,-11,agreement 3,document",
    )

    def asked_of(code: str) -> tuple[float, float, str]:
        item = value(of(asked(admin, year=2025), code), "electricity_per_area")
        (against,) = [each for each in item["comparisons"] if each["base_year"] == 2020]
        return against["change"], against["target"], against["target_source"]

    change = 365 * 0.9 / 366 - 1
    assert asked_of("school") == (pytest.approx(change, abs=1e-6), -0.11, "agreement 3")
    assert asked_of("hospital") == (pytest.approx(change, abs=1e-6), -0.085, "市规划")


def test_who_entered_a_limit_cannot_check_it_and_other_numbers_are_unchecked_again(
    sign_in: SignIn,
) -> None:
    row = "energy_per_area,2025,2030,,,,{},十五五,transcription"
    take(sign_in("admin"), "targets", row.format(-3))

    def entered(client: TestClient) -> dict[str, Any]:
        (found,) = [each for each in limits(client, "targets") if each["base_year"] == 2025]
        return found

    admin = sign_in("admin")
    what = {"sha256": entered(admin)["sha256"], "document": "plan of 2026, p. 4"}
    refused = admin.post(f"{V1}/targets/check", json=what)
    assert (refused.status_code, refused.json()["code"]) == (409, "own_limit")
    second = sign_in("second")
    assert second.post(f"{V1}/targets/check", json=what).status_code == HTTPStatus.OK
    assert second.post(f"{V1}/targets/check", json=what).json()["code"] == "limit_checked"
    told = entered(second)
    assert (told["checked_by"], told["document"], told["entered_by"]) == (
        "second",
        "plan of 2026, p. 4",
        "admin",
    )
    take(second, "targets", row.format(-4))
    assert (entered(second)["checked_by"], entered(second)["change"]) == (None, "-0.04")
    admin = sign_in("admin")
    assert admin.post(f"{V1}/targets/check", json=what).json()["code"] == "other_limit"
    shipped = limits(admin, "quotas")[0]
    what = {"sha256": shipped["sha256"], "document": "GB/T 51161-2016, printed"}
    assert admin.post(f"{V1}/quotas/check", json=what).status_code == HTTPStatus.OK
    assert limits(admin, "quotas")[0]["checked_by"] == "admin"


def test_every_fault_is_told_at_its_cell_and_nothing_is_taken_over(
    sign_in: SignIn, conn: Connection
) -> None:
    admin = sign_in("admin")
    good = "c1,一,one,heat_per_area,,,,,cold,,,12.7,11.1,8.3,s,document"
    told = take(
        admin,
        "quotas",
        good,
        good,
        "c2,二,two,heat_per_area,CN-XX,,,,cold,,,12,,8,s,document",
        "c3,三,three,heat_per_area,,,nowhere,,cold,2030,2020,8,,12,s,document",
        "c4,四,four,heat_per_area,,,,,cold,,,12,,,s,document",
    )
    assert [(each["row"], each["column"], each["code"]) for each in told["faults"]] == [
        (3, "code", "twice"),
        (4, "province", "not_a_province"),
        (5, "organisation", "unknown_organisation"),
        (5, "last_year", "ends_before_it_begins"),
        (5, "constraint", "limits_out_of_order"),
        (6, "constraint", "limits_incomplete"),
    ]
    told = take(admin, "targets", "energy_per_area,2019,2018,,,,-100,s,document")
    assert [(each["column"], each["code"]) for each in told["faults"]] == [
        ("base_year", "not_a_year")
    ]
    told = take(admin, "targets", "energy_per_area,2020,2020,,,,-100,s,document")
    assert [each["code"] for each in told["faults"]] == ["ends_before_it_begins", "not_a_limit"]
    (fault,) = take(sign_in("school"), "quotas", good)["faults"]
    assert fault["code"] == "not_administered"
    assert conn.execute("SELECT count(*) FROM quota").fetchone() == (0,)


@pytest.mark.parametrize("name", ["quotas", "targets"])
def test_what_is_given_out_is_taken_over_again_without_a_row(
    sign_in: SignIn, conn: Connection, name: str
) -> None:
    admin = sign_in("admin")
    file = admin.get(f"{V1}/sheets/{name}", params={"form": "xlsx"}).content
    answer = admin.post(f"{V1}/sheets/{name}", content=file).json()
    assert (answer["taken"], answer["faults"]) == (True, [])
    assert answer["rows"] == len(limits(admin, name)) > 0
    assert conn.execute(f"SELECT count(*) FROM {name.removesuffix('s')}").fetchone() == (0,)
