"""A fleet's raw samples in the database to its displacement ledger, on one core.

``python -m bench.fleet_year [--full]``. Simulated vehicles that tell 13 quantities each 30 s, day
and night, lie in the database as the collector leaves them; loading them is not timed. Then the
worker cuts them: it reads, cuts, writes trips, stops and charges, and judges their use; and the API
is asked for the ledger of displaced fuel. Time is that of the processor, of our process and of the
database's that serve it, together; the clock's stands in the conditions. A year of 4 vehicles
(`--full`: 34), and a week of 40 and of 200 (3,000), for what a sample costs as a fleet grows. Fails
if the ledger tells other trips or kilometres than were driven, or a sample costs more in a greater
fleet.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier

from analytics.jobs.charge_matches import match_charges
from analytics.jobs.use_suspicions import judge_use
from analytics.jobs.vehicles import update_vehicles
from bench.district_case import LITRES_100KM, asked, register, signed_in
from bench.process import backend_cpu_s
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database
from device_sim.vehicle_week import VehicleWeek, vehicle_week
from store.become import Role
from tests.conftest import connected

STEP_S = 30
FIRST = date(2024, 1, 1)
"""A Monday."""
VEHICLES, VEHICLES_FULL = 4, 34
DAYS, DAYS_FULL = 60, 366
FLEET, FLEET_FULL = 200, 3_000
PART = 5
"""Beside a fleet stands so much smaller a one. [1]"""
DIFFERENT = 4
"""Vehicles that are simulated; the others are copies."""
AIM = 500_000
MOST = 1.2
"""Times what a sample of the smaller fleet costs that one of the greater may. [1]"""
_COPY = SQL("COPY vehicle_reading (device_id, ts, received_at, {columns}) FROM STDIN")
_REPEAT = SQL("""
INSERT INTO vehicle_reading (device_id, ts, received_at, {columns})
SELECT %(device)s, ts, received_at, {columns} FROM vehicle_reading WHERE device_id = %(of)s""")
_DEVICES = """
SELECT device_id FROM device WHERE kind = 'vehicle' ORDER BY device_id"""
_ALONE = "ALTER DATABASE {} SET max_parallel_workers_per_gather = 0"
"""It is of one core; and what a query's helpers used is gone with them."""
_BACKENDS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend'"
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run took. [s]."""

    cut_cpu: float
    ledger_cpu: float
    clock: float

    @property
    def cpu(self) -> float:
        """From samples to the ledger, of our process and the database's."""
        return self.cut_cpu + self.ledger_cpu


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.fleet_year", description=__doc__)
    parser.add_argument("--full", action="store_true", help="34 vehicles x 366 days; 3,000 x 7")
    full = parser.parse_args().full
    with database_server() as server:
        year = VEHICLES_FULL if full else VEHICLES, DAYS_FULL if full else DAYS
        fleet = FLEET_FULL if full else FLEET
        rates = {}
        for vehicles, days in (year, (fleet // PART, 7), (fleet, 7)):
            with migrated_database(server) as database:
                samples, spent = _ledger(database, vehicles, days)
                conditions = described(server)
            rates[vehicles, days] = samples / spent.cpu
            conditions |= {
                "vehicles": vehicles,
                "days": days,
                "step_s": STEP_S,
                "samples": samples,
                "cut_cpu_s": round(spent.cut_cpu, 3),
                "ledger_cpu_s": round(spent.ledger_cpu, 3),
                "clock_s": round(spent.clock, 3),
                "aim": AIM,
            }
            name = "fleet_week_to_ledger" if days == 7 else "fleet_year_to_ledger"
            Result(name, samples / spent.cpu, "samples/s of one core", conditions).print()
        growth = rates[fleet // PART, 7] / rates[fleet, 7]
        conditions = {"vehicles": fleet, "of": fleet // PART}
        Result("fleet_week_growth", growth, "1", conditions).print()
    if growth > MOST:
        print(f"bench.fleet_year: {growth:.2f} times in a greater fleet", file=sys.stderr)
    return 1 if growth > MOST else 0


def _ledger(database: str, vehicles: int, days: int) -> tuple[int, Spent]:
    """Samples, and what it took to make a ledger of them."""
    weeks = [vehicle_week(number, FIRST, days) for number in range(1, DIFFERENT + 1)]
    register(database, [f"car-{number:04d}" for number in range(vehicles)])
    with connected(database) as conn:
        conn.execute(SQL(_ALONE).format(Identifier(conn.info.dbname)))
        samples = _load(conn, weeks, vehicles)
    with connected(database) as watcher, connected(database, Role.WORK) as worker:
        now = datetime.fromtimestamp(weeks[0].end_s, UTC) + timedelta(hours=1)
        began, used = time.monotonic(), _used(watcher)
        update_vehicles(worker, now=now)
        match_charges(worker, now=now)
        judge_use(worker, now=now)
        cut = _used(watcher) - used
        clock = time.monotonic() - began
        with signed_in(database) as client:
            began, used = time.monotonic(), _used(watcher)
            months = FIRST, date(FIRST.year, 1 if days == 7 else 12, 1)
            whole, _ = asked(client, *months)
            asked_for = _used(watcher) - used
            clock += time.monotonic() - began
    _check(weeks, vehicles, whole["trips"], Decimal(whole["electric_km"]), Decimal(whole["litres"]))
    return samples, Spent(cut, asked_for, clock)


def _used(conn: Connection) -> float:
    """Processor time so far of this process and of those that serve its database. [s]."""
    pids = [pid for (pid,) in conn.execute(_BACKENDS)]
    return time.process_time() + sum(backend_cpu_s(pid) for pid in pids)


def _load(conn: Connection, weeks: Sequence[VehicleWeek], vehicles: int) -> int:
    devices = [device for (device,) in conn.execute(_DEVICES)][:vehicles]
    columns = SQL(", ").join(map(Identifier, weeks[0].samples(STEP_S).values))
    samples = 0
    for number, device in enumerate(devices):
        week = weeks[number % len(weeks)]
        if number < len(weeks):
            _copy(conn, device, week, columns)
        else:
            pair = {"device": device, "of": devices[number % len(weeks)]}
            conn.execute(_REPEAT.format(columns=columns), pair)
        samples += (week.end_s - week.start_s) // STEP_S
    conn.execute("ANALYZE vehicle_reading")
    return samples


def _copy(conn: Connection, device: int, week: VehicleWeek, columns: Composable) -> None:
    told = week.samples(STEP_S)
    with conn.cursor() as cursor, cursor.copy(_COPY.format(columns=columns)) as copy:
        for row in _rows(told.at_s.tolist(), list(told.values.values())):
            copy.write_row((device, *row))


def _rows(at_s: list[int], columns: Sequence[object]) -> Iterator[tuple[object, ...]]:
    lists = [np.asarray(column).tolist() for column in columns]
    for at, *values in zip(at_s, *lists, strict=True):
        ts = datetime.fromtimestamp(at, UTC)
        yield ts, ts, *values


def _check(
    weeks: Sequence[VehicleWeek], vehicles: int, trips: int, km: Decimal, litres: Decimal
) -> None:
    """Hold what the ledger tells against what was driven.

    Raises
    ------
    CheckError
        If it is anything else.
    """
    drives = [weeks[number % len(weeks)].drives() for number in range(vehicles)]
    driven = sum(drive.km for own in drives for drive in own)
    count = sum(len(own) for own in drives)
    if trips != count or abs(float(km) - driven) > 0.01 * driven:
        raise CheckError(f"{trips} trips of {km} km: want {count} of {driven:.1f} km")
    if abs(litres - km * LITRES_100KM / 100) > 1:
        raise CheckError(f"{litres} L for {km} km")


if __name__ == "__main__":
    sys.exit(main())
