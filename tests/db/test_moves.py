"""Places that move from a day on: sums by day, sight by time, and what stands against a move."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from domain.registry import Medium, Meter, MeterRole, Registry
from store.become import Role, become
from store.institution.metered_month import metered_months
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_indicators import AREA_M2, asked, of, put_days, put_fact, value
from tests.estate import SHANGHAI, estate
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db

KWH = {"school-meter-0": 400.0, "hospital-meter-0": 800.0}
DAY = date(2025, 6, 16)
BEFORE, AFTER = 166, 199
"""Days of 2025 before the move, and from it on."""


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """School and hospital of 2024 and 2025, and two bureaus below the one of the whole house."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        for meter, kwh in KWH.items():
            put_days(conn, meter, 2024, kwh)
            put_days(conn, meter, 2025, kwh)
        for name in ("east", "west"):
            conn.execute(
                "WITH o AS (INSERT INTO organisation (code, kind, name_zh, name_en)"
                " VALUES (%s, 'bureau', %s, %s) RETURNING organisation_id)"
                " INSERT INTO organisation_position SELECT o.organisation_id, b.organisation_id,"
                " '(,)' FROM o, organisation b WHERE b.code = 'bureau'",
                [name, name, name],
            )
            add_person(conn, login=name, name=name, password_hash=PASSWORD_HASH)
            grant(conn, login=name, role="bureau", organisation=name)
        yield conn


def move(client: TestClient, place: str, parent: str, day: date = DAY) -> Any:
    body = {"day": day.isoformat(), "parent": parent, "reason": "机构改革"}
    return client.post(f"{V1}/organisations/{place}/positions", json=body)


def moved(client: TestClient, place: str, parent: str, day: date = DAY) -> Any:
    answer = move(client, place, parent, day)
    assert answer.status_code == 201, answer.text
    return answer.json()


def act_as(conn: Connection, login: str) -> None:
    """See what a person sees, until the transaction ends."""
    query = "SELECT person_id::text FROM person WHERE login = %s"
    person = conn.execute(query, [login]).fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)


def days_seen(conn: Connection, login: str) -> list[date | None]:
    """First and last day of the school's meter that a person sees."""
    with conn.transaction(force_rollback=True):
        act_as(conn, login)
        found = conn.execute(
            "SELECT min(day), max(day) FROM visible.consumption_day JOIN meter USING (meter_id)"
            " WHERE code = 'school-meter-0'"
        ).fetchone()
        assert found is not None
        return list(found)


def test_a_building_counts_for_each_institution_on_the_days_it_was_theirs(
    sign_in: SignIn, conn: Connection
) -> None:
    client = sign_in("admin")
    told = moved(client, "school-building", "hospital-site")
    assert [each["parent"] for each in told["items"]] == ["school-site", "hospital-site"]
    assert told["items"][1]["reason"] == "机构改革"
    year = asked(client, year=2025)
    ids = {code: of(year, code)["organisation_id"] for code in ("school", "hospital")}
    own, all_of_it = 400.0, 800.0 * 365
    electricity = {code: of(year, code)["carriers"][0]["amount"] for code in ("school", "hospital")}
    assert electricity == {"school": own * BEFORE, "hospital": all_of_it + own * AFTER}
    areas = {
        code: value(of(year, code), "electricity_per_area")["value"]
        for code in ("school", "hospital")
    }
    assert areas["school"] == pytest.approx(own * BEFORE / (AREA_M2 * BEFORE / 365))
    assert areas["hospital"] == pytest.approx(
        electricity["hospital"] / (AREA_M2 + AREA_M2 * AFTER / 365)
    )
    with conn.transaction(force_rollback=True):
        act_as(conn, "admin")
        months = metered_months(conn, list(ids.values()), 2025, SHANGHAI)
    june = [each for each in months if each.month == 6]
    assert {each.institution_id: each.amount for each in june} == {
        ids["school"]: own * 15,
        ids["hospital"]: 800.0 * 30 + own * 15,
    }
    # Taken back, all is as before; both the move and its undoing stay to be seen.
    path = f"{V1}/organisations/school-building/positions"
    move_id = told["items"][1]["move_id"]
    assert client.post(f"{path}/{move_id}/undo", json={"reason": " "}).status_code == 422
    undone = client.post(f"{path}/{move_id}/undo", json={"reason": "typed wrongly"}).json()
    assert [each["parent"] for each in undone["items"]] == ["school-site"]
    assert undone["undone"][0]["undone_because"] == "typed wrongly"
    assert of(asked(client, year=2025), "school")["carriers"][0]["amount"] == own * 365
    assert client.post(f"{path}/{move_id}/undo", json={"reason": "again"}).status_code == 404


def test_a_meter_that_is_hung_elsewhere_counts_for_each_institution_while_it_hung_there(
    sign_in: SignIn, conn: Connection
) -> None:
    """The buildings stay, and with them their floor areas."""
    conn.execute(
        "WITH old AS (UPDATE meter_position SET during = '(,2025-06-15 16:00Z)' WHERE meter_id = "
        "(SELECT meter_id FROM meter WHERE code = 'school-meter-0') RETURNING *) "
        "INSERT INTO meter_position (meter_id, place_id, parent_id, role, during) "
        "SELECT old.meter_id, o.organisation_id, NULL, old.role, '[2025-06-15 16:00Z,)' "
        "FROM old, organisation o WHERE o.code = 'hospital-building'"
    )
    year = asked(sign_in("admin"), year=2025)
    school, hospital = of(year, "school"), of(year, "hospital")
    amounts = [each["carriers"][0]["amount"] for each in (school, hospital)]
    assert amounts == [400.0 * BEFORE, 800.0 * 365 + 400.0 * AFTER]
    assert value(hospital, "electricity_per_area")["value"] == pytest.approx(amounts[1] / AREA_M2)
    assert school["carriers"][0]["coverage"] < 0.5  # of the rest of the year nothing is known
    ids = [each["organisation_id"] for each in (school, hospital)]
    with conn.transaction(force_rollback=True):
        act_as(conn, "admin")
        months = metered_months(conn, ids, 2025, SHANGHAI)
    june = {m.institution_id: (m.amount, m.is_whole) for m in months if m.month == 6}
    assert june == {ids[0]: (400.0 * 15, False), ids[1]: (800.0 * 30 + 400.0 * 15, True)}


