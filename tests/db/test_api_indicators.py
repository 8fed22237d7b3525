"""Indicators over HTTP: known use, known areas, known factors, and what they must come to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from analytics.ledger.institution_year import DECLARABLE
from api.routes.institution.indicators import DeclarationIn
from store.places.registry import write as write_registry
from tests.annex import annex_below
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import SHANGHAI, estate

pytestmark = pytest.mark.db

DAILY_KWH = 400.0
AREA_M2 = 5000.0  # of each building of the estate


def put_days(conn: Connection, meter: str, year: int, kwh_a_day: float, *, days: int = 366) -> None:
    """Figures of a meter for the days of a year, as the worker leaves them."""
    conn.execute(
        "INSERT INTO consumption_day SELECT meter_id, quantity, d, d AT TIME ZONE %s, %s, "
        "'measured', 'measured', 0, 86400, 86400, 0, now() FROM meter, "
        "generate_series(%s::date::timestamp, %s::date, '1 day') d WHERE code = %s",
        [SHANGHAI.key, kwh_a_day, date(year, 1, 1),
         min(date(year, 12, 31), date(year, 1, 1) + timedelta(days=days - 1)), meter],
    )  # fmt: skip


def put_fact(conn: Connection, table: str, column: str, place: str, value: object) -> None:
    conn.execute(
        f"INSERT INTO {table} (organisation_id, {column}, during) "
        "SELECT organisation_id, %s, tstzrange(NULL, NULL) FROM organisation WHERE code = %s",
        [value, place],
    )


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """School and hospital of 2024 and 2025, in Nan'an of Chongqing; 100 people at the school."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        for name, kwh in (("school", DAILY_KWH), ("hospital", 2 * DAILY_KWH)):
            put_days(conn, f"{name}-meter-0", 2024, kwh)
            put_days(conn, f"{name}-meter-0", 2025, kwh * 0.9)
        put_fact(conn, "place_region", "region", "bureau", "500108")
        put_fact(conn, "climate_zone", "climate_zone", "bureau", "hot_summer_cold_winter")
        put_fact(conn, "place_use", "place_use", "school", "office")
        put_fact(conn, "headcount", "persons", "school", 100)
        yield conn


