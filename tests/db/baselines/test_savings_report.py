"""The M&V report: the planted tenth with its band, what it rests on, and the days left out."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.paper.words import word_list
from store.places.registry import write as write_registry
from tests.baselined_building import (
    END,
    FIRST,
    SAVED,
    TRAINED,
    plant_days,
    plant_surroundings,
    unsaved,
    used,
)
from tests.closable_school import add_checked_factors
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.conftest import work
from tests.db.conftest import V1, add_people
from tests.db.test_drawn_reports import document, keys_of, table
from tests.estate import estate
from tests.metered_building import PLACE, meter_id, place_id

pytestmark = pytest.mark.db

METER = "school-meter-0"


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Two years of the school, without three days of March 2025; a baseline of the first year."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            add_checked_factors(conn)
            plant_surroundings(conn, place_id(conn, "school"))
            lost = {day for day in used() if (day.year, day.month) == (2025, 3) and day.day < 4}
            kept = {day: kwh for day, kwh in used().items() if day not in lost}
            plant_days(conn, meter_id(conn, METER), kept)
        with as_template(database_server, url) as name:
            yield name


@pytest.fixture
def measured(admin: TestClient, conn: Connection) -> int:
    """A baseline with its model; gives its id."""
    wanted = {
        "organisation": PLACE, "medium": "electricity", "first_day": str(FIRST),
        "end_day": str(TRAINED), "reporting_from": str(TRAINED),
    }  # fmt: skip
    answer = admin.post(f"{V1}/baselines", json=wanted)
    assert answer.status_code == 201, answer.text
    assert work(conn) == 1
    return int(answer.json()["id"])


def make(client: TestClient, conn: Connection, **when: object) -> Any:
    asked = {"organisation_id": place_id(conn, "school"), "kind": "savings", **when}
    return client.post(f"{V1}/reports", json=asked)


def test_the_report_of_a_year_finds_the_planted_tenth_and_the_days_left_out(
    admin: TestClient, conn: Connection, measured: int
) -> None:
    lost = {"first_day": "2025-05-01", "end_day": "2025-05-11", "per_day": "100"}
    events = f"{V1}/baselines/{measured}/events"
    assert admin.post(events, json={**lost, "reason": "works"}).status_code == 201
    found = document(admin, make(admin, conn, year=2025))
    (row,) = table(found, "mv_savings")
    days = [day for day in unsaved(TRAINED, END) if (day.month, day.day) not in _LOST]
    without = sum(unsaved(TRAINED, END)[day] for day in days)
    assert float(row["modelled"]) == pytest.approx(without, rel=0.01)
    assert row["adjustment"] == Decimal(1000)
    assert float(row["saved"] - row["adjustment"]) == pytest.approx(SAVED * without, rel=0.03)
    assert row["saved_low"] < row["saved"] < row["saved_high"]
    assert float(row["modelled"] + row["adjustment"] - row["used"]) == pytest.approx(
        float(row["saved"])
    )
    assert (row["days_counted"], row["days_left_out"]) == (362, 3)
    (out,) = table(found, "mv_left_out")
    assert (out["left_from"], out["left_until"], out["why"]) == (
        "2025-03-01", "2025-03-03", "left_out_no_use",
    )  # fmt: skip
    (boundary,) = table(found, "mv_boundary")
    assert (boundary["ipmvp"], boundary["meter"]) == ("C", "whole_place")
    (event,) = table(found, "mv_events")
    assert (event["verdict"], event["per_day"]) == ("verdict_accepted", Decimal(100))
    assert len(table(found, "mv_months")) == 12
    asked, words = {*keys_of(found)}, word_list("report").keys()
    assert asked <= words, asked - words


_LOST = {(3, 1), (3, 2), (3, 3)}


def test_a_month_before_the_reporting_begins_is_refused(
    admin: TestClient, conn: Connection, measured: int
) -> None:
    assert measured
    answer = make(admin, conn, month="2024-06")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_saving_in_period")
