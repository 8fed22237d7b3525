"""The listener on a real database: what was acknowledged is there, once, also after a breakdown."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from device_sim.vendors import gb32960 as vehicle
from device_sim.vendors.gb32960 import Edition
from domain.coordinates import from_gcj02
from domain.registry import Device, DeviceKind
from ingest.tcp.listener import Listener
from store.places.place import set_device_status
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import estate
from tests.processes import ended
from tests.tcp.conftest import Caller

pytestmark = pytest.mark.db

CIVICWATT = Path(sys.executable).with_name("civicwatt")
NEW = Edition.OF_2025
ANSWER = 31
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
GATEWAY = Device(
    "city", "school-site", DeviceKind.GATEWAY, "city", "city", accept_back=timedelta(days=40_000)
)
Connect = Callable[[], Caller]
NORTH = round(from_gcj02(29.56, 106.55)[0], 6)
"""Where the vehicle is by WGS-84. [deg]"""


def vin(number: int) -> str:
    return f"L0WTEST{number:010d}"


def report(number: int, second: int, *, level: int = 0) -> bytes:
    sections = [
        vehicle.vehicle(NEW, {"speed_kmh": second % 200, "odometer_km": number}),
        vehicle.position(NEW, 29.56, 106.55, system=2),
        vehicle.alarm(NEW, level, level, faults=([7] * level, [], [], [])),
        vehicle.private(0x80, bytes((number, second % 256))),
    ]
    return vehicle.report(NEW, vin(number), START + timedelta(seconds=second), sections)


def platform_login() -> bytes:
    return vehicle.platform_login(NEW, "PLATFORM000000001", START, 1, "city", "geheim")


@pytest.fixture
def fleet_database(database: str) -> str:
    """A database in which the platform is a gateway."""
    registry = estate()
    with connected(database) as conn:
        write_registry(conn, replace(registry, devices=(*registry.devices, GATEWAY)))
    return database


@pytest.fixture
def connect(fleet_database: str, tmp_path: Path) -> Iterator[Connect]:
    """Connect to a `civicwatt listen` of its own, logged in as the platform."""
    password = tmp_path / "password"
    password.write_text("geheim\n")
    command = [CIVICWATT, "listen", "--codec", "gb32960", "--port", "0", "--user", "city"]
    listening = subprocess.Popen(
        [*command, "--password-file", password],
        env={"CIVICWATT_DATABASE_URL": fleet_database, "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    with ended(listening) as process, ExitStack() as callers:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:"), line
        address = ("127.0.0.1", int(line.rpartition(":")[2]))

        def call() -> Caller:
            caller = Caller(cast("Listener", SimpleNamespace(address=address)))
            callers.callback(caller.close)
            caller.send(platform_login())
            caller.receive(ANSWER)
            return caller

        yield call
        callers.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def rows(database: str, query: str) -> list[tuple[Any, ...]]:
    with connected(database) as conn:
        return conn.execute(query).fetchall()


def test_a_refused_platform_is_shown_out_and_told_so_when_it_comes_back(
    connect: Connect, fleet_database: str
) -> None:
    caller = connect()
    caller.send(report(1, 30))
    caller.receive(ANSWER)
    with connected(fleet_database) as conn:
        [(platform,)] = conn.execute("SELECT device_id FROM device WHERE code = 'city'").fetchall()
        set_device_status(conn, platform, "refused")
    assert caller.rest() == b""
    assert connect().rest() == b"", "after the answer that it is refused"
    assert rows(fleet_database, "SELECT count(*) FROM vehicle_reading") == [(1,)]


def test_a_platforms_vehicles_are_in_the_tables_under_their_vin(
    connect: Connect, fleet_database: str
) -> None:
    caller = connect()
    caller.send(report(1, 30, level=2) + report(2, 31))
    caller.receive(2 * ANSWER)
    assert rows(
        fleet_database,
        "SELECT d.code, r.ts, speed_kmh, odometer_km, alarm_level, alarm_flags,"
        " round(latitude_deg::numeric, 6)::float8"
        "  FROM vehicle_reading r JOIN device d USING (device_id) ORDER BY d.code",
    ) == [
        (vin(1), START + timedelta(seconds=30), 30.0, 1.0, 2, 2, NORTH),
        (vin(2), START + timedelta(seconds=31), 31.0, 2.0, 0, 0, NORTH),
    ]
    assert rows(
        fleet_database,
        "SELECT name, coalesce(text_value, value::text) FROM other_reading"
        "  JOIN device d USING (device_id) WHERE d.code LIKE '%1' ORDER BY name",
    ) == [
        ("faults_battery_pack", "00000007 00000007"),
        ("latitude_gcj02_deg", "29.56"),
        ("longitude_gcj02_deg", "106.55"),
    ]
    assert rows(fleet_database, "SELECT name, content FROM raw_section ORDER BY ts") == [
        ("private_80", bytes((1, 30))),
        ("private_80", bytes((2, 31))),
    ]
    facts = rows(fleet_database, "SELECT name, value FROM device_fact ORDER BY name")
    assert facts == [("login_serial", "1"), ("platform", "PLATFORM000000001"), ("user", "city")]


def test_a_report_of_private_sections_only_is_kept(connect: Connect, fleet_database: str) -> None:
    caller = connect()
    caller.send(vehicle.report(NEW, vin(1), START, [vehicle.private(0x81, b"secret sauce")]))
    caller.receive(ANSWER)
    assert rows(fleet_database, "SELECT name, content FROM raw_section") == [
        ("private_81", b"secret sauce")
    ]
    assert rows(fleet_database, "SELECT count(*) FROM quarantine") == [(0,)]


def test_what_was_acknowledged_is_stored_once_though_the_database_broke_off_each_time(
    connect: Connect, fleet_database: str
) -> None:
    caller = connect()
    for start in range(0, 600, 100):
        caller.send(b"".join(report(second % 5, second) for second in range(start, start + 100)))
        with connected(fleet_database) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name LIKE 'civicwatt%listen%'"
            )
        caller.receive(100 * ANSWER)
        stored = rows(fleet_database, "SELECT count(*), count(DISTINCT ts) FROM vehicle_reading")
        assert stored == [(start + 100, start + 100)]
    assert rows(fleet_database, "SELECT count(*) FROM quarantine") == [(0,)]


def test_a_reissue_of_what_is_there_changes_nothing(connect: Connect, fleet_database: str) -> None:
    for _ in range(2):
        caller = connect()
        caller.send(report(1, 30))
        caller.receive(ANSWER)
        time.sleep(0.05)
    assert rows(fleet_database, "SELECT count(*) FROM vehicle_reading") == [(1,)]
    assert rows(fleet_database, "SELECT count(*) FROM reading_conflict") == [(0,)]
