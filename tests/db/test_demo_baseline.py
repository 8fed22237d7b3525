"""The demo wants one baseline of a building, once, and none where its history is too short."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from civicwatt.demo.baseline import REPORTED, enter_baseline
from store.places.registry import write as write_registry
from tests.db.conftest import add_people
from tests.db.test_demo_story import Browser
from tests.estate import estate

pytestmark = pytest.mark.db

TODAY = date(2026, 7, 14)


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


def test_a_year_of_history_has_one_baseline(client: TestClient) -> None:
    person = Browser(client, "admin")
    enter_baseline(person, TODAY - timedelta(days=100), TODAY)
    assert person.get("baselines")["items"] == []
    for _ in range(2):
        enter_baseline(person, TODAY - timedelta(days=364), TODAY)
    [baseline] = person.get("baselines")["items"]
    assert (baseline["meter_code"], baseline["place_code"]) == ("school-meter-0", "school-building")
    assert date.fromisoformat(baseline["reporting_from"]) == TODAY - REPORTED
