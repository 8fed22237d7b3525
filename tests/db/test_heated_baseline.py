"""A place whose region has district heating has its season as the winter of its baselines."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.baseline.training import read
from domain.calendar import days
from domain.fact import FactKind
from store.places.fact import FactRow, set_fact
from store.places.heating import SeasonRow, put_season
from store.places.registry import write as write_registry
from tests.baselined_building import END, FIRST, TRAINED, plant_days, plant_surroundings, unsaved
from tests.db.baselines.conftest import work
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import SHANGHAI, estate
from tests.metered_building import PLACE, meter_id, place_id

pytestmark = pytest.mark.db

TIANJIN = "120000"
HEAT = 600.0
"""What the school uses more on each day of the heating season, however warm it is. [kWh/d]"""
STATUTORY = ((11, 15), (3, 16))
RECORDED = (date(2025, 10, 20), date(2026, 3, 16))
"""The season that began early, in a warm autumn. [first, end)"""


def heated(day: date) -> bool:
    if day >= date(2025, 7, 1):
        return RECORDED[0] <= day < RECORDED[1]
    return (day.month, day.day) >= STATUTORY[0] or (day.month, day.day) < STATUTORY[1]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """The school in Tianjin, with two years of use that follow the heating season."""
    write_registry(superuser, estate())
    add_people(superuser)
    bureau = place_id(superuser, "bureau")
    plant_surroundings(superuser, bureau)
    superuser.execute("DELETE FROM heating_season")
    region = FactRow(bureau, "bureau", FactKind.REGION, TIANJIN, None, None, "test")
    set_fact(superuser, region, SHANGHAI.key)
    use = {day: kwh + HEAT * heated(day) for day, kwh in unsaved(FIRST, END).items()}
    plant_days(superuser, meter_id(superuser, "school-meter-0"), use)
    return superuser


def autumn(client: TestClient, baseline: int) -> dict[str, Any]:
    """Savings of the days on which only the recorded season heats."""
    params = {"baseline": str(baseline), "first_day": "2025-10-20", "end_day": "2025-11-15"}
    answer = client.get(f"{V1}/savings", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["total"])


def test_the_recorded_season_is_the_winter_of_the_model(conn: Connection, sign_in: SignIn) -> None:
    client = sign_in("admin")
    told = {"first_day": str(FIRST), "end_day": str(TRAINED), "reporting_from": str(TRAINED)}
    made = client.post(
        f"{V1}/baselines", json={"organisation": PLACE, "medium": "electricity"} | told
    )
    baseline = made.json()["id"]
    assert work(conn) == 1
    [version] = client.get(f"{V1}/baselines/{baseline}/versions").json()["items"]
    assert version["basis"]["heating"] == {"region": TIANJIN}
    text = client.get(f"{V1}/baselines/{baseline}/versions/1/inputs").text
    assert read(text).heated == {*filter(heated, days(FIRST, TRAINED))}
    by_statute = autumn(client, baseline)
    assert by_statute["saving"] == pytest.approx(-HEAT * by_statute["days"], rel=0.1)
    put_season(conn, SeasonRow(TIANJIN, 2025, *RECORDED, source="notice"))
    assert autumn(client, baseline)["saving"] == pytest.approx(0, abs=0.05 * HEAT * 26)
    assert work(conn, later=timedelta(days=2)) == 0, "the training's own season is what it was"
    put_season(conn, SeasonRow(TIANJIN, 2024, date(2024, 11, 1), date(2025, 3, 16), source="n"))
    assert work(conn, later=timedelta(days=4)) == 1
