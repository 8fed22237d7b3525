"""Electricity meters that all speak once a minute, twelve values a message."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from device_sim.publisher import Publisher
from domain.broker_url import BrokerUrl
from domain.reading import Message
from domain.registry import Device, DeviceKind, Organisation, OrganisationKind, Registry
from ingest.codecs.native import FILTERS
from ingest.link import Link

DEVICES = 500
VALUES = 12
"""Values in one message."""


def registry() -> Registry:
    """One building with all the devices."""
    bureau = Organisation(
        "bench", None, OrganisationKind.BUREAU, "测试局", "bureau", "Asia/Shanghai"
    )
    since = datetime(2020, 1, 1, tzinfo=UTC)
    kind = DeviceKind.ELECTRICITY_METER
    devices = (
        Device(code, "bench", kind, code, code, None, since, timedelta(days=1000))
        for code in map(_code, range(DEVICES))
    )
    return Registry((bureau,), (), tuple(devices))


def messages(count: int, end: datetime) -> list[tuple[str, bytes]]:
    """Device and payload of `count` messages, minute by minute, the last ones at `end`."""
    minutes = -(-count // DEVICES)
    start = end.replace(second=0, microsecond=0) - timedelta(minutes=minutes)
    encode = msgspec.json.Encoder().encode
    made = []
    for number in range(count):
        minute, device = divmod(number, DEVICES)
        ts = start + timedelta(minutes=minute)
        sample = {
            "ts": round(ts.timestamp() * 1000),
            "seq": minute,
            "values": _values(device, minute),
        }
        made.append((_code(device), encode(sample)))
    return made


def as_received(sent: Sequence[tuple[str, bytes]]) -> Iterator[Message]:
    """The same messages as the collector takes them from its link."""
    for device, payload in sent:
        yield Message(1, 1, f"cw/v1/{device}/up", payload, False, datetime.now(UTC))


def leave_session(broker: str, client_id: str) -> None:
    """Sign in with a persistent session, subscribe and go away: from now on the broker queues."""
    link = Link(BrokerUrl.parse(broker), client_id=client_id, filters=FILTERS)
    link.open()
    link.receive(at_most=1, timeout_s=0.5)  # the answer to the subscription
    link.close()


def publish(broker: str, sent: Sequence[tuple[str, bytes]]) -> None:
    """Publish with QoS 1 and wait until all are acknowledged."""
    with Publisher(BrokerUrl.parse(broker), client_id="bench-meters") as publisher:
        for device, payload in sent:
            publisher.publish(device, payload, 1)
        publisher.drain()


def _code(device: int) -> str:
    return f"bench-{device:04}"


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
