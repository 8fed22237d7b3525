"""Degree days of the contract's station, and the figure of its baseline, are drawn as well."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from analytics.jobs.baselines import update_baselines
from civicwatt.cli import main
from domain.calendar import days
from store.become import Role
from store.places.registry import write as write_registry
from tests.baselined_building import (
    FIRST,
    TRAINED,
    plant_days,
    plant_surroundings,
    temperature_c,
    unsaved,
    used,
)
from tests.conftest import as_template, connected, new_database
from tests.contracted_school import add_people, follow
from tests.db.contracts.desk import Desk
from tests.estate import estate
from tests.metered_building import meter_id, place_id
from tests.unit.evidence.office import PARTIES

pytestmark = pytest.mark.db

JULY = date(2025, 7, 1), date(2025, 8, 1)
COOLING = sum(max(Decimal(str(temperature_c(day))) - 26, Decimal(0)) for day in days(*JULY))
CONTRACT = """
schema = "settlement/1"
[contract]
code = "school-2025"
version = 1
kind = "trusteeship"
name_zh = "学校"
name_en = "School"
client = "School"
provider = "Example Energy Service Co."
signed_on = 2024-12-01
first_day = 2025-01-01
end_day = 2026-01-01
utilities_paid_by = "provider"
signing = "approvals"
meters = [{ code = "school-meter-0", line = "electricity" }]

[[contract.lines]]
code = "electricity"
kind = "energy"
name_zh = "电"
name_en = "Electricity"
unit = "kWh"
model = "1/1"
weather = { method = "model" }

[contract.lines.baseline]
quantity = [0, 0, 0, 0, 0, 0, 30000, 0, 0, 0, 0, 0]
prices = [{ flat = 0.60 }]

[[contract.stations]]
code = "school"
heating = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
cooling = [0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0]
"""


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """A school with two years of use, weather and a calendar, and a baseline of the first."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            plant_surroundings(conn, place_id(conn, "school"))
            plant_days(conn, meter_id(conn, "school-meter-0"), used())
            conn.execute(
                "INSERT INTO baseline (organisation_id, medium, train, reporting_from,"
                " cvrmse_limit, nmbe_limit, limit_source, first_at, end_at, person_id)"
                " SELECT %s, 'electricity',"
                " daterange(%s, %s), %s, 0.2, 0.05, 'test', '2023-12-31T16:00Z',"
                " '2024-12-31T16:00Z', person_id FROM person WHERE login = 'manager'",
                [place_id(conn), FIRST, TRAINED, TRAINED],
            )
        with connected(url, Role.WORK) as worker:
            assert update_baselines(worker, now=datetime.now(UTC)) == 1
        with as_template(database_server, url) as name:
            yield name


@pytest.fixture
def july(desk: Desk) -> dict[str, Any]:
    """The statement of July, of which the readings are not there."""
    contract = desk.agree(CONTRACT)
    made = desk.post("manager", f"contracts/{contract}/drawings", month="2025-07")
    return dict(desk.get("manager", f"statements/{made['id']}"))


def origins(desk: Desk, statement: int) -> dict[tuple[str, str], dict[str, Any]]:
    found = desk.get("manager", f"statements/{statement}/origins")["origins"]
    return {(each["what"], each["name"]): each for each in found}


def test_the_baseline_of_the_month_is_the_models_at_its_weather(
    desk: Desk, july: dict[str, Any]
) -> None:
    told = json.loads(desk.ask("manager", "GET", f"statements/{july['id']}/inputs").text)
    [figure] = told["month"]["models"]
    truth = sum(unsaved(*JULY).values())
    assert float(figure["quantity"]) == pytest.approx(truth, rel=0.01)
    assert float(figure["low"]) < truth < float(figure["high"])
    assert (figure["version"], figure["confidence"]) == ("1/1", "0.9")
    [named] = july["baselines"]
    assert named["sha256"] == figure["data_sha256"]
    assert origins(desk, july["id"])["model", "electricity"]["refers"]["version"] == 1


def test_degree_days_are_those_of_the_contracts_station(desk: Desk, july: dict[str, Any]) -> None:
    told = json.loads(desk.ask("manager", "GET", f"statements/{july['id']}/inputs").text)
    assert Decimal(told["month"]["degree_days"]["cooling"]) == COOLING > 0
    assert told["month"]["degree_days"]["missing_days"] == 0
    assert (
        origins(desk, july["id"])["degree_days", "school"]["refers"]["place"] == "school-building"
    )


def test_a_meter_without_readings_and_intervals_is_missing(
    desk: Desk, july: dict[str, Any]
) -> None:
    assert origins(desk, july["id"])["use", "school-meter-0"]["code"] == "use"
    assert july["amount"] is None


def test_another_station_than_the_contracts_tells_nothing(desk: Desk) -> None:
    contract = desk.agree(CONTRACT.replace('code = "school"\n', 'code = "airport"\n'))
    made = desk.post("manager", f"contracts/{contract}/drawings", month="2025-07")
    told = origins(desk, made["id"])
    assert told["degree_days", "airport"]["code"] == "weather"
    assert told["model", "electricity"]["source"] == "missing"


