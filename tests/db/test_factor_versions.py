"""Factor sets that people enter: refused with the place, checked by a second person, withdrawn."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from domain.factor_file import shipped_sets
from store.institution.factor import factor_set, load_sets
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate

pytestmark = pytest.mark.db

FACTORS = f"{V1}/factors"
SHEET = f"{V1}/sheets/factors"
NOTICE = "生态环境部公告 2025 年第 47 号"
HEADING = "set,key,region,year,effective_from,value,unit,source,evidence,note\n"
GRID_2024 = f"statistics,co2.grid,CN-TJ,2024,2024-01-01,0.6610,kgCO2/kWh,{NOTICE},document,\n"
OWN = f"""
[[set]]
code = "tianjin"
name_zh = "天津口径"
name_en = "Tianjin"
electricity = "calorific"
counts_water = false

[[table]]
key = "coal.electricity_calorific"
unit = "kgce/kWh"
year = 2020
source = "GB/T 2589-2020"
evidence = "document"
checked = false
regions = {{ CN = 0.1229 }}

[[table]]
key = "co2.grid"
unit = "kgCO2/kWh"
year = 2023
effective_from = 2023-01-01
source = "{NOTICE}"
evidence = "document"
checked = false

[table.regions]
CN-TJ = 0.6796
"""
GRID = {"key": "co2.grid", "region": "CN-TJ", "year": 2024, "effective_from": "2024-01-01"}


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A school, a hospital, their people, and a second administrator."""
    with connected(database) as conn:
        write_registry(conn, estate(meters=0))
        add_people(conn)
        known = conn.execute("SELECT password_hash FROM person WHERE login = 'admin'").fetchone()
        assert known is not None
        add_person(conn, login="second", name="复核员", password_hash=known[0])
        grant(conn, login="second", role="system_administrator", organisation="bureau")
        yield conn


def versions(client: TestClient, code: str) -> list[int]:
    found = client.get(FACTORS).json()["items"]
    return [each["version"] for each in found if each["code"] == code]


def grid(client: TestClient, version: int) -> Any:
    found = client.get(f"{FACTORS}/statistics", params={"version": version}).json()["items"]
    return next(each for each in found if {name: each[name] for name in GRID} == GRID)


def check(client: TestClient, version: int, factor: Any = GRID, step: str = "check") -> Any:
    said = {"document": NOTICE} if step == "check" else {"reason": "misread"}
    path = f"{FACTORS}/statistics/versions/{version}/{step}"
    return client.post(path, json={"factors": [factor], **said})


