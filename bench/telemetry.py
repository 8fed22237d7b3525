"""Electricity meters that all speak once a minute, twelve values a message."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg

import store.places.registry
from bench.flood import Flood
from bench.result import CheckError
from domain.broker_url import BrokerUrl
from domain.reading import Message
from domain.registry import Device, DeviceKind, Organisation, OrganisationKind, Registry
from ingest.codecs.native import Native
from ingest.link import Link

DEVICES = 500
VALUES = 12
"""Values in one message."""
_encode = msgspec.json.Encoder().encode


def registry(devices: int = DEVICES) -> Registry:
    """One building with all the devices."""
    bureau = Organisation(
        "bench", None, OrganisationKind.BUREAU, "测试局", "bureau", "Asia/Shanghai"
    )
    since = datetime(2020, 1, 1, tzinfo=UTC)
    kind = DeviceKind.ELECTRICITY_METER
    meters = (
        Device(code, "bench", kind, code, code, None, since, timedelta(days=1000))
        for code in map(_code, range(devices))
    )
    return Registry((bureau,), (), tuple(meters))


def register(database: str, devices: int = DEVICES) -> None:
    """Write the devices into a migrated database."""
    with psycopg.connect(database, autocommit=True) as conn:
        store.places.registry.write(conn, registry(devices))


def messages(
    count: int, end: datetime, *, devices: int = DEVICES, every: timedelta = timedelta(minutes=1)
) -> Iterator[tuple[str, bytes]]:
    """Topic and payload of `count` messages, round by round, the last round at `end`."""
    rounds = -(-count // devices)
    start = end.replace(microsecond=0) - (rounds - 1) * every
    for number in range(count):
        turn, device = divmod(number, devices)
        yield message(device, turn, start + turn * every)


def message(device: int, turn: int, ts: datetime) -> tuple[str, bytes]:
    """Topic and payload of what a device says in its turn."""
    at_ms = round(ts.timestamp() * 1000)
    sample = {"ts": at_ms, "seq": turn, "values": _values(device, turn)}
    return f"cw/v1/{_code(device)}/up", _encode(sample)


def as_received(sent: Iterable[tuple[str, bytes]]) -> Iterator[Message]:
    """The same messages as the collector takes them from its link."""
    for topic, payload in sent:
        yield Message(1, 1, topic, payload, False, datetime.now(UTC))


def device_id(conn: psycopg.Connection, device: int) -> int:
    """Id of a registered device."""
    row = conn.execute("SELECT device_id FROM device WHERE code = %s", [_code(device)]).fetchone()
    if row is None:
        raise CheckError(f"{_code(device)} is not registered")
    return int(row[0])


def wait_until_received(database: str, messages: int, within_s: float = 600.0) -> None:
    """Wait until all collectors together have written so many messages.

    Raises
    ------
    CheckError
        If that takes longer.
    """
    deadline = time.monotonic() + within_s
    with psycopg.connect(database, autocommit=True) as conn:
        while (written := _received(conn)) < messages:
            if time.monotonic() > deadline:
                raise CheckError(f"{written} of {messages} messages after {within_s} s")
            time.sleep(0.05)


def _received(conn: psycopg.Connection) -> int:
    row = conn.execute("SELECT coalesce(sum(received), 0) FROM collector_count").fetchone()
    return int(row[0]) if row else 0


def rows(conn: psycopg.Connection) -> int:
    """Rows of the meters."""
    row = conn.execute("SELECT count(*) FROM electricity_reading").fetchone()
    return int(row[0]) if row else 0


def leave_session(broker: str, client_id: str, filters: Sequence[str] = Native.filters) -> None:
    """Sign in with a persistent session, subscribe and go away: from now on the broker queues."""
    link = Link(BrokerUrl.parse(broker), client_id=client_id, filters=filters)
    link.open()
    link.receive(at_most=1, timeout_s=0.5)  # the answer to the subscription
    link.close()


def publish(broker: str, sent: Iterable[tuple[str, bytes]]) -> None:
    """Publish with QoS 1 and wait until all are acknowledged."""
    with Flood(broker, "bench-meters") as flood:
        flood.send(sent)


def _code(device: int) -> str:
    return f"bench-{device:05}"


def _values(device: int, minute: int) -> dict[str, float]:
    power = round(20 + device % 50 + minute % 60 * 0.31, 2)
    return {
        "active_energy_import_kwh": round(1000 * device + minute * 0.43, 2),
        "active_power_kw": power,
        "power_factor": 0.97,
        "frequency_hz": 50.02,
        "apparent_power_kva": round(power / 0.97, 2),
        "demand_max_kw": 88.4,
        "voltage_a_v": 231.2,
        "voltage_b_v": 230.7,
        "voltage_c_v": 232.1,
        "current_a_a": 41.3,
        "current_b_a": 40.8,
        "current_c_a": 43.1,
    }
