"""Baselines of heat and of water: kept in their units, with the saving that was planted."""

from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from domain.calendar import days, usual_kind
from domain.fact import FactKind
from domain.registry import Medium, Meter, MeterRole, Registry
from store.places.fact import FactRow, set_fact
from store.places.registry import write as write_registry
from tests.baselined_building import (
    END,
    FIRST,
    TRAINED,
    plant_days,
    plant_surroundings,
    temperature_c,
)
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.conftest import work
from tests.db.baselines.test_baselines import YEAR, get, wanted
from tests.db.conftest import add_people
from tests.estate import SHANGHAI, estate
from tests.metered_building import meter_id, place_id

pytestmark = pytest.mark.db

TIANJIN = "120000"
"""Statutory season: 15 November to 15 March."""
SAVED = {Medium.HEAT: 0.12, Medium.WATER: 0.15}


def heat_gj(day: date) -> float:
    """Of a substation: nothing outside the season."""
    if (3, 16) <= (day.month, day.day) < (11, 15):
        return 0.0
    return 40 + 3.5 * max(18 - temperature_c(day), 0)


def water_m3(day: date) -> float:
    return 60.0 if usual_kind(day).works else 9.0


USED = {Medium.HEAT: heat_gj, Medium.WATER: water_m3}


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Name of a database with two years of a building's heat and water."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            bureau = place_id(conn, "bureau")
            plant_surroundings(conn, bureau)
            region = FactRow(bureau, "bureau", FactKind.REGION, TIANJIN, None, None, "test")
            set_fact(conn, region, SHANGHAI.key)
            for medium, used in USED.items():
                plant(conn, medium, {day: used(day) for day in days(FIRST, END)})
        with as_template(database_server, url) as name:
            yield name


def plant(conn: Connection, medium: Medium, use: dict[date, float]) -> None:
    code, kept = f"school-{medium}", 1 - SAVED[medium]
    meter = Meter(code, "school-building", medium, MeterRole.MAIN, None, code, code)
    write_registry(conn, Registry((), (meter,), ()))
    plant_days(
        conn,
        meter_id(conn, code),
        {day: amount * (kept if day >= TRAINED else 1) for day, amount in use.items()},
    )


@pytest.mark.parametrize(("medium", "unit"), [(Medium.HEAT, "GJ"), (Medium.WATER, "m3")])
def test_the_planted_saving_is_found_in_the_unit_of_the_medium(
    conn: Connection, admin: TestClient, medium: Medium, unit: str
) -> None:
    baseline = wanted(admin, medium=medium)
    assert work(conn) == 1
    [version] = get(admin, f"/baselines/{baseline}/versions")["items"]
    assert version["refusals"] == []
    told = get(admin, "/savings", baseline=baseline, **YEAR)
    assert told["unit"] == unit
    total = told["total"]
    truth = sum(USED[medium](day) for day in days(TRAINED, END))
    assert total["days"] == 365, "summer without heat is neither a gap nor left out"
    assert total["baseline"] == pytest.approx(truth, rel=0.01)
    assert total["saving"] == pytest.approx(SAVED[medium] * truth, rel=0.08)
    assert total["band"]["low"] < total["saving"] < total["band"]["high"]
    assert total["band"]["not_calibrated"] == "too_few_local_meter_years"