def test_a_set_from_a_file_counts_as_unchecked_under_a_number_of_its_own(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    answer = admin.post(FACTORS, json={"text": OWN})
    assert answer.status_code == 201, answer.text
    entered = answer.json()
    assert (entered["code"], entered["version"], entered["entered_by"]) == (
        "tianjin",
        1001,
        "admin",
    )
    assert (entered["factors"], entered["unchecked"]) == (2, 2)
    found = admin.get(f"{FACTORS}/tianjin/co2.grid", params={"year": 2026, "region": "CN-TJ"})
    assert found.json()["factor"]["value"] == "0.6796"
    stored = factor_set(conn, "tianjin")
    assert stored is not None
    assert stored.sha256 == entered["sha256"]
    assert load_sets(conn, shipped_sets()) == []


WRONG = (
    ("kgCO2/kWh", "tCO2/MWh", "table 2, CN-TJ: co2.grid is in 'tCO2/MWh', want kgCO2/kWh"),
    ("0.1229", "0.31", "table 1, CN: coal.electricity_calorific is 0.31 kgce/kWh, want 0.1225"),
    ("CN-TJ", "CN-XX", "table 2, CN-XX: 'CN-XX' is no region"),
    ("checked = false", 'checked = true\nchecked_by = "me"\nchecked_on = 2026-01-01',
     "calls itself checked: a second person checks it"),
    ('"tianjin"', '"a b"', "code 'a b' is no code of a set"),
    ('"calorific"', '"equivalent"', "electricity on calorific, want equivalent alone"),
    ("[[table]]", "[[nonsense]]", "nobody knows nonsense"),
    ("[[set]]", "[set]", "want tables [[set]]"),
)  # fmt: skip


def test_a_file_that_cannot_be_right_is_refused_with_its_place(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    for was, written, why in WRONG:
        answer = admin.post(FACTORS, json={"text": OWN.replace(was, written)})
        assert answer.status_code == 422, written
        assert why in answer.json()["detail"]
    assert conn.execute("SELECT count(*) FROM factor_set").fetchone() == (len(shipped_sets()),)


def test_a_table_adds_factors_to_a_new_version_and_names_every_faulty_cell(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    wrong = (
        HEADING
        + GRID_2024
        + GRID_2024
        + GRID_2024.replace("kgCO2/kWh", "tCO2/MWh").replace("2024,", "2022,")
        + "statistics,co2.diesel,CN,2020,,0.718,kgCO2/L,book,background,\n"
        + "statistics,coal.electricity_equivalent,CN,2020,,0.31,kgce/kWh,book,background,\n"
        + "nonsense,co2.grind,CN-TX,1066,,x,kgCO2/kWh,book,rumour,\n"
    )
    answer = admin.post(SHEET, content=wrong.encode()).json()
    assert not answer["taken"]
    assert {(each["row"], each["column"], each["code"]) for each in answer["faults"]} == {
        (3, "key", "twice"),
        (4, "unit", "wrong_factor_unit"),
        (5, "value", "factor_out_of_range"),
        (6, "key", "other_electricity_basis"),
        (7, "region", "not_a_factor_region"),
        (7, "year", "not_a_year"),
        (7, "value", "not_a_factor"),
        (7, "evidence", "not_one_of"),
    }
    assert versions(admin, "statistics") == [1]
    assert admin.post(SHEET, content=(HEADING + GRID_2024).encode()).json()["taken"]
    assert versions(admin, "statistics") == [1001, 1]
    new, old = factor_set(conn, "statistics"), factor_set(conn, "statistics", 1)
    assert new is not None
    assert old is not None
    assert set(new.factors) - set(old.factors) == {
        factor for factor in new.factors if (factor.key, factor.year) == ("co2.grid", 2024)
    }
    assert new.find("co2.grid", year=2026, province="CN-TJ").factor.value == Decimal("0.6610")
    again = admin.get(SHEET, params={"form": "xlsx"}).content
    assert admin.post(SHEET, content=again).json()["taken"]
    assert versions(admin, "statistics") == [1001, 1]
    assert versions(admin, "shandong_quota") == [1]


def test_who_entered_a_factor_cannot_check_it_and_another_signs_with_name_and_document(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    admin.post(SHEET, content=(HEADING + GRID_2024).encode())
    own = check(admin, 1001)
    assert (own.status_code, own.json()["code"]) == (409, "factor_own")
    came_along = {**GRID, "year": 2023, "effective_from": "2023-01-01"}
    assert check(admin, 1001, came_along).status_code == 200
    second = sign_in("second")
    assert check(second, 1001).status_code == 200
    found = grid(second, 1001)
    assert (found["checked"], found["checked_by"], found["document"]) == (True, "复核员", NOTICE)
    assert check(second, 1001).json()["code"] == "factor_checked"
    assert check(second, 1001, {**GRID, "year": 2025}).status_code == 404
    stored = factor_set(conn, "statistics")
    assert stored is not None
    assert len([each for each in stored.signed if each.checked]) == 2
    kept = conn.execute("SELECT sha256 FROM factor_set WHERE version = 1001").fetchone()
    assert kept == (stored.sha256,)  # a check is no part of what was entered


def test_a_number_is_still_ones_own_when_another_carries_it_along(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    admin.post(SHEET, content=(HEADING + GRID_2024).encode())
    second = sign_in("second")
    beijing = HEADING + GRID_2024.replace("CN-TJ", "CN-BJ")
    second.post(SHEET, content=beijing.encode())
    assert versions(second, "statistics") == [1002, 1001, 1]
    admin = sign_in("admin")
    assert check(admin, 1002).json()["code"] == "factor_own"
    assert check(admin, 1002, {**GRID, "region": "CN-BJ"}).status_code == 200
    assert check(sign_in("second"), 1001).status_code == 200
    assert grid(sign_in("admin"), 1002)["checked"]  # the same number, wherever it stands
    wrong = HEADING + GRID_2024.replace("0.6610", "0.6611")
    sign_in("admin").post(SHEET, content=wrong.encode())
    assert not grid(sign_in("admin"), 1003)["checked"]
    assert conn.execute("SELECT count(*) FROM factor_check").fetchone() == (2,)


def test_the_database_itself_refuses_a_check_of_ones_own_and_a_later_factor(
    conn: Connection, sign_in: SignIn
) -> None:
    sign_in("admin").post(SHEET, content=(HEADING + GRID_2024).encode())
    for statement in (
        ("INSERT INTO factor_check (factor_set_id, key, region, year, effective_from, value, unit, "
        "source, document) SELECT factor_set_id, key, region, year, effective_from, value, unit, "
        "source, 'd' FROM factor WHERE year = 2024"),
        ("INSERT INTO factor (factor_set_id, key, region, year, value, unit, source, evidence, "
        "checked) SELECT factor_set_id, 'co2.grid', 'CN', 2030, 0.5, 'kgCO2/kWh', 's', 'd', false "
        "FROM factor_set WHERE version = 1001"),
    ):  # fmt: skip
        with conn.transaction(force_rollback=True):
            conn.execute(
                "SELECT set_config('civicwatt.person', person_id::text, true) FROM person "
                "WHERE login = 'admin'"
            )
            conn.execute("SET LOCAL ROLE civicwatt_api")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement.encode())


def test_a_check_is_taken_back_with_a_reason_and_the_factor_is_unchecked_again(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    shipped = {**GRID, "year": 2023, "effective_from": "2023-01-01"}
    nobody = check(admin, 1, shipped, "check/withdraw")
    assert (nobody.status_code, nobody.json()["code"]) == (409, "factor_not_checked")
    unchecked = admin.get(FACTORS).json()["items"][0]["unchecked"]
    assert check(admin, 1, shipped).status_code == 200
    assert admin.get(FACTORS).json()["items"][0]["unchecked"] == unchecked - 1
    assert check(admin, 1, shipped, "check/withdraw").status_code == 200
    assert admin.get(FACTORS).json()["items"][0]["unchecked"] == unchecked
    assert check(admin, 1, shipped).status_code == 200
    assert conn.execute("SELECT count(*) FROM factor_check").fetchone() == (2,)


def test_a_withdrawn_version_is_taken_by_no_new_figure_and_stays_readable(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    only = admin.post(f"{FACTORS}/statistics/versions/1/withdraw", json={"reason": "old"})
    assert (only.status_code, only.json()["code"]) == (409, "only_factor_version")
    admin.post(SHEET, content=(HEADING + GRID_2024).encode())
    path = f"{FACTORS}/statistics/versions/1001/withdraw"
    answer = admin.post(path, json={"reason": "wrong notice"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["withdrawn_by"], told["withdrawn_because"]) == ("admin", "wrong notice")
    newest = factor_set(conn, "statistics")
    assert newest is not None
    assert newest.id == "statistics/1"
    assert factor_set(conn, "statistics", 1001) is not None
    assert admin.post(path, json={"reason": "wrong notice"}).status_code == 409
    admin.post(SHEET, content=(HEADING + GRID_2024).encode())
    assert versions(admin, "statistics") == [1002, 1001, 1]


def test_only_who_administers_the_whole_house_enters_checks_and_withdraws(
    conn: Connection, sign_in: SignIn
) -> None:
    school = sign_in("school")
    shipped = {**GRID, "year": 2023, "effective_from": "2023-01-01"}
    assert school.post(FACTORS, json={"text": OWN}).status_code == 403
    assert check(school, 1, shipped).status_code == 403
    assert check(school, 1, shipped, "check/withdraw").status_code == 403
    path = f"{FACTORS}/statistics/versions/1/withdraw"
    assert school.post(path, json={"reason": "r"}).status_code == 403
    [fault] = school.post(SHEET, content=(HEADING + GRID_2024).encode()).json()["faults"]
    assert fault["code"] == "not_administered"
    assert conn.execute("SELECT count(*) FROM factor_check").fetchone() == (0,)
