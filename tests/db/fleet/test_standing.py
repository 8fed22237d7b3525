"""Figures of a fleet say how far they are told, and of how many vehicles."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.fleet.vehicle import enter
from tests.costed_fleet import TERMS, plant, put_on_tariff, segment
from tests.db.conftest import V1, SignIn
from tests.fleet_estate import car
from tests.metered_building import place_id

pytestmark = pytest.mark.db

TOLLS = "流水号,车牌号,出口时间,金额\nT1,津Acar-1,2026-07-01 09:50,15.00\n"


@pytest.fixture
def client(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    plant(conn)
    put_on_tariff(conn)
    client = sign_in("admin")
    terms = {"place": place_id(conn, "bureau"), "text": TERMS}
    assert client.post(f"{V1}/fleet-summary/terms", json=terms).status_code == 201
    return client


def of_month(
    client: TestClient, conn: Connection, path: str = "fleet-summary", month: str = "2026-07-01"
) -> Any:
    asked = {"place": place_id(conn, "school"), "first_month": month, "last_month": month}
    answer = client.get(f"{V1}/{path}", params=asked | {"lang": "en"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def comparisons(whole: dict[str, Any]) -> list[bool]:
    return [whole[name] is not None for name in ("energy_cost", "full_cost", "co2", "coal")]


def test_a_month_that_is_filled_in_part_gives_sums_of_its_part_and_no_cost_per_distance(
    conn: Connection, client: TestClient
) -> None:
    whole = of_month(client, conn)["whole"]
    assert comparisons(whole) == [True] * 4
    assert whole["coverage"] == {"held_days": "62.0", "told_days": "62.0", "waiting": 0}
    conn.execute("DELETE FROM vehicle_segment WHERE segment_id LIKE 'told-car-1%%'")
    found = of_month(client, conn)
    whole = found["whole"]
    assert comparisons(whole) == [False] * 4
    assert (whole["lacking"], whole["litres"]) == (["coverage"], "20.000")
    assert whole["coverage"]["told_days"] == "31.2"
    assert found["standing"]["coverage"] == whole["coverage"]
    assert not found["standing"]["running"]
    told = of_month(client, conn, "fleet-summary/report")
    assert "told for 50.3 % of the vehicles' time" in told["text"]
    [share] = [each for each in told["figures"] if each["key"] == "told_share"]
    assert share["evidence"][0]["what"] == "trips"
    assert of_month(client, conn, "fleet-use")["standing"]["coverage"] == whole["coverage"]
    client.post(f"{V1}/sheets/orders_toll", content=TOLLS.encode())
    segment(conn, "car-2", "more", "trip", "2026-07-04 09:00", 30, km=12, kwh=2)
    accounts = of_month(client, conn, "vehicle-costs")["items"]
    assert [each["lacking"] for each in accounts] == [["coverage"], []]
    assert accounts[0]["per_100_km"][1]["cny_100km"] is None


def test_days_still_to_be_cut_and_charges_not_held_against_piles_withhold_what_rests_on_them(
    conn: Connection, client: TestClient
) -> None:
    conn.execute("INSERT INTO vehicle_touched (vehicle_id, day) VALUES (1, '2026-07-05')")
    found = of_month(client, conn)
    assert found["whole"]["lacking"] == ["being_cut"]
    assert comparisons(found["whole"]) == [False] * 4
    assert found["standing"]["coverage"]["waiting"] == 1
    told = of_month(client, conn, "fleet-summary/report")["text"]
    assert "Past data of 1 of the vehicles are still being worked" in told
    # What comes today is worked as it comes: it always waits a little, and is no backlog.
    conn.execute("UPDATE vehicle_touched SET day = '2126-07-05'")
    assert of_month(client, conn)["whole"]["lacking"] == []
    conn.execute("UPDATE vehicle_segment SET known_at = now() WHERE segment_id = 'unpaid'")
    assert of_month(client, conn)["whole"]["lacking"] == ["being_cut"]
    conn.execute("UPDATE charge_match_run SET at = now() + interval '1 second'")
    assert of_month(client, conn)["whole"]["lacking"] == []


def test_a_month_that_runs_says_up_to_when(conn: Connection, client: TestClient) -> None:
    this = date.today().replace(day=1).isoformat()  # noqa: DTZ011  # either zone's month will do
    found = of_month(client, conn, month=this)
    assert found["standing"]["running"]
    as_of = datetime.fromisoformat(found["standing"]["as_of"])
    assert abs((datetime.now(UTC) - as_of).total_seconds()) < 60
    assert "still runs" in of_month(client, conn, "fleet-summary/report", this)["text"]


def test_totals_say_of_how_many_vehicles_they_are_and_nothing_else_of_the_others(
    conn: Connection, client: TestClient, sign_in: SignIn
) -> None:
    hidden = car("car-3", "school-building")
    described = replace(hidden.description, hidden=True)
    enter(conn, replace(hidden, description=described, device=None))
    conn.execute("DELETE FROM vehicle_touched")
    segment(conn, "car-3", "secret", "trip", "2026-07-04 09:00", 60, km=77, kwh=9)
    paths = ("fleet-summary", "fleet-summary/whole", "vehicle-costs", "fleet-use")
    for path in paths:
        standing = of_month(client, conn, path)["standing"]
        assert (standing["vehicles"], standing["vehicles_unseen"]) == (3, 0)
    assert of_month(client, conn)["whole"]["electric_km"] == "327.000"
    assert "not shown" not in of_month(client, conn, "fleet-summary/report")["text"]
    operator = sign_in("school")
    for path in paths:
        told = of_month(operator, conn, path)
        standing = told["standing"]
        assert (standing["vehicles"], standing["vehicles_unseen"]) == (2, 1)
        assert "car-3" not in str(told)
    assert of_month(operator, conn)["whole"]["electric_km"] == "250.000"
    told = of_month(operator, conn, "fleet-summary/report")["text"]
    assert "1 further vehicles are not shown to you" in told
    # Nothing of a place that may not be seen at all.
    row = conn.execute("SELECT vehicles_unseen(%s, '[2026-07-01Z,2026-08-01Z)')",
                       [place_id(conn, "school")]).fetchone()  # fmt: skip
    assert row == (0,)
