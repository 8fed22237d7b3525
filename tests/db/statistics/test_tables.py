"""The year of 300 institutions, 20 of them metered, comes out to the last digit as planted."""

import hashlib
import io
import json
from decimal import Decimal

import openpyxl
import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from bench.yearly_statistics import (
    LOGIN,
    METERED,
    UNITS,
    YEAR,
    check,
    credit_code,
    department,
    entered,
    truth,
)
from tests.stated_year import S, cell, findings, listed, unit, unit_id

pytestmark = pytest.mark.db


def test_all_tables_are_complete_and_nothing_stands_in_their_way(head: TestClient) -> None:
    items = listed(head)
    assert len(items) == len(UNITS)
    assert {(i["whole_items"], i["refusals"], i["questions"]) for i in items.values()} == {
        (14, 0, 0)
    }
    assert items["unit-33"]["credit_code"] == credit_code(33)


def test_sums_by_department_region_and_class_are_the_planted_truth(head: TestClient) -> None:
    check(head)


@pytest.mark.parametrize("i", [1, 3, 20, 21, 24, 300])
def test_every_cell_of_an_institution_is_the_planted_truth(head: TestClient, i: int) -> None:
    found = unit(head, i)
    for key, (amount, cost) in truth(i).items():
        seen = cell(found, key)
        assert (Decimal(seen["amount"]), Decimal(seen["cost"])) == (amount, cost), key
        assert seen["is_whole"]
    assert Decimal(cell(found, "area_m2")["amount"]) == 5000 + 10 * i
    assert Decimal(cell(found, "persons")["amount"]) == 100 + i
    assert Decimal(cell(found, "nev_count")["amount"]) == i % 5


def test_each_number_tells_what_it_rests_on(head: TestClient) -> None:
    metered, by_hand = cell(unit(head, 20), "electricity"), cell(unit(head, 21), "electricity")
    assert (metered["sources"], metered["grade"]) == (["meters"], "measured")
    assert metered["months"][0]["counted"]["references"][0].startswith("meter:")
    assert (by_hand["sources"], by_hand["grade"]) == (["entries"], "manual")
    assert by_hand["months"][0]["counted"]["references"][0].startswith("entry:")
    assert cell(unit(head, 21), "coal")["sources"] == ["record"]


def test_who_has_meters_and_entries_counts_the_meters_and_shows_the_difference(
    head: TestClient,
) -> None:
    power = cell(unit(head, 2), "electricity")
    january = power["months"][0]
    metered = (Decimal("300.125") + 2) * 31
    assert Decimal(january["counted"]["amount"]) == metered
    assert Decimal(january["beside"]["amount"]) == entered("electricity", 2, 1)
    assert Decimal(january["difference"]) == metered - entered("electricity", 2, 1)
    assert power["sources"] == ["meters"]


def test_a_month_that_is_missing_is_told_with_its_place_and_refuses_official_tables(
    head: TestClient, conn: Connection
) -> None:
    conn.execute(
        "DELETE FROM consumption_day WHERE day = '2025-07-09' AND meter_id = "
        "(SELECT meter_id FROM meter WHERE code = 'unit-7-water')"
    )
    found = unit(head, 7)
    water = cell(found, "water")
    assert (water["whole_months"], water["missing_months"]) == (11, [7])
    assert ("water", "incomplete", "11 / 12 (- 7)") in findings(found)
    refused = head.post(
        f"{S}/submissions", json={"organisation_id": unit_id(head, 7), "year": YEAR}
    )
    assert refused.status_code == 409
    assert "unit-7 energy water: incomplete 11 / 12 (- 7)" in refused.json()["detail"]
    query = {"year": YEAR, "organisation": unit_id(head, 7)}
    assert head.get(f"{S}/file", params={**query, "official": True}).status_code == 409
    assert head.get(f"{S}/file", params=query).status_code == 200
    summed = head.get(f"{S}/summary", params={"year": YEAR, "by": "department"}).json()
    row = next(row for row in summed["rows"] if row["group"] == department(7))
    assert (cell(row, "water")["partial"], row["whole"]) == (1, row["institutions"] - 1)


