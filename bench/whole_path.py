"""What a foreign message costs from the broker's bytes to the commit, beside a native one.

``python -m bench.whole_path [--full]``. Every vendor of the simulator speaks for a hundred devices;
the native message beside each of its messages says what its codec reads out of it, states and all
that has no column included. Cost is the processor time of the collector's work and of its database
process together; both sides take turns on one database.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import psycopg

from bench.process import backend_cpu_s
from bench.result import CheckError, Result, median_result
from bench.servers import database_server, described, migrated_database
from device_sim.catalogue import VENDORS
from device_sim.vendor import Measured, Sent, Vendor
from device_sim.vendors.sparkplug_sequence import Sequences
from domain.reading import Message, Value
from domain.registry import DeviceKind
from ingest.codecs.registry import codecs
from ingest.collector import collect_cycles_seldom
from ingest.profile.load import load_profiles
from ingest.reading import read_messages
from ingest.router import Router
from ingest.surroundings import Surroundings
from ingest.writer import Writer

RUNS = 3
RUNS_FULL = 5
DEVICES = 100
MESSAGES = 4000
MESSAGES_FULL = 10_000
BATCH = 1000
MOST = 2.5
"""Times the cost of a native message that a foreign one may have. [1]"""
_ZONE = ZoneInfo("Asia/Shanghai")
_EVERY = timedelta(seconds=10)
_WAY = timedelta(milliseconds=200)
_NATIVE = "native"
_WARM_UP = 2
"""Rounds that do not count: greetings, registration, first readings."""

Rounds = list[list[tuple[datetime, int, Sent]]]
_MEASURED: Mapping[DeviceKind, Mapping[str, Value]] = {
    DeviceKind.ELECTRICITY_METER: {
        "active_energy_import_kwh": 1000.0,
        "active_power_kw": 20.0,
        "apparent_power_kva": 21.0,
        "reactive_power_kvar": 5.0,
        "power_factor": 0.4,
        "frequency_hz": 49.8,
        **{f"voltage_{phase}_v": 230.0 for phase in "abc"},
        **{f"current_{phase}_a": 41.0 for phase in "abc"},
    },
    DeviceKind.CLIMATE_SENSOR: {"air_temperature_c": 21.0, "relative_humidity_pct": 45.0},
    DeviceKind.WATER_METER: {"volume_m3": 812.0, "flow_m3h": 1.5},
    DeviceKind.HEAT_METER: {
        "heat_energy_gj": 812.0,
        "heat_power_kw": 31.5,
        "heat_flow_m3h": 1.5,
        "heat_volume_m3": 9000.0,
        "supply_temperature_c": 71.5,
        "return_temperature_c": 48.5,
    },
    DeviceKind.VEHICLE: {
        "odometer_km": 42_000.0,
        "speed_kmh": 50.0,
        "soc_pct": 60.0,
        "pack_voltage_v": 380.0,
        "pack_current_a": 20.0,
        "energy_used_kwh": 5000.0,
        "energy_recovered_kwh": 900.0,
        "latitude_deg": 30.0,
        "longitude_deg": 120.0,
        "gear": "D",
    },
}


def main(arguments: Sequence[str]) -> int:
    """Measure and print every vendor; a traceback and exit status 1 where one costs too much."""
    full = "--full" in arguments
    messages, turns = (MESSAGES_FULL, RUNS_FULL) if full else (MESSAGES, RUNS)
    with database_server() as server:
        conditions = described(server) | {"devices": DEVICES, "most_ratio": MOST}
        vendors = [vendor for name, vendor in VENDORS.items() if name != _NATIVE]
        foreign = [_rounds(vendor, messages) for vendor in vendors]
        router = Router((*codecs(), *load_profiles(None)))
        pairs = [(rounds, _beside(rounds, router)) for rounds in foreign]
        collect_cycles_seldom()
        costs = [_turn(server, pairs) for _ in range(turns)]
    results = []
    for place, vendor in enumerate(vendors):
        ours, native = zip(*(turn[place] for turn in costs), strict=True)
        said, natives = pairs[place]
        values = sum(map(_values_of, natives[-1]))
        parts = {
            "messages": _counted(said),
            "values_a_message": round(values / len(said[-1]), 1),
            "native_us": round(median(native), 1),
        }
        result = median_result(
            f"whole_path_{vendor.name}",
            "us/message",
            ours,
            conditions | parts,
            peer="native messages with as many values",
            peer_values=native,
        )
        result.print()
        results.append(result)
    check(results)
    return 0


def check(results: Iterable[Result]) -> None:
    """Refuse what costs more than it may beside a native message.

    Raises
    ------
    CheckError
        With every vendor that does, after all of them were printed.
    """
    dear = [f"{one.name} {one.ratio:.2f}" for one in results if (one.ratio or 0.0) > MOST]
    if dear:
        raise CheckError(f"more than {MOST:g} times a native message: {', '.join(dear)}")


def _counted(rounds: Rounds) -> int:
    return sum(map(len, rounds[_WARM_UP:]))


def _values_of(message: tuple[datetime, int, Sent]) -> int:
    return sum(len(said.values) for said in message[2].said)


def _turn(server: str, pairs: Sequence[tuple[Rounds, Rounds]]) -> list[tuple[float, float]]:
    """Cost of the messages of each vendor, and of the native ones beside them. [us per message]."""
    with migrated_database(server) as database:
        router = Router((*codecs(), *load_profiles(None)))
        writer = Writer(database, collector="bench", zone=_ZONE, router=router)
        with psycopg.connect(database, autocommit=True) as conn:
            costs = [
                (
                    _cost(writer, conn, foreign, _counted(foreign)),
                    _cost(writer, conn, native, _counted(foreign)),
                )
                for foreign, native in pairs
            ]
        writer.close()
    return costs


def _rounds(vendor: Vendor, messages: int) -> Rounds:
    """Messages of all devices, round by round, until there are enough."""
    rounds: Rounds = []
    sequences = Sequences()
    start = datetime.now(UTC) - timedelta(hours=1)
    while sum(map(len, rounds[_WARM_UP:])) < messages:
        number = len(rounds)
        at = start + number * _EVERY
        sent = map(sequences.publish, _round(vendor, number, at))
        rounds.append([(at, number, one) for one in sent])
    return rounds


def _round(vendor: Vendor, number: int, at: datetime) -> Iterator[Sent]:
    for device in map(vendor.device, range(DEVICES)):
        if not number:
            yield from vendor.hello(device, at, _ZONE)
        measured = Measured(device, at, _values(vendor.kind, number), number, _ZONE)
        # Beside what is no measurement nothing native stands
        yield from (sent for sent in vendor.messages(measured) if sent.said)


def _beside(rounds: Rounds, router: Router) -> Rounds:
    """Native messages: one for each device and instant that a foreign message speaks of."""
    world = Surroundings({}, _ZONE)
    return [
        [native for one in foreign for native in _like(one, router, world)] for foreign in rounds
    ]


def _like(
    foreign: tuple[datetime, int, Sent], router: Router, world: Surroundings
) -> Iterator[tuple[datetime, int, Sent]]:
    at, number, _ = foreign
    for read in read_messages([_received(*foreign)], router, world):
        if read.decoded is None:
            raise CheckError(f"{read.codec}: {read.error}")
        for sample in read.decoded.samples:
            code = (sample.device or read.decoded.sender).replace("/", "-")
            measured = Measured(f"native-{code}", sample.ts, sample.values, number, _ZONE)
            yield from ((at, number, native) for native in VENDORS[_NATIVE].messages(measured))


def _values(kind: DeviceKind, number: int) -> dict[str, Value]:
    """What a device measures; another value each time, or a profile may take it for the last."""
    return {
        name: value if isinstance(value, str) else round(value + number % 50 * 0.01, 2)
        for name, value in _MEASURED[kind].items()
    }


def _cost(writer: Writer, conn: psycopg.Connection, rounds: Rounds, messages: int) -> float:
    """Processor time of the rounds after the warm-up. [us per message of `messages`]."""
    for warm in rounds[:_WARM_UP]:
        _write(writer, [_received(*one) for one in warm])
    writer.rest()  # newest values that still wait are not of those that count
    counted = [_received(*one) for batch in rounds[_WARM_UP:] for one in batch]
    before = _used_s(conn)
    for at in range(0, len(counted), BATCH):
        _write(writer, counted[at : at + BATCH])
    return 1e6 * (_used_s(conn) - before) / messages


def _write(writer: Writer, messages: Sequence[Message]) -> None:
    prepared = writer.prepare(messages)
    if prepared.batch.quarantined:
        raise CheckError(f"{prepared.batch.quarantined[0].reason}")
    writer.commit(prepared)


def _received(at: datetime, _number: int, sent: Sent) -> Message:
    return Message(1, 1, sent.topic, sent.payload, False, at + _WAY)


def _used_s(conn: psycopg.Connection) -> float:
    """Processor time of this process and of the writer's database processes so far. [s]."""
    rows = conn.execute(
        "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'civicwatt %'"
        " AND datname = current_database()"
    ).fetchall()
    return time.process_time() + sum(backend_cpu_s(pid) for (pid,) in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
