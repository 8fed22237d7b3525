"""Hourly series of gauges: the same on every floor, and seen through a scope only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from domain.quantity import ReadingTable
from store.become import Role, become
from store.maintenance import refresh_hourly
from store.meters.gauge import gauges
from store.people.person import add_person, grant
from tests import hours
from tests.conftest import connected
from tests.estate import NOW
from tests.password import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.db


@pytest.fixture
def planted(superuser: Connection) -> Connection:
    hours.plant(superuser)
    for name in ("school", "hospital"):
        add_person(superuser, login=name, name=name, password_hash=PASSWORD_HASH)
        grant(superuser, login=name, role="operator", organisation=name)
    return superuser


@pytest.mark.parametrize("table", hours.OF_TABLE)
def test_an_hour_has_the_mean_the_least_and_the_greatest_of_its_readings(
    table: str, planted: Connection
) -> None:
    assert hours.found(planted, table) == hours.truth()


def test_a_refresh_changes_no_answer(planted: Connection) -> None:
    with connected(planted.info.dsn, Role.WORK) as worker:
        refresh_hourly(worker)
        refresh_hourly(worker)
    for table in hours.OF_TABLE:
        assert hours.found(planted, table) == hours.truth()


@pytest.mark.parametrize("table", list(ReadingTable))
def test_every_gauge_but_angles_has_an_hourly_series(
    table: ReadingTable, superuser: Connection
) -> None:
    row = superuser.execute("SELECT gauges FROM hourly WHERE table_name = %s", [table]).fetchone()
    assert row is not None
    assert row[0] == [name for name, gauge in gauges().items() if gauge.table is table]


@pytest.mark.parametrize("table", hours.OF_TABLE)
def test_hours_are_seen_through_a_scope_only(table: str, planted: Connection) -> None:
    rows = planted.execute("SELECT login, person_id::text FROM person").fetchall()
    people: dict[str, str] = dict(rows)
    become(planted, Role.API)
    seen = {}
    for login, person_id in people.items():
        with planted.transaction():
            planted.execute("SELECT set_config('civicwatt.person', %s, true)", [person_id])
            seen[login] = hours.found(planted, table, "visible")
    assert seen == {"school": hours.truth(), "hospital": []}


def test_a_long_chart_of_a_gauge_is_by_the_hour_and_a_short_one_by_its_readings(
    planted: Connection,
) -> None:
    truth = hours.truth()
    with signed_in(planted, "school") as client:
        long = series(client, planted, hours.START, NOW)
        short = series(client, planted, hours.START, hours.START + timedelta(hours=2))
    assert (long["tier"], long["unit"], long["step_s"]) == ("hour", "kW", 3600)
    line = zip(long["t"], long["mean"], long["min"], long["max"], strict=True)
    points = [(datetime.fromtimestamp(t, UTC), *rest) for t, *rest in line if rest[0] is not None]
    assert points == truth
    assert long["mean"][72] is None  # eight weeks without a reading break the line
    assert (short["tier"], short["mean"]) == ("readings", [0.0, 1.0, 5.0, 4.0, 5.0, 9.0])


def test_a_year_of_a_gauge_is_by_the_local_day(planted: Connection) -> None:
    with signed_in(planted, "school") as client:
        year = series(client, planted, NOW - timedelta(days=365), NOW)
    # START is noon in Shanghai, so the first local day has the hours 0 to 11.
    assert (year["tier"], year["min"][0], year["max"][0]) == ("day", 0.0, 4.0 * 11 + 5)
    assert year["mean"][0] == sum(4.0 * k + 2.0 for k in range(12)) / 12


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"quantity": "active_energy_import_kwh"}, 422),
        ({"quantity": "heading_deg"}, 422),
        ({"quantity": "x; DROP TABLE device"}, 422),
        ({"quantity": "active_power_kw", "meter": 1}, 422),
        ({}, 422),
        ({"quantity": "active_power_kw", "device": 10**6}, 404),
    ],
)
def test_a_question_without_an_answer_is_refused(
    query: dict[str, str | int], status: int, planted: Connection
) -> None:
    span = {"from": hours.START.isoformat(), "to": NOW.isoformat()}
    with signed_in(planted, "school") as client:
        answer = client.get("/api/v1/series", params={"device": 1, **span, **query})
    assert answer.status_code == status


def test_a_foreign_device_is_not_there(planted: Connection) -> None:
    span = {"from": hours.START.isoformat(), "to": NOW.isoformat()}
    query = {"device": str(device_of(planted)), "quantity": "active_power_kw", **span}
    with signed_in(planted, "hospital") as client:
        assert client.get("/api/v1/series", params=query).status_code == 404


@contextmanager
def signed_in(conn: Connection, login: str) -> Iterator[TestClient]:
    with TestClient(create_app(ApiSettings(database_url=conn.info.dsn))) as client:
        answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200
        yield client


def series(client: TestClient, conn: Connection, first: datetime, last: datetime) -> dict[str, Any]:
    query = {"from": first.isoformat(), "to": last.isoformat(), "quantity": "active_power_kw"}
    answer = client.get("/api/v1/series", params={"device": device_of(conn), **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items[0]


def device_of(conn: Connection) -> int:
    row = conn.execute("SELECT device_id FROM device WHERE code = 'school-device-0'").fetchone()
    assert row is not None
    return int(row[0])
