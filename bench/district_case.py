"""The published fleet year of Nan'an from the broker to the reported figure.

``python -m bench.district_case [--full]``. Cars of the case (2; `--full`: all 34 with 25,000 trips)
speak over MQTT, a collector stores, the worker cuts, and the figures are asked for as a report
does. Fails if kilometres, litres or reduction are not those published. `raw_to_ledger` is the
worker's part, reading samples from the store and writing trips with all that follows.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
from psycopg import Connection

from analytics.fleet.displacement import (
    BaselineSource,
    CostItem,
    Driven,
    FuelBaseline,
    compared_cost,
    displaced,
    energy_item,
)
from analytics.jobs.charge_matches import match_charges
from analytics.jobs.consumption import update_consumption
from analytics.jobs.vehicles import update_vehicles
from bench.flood import Flood
from bench.product import running_collector
from bench.result import CheckError, Result
from bench.servers import database_server, described, migrated_database, own_broker
from device_sim.district_case import TRIPS, VEHICLES, CaseVehicle, case_vehicles
from device_sim.payload import encoded, packed
from store.become import Role
from store.registry import write as write_registry
from store.vehicle import enter
from tests.conftest import connected
from tests.estate import estate
from tests.fleet_estate import car, with_terminals

PART = 17
"""Without `--full` so much less. [1]"""
EFFICIENCY = Decimal("0.90")
LITRES_100KM, CNY_LITRE, CNY_KWH = Decimal("8.0"), Decimal("7.60"), Decimal("0.80")
"""The set of parameters that fits the publication; no evidence of what Nan'an used."""
_PATIENCE_S = 900.0
_PLACE = "school-building"


def main(arguments: Sequence[str]) -> int:
    """Send, cut, report, check."""
    part = 1 if "--full" in arguments else PART
    cars = list(case_vehicles(VEHICLES // part, TRIPS // part))
    with (
        database_server() as server,
        migrated_database(server) as database,
        own_broker() as broker,
    ):
        _register(database, cars)
        with running_collector(database, broker, "district-case"):
            began = time.monotonic()
            samples = _send(broker, cars)
            _wait(database, samples)
            sent_s = time.monotonic() - began
        with _worker(database) as worker:
            update_consumption(worker, now=datetime.now(UTC))
            began, used = time.monotonic(), time.process_time()
            update_vehicles(worker, now=datetime.now(UTC))
            match_charges(worker, now=datetime.now(UTC))
            took_s, cpu_s = time.monotonic() - began, time.process_time() - used
            trips, km, kwh = _figures(worker)
        conditions = described(server) | {"vehicles": len(cars), "samples": samples}
    litres, reduction = _report(km, kwh)
    conditions |= {"trips": trips, "km": float(km), "litres": float(litres)}
    wanted = TRIPS // part, Decimal(TRIPS // part) * Decimal("27.2")
    if (trips, km) != wanted or litres != km * LITRES_100KM / 100:
        raise CheckError(f"{trips} trips, {km} km, {litres} L; want {wanted[0]}, {wanted[1]} km")
    if round(reduction, 3) != Decimal("0.795"):
        raise CheckError(f"reduction {reduction}: want 0.795")
    Result("district_case_litres", float(litres), "L", conditions).print()
    Result("district_case_reduction", float(round(reduction, 4)), "1", conditions).print()
    Result("district_case_over_mqtt", samples / sent_s, "samples/s", conditions).print()
    Result("raw_to_ledger", samples / took_s, "samples/s", conditions | {"cpu_s": cpu_s}).print()
    return 0


def _register(database: str, cars: Sequence[CaseVehicle]) -> None:
    with connected(database) as conn:
        write_registry(conn, with_terminals(estate(), _PLACE, [each.code for each in cars]))
        for each in cars:
            enter(conn, car(each.code, _PLACE))


def _send(broker: str, cars: Sequence[CaseVehicle]) -> int:
    sent = 0
    with Flood(broker, "bench-district-case") as flood:
        for each in cars:
            told = encoded(each.samples())
            flood.send((f"cw/v1/{each.code}/up", payload) for payload, _ in packed(told))
            sent += len(told)
    return sent


def _wait(database: str, samples: int) -> None:
    """Until the collector has committed them all."""
    deadline = time.monotonic() + _PATIENCE_S
    with psycopg.connect(database, autocommit=True) as conn:
        while _count(conn) < samples:
            if time.monotonic() > deadline:
                raise CheckError(f"{_count(conn)} of {samples} samples after {_PATIENCE_S:.0f} s")
            time.sleep(0.5)


def _count(conn: Connection) -> int:
    row = conn.execute("SELECT coalesce(sum(received), 0) FROM collector_count").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _worker(database: str) -> Iterator[Connection]:
    with connected(database, Role.WORK) as conn:
        yield conn


def _figures(conn: Connection) -> tuple[int, Decimal, Decimal]:
    """Trips, their kilometres, and energy charged into batteries. [km], [kWh]."""
    row = conn.execute(
        "SELECT count(*) FILTER (WHERE kind = 'trip'),"
        " sum(electric_km::numeric) FILTER (WHERE kind = 'trip'),"
        " sum(kwh::numeric) FILTER (WHERE kind = 'trip'),"
        " count(*) FILTER (WHERE kind = 'trip' AND start_latitude_deg IS NOT NULL"
        " AND end_latitude_deg IS NOT NULL)"
        " FROM vehicle_segment WHERE superseded_at IS NULL AND doubts & 32 = 0"
    ).fetchone()
    if row is None or row[1] is None:
        raise CheckError("no trip was cut")
    if row[3] != row[0]:
        raise CheckError(f"{row[0] - row[3]} of {row[0]} trips have no place")
    return int(row[0]), round(Decimal(row[1]), 3), Decimal(row[2])


def _report(km: Decimal, kwh: Decimal) -> tuple[Decimal, Decimal]:
    """Litres displaced, and by how much energy is cheaper."""
    driven = Driven("sedan", km, kwh / EFFICIENCY, EFFICIENCY)
    baseline = FuelBaseline(LITRES_100KM, BaselineSource.ASSUMED)
    found = displaced([driven], {"sedan": baseline})
    item: CostItem = energy_item(found, CNY_LITRE, CNY_KWH)
    compared = compared_cost(km, [item])
    if found.litres is None or compared is None:
        raise CheckError("nothing to compare")
    return found.litres, compared.reduction


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