def test_a_bureau_sees_an_institution_while_it_answered_for_it_and_nothing_after(
    sign_in: SignIn, conn: Connection
) -> None:
    client = sign_in("admin")
    moved(client, "school", "east", date(2024, 1, 1))
    moved(client, "school", "west")
    assert days_seen(conn, "east") == [date(2024, 1, 1), date(2025, 6, 15)]
    assert days_seen(conn, "west") == [DAY, date(2025, 12, 31)]
    assert days_seen(conn, "admin") == [date(2024, 1, 1), date(2025, 12, 31)]
    assert days_seen(conn, "school") == [date(2024, 1, 1), date(2025, 12, 31)]
    later = datetime(2025, 9, 1, tzinfo=UTC)
    conn.execute(
        "INSERT INTO headcount (organisation_id, persons, during) SELECT organisation_id, 77,"
        " tstzrange(%s, NULL) FROM organisation WHERE code = 'school'",
        [later],
    )
    conn.execute(
        "INSERT INTO place_event (organisation_id, kind, name, during) SELECT organisation_id,"
        " 'meeting', 'later', tstzrange(%s, %s) FROM organisation WHERE code = 'school'",
        [later, datetime(2025, 9, 2, tzinfo=UTC)],
    )
    years = {}
    for login in ("east", "west"):
        client = sign_in(login)
        facts = client.get(f"{V1}/organisations/school/facts").json()["facts"]
        years[login] = (
            [row["value"] for row in facts if row["kind"] == "headcount"],
            [item["code"] for item in asked(client, year=2024)["items"]],
            [item["code"] for item in asked(client, year=2025)["items"]],
        )
        path = f"{V1}/organisations/school/positions"
        stretches = client.get(path).json()
        assert [each["parent"] for each in stretches["items"]] == [login]
        assert not stretches["may_move"]
        assert move(client, "school", login, date(2025, 7, 1)).status_code == 403
    # A year belongs to who has the institution on its last day.
    assert years["east"] == ([], ["school"], [])
    assert years["west"] == (["77"], [], ["school"])


def test_facts_from_above_hold_while_a_place_stands_there(
    sign_in: SignIn, conn: Connection
) -> None:
    put_fact(conn, "place_region", "region", "east", "120000")
    put_fact(conn, "place_region", "region", "west", "500108")
    client = sign_in("admin")
    moved(client, "school", "east", date(2024, 1, 1))
    moved(client, "school", "west")
    grid = {year: of(asked(client, year=year), "school")["co2_kg"] for year in (2024, 2025)}
    # Tianjin's grid factor of 2023 for 2024, Nan'an's for the year that ends in Chongqing.
    assert grid[2024] == pytest.approx(366 * 400 * 0.6796)
    assert grid[2025] == pytest.approx(365 * 400 * 0.5581)


def test_what_stands_against_a_move_is_told_with_its_place(
    sign_in: SignIn, conn: Connection
) -> None:
    meter = Meter(
        "room", "school-building", Medium.ELECTRICITY, MeterRole.SUB, "hospital-meter-0", "r", "r"
    )
    write_registry(conn, Registry((), (meter,), ()))
    client = sign_in("admin")
    moved(client, "school", "east", date(2024, 1, 1))
    refused = {
        ("school", "west", date(2024, 1, 1)): "moves_that_day",
        ("school", "east", DAY): "stands_there_already",
        ("east", "school", DAY): "stands_below_itself",
        ("hospital", "school-site", DAY): "cannot_stand_below",
        ("hospital", "nowhere", DAY): "no_organisation_to_move",
        ("bureau", "east", DAY): "stands_below_nothing",
        ("school-building", "hospital-site", DAY): "counted_by_both",
    }  # fmt: skip
    told = {}
    for case in refused:
        answer = move(client, *case)
        assert answer.status_code == 409, (case, answer.text)
        told[case] = answer.json()["code"]
    assert told == refused
    conn.execute("UPDATE organisation SET zone = 'Asia/Urumqi' WHERE code = 'west'")
    answer = move(client, "school", "west")
    assert (answer.status_code, answer.json()["code"]) == (409, "days_begin_otherwise")
    assert move(client, "nobody", "west").status_code == 404


def test_moves_come_and_go_as_a_table_whole_or_not_at_all(sign_in: SignIn) -> None:
    client = sign_in("admin")
    rows = "organisation,parent,first_day,reason\nschool,east,2024-01-01,a\n"
    bad = f"{rows}school,east,2025-06-16,b\nhospital,nowhere,2025-06-16,c\n"
    path, head = f"{V1}/sheets/moves", {"Content-Type": "text/csv"}
    found = client.post(path, content=bad.encode(), headers=head).json()
    assert not found["taken"]
    assert [(each["row"], each["code"]) for each in found["faults"]] == [
        (3, "move_refused"),
        (4, "move_refused"),
    ]
    assert "stands below east" in found["faults"][0]["wanted"]
    for _ in range(2):  # what a table says again stays as it is
        assert client.post(path, content=rows.encode(), headers=head).json()["taken"]
    given = client.get(path, params={"form": "csv", "lang": "en"}).text
    assert "school,east,2024-01-01,a" in given
