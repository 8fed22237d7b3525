"""A baseline of any kind, fitted by the worker, carries a drawn month to the planted truth."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from analytics.jobs.baselines import update_baselines
from domain.calendar import days
from domain.local_day import day_start
from store.become import Role
from store.places.registry import write as write_registry
from tests.baselined_building import (
    FIRST,
    SAVED,
    TRAINED,
    plant_days,
    plant_surroundings,
    unsaved,
    used,
)
from tests.conftest import as_template, connected, new_database
from tests.contracted_school import add_people
from tests.db.baselines.test_comparisons import (
    AFTER_KW,
    BEFORE_KW,
    MEASURE,
    ON,
    OWN,
    SAMPLE,
    TEST_END,
)
from tests.db.baselines.test_hours_and_bills import plant_hours
from tests.db.contracts.desk import Desk
from tests.db.contracts.test_drawn_weather import CONTRACT, JULY
from tests.estate import SHANGHAI, estate
from tests.metered_building import meter_id, place_id

pytestmark = pytest.mark.db

TRUTH = sum(unsaved(*JULY).values())
"""What July would have used without the measure. [kWh]"""
TESTED, DRIVEN, DRIVER = "school-meter-1", "school-meter-2", "school-meter-3"
SHARE = 0.5
"""kWh of the one for each of its driver, before the measure. [1]"""
YEAR = {"train": (FIRST, TRAINED), "reporting": (TRAINED, None), "meter": OWN}
TEST = {"train": (MEASURE, TEST_END), "reporting": (MEASURE, TEST_END)}
BEFORE = {"train": (FIRST, TRAINED), "reporting": (TRAINED, date(2026, 1, 1))}
KINDS: tuple[Mapping[str, Any], ...] = (
    YEAR | {"step": "hourly"},
    YEAR | {"step": "monthly"},
    YEAR | {"step": "daily"},
    TEST | {"method": "on_off", "meter": TESTED, "terms": {"on": [[*map(str, on)] for on in ON]}},
    BEFORE | {"method": "all_parameters", "meter": DRIVEN, "terms": {"meter": DRIVER}},
    BEFORE | {"method": "side_by_side", "meter": DRIVEN, "terms": {"meter": DRIVER}},
    BEFORE | {"method": "key_parameter", "terms": SAMPLE},
)
"""In the order in which they are entered: the number of each is its place."""


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """A school in a region with district heating, with a baseline of each kind."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate(meters=4))
            add_people(conn)
            conn.execute(
                "INSERT INTO place_region (organisation_id, region, during, source)"
                " VALUES (%s, '120000', tstzrange(NULL, NULL), 'survey')",
                [place_id(conn, "school")],
            )
            plant_surroundings(conn, place_id(conn, "school"))
            plant_meters(conn)
            for kind in KINDS:
                want(conn, kind)
        with connected(url, Role.WORK) as worker:
            assert update_baselines(worker, now=datetime.now(UTC)) == len(KINDS)
            by_season = "SELECT baseline_id FROM baseline_version WHERE parameters ? 'heated'"
            assert worker.execute(by_season).fetchall() == [(3,)]
        with as_template(database_server, url) as name:
            yield name


def plant_meters(conn: Connection) -> None:
    """Use of each meter by day, of one by the hour too."""
    plain = unsaved(FIRST, date(2026, 1, 1))
    on = {day for first, end in ON for day in days(first, end)}
    saved = {day: kwh * (1 - SAVED) for day, kwh in plain.items()}
    plant_days(conn, meter_id(conn, OWN), used())
    plant_hours(conn, meter_id(conn, OWN), used())
    tested = {day: saved[day] if day in on or day >= TRAINED else plain[day] for day in plain}
    plant_days(conn, meter_id(conn, TESTED), tested)
    plant_days(conn, meter_id(conn, DRIVER), plain)
    retrofitted = saved | {day: plain[day] for day in days(FIRST, TRAINED)}
    plant_days(conn, meter_id(conn, DRIVEN), {day: SHARE * retrofitted[day] for day in plain})


def want(conn: Connection, kind: Mapping[str, Any]) -> None:
    """Enter a baseline as the manager of the school."""
    (first, end), (reports, until) = kind["train"], kind["reporting"]
    terms = dict(kind.get("terms", {}))
    if "meter" in terms:
        terms["meter"] = meter_id(conn, terms["meter"])
    conn.execute(
        "INSERT INTO baseline (organisation_id, meter_id, medium, step, method, terms, train,"
        " reporting_from, reporting_end, cvrmse_limit, nmbe_limit, limit_source, first_at, end_at,"
        " person_id) SELECT p.place_id, %s, 'electricity', %s, %s, %s, daterange(%s, %s), %s, %s,"
        " 0.5, 0.05, 'test', %s, %s, w.person_id FROM person w, meter_position p"
        " WHERE w.login = 'manager' AND p.meter_id = %s",
        [
            meter_id(conn, kind["meter"]) if "meter" in kind else None,
            *(kind.get("step", "daily"), kind.get("method", "whole"), Jsonb(terms)),
            *(first, end, reports, until),
            *(day_start(day, SHANGHAI) for day in (first, end)),
            meter_id(conn, kind.get("meter", OWN)),
        ],
    )


def figure(desk: Desk, number: int) -> dict[str, Any]:
    """What a baseline tells of July in a drawn statement."""
    kind = KINDS[number]
    text = CONTRACT.replace('"1/1"', f'"{number + 1}/1"')
    text = text.replace("school-meter-0", kind.get("meter", OWN))
    if kind.get("method") == "key_parameter":
        text = text.replace('method = "model"', 'method = "isolated"')
    contract = desk.agree(text)
    made = desk.post("manager", f"contracts/{contract}/drawings", month="2025-07")
    origins = desk.get("manager", f"statements/{made['id']}/origins")["origins"]
    [origin] = [each for each in origins if each["what"] == "model"]
    assert origin["source"] == "ledger", origin
    told = json.loads(desk.ask("manager", "GET", f"statements/{made['id']}/inputs").text)
    [found] = told["month"]["models"]
    return dict(found)


@pytest.mark.parametrize(
    ("number", "truth", "near"),
    [
        pytest.param(0, TRUTH, 0.06, id="by the hour"),
        pytest.param(1, TRUTH, 0.06, id="by the bill"),
        pytest.param(2, TRUTH, 0.01, id="by the heating season"),
        pytest.param(3, TRUTH, 0.06, id="on and off"),
        pytest.param(4, SHARE * TRUTH, 1e-6, id="what drives it"),
        pytest.param(5, SHARE * TRUTH, 1e-6, id="like beside like"),
    ],
)
def test_a_month_is_what_the_planted_building_would_have_used(
    desk: Desk, number: int, truth: float, near: float
) -> None:
    found = figure(desk, number)
    assert float(found["quantity"]) == pytest.approx(truth, rel=near)
    assert found["version"] == f"{number + 1}/1"


def test_a_key_parameter_tells_a_saving_by_its_days(desk: Desk) -> None:
    found = figure(desk, 6)
    fall = float(np.mean(BEFORE_KW) - np.mean(AFTER_KW))
    assert float(found["quantity"]) == pytest.approx(fall * 1_300_000 * 31 / 365, rel=1e-6)
    assert found["tells_saving"] is True
