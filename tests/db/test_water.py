"""Water of a place over the API: the planted leak is seen, and what no submeter counted is told."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from tests.conftest import connected, new_database
from tests.db.conftest import V1, SignIn
from tests.leaking_school import (
    BY_DAY,
    DAY_H,
    DRIP,
    END,
    FIRST,
    LEAK,
    LEAKS,
    MAIN_M3,
    NIGHTS,
    PLACE,
    UNMETERED_M3,
    planted_template,
)

pytestmark = pytest.mark.db

A_DAY_M3 = DAY_H * BY_DAY["w-main"] + 5 * DRIP
"""Of the main meter without the leak. [m3]"""


@pytest.fixture(scope="module")
def leaking(database_server: str, template: str) -> Iterator[str]:
    """The school, planted once."""
    with planted_template(database_server, template) as name:
        yield name


@pytest.fixture
def database(database_server: str, leaking: str) -> Iterator[str]:
    with new_database(database_server, leaking) as url:
        yield url


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        yield conn


def ask(client: TestClient, first: date = FIRST, end: date = END, place: str = "school") -> Any:
    asked = {"organisation": place, "first_day": str(first), "end_day": str(end)}
    answer = client.get(f"{V1}/water", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["places"]


def test_use_nights_and_the_unmetered_share_are_those_that_were_planted(sign_in: SignIn) -> None:
    school, building = ask(sign_in("teacher"))
    assert (school["code"], building["code"]) == ("school", PLACE)
    assert school["use"] == building["use"] == pytest.approx(MAIN_M3)
    assert building["covered"] == 1.0
    (rest,) = building["rests"]
    assert rest["unmetered"] == pytest.approx(UNMETERED_M3)
    assert rest["unmetered_share"] == pytest.approx(UNMETERED_M3 / MAIN_M3)
    by_code = {meter["code"]: meter["night"] for meter in building["meters"]}
    assert by_code["w-main"]["last"] == pytest.approx(DRIP + LEAK)
    assert by_code["w-main"]["usual"] == pytest.approx(DRIP)
    assert by_code["w-toilets"]["last"] == pytest.approx(LEAK)
    assert by_code["w-kitchen"]["last"] == 0.0
    assert {night["whole"] for night in by_code.values()} == {NIGHTS}


def test_since_the_leak_the_nights_take_a_share_of_the_flow_that_says_so(sign_in: SignIn) -> None:
    client = sign_in("teacher")
    before, since = ask(client, FIRST, LEAKS)[1], ask(client, LEAKS, END)[1]
    assert before["night_share"] == pytest.approx(DRIP / (A_DAY_M3 / 24))
    assert since["night_share"] == pytest.approx((DRIP + LEAK) / (A_DAY_M3 / 24 + LEAK))


def test_the_leak_is_a_suspicion_that_stands_with_its_loss(sign_in: SignIn) -> None:
    found = sign_in("teacher").get(
        f"{V1}/alerts", params={"rule": "night_flow", "organisation": "school"}
    )
    by_meter = {each["meter_code"]: each for each in found.json()["items"]}
    assert {"w-main", "w-toilets"} >= by_meter.keys() != set()
    for each in by_meter.values():
        assert each["began_at"].startswith(("2026-06-30T1", "2026-07-01"))
        assert each["priority"] == "urgent"
        assert each["actual"] - each["expected"] == pytest.approx(LEAK, rel=0.01)


def test_days_before_any_reading_have_no_use_and_no_night_and_never_zero(sign_in: SignIn) -> None:
    (school, building) = ask(sign_in("teacher"), date(2026, 5, 1), date(2026, 5, 10))
    for each in (school, building):
        assert (each["use"], each["mean_flow"], each["night_share"]) == (None, None, None)
        assert (each["night"]["usual"], each["night"]["whole"]) == (None, 0)


def test_another_institution_has_no_water_and_sees_none_of_the_school(sign_in: SignIn) -> None:
    client = sign_in("doctor")
    asked = {"organisation": "school", "first_day": str(FIRST), "end_day": str(END)}
    assert client.get(f"{V1}/water", params=asked).status_code == 404
    assert ask(client, place="hospital") == []


def test_days_out_of_order_and_too_many_of_them_are_refused(sign_in: SignIn) -> None:
    client = sign_in("teacher")
    for first, end in ((END, FIRST), (date(2024, 1, 1), END)):
        asked = {"organisation": "school", "first_day": str(first), "end_day": str(end)}
        answer = client.get(f"{V1}/water", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "days_out_of_bounds")
