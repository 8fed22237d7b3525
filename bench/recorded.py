"""Real meters and a real trip from `../shared/data`: what stands where, what the files tell.

The data belong to others and are read where they lie; a clone without them has nothing to replay.
"""

import csv
import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import fsum, isclose
from pathlib import Path
from zoneinfo import ZoneInfo

from psycopg import Connection

from bench import product
from bench.result import CheckError
from civicwatt.child import Child
from domain.registry import (
    Device,
    DeviceKind,
    Medium,
    Meter,
    MeterRole,
    Organisation,
    OrganisationKind,
    Registry,
)

DATA = Path(__file__).parents[2] / "shared" / "data"
BUILDINGS = DATA / "buildings" / "electricity_2016_2018.csv.gz"
TRIP = DATA / "vehicle" / "leafspy_trip.csv.gz"
TRIP_KM = 140.0
TIME_COLUMN = "timestamp_utc"
ZONE = "Europe/London"
PREFIX = "estate-"
VEHICLE = "leaf"
TOLERANCE = 1e-6
"""Largest relative difference between a year's days and the file. [1]"""
_ACCEPT_BACK = timedelta(days=36_500)


def registry(buildings: Sequence[str]) -> Registry:
    """An estate in London: a meter for each building, and a vehicle."""
    since = datetime(2015, 1, 1, tzinfo=UTC)
    kind = OrganisationKind.BUREAU
    organisations = [Organisation("estate", None, kind, "大学", "university", ZONE)]
    meters, devices = [], []
    for building in buildings:
        code = PREFIX + building
        organisations.append(
            Organisation(code, "estate", OrganisationKind.BUILDING, building, building)
        )
        meters.append(
            Meter(code, code, Medium.ELECTRICITY, MeterRole.MAIN, None, building, building)
        )
        meter = DeviceKind.ELECTRICITY_METER
        devices.append(Device(code, code, meter, building, building, code, since, _ACCEPT_BACK))
    devices.append(
        Device(VEHICLE, "estate", DeviceKind.VEHICLE, "车", "car", None, since, _ACCEPT_BACK)
    )
    return Registry(tuple(organisations), tuple(meters), tuple(devices))


def command(name: str, *arguments: str, database: str, broker: str, log: Path) -> Child:
    """Start a `civicwatt` command of the estate's zone."""
    return product.command(name, *arguments, database=database, broker=broker, log=log, zone=ZONE)


def replay_of_buildings(file: Path) -> tuple[str, ...]:
    """Arguments of `civicwatt replay` for hourly amounts of several buildings."""
    columns = ("--device-per-column", PREFIX, "--time-column", TIME_COLUMN)
    return (str(file), *columns, "--as-register", "--as-fast-as-possible")


def replay_of_trip() -> tuple[str, ...]:
    """Arguments of `civicwatt replay` for the trip."""
    return (str(TRIP), "--profile", "leafspy", "--device", VEHICLE, "--as-fast-as-possible")


def amounts_by_year(file: Path) -> dict[tuple[str, int], float]:
    """Sum of every building's hours by local year. [kWh].

    An hour belongs to the local day, and so to the year, in which it begins. At the edges of a year
    London keeps UTC, so there the local year is the file's.
    """
    zone = ZoneInfo(ZONE)
    hours: dict[tuple[str, int], list[float]] = {}
    for row in _rows(file):
        year = datetime.fromisoformat(row.pop(TIME_COLUMN)).astimezone(zone).year
        for building, amount in row.items():
            hours.setdefault((building, year), []).append(float(amount))
    return {key: fsum(amounts) for key, amounts in hours.items()}


def rows_in(file: Path) -> int:
    """Rows of a file below its header."""
    return len(_rows(file))


def expect_years(conn: Connection, truth: dict[tuple[str, int], float]) -> float:
    """Compare the days in the store with the file; returns the largest relative difference.

    Raises
    ------
    CheckError
        Naming the buildings and years that differ or are missing.
    """
    rows = conn.execute(
        "SELECT m.code, extract(year FROM c.day)::integer, sum(c.value)"
        "  FROM consumption_day c JOIN meter m USING (meter_id) GROUP BY 1, 2"
    ).fetchall()
    found = {(code.removeprefix(PREFIX), year): value for code, year, value in rows}
    wrong = {
        key: (found.get(key), wanted)
        for key, wanted in truth.items()
        if not isclose(found.get(key, 0.0), wanted, rel_tol=TOLERANCE)
    }
    if wrong or not found.keys() == truth.keys():
        raise CheckError(f"days do not add up to the file (found, want): {wrong or found.keys()}")
    return float(max(abs(found[key] / wanted - 1) for key, wanted in truth.items()))


def expect_trip(conn: Connection) -> float:
    """Distance of the trip by its odometer. [km].

    Raises
    ------
    CheckError
        If it is not what the file tells, or readings are missing.
    """
    row = conn.execute(
        "SELECT max(odometer_km) - min(odometer_km), count(*) FROM vehicle_reading"
    ).fetchone()
    if row is None or row[1] != rows_in(TRIP) or round(row[0], 1) != TRIP_KM:
        raise CheckError(f"trip (km, readings): {row}, want {TRIP_KM} km of {rows_in(TRIP)}")
    return float(row[0])


def _rows(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as text:
        return list(csv.DictReader(text))
