"""What the page *Portfolio* holds beside indicators: medians, months, alerts that stand, files."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from zipfile import ZipFile

import pytest
from psycopg import Connection

from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_indicators import DAILY_KWH, asked, of, put_days, put_fact, value
from tests.db.test_manual_entries import brought_home
from tests.estate import estate
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db

JULY_ENTERED = 12_300.0


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """Offices in the cold zone: a school until 19 July 2025 and before, a hospital of 2025."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        put_days(conn, "school-meter-0", 2024, DAILY_KWH)
        put_days(conn, "school-meter-0", 2025, DAILY_KWH / 2, days=200)
        put_days(conn, "hospital-meter-0", 2025, DAILY_KWH)
        put_fact(conn, "climate_zone", "climate_zone", "bureau", "cold")
        put_fact(conn, "place_use", "place_use", "bureau", "office")
        yield conn


def alert(conn: Connection, rule: str, where: str, priority: str, meter: str | None = None) -> None:
    """An alert that stands since January, as the evaluator writes it."""
    conn.execute(
        "INSERT INTO alert (rule, organisation_id, meter_id, priority, state, began_at, opened_at)"
        " SELECT %s, organisation_id, (SELECT meter_id FROM meter WHERE code = %s), %s, 'open',"
        " '2026-01-05Z', '2026-01-05Z' FROM organisation WHERE code = %s",
        [rule, meter, priority, where],
    )


def test_the_months_of_two_years_are_there_and_one_known_in_part_is_not(
    sign_in: SignIn, conn: Connection
) -> None:
    add_person(conn, login="bureau", name="bureau", password_hash=PASSWORD_HASH)
    grant(conn, login="bureau", role="bureau", organisation="bureau")
    brought_home(
        sign_in, conn, kind="electricity_kwh", month="2025-07-01", amount=str(JULY_ENTERED)
    )
    (school,) = asked(sign_in("school"), year=2025)["items"]
    trend = school["trend"]
    assert [each["month"] for each in trend] == [
        str(date(year, month, 1)) for year in (2024, 2025) for month in range(1, 13)
    ]
    assert trend[1]["kwh"] == pytest.approx(29 * DAILY_KWH)  # February of a leap year
    assert trend[12]["kwh"] == pytest.approx(31 * DAILY_KWH / 2)
    assert trend[18]["kwh"] == JULY_ENTERED  # of which meters know 19 days
    assert [each["kwh"] for each in trend[19:]] == [None] * 5
    (before,) = asked(sign_in("school"), year=2024)["items"]
    assert [each["kwh"] for each in before["trend"][:12]] == [None] * 12


def test_alerts_are_counted_while_they_stand_by_priority_and_within_the_scope(
    sign_in: SignIn, conn: Connection
) -> None:
    alert(conn, "meter_stuck", "school", "low")
    alert(conn, "night_load", "school-building", "urgent", "school-meter-0")
    alert(conn, "clock_offset", "school-building", "high")
    alert(conn, "on_trial", "school-building", "high")
    alert(conn, "night_load", "hospital-building", "high", "hospital-meter-0")
    conn.execute("UPDATE alert SET state = 'resolved', resolved_at = now() WHERE rule ~ 'clock'")
    conn.execute("UPDATE alert SET shadow = true WHERE rule = 'on_trial'")
    both = asked(sign_in("admin"), year=2025)
    assert of(both, "school")["alerts"] == {"urgent": 1, "high": 0, "low": 1}
    assert of(both, "hospital")["alerts"] == {"urgent": 0, "high": 1, "low": 0}
    client = sign_in("school")
    (school,) = asked(client, year=2025)["items"]
    assert school["alerts"] == {"urgent": 1, "high": 0, "low": 1}
    # Who answers for the school from March on is told of nothing that began before.
    conn.execute(
        "UPDATE scope SET during = tstzrange('2026-03-01Z', NULL)"
        " WHERE person_id = (SELECT person_id FROM person WHERE login = 'school')"
    )
    (school,) = asked(client, year=2025)["items"]
    assert school["alerts"] == {"urgent": 0, "high": 0, "low": 0}


def test_the_median_is_that_of_the_class_and_there_is_none_among_too_few(
    sign_in: SignIn, conn: Connection
) -> None:
    client = sign_in("admin")
    hospital = of(asked(client, year=2025), "hospital")
    assert value(hospital, "electricity_per_area")["rank"]["median"] is None
    for n in range(4):
        write_office(conn, f"office-{n}", kwh_a_day=100.0 * (n + 1))
    hospital = of(asked(client, year=2025), "hospital")
    # 100, 200, 300 and 400 kWh a day over 1,000 m2 each, the hospital's 400 over 5,000.
    found = value(hospital, "electricity_per_area")["rank"]
    assert (found["position"], found["n"]) == (1, 5)
    assert found["median"] == pytest.approx(365 * 200 / 1000)


def write_office(conn: Connection, code: str, kwh_a_day: float) -> None:
    conn.execute(
        "WITH o AS (INSERT INTO organisation (code, kind, name_zh, name_en)"
        "  VALUES (%(code)s, 'institution', 'o', 'o') RETURNING organisation_id),"
        " p AS (INSERT INTO organisation_position SELECT o.organisation_id, b.organisation_id,"
        "  '(,)' FROM o, organisation b WHERE b.code = 'bureau'),"
        " m AS (INSERT INTO meter (code, medium, quantity, name_zh, name_en) VALUES"
        "  (%(code)s, 'electricity', 'active_energy_import_kwh', 'm', 'm') RETURNING meter_id)"
        " INSERT INTO meter_position"
        " SELECT meter_id, organisation_id, NULL, 'main', '(,)' FROM m, o",
        {"code": code},
    )
    put_fact(conn, "floor_area", "area_m2", code, 1000.0)
    put_days(conn, code, 2025, kwh_a_day)


def test_the_table_is_exported_with_its_basis_and_names_are_no_formulas(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute("UPDATE organisation SET name_zh = '=1+1' WHERE code = 'hospital'")
    alert(conn, "night_load", "hospital-building", "high", "hospital-meter-0")
    asked_for = {"year": 2025, "form": "csv", "lang": "en"}
    client = sign_in("admin")
    answer = client.get(f"{V1}/indicators/file", params=asked_for)
    assert answer.headers["content-disposition"].endswith('"portfolio-2025-statistics.csv"')
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))}
    hospital = rows["hospital"]
    assert hospital["name_zh"] == "'=1+1"
    assert float(hospital["electricity_per_area kWh/m2"]) == pytest.approx(365 * DAILY_KWH / 5000)
    assert (hospital["high"], hospital["set"]) == ("1", "statistics 1")
    # Two kinds of office building, of which nobody has said which this is.
    assert hospital["electricity_per_area constraint"] == "55.0 / 70.0"
    assert hospital["electricity_per_area band"] == "within_guide / within_guide"
    assert hospital["electricity_per_area quota_checked"] == "False / False"
    assert rows["school"]["electricity_per_area band"] == ""  # not measured enough
    book = client.get(f"{V1}/indicators/file", params=asked_for | {"form": "xlsx"})
    assert "xl/worksheets/sheet1.xml" in ZipFile(io.BytesIO(book.content)).namelist()
    own = sign_in("school").get(f"{V1}/indicators/file", params=asked_for)
    assert "hospital" not in own.text
