"""The worker pulls weather of the places that have an address, and of no others."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection

from analytics.jobs.weather_pull import pull_weather
from store.become import Role
from store.places.registry import write as write_registry
from store.places.weather_hour import pulls, set_pull, station_hours
from tests.conftest import connected
from tests.estate import estate
from tests.weather_server import Weather, answer, weather_server

pytestmark = pytest.mark.db

NOW = datetime(2100, 7, 1, 4, 30, tzinfo=UTC)
"""Later than whatever the database calls now."""
FIRST = datetime(2100, 7, 1, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Weather]:
    with weather_server() as weather:
        weather.body = answer(FIRST, [20.5, None, 22.0, 23.0, 24.0])
        yield weather


@pytest.fixture
def place(superuser: Connection) -> int:
    write_registry(superuser, estate())
    row = superuser.execute(
        "SELECT organisation_id FROM organisation WHERE code = 'school-site'"
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def worker(place: int, database: str) -> Iterator[Connection]:
    assert place
    with connected(database, Role.WORK) as conn:
        yield conn


def told(conn: Connection, place: int) -> list[tuple[datetime, float, str]]:
    found = station_hours(conn, place, FIRST, FIRST + timedelta(days=1))
    return sorted((one.hour, one.mean_c, one.source) for one in found)


def test_without_an_address_nothing_calls_out(worker: Connection) -> None:
    assert pull_weather(worker, now=NOW) == 0


def test_hours_are_kept_with_where_they_are_from(
    superuser: Connection, worker: Connection, place: int, server: Weather
) -> None:
    set_pull(superuser, place, server.url, 39.1, 117.2)
    assert pull_weather(worker, now=NOW) == 3
    wanted = [(0, 20.5), (2, 22.0), (3, 23.0)]
    assert told(worker, place) == [
        (FIRST + timedelta(hours=hour), value, server.url) for hour, value in wanted
    ]
    row = pulls(worker)[0]
    assert (row.fault, row.tried_at, row.succeeded_at) == ("", NOW, NOW)


def test_a_place_is_asked_about_each_hour_and_sooner_when_it_failed(
    superuser: Connection, worker: Connection, place: int, server: Weather
) -> None:
    set_pull(superuser, place, server.url, 39.1, 117.2)
    pull_weather(worker, now=NOW)
    pull_weather(worker, now=NOW + timedelta(minutes=10))
    assert len(server.asked) == 1
    good, server.body = server.body, b"<html>"
    assert pull_weather(worker, now=NOW + timedelta(minutes=60)) == 0
    row = pulls(worker)[0]
    assert row.fault.startswith("no JSON")
    assert row.succeeded_at == NOW
    assert len(told(worker, place)) == 3
    server.body = good
    assert pull_weather(worker, now=NOW + timedelta(minutes=70)) == 1  # one more hour is over
    assert pulls(worker)[0].fault == ""


def test_one_address_that_fails_does_not_keep_the_others_waiting(
    superuser: Connection, worker: Connection, place: int, server: Weather
) -> None:
    with weather_server() as gone:
        dead = gone.url
    row = superuser.execute("SELECT organisation_id FROM organisation WHERE code = 'bureau'")
    bureau = row.fetchone()
    assert bureau is not None
    set_pull(superuser, bureau[0], dead, 39.1, 117.2)
    set_pull(superuser, place, server.url, 39.1, 117.2)
    assert pull_weather(worker, now=NOW) == 3
    faults = {row.place: row.fault for row in pulls(worker)}
    assert faults["school-site"] == ""
    assert faults["bureau"].startswith("no answer in 2 attempts")