@pytest.mark.parametrize(
    ("i", "change", "finding"),
    [
        (8, ("UPDATE consumption_day SET quantity_grade = 'estimated', unmeasured = 1 "
            "WHERE day = '2025-03-02' AND meter_id = (SELECT meter_id FROM meter "
            "WHERE code = 'unit-8-electricity')"), ("electricity", "estimated", "3")),
        (31, ("UPDATE headcount SET during = '[2025-02-01Z,)' WHERE organisation_id = "
             "(SELECT organisation_id FROM organisation WHERE code = 'unit-31')"),
         ("persons", "not_every_day", "")),
        (32, ("DELETE FROM floor_area WHERE organisation_id = "
             "(SELECT organisation_id FROM organisation WHERE code = 'unit-32')"),
         ("area_m2", "missing", "")),
        (33, ("INSERT INTO statistics_record (organisation_id, year, credit_code, department, "
             "institution_class, nev_count, data_centre_area_m2, unused, source, person_id) "
             "SELECT organisation_id, 2025, '121200000000000330', 'd', 'health', 0, 0, '{}', 's', "
             "1 "
             "FROM organisation WHERE code = 'unit-33'"),
         ("credit_code", "wrong_credit_code", "121200000000000330")),
        (34, ("INSERT INTO energy_declaration (organisation_id, year, what, amount, document, "
             "person_id) SELECT organisation_id, 2025, 'lpg_kg', 50, 'bill', 1 "
             "FROM organisation WHERE code = 'unit-34'"),
         ("other_energy", "unchecked_factor", "coal.lpg")),
        (35, ("INSERT INTO calendar VALUES ('odd', 'o', 'o'); INSERT INTO place_calendar "
             "SELECT organisation_id, 'odd', '(,)' FROM organisation WHERE code = 'unit-35'"),
         ("calendar", "calendar_missing", "odd 2025")),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_of_official_tables_is_found(
    head: TestClient, conn: Connection, i: int, change: str, finding: tuple[str, str, str]
) -> None:
    assert not unit(head, i)["findings"]
    conn.execute(change.encode())
    assert finding in findings(unit(head, i))
    wanted = {"organisation_id": unit_id(head, i), "year": YEAR}
    assert head.post(f"{S}/submissions", json=wanted).status_code == 409


def test_a_statement_of_2023_gives_no_amount_for_2025_and_tells_who_the_institution_is(
    head: TestClient, conn: Connection
) -> None:
    conn.execute(
        "UPDATE statistics_record SET year = 2023, data_centre_kwh = 4 WHERE organisation_id = "
        "(SELECT organisation_id FROM organisation WHERE code = 'unit-36')"
    )
    found = unit(head, 36)
    assert found["record"]["unused"]
    stated = {*found["record"]["unused"], "nev_count", "data_centre_area_m2"}
    told = {(each["item"], each["seen"]) for each in found["findings"]
            if each["code"] == "stated_before"}  # fmt: skip
    assert told == {(key, "2023") for key in {*stated, "data_centre_electricity"}}
    for key in stated:
        assert (cell(found, key)["amount"], cell(found, key)["is_whole"]) == (None, False), key
    assert found["credit_code"] == credit_code(36)
    wanted = {"organisation_id": unit_id(head, 36), "year": YEAR}
    assert head.post(f"{S}/submissions", json=wanted).status_code == 409


def test_official_tables_take_a_factor_once_it_is_checked(
    head: TestClient, conn: Connection
) -> None:
    """LPG is converted by its factor, which stands in the way until somebody compared it."""
    conn.execute(
        "INSERT INTO energy_declaration (organisation_id, year, what, amount, document, person_id) "
        "SELECT organisation_id, %s, 'lpg_kg', 50, 'bill', 1 FROM organisation "
        "WHERE code = 'unit-34'",
        [YEAR],
    )
    wanted = {"organisation_id": unit_id(head, 34), "year": YEAR}
    assert head.post(f"{S}/submissions", json=wanted).status_code == 409
    [lpg] = [
        each
        for each in head.get("/api/v1/factors/statistics").json()["items"]
        if each["key"] == "coal.lpg"
    ]
    factor = {name: lpg[name] for name in ("key", "region", "year", "effective_from")}
    body = {"factors": [factor], "document": "GB/T 2589-2020"}
    answer = head.post("/api/v1/factors/statistics/versions/1/check", json=body)
    assert answer.status_code == 200, answer.text
    (asked,) = unit(head, 34)["findings"]
    said = {**wanted, "item": "other_energy", "code": "cost_missing", "seen": asked["seen"]}
    assert head.post(f"{S}/comments", json={**said, "comment": "a gift"}).status_code == 204
    assert head.post(f"{S}/submissions", json=wanted).status_code == 201
    query = {"year": YEAR, "organisation": unit_id(head, 34), "official": True}
    assert head.get(f"{S}/file", params=query).status_code == 200


def test_a_question_waits_for_a_comment_about_its_very_figures(
    head: TestClient, conn: Connection
) -> None:
    document = (
        "INSERT INTO energy_declaration (organisation_id, year, what, amount, document, person_id) "
        "SELECT organisation_id, 2025, 'diesel_l', 100, 'bill', 1 FROM organisation WHERE code = %s"
    )
    conn.execute(document, ["unit-41"])
    organisation = unit_id(head, 41)
    wanted = {"organisation_id": organisation, "year": YEAR}
    (asked,) = unit(head, 41)["findings"]
    assert (asked["code"], asked["weight"]) == ("cost_missing", "wants_comment")
    total = head.get(f"{S}/summary", params={"year": YEAR, "by": "region"}).json()["total"]
    unpaid = {each["key"]: each["unpaid"] for each in total["cells"] if each["unpaid"]}
    assert unpaid == {"diesel": 1}  # its litres are in the sum, and no cost of them
    assert head.post(f"{S}/submissions", json=wanted).status_code == 409
    said = {**wanted, "item": "diesel", "code": "cost_missing", "seen": asked["seen"]}
    assert head.post(f"{S}/comments", json={**said, "comment": " "}).status_code == 422
    other = {**said, "seen": "something else", "comment": "no"}
    assert head.post(f"{S}/comments", json=other).status_code == 404
    assert head.post(f"{S}/comments", json={**said, "comment": "a gift"}).status_code == 204
    (answered,) = unit(head, 41)["findings"]
    assert (answered["comment"], answered["person"]) == ("a gift", LOGIN)
    assert head.post(f"{S}/submissions", json=wanted).status_code == 201


def test_what_is_handed_in_stays_and_a_correction_is_a_further_version(
    head: TestClient, conn: Connection
) -> None:
    organisation = unit_id(head, 51)
    wanted = {"organisation_id": organisation, "year": YEAR}
    first = head.post(f"{S}/submissions", json=wanted).json()
    assert first["version"] == 1
    kept = head.get(f"{S}/{organisation}/submissions/{YEAR}/1")
    assert hashlib.sha256(kept.content).hexdigest() == first["sha256"]
    content = json.loads(kept.content)
    assert content["institution"]["credit_code"] == credit_code(51)
    assert Decimal(content["cells"]["water"]["amount"]) == truth(51)["water"][0]
    conn.execute("UPDATE headcount SET persons = 160 WHERE organisation_id = %s", [organisation])
    again = head.post(f"{S}/submissions", json=wanted).json()
    assert (again["version"], again["sha256"] != first["sha256"]) == (2, True)
    assert head.get(f"{S}/{organisation}/submissions/{YEAR}/1").content == kept.content
    assert [each["version"] for each in unit(head, 51)["submissions"]] == [2, 1]
    assert head.get(f"{S}/{organisation}/submissions/{YEAR}/3").status_code == 404
    conn.execute("SET ROLE civicwatt_api")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("UPDATE statistics_submission SET content = ''")
    conn.execute("RESET ROLE")
    with pytest.raises(psycopg.errors.CheckViolation):  # a digest that is not of its content
        conn.execute(
            "INSERT INTO statistics_submission SELECT organisation_id, year, 9, 'other', sha256, "
            "person_id FROM statistics_submission WHERE version = 1 LIMIT 1"
        )


def test_a_record_with_a_slip_in_its_code_is_refused_with_its_place(head: TestClient) -> None:
    organisation = unit_id(head, 61)
    right = {
        "organisation_id": organisation, "year": 2026, "credit_code": credit_code(61).lower(),
        "institution_class": "health", "department": "d", "unused": ["coal"], "source": "s",
    }  # fmt: skip
    wrong = {**right, "credit_code": credit_code(61)[:-1] + "I"}
    answer = head.post(f"{S}/records", json=[right, wrong])
    assert answer.status_code == 422
    assert f"record 2, organisation {organisation}, credit_code" in answer.json()["detail"]
    unknown = head.post(f"{S}/records", json=[{**right, "unused": ["area_m2"]}])
    assert "no monthly item area_m2" in unknown.json()["detail"]
    assert head.post(f"{S}/records", json=[right]).status_code == 204
    found = unit(head, 61, 2026)["record"]
    assert (found["year"], found["credit_code"], found["person"]) == (2026, credit_code(61), LOGIN)
    assert unit(head, 61)["record"]["institution_class"] != "health"


def test_the_workbook_has_every_number_its_sums_as_formulas_and_says_it_is_a_draft(
    head: TestClient,
) -> None:
    answer = head.get(f"{S}/file", params={"year": YEAR, "lang": "en"})
    assert "draft" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    energy = book["energy"]
    assert "DRAFT" in energy["A1"].value
    heads = [each.value for each in energy[4]]
    at = heads.index("electricity (kWh)")
    rows = {row[1].value: row for row in energy.iter_rows(min_row=5, max_row=4 + len(UNITS))}
    for i in (100, 299):
        assert Decimal(repr(rows[credit_code(i)][at].value)) == truth(i)["electricity"][0]
    assert energy.cell(5 + len(UNITS), at + 1).value == "=SUM(F5:F304)"
    assert book["by department"]["E5"].value.startswith("=SUMIF('energy'!$D$5:$D$304,$A5,")
    chinese = head.get(f"{S}/file", params={"year": YEAR})
    book_zh = openpyxl.load_workbook(io.BytesIO(chinese.content))
    for sheet, said in (
        (energy, "what was bought"),
        (book["by region"], "what was bought"),
        (book_zh["能源资源消费"], "外购电量"),
    ):
        assert said in sheet["A3"].value
    names = book_zh.sheetnames
    assert names[:4] == ["基本情况", "能源资源消费", "数据中心机房", "采暖"]


def test_a_year_that_is_not_over_and_one_that_has_not_begun(head: TestClient) -> None:
    assert head.get(S, params={"year": 2199}).json()["items"] == []
    missing = head.get(f"{S}/{unit_id(head, 21)}", params={"year": 2199})
    assert missing.status_code == 404


def test_nobody_sees_another_institutions_statistics(city: str, conn: Connection) -> None:
    """By row security, whatever the API asks."""
    conn.execute("INSERT INTO person (login, name, password_hash) VALUES ('own', 'own', '')")
    conn.execute(
        "INSERT INTO scope (person_id, role, organisation_id) SELECT person_id, 'operator', "
        "organisation_id FROM person, organisation WHERE login = 'own' AND code = 'unit-70'"
    )
    person = conn.execute("SELECT person_id::text FROM person WHERE login = 'own'").fetchone()
    with conn.transaction():
        conn.execute("SET LOCAL ROLE civicwatt_api")
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)
        seen = conn.execute("SELECT DISTINCT credit_code FROM statistics_record").fetchall()
        assert seen == [(credit_code(70),)]
        assert conn.execute("SELECT count(*) FROM statistics_submission").fetchone() == (0,)
    assert len(METERED) == 20
    assert conn.info.dbname in city
