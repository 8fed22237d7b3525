"""What the fleet page shows beside trips: hours of silence, and the course of a charge."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from device_sim.vehicle_week import VehicleWeek, vehicle_week
from tests.db.conftest import V1, SignIn
from tests.estate import store_messages
from tests.fleet_estate import cut, told

pytestmark = pytest.mark.db

FIRST = date(2026, 6, 29)
SILENT = (datetime(2026, 6, 30, 2, tzinfo=UTC), datetime(2026, 6, 30, 5, tzinfo=UTC))
"""From 02:20 to 05:10 the terminal says nothing: two whole hours and parts of two more."""


@cache
def week() -> VehicleWeek:
    return vehicle_week(3, FIRST, days=3)


@pytest.fixture
def client(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    samples = week().samples(30)
    at = samples.at_s
    silent = (at >= SILENT[0].timestamp() + 1200) & (at < SILENT[1].timestamp() + 600)
    store_messages(conn, told("car-1", samples, np.flatnonzero(~silent)))
    cut(conn)
    return sign_in("admin")


def test_hours_in_which_nothing_was_heard_are_told_of_each_vehicle(client: TestClient) -> None:
    at = week().samples(30).at_s
    first = datetime.fromtimestamp(float(at[0]), UTC)
    until = first + timedelta(hours=48)
    span = {"first": first.isoformat(), "end": until.isoformat()}
    found = client.get(f"{V1}/vehicle-silence", params=span).json()["items"]
    one, other = found[0], found[-1]
    assert (one["start_at"], one["end_at"]) == ("2026-06-30T03:00:00Z", "2026-06-30T05:00:00Z")
    # Of car-2 nothing was ever heard.
    assert other["vehicle_id"] == 2
    assert [datetime.fromisoformat(other[end]) for end in ("start_at", "end_at")] == [first, until]
    assert len(found) == 2

    alone = client.get(f"{V1}/vehicle-silence", params=span | {"limit": "1"}).json()
    after = span | {"limit": "1", "cursor": alone["next"]}
    rest = client.get(f"{V1}/vehicle-silence", params=after).json()
    assert (alone["items"] + rest["items"], rest["next"]) == (found, None)


def test_hours_that_are_not_over_are_no_silence(client: TestClient) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    span = {"first": now.isoformat(), "end": (now + timedelta(days=1)).isoformat()}
    assert client.get(f"{V1}/vehicle-silence", params=span).json()["items"] == []


def test_the_course_of_a_charge_has_the_energy_that_went_into_the_battery(
    client: TestClient,
) -> None:
    at = week().samples(30).at_s
    first = datetime.fromtimestamp(float(at[0]), UTC)
    span = {"first": first.isoformat(), "end": (first + timedelta(days=3)).isoformat()}
    charges = client.get(f"{V1}/vehicles/1/charges", params=span).json()["items"]
    charge = max(charges, key=lambda each: each["kwh"])
    course = client.get(f"{V1}/vehicles/1/charges/{charge['id']}/course").json()
    kw = np.array([0.0 if each is None else each for each in course["kw"]])
    assert kw.sum() * course["step_s"] / 3600 == pytest.approx(charge["kwh"], rel=0.03)
    soc = [each for each in course["soc_pct"] if each is not None]
    assert (soc[0], soc[-1]) == pytest.approx((charge["soc_start"], charge["soc_end"]), abs=1.0)
    assert course["step_s"] <= 60
    assert client.get(f"{V1}/vehicles/1/charges/none/course").status_code == 404