def test_the_model_is_in_the_bundle_and_fitted_again_by_verify(
    desk: Desk, july: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for login, key in (("manager", PARTIES.client), ("engineer", PARTIES.provider)):
        desk.post(login, f"contracts/{july['contract_id']}/keys", key=key, note="test")
    file = tmp_path / "july.zip"
    file.write_bytes(desk.ask("manager", "GET", f"statements/{july['id']}/bundle").content)
    assert main(["verify", str(file)]) == 0
    records = [json.loads(line)["record"] for line in capsys.readouterr().out.splitlines()]
    assert {"model", "band", "fit", "degree_days"} <= set(records)


def test_a_lent_band_is_told_with_its_measured_coverage(desk: Desk, july: dict[str, Any]) -> None:
    told = json.loads(desk.ask("manager", "GET", f"statements/{july['id']}/inputs").text)
    band = told["month"]["models"][0]["band"]
    assert (band["calibrated_by"], band["tested"], len(band["scores"])) == ("shipped", 30, 30)


def test_a_baseline_of_estimates_stands_against_signing_as_the_registry_names_it(
    desk: Desk, conn: Connection, july: dict[str, Any]
) -> None:
    assert "estimated_training" not in {each["code"] for each in july["remarks"]}
    conn.execute("SET session_replication_role = replica")
    conn.execute("UPDATE baseline_version SET refusals = '{short_baseline,estimated_training}'")
    conn.execute("SET session_replication_role = origin")
    conn.commit()
    made = desk.post("manager", f"contracts/{july['contract_id']}/drawings", month="2025-07")
    drawn = desk.get("manager", f"statements/{made['id']}")
    found = {each["code"]: each["blocks"] for each in drawn["remarks"]}
    assert (found["short_baseline"], found["estimated_training"]) == (False, True)


def test_a_contractor_draws_the_band_that_its_client_draws(
    desk: Desk, conn: Connection, july: dict[str, Any]
) -> None:
    """It sees the meter and where that hangs, not the place above that the baseline is of."""
    meter = meter_id(conn, "school-meter-0")
    conn.execute("SET session_replication_role = replica")
    conn.execute(
        "UPDATE baseline SET meter_id = %s, organisation_id = %s", [meter, place_id(conn, "school")]
    )
    conn.execute("SET session_replication_role = origin")
    conn.execute(
        "INSERT INTO meter_year (meter_id, year, wander, deviation, days, refusals, code)"
        " SELECT %s, year, 0.05, 0.02, 365, '{}', 'test' FROM generate_series(2020, 2022) year",
        [meter],
    )
    conn.execute(
        "INSERT INTO scope (person_id, role, contract_id)"
        " SELECT person_id, 'contractor', %s FROM person WHERE login = 'engineer'",
        [july["contract_id"]],
    )
    conn.execute(
        "INSERT INTO contract_meter (contract_id, meter_id, during)"
        " SELECT %s, %s, tstzrange('2020-01-01', NULL)",
        [july["contract_id"], meter],
    )
    conn.commit()
    bands = []
    for login in ("manager", "engineer"):
        made = desk.post(login, f"contracts/{july['contract_id']}/drawings", month="2025-07")
        told = json.loads(desk.ask(login, "GET", f"statements/{made['id']}/inputs").text)
        bands.append(told["month"]["models"][0]["band"])
    assert bands[0]["here"] == 3
    assert bands[1] == bands[0]


def test_an_accepted_event_draws_the_month_again_with_its_signature(
    desk: Desk, conn: Connection, july: dict[str, Any]
) -> None:
    event = desk.post(
        "manager", "baselines/1/events", first_day="2025-07-11", per_day=50, reason="new ward"
    )
    # Half past one in the night of 10 August at the school.
    conn.execute("SET session_replication_role = replica")
    conn.execute("UPDATE non_routine_decision SET at = '2025-08-09T17:30Z'")
    conn.execute("SET session_replication_role = origin")
    conn.commit()
    assert follow(conn) == 1
    rows = desk.get("manager", f"contracts/{july['contract_id']}/statements")["items"]
    [newest] = [row for row in rows if row["state"] == "draft"]
    told = json.loads(desk.ask("manager", "GET", f"statements/{newest['id']}/inputs").text)
    [adjusted] = told["month"]["non_routine"]
    assert (adjusted["event"], adjusted["per_day"]) == (str(event["id"]), "50")
    assert (adjusted["reason"], adjusted["signed_by"]) == ("new ward", "manager")
    assert adjusted["signed_on"] == "2025-08-10"
    line = next(row for row in desk.get("manager", f"statements/{newest['id']}")["lines"])
    steps = {step["symbol"]: Decimal(step["value"]) for step in line["steps"]}
    assert steps[f"dQ_event_{event['id']}"] == 50 * 21
    assert origins(desk, newest["id"])["non_routine", "electricity"]["source"] == "ledger"


def test_a_model_of_other_meters_than_the_boundarys_is_refused_by_name(desk: Desk) -> None:
    other = CONTRACT.replace('line = "electricity" }]', 'line = "electricity", excluded = true }]')
    contract = desk.agree(other)
    made = desk.post("manager", f"contracts/{contract}/drawings", month="2025-07")
    told = origins(desk, made["id"])["model", "electricity"]
    assert told["code"] == "model_boundary"
    assert "was fitted on school-meter-0, not in the boundary" in told["detail"]
