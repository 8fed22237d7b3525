"""The year of an institution with a plant: energy counts what PV made for it, carbon does not."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection

from domain.registry import Medium, Meter, MeterRole, Registry
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_indicators import asked, of, place, put_days, put_fact
from tests.db.test_manual_entries import brought_home
from tests.estate import estate
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db

EXPORT = "active_energy_export_kwh"
PLACE = "school-building"


def source(code: str, role: MeterRole, quantity: str) -> Meter:
    return Meter(
        code, PLACE, Medium.ELECTRICITY, role, "school-meter-0", code, code, quantity=quantity
    )


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A school that bought 400 kWh a day of 2025 and made 30, of which 10 were fed in."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        plant = (source("roof", MeterRole.PV, ""), source("back", MeterRole.FED_IN, EXPORT))
        write_registry(conn, Registry((), plant, ()))
        put_days(conn, "school-meter-0", 2025, 400.0)
        put_days(conn, "roof", 2025, 30.0)
        put_days(conn, "back", 2025, 10.0)
        put_fact(conn, "place_region", "region", "bureau", "500108")
        yield conn


def silent(conn: Connection, code: str, first: str, end: str) -> None:
    """The days of which a meter has no figure."""
    conn.execute(
        "DELETE FROM consumption_day WHERE day >= %s AND day < %s AND meter_id ="
        " (SELECT meter_id FROM meter WHERE code = %s)",
        [first, end, code],
    )


def unhang(conn: Connection, code: str, at: str) -> None:
    """Take a meter off its place from a local day on."""
    conn.execute(
        "UPDATE meter_position SET during = tstzrange(lower(during),"
        " %s::timestamp AT TIME ZONE 'Asia/Shanghai') WHERE meter_id ="
        " (SELECT meter_id FROM meter WHERE code = %s)",
        [at, code],
    )


def declare(sign_in: SignIn, conn: Connection, kwh: str) -> None:
    declared = {
        "organisation_id": place(conn, "school"), "year": 2025, "what": "pv_self_used_kwh",
        "amount": kwh, "document": "log",
    }  # fmt: skip
    answer = sign_in("admin").post(f"{V1}/energy-declarations", json=declared)
    assert answer.status_code == 204, answer.text


def dark(months: int) -> str:
    return (
        f"self-used PV of {months} months is in no figure: its meters were silent, none counts what"
        " was fed in, or more was fed in than was made"
    )


def school(sign_in: SignIn) -> dict[str, Any]:
    return of(asked(sign_in("admin"), year=2025), "school")


def test_self_used_pv_of_meters_is_energy_and_emits_nothing(
    sign_in: SignIn, conn: Connection
) -> None:
    assert conn.info.dbname
    found = school(sign_in)
    assert found["pv_self_used_kwh"] == pytest.approx(365 * 20)
    assert found["energy_kgce"] == pytest.approx(365 * 420 * 0.1229)
    assert found["co2_kg"] == pytest.approx(365 * 400 * 0.5581)
    [electricity] = (each for each in found["carriers"] if each["carrier"] == "electricity")
    assert (electricity["amount"], electricity["coverage"]) == (pytest.approx(365 * 420), 1.0)
    assert found["missing"] == []


def test_what_meters_know_whole_goes_before_what_was_declared(
    sign_in: SignIn, conn: Connection
) -> None:
    declare(sign_in, conn, "1")
    assert school(sign_in)["pv_self_used_kwh"] == pytest.approx(365 * 20)


@pytest.mark.parametrize("code", ["roof", "back"])
def test_a_month_in_which_a_meter_of_the_plant_was_silent_is_told_and_in_no_figure(
    sign_in: SignIn, conn: Connection, code: str
) -> None:
    silent(conn, code, "2025-03-04", "2025-03-08")
    found = school(sign_in)
    assert found["pv_self_used_kwh"] == pytest.approx((365 - 31) * 20)
    assert found["missing"] == [dark(1)]
    [electricity] = (each for each in found["carriers"] if each["carrier"] == "electricity")
    assert electricity["coverage"] == pytest.approx(11 / 12)
    assert all(each["rank"] is None for each in found["indicators"])


def test_a_meter_of_what_was_fed_in_that_never_spoke_leaves_the_year_dark(
    sign_in: SignIn, conn: Connection
) -> None:
    silent(conn, "back", "2025-01-01", "2026-01-01")
    found = school(sign_in)
    assert found["pv_self_used_kwh"] == 0
    assert found["missing"] == [dark(12)]


@pytest.mark.parametrize("until", ["2025-01-01", "2025-06-11"])
def test_what_was_made_while_no_meter_counted_what_was_fed_in_is_not_taken_for_self_used(
    sign_in: SignIn, conn: Connection, until: str
) -> None:
    unhang(conn, "back", until)
    known = 0 if until == "2025-01-01" else 151
    found = school(sign_in)
    assert found["pv_self_used_kwh"] == pytest.approx(known * 20)
    assert found["missing"] == [dark(12 if not known else 7)]


def test_a_month_in_which_more_was_fed_in_than_made_is_told_and_lowers_no_figure(
    sign_in: SignIn, conn: Connection
) -> None:
    """A wrong meter in May: 50 kWh a day back of the 30 that were made."""
    conn.execute(
        "UPDATE consumption_day SET value = 50 WHERE day >= '2025-05-01' AND day < '2025-06-01'"
        " AND meter_id = (SELECT meter_id FROM meter WHERE code = 'back')"
    )
    found = school(sign_in)
    assert found["pv_self_used_kwh"] == pytest.approx((365 - 31) * 20)
    assert found["missing"] == [dark(1)]
    [electricity] = (each for each in found["carriers"] if each["carrier"] == "electricity")
    assert electricity["coverage"] == pytest.approx(11 / 12)


def test_before_a_plant_was_hung_no_month_of_it_is_dark(sign_in: SignIn, conn: Connection) -> None:
    """It was hung on 1 September and silent for some days of October."""
    for code in ("roof", "back"):
        silent(conn, code, "2025-01-01", "2025-09-01")
        conn.execute(
            "UPDATE meter_position SET during = tstzrange('2025-09-01 00:00+08', NULL)"
            " WHERE meter_id = (SELECT meter_id FROM meter WHERE code = %s)",
            [code],
        )
    silent(conn, "roof", "2025-10-04", "2025-10-08")
    found = school(sign_in)
    assert found["pv_self_used_kwh"] == pytest.approx((122 - 31) * 20)
    assert found["missing"] == [dark(1)]


def test_an_entry_says_what_was_self_used_while_no_meter_counted_what_was_fed_in(
    sign_in: SignIn, conn: Connection
) -> None:
    unhang(conn, "back", "2025-06-11")
    add_person(conn, login="bureau", name="bureau", password_hash=PASSWORD_HASH)
    grant(conn, login="bureau", role="bureau", organisation="bureau")
    for month in ("2025-03-01", "2025-06-01"):  # March is metered whole
        brought_home(sign_in, conn, kind="pv_self_used_kwh", month=month, amount="300")
    found = school(sign_in)
    assert found["pv_self_used_kwh"] == pytest.approx(151 * 20 + 300)
    assert found["missing"] == [dark(6)]


def test_a_declaration_counts_where_meters_know_no_month_of_the_plant(
    sign_in: SignIn, conn: Connection
) -> None:
    unhang(conn, "back", "2025-01-01")
    declare(sign_in, conn, "30000")
    found = school(sign_in)
    assert (found["pv_self_used_kwh"], found["missing"]) == (30000, [])


def test_the_statistics_have_what_pv_generated_in_its_own_cell(
    sign_in: SignIn, conn: Connection
) -> None:
    path = f"{V1}/statistics/{place(conn, 'school')}"
    answer = sign_in("admin").get(path, params={"year": 2025})
    assert answer.status_code == 200, answer.text
    cells = {cell["key"]: cell for cell in answer.json()["cells"]}
    made = cells["pv_generated"]
    assert float(made["amount"]) == pytest.approx(365 * 30)
    assert made["sources"] == ["meters"]
    assert float(cells["electricity"]["amount"]) == pytest.approx(365 * 400)
