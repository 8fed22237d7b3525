"""A school's baseline tells workdays between its terms apart, where its terms are known."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.baseline.training import read
from domain.calendar import usual_kind
from store.places.occasion import TermRow, add_term
from store.places.registry import write as write_registry
from tests.baselined_building import END, FIRST, TRAINED, plant_days, plant_surroundings, unsaved
from tests.db.baselines.conftest import work
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.metered_building import PLACE, meter_id, place_id

pytestmark = pytest.mark.db

EMPTY = 500.0
"""What the school uses less on each workday between its terms. [kWh/d]"""
YEARS = range(FIRST.year - 1, END.year + 1)
TERMS = [
    span
    for year in YEARS
    for span in ((date(year, 2, 17), date(year, 7, 5)), (date(year, 9, 1), date(year + 1, 1, 20)))
]


def taught(day: date) -> bool:
    return any(first <= day < end for first, end in TERMS)


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """The school with two years of use that follow its terms, and the terms until its training."""
    write_registry(superuser, estate())
    add_people(superuser)
    plant_surroundings(superuser, place_id(superuser, "bureau"))
    use = {
        day: kwh - EMPTY * (usual_kind(day).works and not taught(day))
        for day, kwh in unsaved(FIRST, END).items()
    }
    plant_days(superuser, meter_id(superuser, "school-meter-0"), use)
    enter(superuser, [span for span in TERMS if span[0] < TRAINED])
    return superuser


def enter(conn: Connection, spans: list[tuple[date, date]]) -> None:
    for n, (first, end) in enumerate(spans):
        add_term(conn, place_id(conn, PLACE), TermRow(0, f"{n}", first, end, "test"))


def summer(client: TestClient, baseline: int) -> dict[str, Any]:
    params = {"baseline": str(baseline), "first_day": f"{TRAINED.year}-07-10"}
    params |= {"end_day": f"{TRAINED.year}-08-21", "step": "day"}
    answer = client.get(f"{V1}/savings", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_break_is_no_saving_and_an_unknown_term_no_figure(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("admin")
    told = {"first_day": str(FIRST), "end_day": str(TRAINED), "reporting_from": str(TRAINED)}
    made = client.post(
        f"{V1}/baselines", json={"organisation": PLACE, "medium": "electricity"} | told
    )
    baseline = made.json()["id"]
    assert work(conn) == 1
    [version] = client.get(f"{V1}/baselines/{baseline}/versions").json()["items"]
    assert version["model"].endswith(", terms")
    assert version["basis"]["terms"] is True
    text = client.get(f"{V1}/baselines/{baseline}/versions/1/inputs").text
    assert read(text).in_term == {
        FIRST + timedelta(days=n): taught(FIRST + timedelta(days=n))
        for n in range((TRAINED - FIRST).days)
    }
    unknown = summer(client, baseline)
    why = {day["first_day"]: day["left_out"] for day in unknown["items"]}
    assert why[f"{TRAINED.year}-07-14"] == "calendar_missing"
    assert sum(each is None for each in why.values()) == 12, "weekends are what they are"
    enter(conn, [span for span in TERMS if span[0] >= TRAINED])
    known = summer(client, baseline)["total"]
    assert known["days"] == 42
    assert known["saving"] == pytest.approx(0, abs=0.05 * EMPTY * 30)
