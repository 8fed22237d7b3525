"""Vehicles of the tests' estate, and what their terminals say as messages of the broker."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan

import numpy as np
from psycopg import Connection

from analytics.jobs.charge_matches import match_charges
from analytics.jobs.consumption import update_consumption
from analytics.jobs.use_suspicions import judge_use
from analytics.jobs.vehicles import update_vehicles
from device_sim.samples import Column, Samples
from domain.reading import Message
from domain.registry import Device, DeviceKind, Registry
from domain.vehicle import NewVehicle, Powertrain, VehicleDescription
from store.become import Role
from tests.conftest import connected
from tests.estate import NOW, say
from tests.told_vehicle import SECOND, Line

BATTERY_KWH = 53.6
_IN_A_MESSAGE = 500


def with_terminals(registry: Registry, place: str, codes: Iterable[str]) -> Registry:
    """The same estate with terminals of vehicles at a place."""
    terminals = tuple(
        Device(code, place, DeviceKind.VEHICLE, code, code, accept_back=timedelta(days=40_000))
        for code in codes
    )
    return replace(registry, devices=registry.devices + terminals)


def car(code: str, place: str) -> NewVehicle:
    """An electric saloon car whose terminal has the same code."""
    described = VehicleDescription(
        plate=f"津A{code}",
        vehicle_class="sedan",
        powertrain=Powertrain.ELECTRIC,
        battery_kwh=BATTERY_KWH,
    )
    return NewVehicle(code=code, place=place, description=described, device=code)


def told(device: str, samples: Samples, which: Sequence[int] | None = None) -> list[Message]:
    """Samples as native messages of many each, in the order of `which`."""
    order = np.arange(len(samples)) if which is None else np.asarray(which)
    columns = {name: np.asarray(column).tolist() for name, column in samples.values.items()}
    at = samples.at_s.tolist()
    lines = []
    for row in order.tolist():
        values = {
            name: column[row]
            for name, column in columns.items()
            if column[row] is not None
            and not (isinstance(column[row], float) and isnan(column[row]))
        }
        lines.append({"ts": at[row] * 1000, "values": values})
    return [
        say(device, json.dumps({"samples": lines[first : first + _IN_A_MESSAGE]}).encode())
        for first in range(0, len(lines), _IN_A_MESSAGE)
    ]


def drawn(line: Line) -> Samples:
    """A vehicle drawn by hand, as its terminal tells it."""
    names = {name for row in line.rows for name in row} - {"ts"}
    columns: dict[str, Column] = {
        name: [row.get(name) for row in line.rows]  # type: ignore[misc]  # None: not told
        for name in names
    }
    return Samples("car", np.array([row["ts"] // SECOND for row in line.rows]), columns)


def cut(conn: Connection, *, now: datetime = NOW) -> None:
    """Do what the worker does once readings have come."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=now)
        update_vehicles(worker, now=now)
        match_charges(worker, now=now)
        judge_use(worker, now=now)


def at(seconds: float) -> datetime:
    """Instant of so many seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
