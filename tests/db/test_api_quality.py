"""What is missing, late, contradictory or doubted is told, and only of what a person may see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.become import Role
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate

pytestmark = pytest.mark.db

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
EVERYTHING = """
INSERT INTO sequence_gap (device_id, boot, missing, noticed_at, closed_at)
SELECT device_id, 'b', int8range(5, 8), now(), NULL FROM device
 UNION ALL
SELECT device_id, 'b', int8range(1, 2), now(), now() FROM device;
INSERT INTO reading_conflict
SELECT device_id, now(), 'active_power_kw', v, now() FROM device, unnest(ARRAY['1', '2']) v;
INSERT INTO reading_suspect SELECT device_id, now(), 'active_power_kw', 'jump' FROM device;
INSERT INTO device_clock SELECT device_id, -61, now() FROM device"""
HISTORY = 4
"""Bit of a reading's quality: its sender says that it is history."""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital with the same faults, as collector and worker would have noted them."""
    write_registry(superuser, estate())
    add_people(superuser)
    superuser.execute(EVERYTHING)
    with connected(superuser.info.dsn, Role.WORK) as worker:
        worker.execute(
            "INSERT INTO consumption_day SELECT meter_id, quantity, %(day)s, %(day)s, 1, "
            "'measured', 'measured', 0, 43200, 86400, 0, now() FROM meter",
            {"day": TODAY - timedelta(days=1)},
        )
    return superuser


def read(conn: Connection, code: str, way: timedelta, quality: int = 0, hours_ago: int = 2) -> None:
    """One reading that took `way` from its instant to its arrival."""
    ts = NOW - timedelta(hours=hours_ago)
    conn.execute(
        "INSERT INTO electricity_reading (device_id, ts, received_at, quality, active_power_kw) "
        "SELECT device_id, %s, %s, %s, 1 FROM device WHERE code = %s",
        [ts, ts + way, quality, code],
    )


def items(client: TestClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{V1}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def days() -> dict[str, str]:
    return {
        "first_day": (TODAY - timedelta(days=2)).isoformat(),
        "end_day": TODAY.isoformat(),
    }


def test_gaps_say_which_messages_are_missing(sign_in: SignIn) -> None:
    client = sign_in("school")
    [gap] = items(client, "/gaps", open=True)
    assert (gap["first_number"], gap["last_number"], gap["messages"]) == (5, 7, 3)
    assert gap["closed_at"] is None
    [filled] = items(client, "/gaps", open=False)
    assert filled["closed_at"] is not None
    assert len(items(client, "/gaps")) == 2


def test_gaps_go_on_page_by_page(sign_in: SignIn) -> None:
    client = sign_in("admin")
    first = client.get(f"{V1}/gaps", params={"limit": 3}).json()
    rest = client.get(f"{V1}/gaps", params={"limit": 3, "cursor": first["next"]}).json()
    assert rest["next"] is None
    ids = [item["id"] for page in (first, rest) for item in page["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == 4


@pytest.mark.parametrize("path", ["/gaps", "/conflicts", "/suspects", "/clocks"])
def test_a_person_hears_of_their_own_devices_only(
    sign_in: SignIn, conn: Connection, path: str
) -> None:
    row = conn.execute("SELECT device_id FROM device WHERE code = 'hospital-device-0'").fetchone()
    assert row is not None
    assert {item["device_code"] for item in items(sign_in("admin"), path)} == {
        "school-device-0",
        "hospital-device-0",
    }
    client = sign_in("school")
    assert {item["device_code"] for item in items(client, path)} == {"school-device-0"}
    if path != "/clocks":
        assert items(client, path, device=row[0]) == []


def test_a_doubt_is_told_with_its_reason(sign_in: SignIn) -> None:
    [suspect] = items(sign_in("school"), "/suspects")
    assert (suspect["quantity"], suspect["reasons"]) == ("active_power_kw", ["jump"])


def test_a_clock_within_a_minute_is_right(sign_in: SignIn, conn: Connection) -> None:
    assert [clock["offset_s"] for clock in items(sign_in("school"), "/clocks")] == [-61.0]
    conn.execute("UPDATE device_clock SET offset_s = 60")
    assert items(sign_in("school"), "/clocks") == []


def test_late_readings_are_counted_by_device(sign_in: SignIn, conn: Connection) -> None:
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    read(conn, "school-device-0", minute, hours_ago=3)
    read(conn, "school-device-0", 2 * hour, hours_ago=4)
    read(conn, "school-device-0", minute, quality=HISTORY, hours_ago=5)
    read(conn, "school-device-0", 9 * hour, hours_ago=24 * 9)  # before the days asked for
    [late] = items(sign_in("school"), "/late", days=7)
    assert (late["readings"], late["late"], late["said_late"]) == (3, 1, 1)
    assert late["longest_s"] == 7200.0
    assert items(sign_in("hospital"), "/late") == []


def test_punctual_devices_are_not_listed(sign_in: SignIn, conn: Connection) -> None:
    read(conn, "school-device-0", timedelta(seconds=5))
    client = sign_in("school")
    assert items(client, "/late") == []
    assert [late["late"] for late in items(client, "/late", patience_s=4)] == [1]


def test_availability_tells_a_day_without_figures_from_a_day_in_part(sign_in: SignIn) -> None:
    [meter] = items(sign_in("school"), "/availability", **days())
    assert meter["code"] == "school-meter-0"
    assert meter["shares"] == [None, 0.5]


def test_availability_of_too_many_days_is_refused(sign_in: SignIn) -> None:
    client = sign_in("school")
    query = {"first_day": "2026-01-01", "end_day": "2026-12-31"}
    assert client.get(f"{V1}/availability", params=query).status_code == 422
    query = {"first_day": "2026-01-02", "end_day": "2026-01-01"}
    assert client.get(f"{V1}/availability", params=query).status_code == 422