def asked(client: Any, **query: object) -> dict[str, Any]:
    answer = client.get(f"{V1}/indicators", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def of(found: dict[str, Any], code: str) -> dict[str, Any]:
    return next(item for item in found["items"] if item["code"] == code)


def value(item: dict[str, Any], name: str) -> Any:
    return next(each for each in item["indicators"] if each["name"] == name)


def test_a_year_comes_to_what_was_planted_with_its_basis(sign_in: SignIn) -> None:
    found = asked(sign_in("school"), year=2024)
    (school,) = found["items"]
    kwh = 366 * DAILY_KWH
    assert found["basis"]["set"] == "statistics"
    assert found["basis"]["version"] == 1
    assert found["basis"]["electricity"] == "calorific"
    assert school["energy_kgce"] == pytest.approx(kwh * 0.1229, abs=5e-4)
    assert school["co2_kg"] == pytest.approx(kwh * 0.5581, abs=5e-4)
    assert value(school, "energy_per_area")["value"] == pytest.approx(kwh * 0.1229 / AREA_M2)
    assert value(school, "energy_per_person")["value"] == pytest.approx(kwh * 0.1229 / 100)
    assert value(school, "electricity_per_area")["value"] == pytest.approx(kwh / AREA_M2)
    assert value(school, "water_per_person")["why"] == "no_amount"
    assert school["is_over"]
    assert school["carriers"][0]["coverage"] == 1.0
    assert school["unchecked"] == ["co2.grid", "coal.electricity_calorific"]


def test_figures_do_not_depend_on_who_asks(sign_in: SignIn) -> None:
    """Region and climate zone are noted at the bureau, which the school does not see."""
    own = asked(sign_in("school"), year=2025)["items"][0]
    seen_from_above = of(asked(sign_in("admin"), year=2025), "school")
    for item in (own, seen_from_above):
        for each in item["indicators"]:
            del each["rank"]
    assert own == seen_from_above


def test_the_grid_factor_is_the_provinces_latest_and_told(sign_in: SignIn) -> None:
    (school,) = asked(sign_in("school"), year=2025)["items"]
    assert school["province"] == "CN-CQ"
    assert school["grid"]["factor"]["value"] == "0.5581"
    assert (school["grid"]["factor"]["year"], school["grid"]["wanted_year"]) == (2023, 2025)
    assert not school["grid"]["fell_back"]
    assert school["co2_kg"] == pytest.approx(365 * DAILY_KWH * 0.9 * 0.5581, abs=5e-4)


def test_the_other_basis_is_another_figure(sign_in: SignIn) -> None:
    client = sign_in("school")
    (school,) = asked(client, year=2025, set="shandong_quota")["items"]
    assert school["energy_kgce"] == pytest.approx(365 * DAILY_KWH * 0.9 * 0.31, abs=5e-4)
    assert client.get(f"{V1}/indicators", params={"year": 2025, "set": "none"}).status_code == 404
    gone = client.get(f"{V1}/indicators", params={"year": 2025, "version": 9})
    assert gone.json()["detail"] == "there is no factor set statistics/9"


def test_the_effects_of_use_and_factor_add_up(sign_in: SignIn, conn: Connection) -> None:
    put_days(conn, "school-meter-0", 2022, DAILY_KWH)
    put_days(conn, "school-meter-0", 2023, DAILY_KWH / 2)
    (school,) = asked(sign_in("school"), year=2023)["items"]
    change, days = school["co2_change"], 365
    assert change["activity_kg"] == pytest.approx(-days * DAILY_KWH / 2 * 0.5227)
    assert change["factor_kg"] == pytest.approx(days * DAILY_KWH / 2 * (0.5581 - 0.5227))
    assert change["difference_kg"] == pytest.approx(change["activity_kg"] + change["factor_kg"])


def test_a_year_before_every_factor_has_energy_but_no_carbon(
    sign_in: SignIn, conn: Connection
) -> None:
    put_days(conn, "school-meter-0", 2020, DAILY_KWH)
    (school,) = asked(sign_in("school"), year=2020)["items"]
    assert school["co2_kg"] is None
    assert value(school, "co2_per_area")["why"] == "no_factor"
    assert "co2.grid for CN-CQ, grid-southwest, the nation in 2020" in school["missing"][0]
    assert school["energy_kgce"] == pytest.approx(366 * DAILY_KWH * 0.1229, abs=5e-4)


def test_a_target_is_held_against_the_base_year(sign_in: SignIn, conn: Connection) -> None:
    put_days(conn, "school-meter-0", 2020, DAILY_KWH)
    (school,) = asked(sign_in("school"), year=2025)["items"]
    (against,) = value(school, "energy_per_area")["comparisons"]
    assert (against["base_year"], against["unlike"]) == (2020, False)
    assert against["change"] == pytest.approx(365 * 0.9 / 366 - 1, abs=1e-6)
    assert against["target"] == -0.05
    assert not against["target_checked"]


def test_a_quota_says_its_source_and_where_the_year_lies(sign_in: SignIn) -> None:
    (school,) = asked(sign_in("school"), year=2025)["items"]  # 26.28 kWh/m2
    quotas = value(school, "electricity_per_area")["quotas"]
    assert [(q["constraint"], q["guide"], q["band"]) for q in quotas] == [
        (70.0, 55.0, "within_guide"),
        (90.0, 65.0, "within_guide"),
    ]
    assert {q["checked"] for q in quotas} == {False}
    assert quotas[0]["source"].startswith("GB/T 51161")


def test_a_year_that_is_not_over_is_not_judged(sign_in: SignIn, conn: Connection) -> None:
    now = datetime.now(UTC).astimezone(SHANGHAI).date()
    put_days(conn, "school-meter-0", now.year, DAILY_KWH, days=(now - date(now.year, 1, 1)).days)
    (school,) = asked(sign_in("school"), year=now.year)["items"]
    assert not school["is_over"]
    assert school["end_day"] == now.isoformat()
    assert {q["band"] for q in value(school, "electricity_per_area")["quotas"]} == {None}


def test_a_year_of_which_a_half_is_measured_is_shown_and_not_judged(
    sign_in: SignIn, conn: Connection
) -> None:
    put_days(conn, "school-meter-0", 2020, DAILY_KWH)
    conn.execute("DELETE FROM consumption_day WHERE day >= '2025-07-01'")
    (school,) = asked(sign_in("school"), year=2025)["items"]
    assert school["is_over"]
    assert school["carriers"][0]["coverage"] == pytest.approx(181 / 365)
    found = value(school, "electricity_per_area")
    assert found["value"] == pytest.approx(181 * DAILY_KWH * 0.9 / AREA_M2)
    assert {q["band"] for q in found["quotas"]} == {None}
    assert {c["change"] for c in found["comparisons"]} == {None}
    assert school["co2_change"] is None


def test_an_institution_sees_itself_alone_and_is_ranked_among_too_few(sign_in: SignIn) -> None:
    client = sign_in("school")
    found = asked(client, year=2025)
    assert [item["code"] for item in found["items"]] == ["school"]
    assert value(found["items"][0], "energy_per_area")["rank"] == {
        "position": None,
        "n": 1,
        "better_than": None,
        "median": None,
    }
    assert [item["code"] for item in asked(sign_in("admin"), year=2025)["items"]] == [
        "school",
        "hospital",
    ]


def test_six_offices_are_ranked_by_use_and_who_is_half_measured_is_not(
    sign_in: SignIn, conn: Connection
) -> None:
    for n in range(6):
        conn.execute(
            "INSERT INTO organisation (code, kind, name_zh, name_en) "
            "VALUES (%s, 'institution', 'o', 'o')",
            [f"office-{n}"],
        )
        conn.execute(
            "INSERT INTO organisation_position SELECT o.organisation_id, b.organisation_id, "
            "tstzrange(NULL, NULL) FROM organisation o, organisation b "
            "WHERE o.code = %s AND b.code = 'bureau'",
            [f"office-{n}"],
        )
        conn.execute(
            "INSERT INTO meter (code, medium, quantity, name_zh, name_en) "
            "VALUES (%s, 'electricity', 'active_energy_import_kwh', 'm', 'm')",
            [f"office-meter-{n}"],
        )
        conn.execute(
            "INSERT INTO meter_position SELECT meter_id, organisation_id, NULL, 'main', "
            "tstzrange(NULL, NULL) FROM meter m, organisation o WHERE m.code = %s AND o.code = %s",
            [f"office-meter-{n}", f"office-{n}"],
        )
        put_fact(conn, "place_use", "place_use", f"office-{n}", "office")
        put_fact(conn, "floor_area", "area_m2", f"office-{n}", 1000.0)
        put_days(conn, f"office-meter-{n}", 2025, 50.0 * (n + 1), days=366 if n < 5 else 200)
    found = asked(sign_in("admin"), year=2025)
    ranks = {
        item["code"]: value(item, "energy_per_area")["rank"]
        for item in found["items"]
        if item["use"] == "office"
    }
    assert {code: rank and (rank["position"], rank["n"]) for code, rank in ranks.items()} == {
        "office-0": (1, 6),
        "school": (2, 6),  # 26.28 kWh/m2; office-1 has 36.5
        "office-1": (3, 6),
        "office-2": (4, 6),
        "office-3": (5, 6),
        "office-4": (6, 6),
        "office-5": None,
    }
    assert ranks["school"]["better_than"] == 0.8


def test_an_area_that_is_not_known_on_every_day_gives_no_intensity(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute("UPDATE floor_area SET during = tstzrange('2025-03-01Z', NULL)")
    (school,) = asked(sign_in("school"), year=2025)["items"]
    assert value(school, "energy_per_area")["why"] == "denominator_has_gaps"
    assert school["area_m2"]["covered_days"] < school["area_m2"]["days"] == 365


def test_a_building_without_an_area_beside_others_gives_no_intensity_and_is_named(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute(annex_below("school-site").encode())
    (school,) = asked(sign_in("school"), year=2025)["items"]
    assert value(school, "energy_per_area")["why"] == "denominator_has_gaps"
    assert value(school, "energy_per_person")["value"] is not None
    assert "no floor area of annex" in school["missing"]
    told = [(each["code"], each["parameters"]) for each in school["missing_words"]]
    assert ("buildings_without_area", {"buildings": "annex"}) in told
    assert len(told) == len(school["missing"])
    put_fact(conn, "floor_area", "area_m2", "annex", 1000)
    (school,) = asked(sign_in("school"), year=2025)["items"]
    kwh = 365 * DAILY_KWH * 0.9
    assert value(school, "electricity_per_area")["value"] == pytest.approx(kwh / (AREA_M2 + 1000))
    assert school["missing"] == []


def test_a_building_noted_from_july_counts_from_then(sign_in: SignIn, conn: Connection) -> None:
    conn.execute(annex_below("school-site").encode())
    put_fact(conn, "floor_area", "area_m2", "annex", 1000)
    conn.execute("UPDATE floor_area SET during = '[2025-06-30 16:00Z,)' WHERE area_m2 = 1000")
    (school,) = asked(sign_in("school"), year=2025)["items"]
    mean = pytest.approx(365 * DAILY_KWH * 0.9 / (AREA_M2 + 1000 * 184 / 365))
    assert value(school, "electricity_per_area")["value"] == mean
    assert school["missing_words"][0]["parameters"] == {"parts": "annex (184 / 365 d)"}
    assert "no floor area of annex" in asked(sign_in("school"), year=2024)["items"][0]["missing"]


def test_declared_pv_counts_as_energy_and_emits_nothing(sign_in: SignIn, conn: Connection) -> None:
    admin = sign_in("admin")
    (school,) = asked(admin, year=2025, organisation=place(conn, "school"))["items"]
    body = {"organisation_id": place(conn, "school"), "year": 2025, "document": "inverter log"}
    for what, kwh in (("pv_self_used_kwh", "1"), ("pv_self_used_kwh", "10000.5")):
        declared = {**body, "what": what, "amount": kwh}
        assert admin.post(f"{V1}/energy-declarations", json=declared).status_code == 204
    (sunny,) = asked(admin, year=2025, organisation=place(conn, "school"))["items"]
    assert sunny["co2_kg"] == school["co2_kg"]
    assert sunny["energy_kgce"] - school["energy_kgce"] == pytest.approx(10000.5 * 0.1229)
    assert sunny["pv_self_used_kwh"] == 10000.5


def test_only_retired_certificates_change_the_carbon(sign_in: SignIn, conn: Connection) -> None:
    admin = sign_in("admin")
    body = {"organisation_id": place(conn, "school"), "year": 2025, "document": "no. 7"}
    before = of(asked(admin, year=2025), "school")["co2_kg"]
    seen = []
    for what in ("green_held_kwh", "green_retired_kwh"):
        declared = {**body, "what": what, "amount": "1000"}
        assert admin.post(f"{V1}/energy-declarations", json=declared).status_code == 204
        seen.append(of(asked(admin, year=2025), "school")["co2_kg"])
    assert seen == [before, pytest.approx(before - 558.1)]


def test_more_certificates_than_were_bought_are_told_and_nothing_is_computed(
    sign_in: SignIn, conn: Connection
) -> None:
    admin = sign_in("admin")
    declared = {
        "organisation_id": place(conn, "school"), "year": 2025, "what": "green_retired_kwh",
        "amount": "999999", "document": "no. 8",
    }  # fmt: skip
    assert admin.post(f"{V1}/energy-declarations", json=declared).status_code == 204
    school = of(asked(admin, year=2025), "school")
    assert school["energy_kgce"] is None
    assert "certificates of 999999 kWh retired, 131400.000000 kWh bought" in school["missing"][0]


def test_who_does_not_administer_an_institution_declares_nothing(
    sign_in: SignIn, conn: Connection
) -> None:
    declared = {
        "organisation_id": place(conn, "school"), "year": 2025, "what": "diesel_l",
        "amount": "5", "document": "bill",
    }  # fmt: skip
    answer = sign_in("school").post(f"{V1}/energy-declarations", json=declared)
    assert answer.status_code == 403
    no_document = sign_in("admin").post(
        f"{V1}/energy-declarations", json={**declared, "document": ""}
    )
    assert no_document.status_code == 422
    negative = sign_in("admin").post(f"{V1}/energy-declarations", json={**declared, "amount": "-1"})
    assert negative.status_code == 422


def test_declarations_are_seen_within_the_scope_only(sign_in: SignIn, conn: Connection) -> None:
    admin = sign_in("admin")
    for name in ("school", "hospital"):
        declared = {
            "organisation_id": place(conn, name), "year": 2025, "what": "diesel_l",
            "amount": "5", "document": "bill",
        }  # fmt: skip
        assert admin.post(f"{V1}/energy-declarations", json=declared).status_code == 204
    with conn.transaction():
        conn.execute("SET LOCAL ROLE civicwatt_api")
        conn.execute("SELECT set_config('civicwatt.person', '', true)")
        assert conn.execute("SELECT count(*) FROM energy_declaration").fetchone() == (0,)
    person = conn.execute("SELECT person_id::text FROM person WHERE login = 'school'").fetchone()
    with conn.transaction():
        conn.execute("SET LOCAL ROLE civicwatt_api")
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)
        seen = conn.execute("SELECT organisation_id FROM energy_declaration").fetchall()
    assert seen == [(place(conn, "school"),)]


def test_what_may_be_declared_is_what_is_computed_with() -> None:
    schema = DeclarationIn.model_json_schema()["properties"]["what"]["enum"]
    assert set(schema) == set(DECLARABLE)


def test_sets_and_factors_are_listed_with_their_provenance(sign_in: SignIn) -> None:
    client = sign_in("school")
    sets = client.get(f"{V1}/factors").json()["items"]
    assert {(s["code"], s["version"], s["electricity"]) for s in sets} == {
        ("statistics", 1, "calorific"),
        ("shandong_quota", 1, "equivalent"),
    }
    assert all(each["factors"] == each["unchecked"] for each in sets)
    factors = client.get(f"{V1}/factors/statistics").json()["items"]
    heat = next(each for each in factors if each["key"] == "coal.heat")
    assert (heat["value"], heat["unit"], heat["checked"]) == ("34.12", "kgce/GJ", False)
    assert heat["source"] == "GB/T 2589-2020, annex A"


def test_one_factor_tells_what_stands_in_for_it(sign_in: SignIn) -> None:
    client = sign_in("school")

    def grid(**query: object) -> Any:
        return client.get(f"{V1}/factors/statistics/co2.grid", params=query)

    tibet = grid(year=2025, region="CN-XZ").json()
    assert tibet["fell_back"]
    assert (tibet["factor"]["region"], tibet["factor"]["value"]) == ("grid-southwest", "0.2472")
    assert grid(year=2020, region="CN-CQ").status_code == 404
    assert "no province" in grid(year=2023, region="Mars").json()["detail"]


def place(conn: Connection, code: str) -> int:
    row = conn.execute(
        "SELECT organisation_id FROM organisation WHERE code = %s", [code]
    ).fetchone()
    assert row is not None
    return int(row[0])
