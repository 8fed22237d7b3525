"""The broker as production runs it, under faults: what may come in is there once, and nothing else.

Devices sign in by TLS, each with a password of its own. Meanwhile the broker, the collector and the
doorkeeper go and come back, a password is changed, one is withdrawn, and one device speaks in the
name of others.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import psycopg
import pytest

from device_sim.catalogue import VENDORS
from device_sim.faults.afflicted import FAULTS, afflicted
from device_sim.faults.expected import expected
from device_sim.faults.stream import Dispatch, Taken
from device_sim.plain_device import PlainDevice
from device_sim.publisher import Publisher
from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError
from ingest.door.issuing import Issued, renew
from store.telemetry.credential import credentials, revoke
from tests.door.house import KEY, House
from tests.faults.audit import audited
from tests.production import WAIT_S, ProductionBroker

pytestmark = [pytest.mark.fault, pytest.mark.broker, pytest.mark.db, pytest.mark.timeout(600)]

SEED = int(os.environ.get("FAULT_SEED", "20261122"))
DEVICES, MEASUREMENTS = 10, 300
RENEWED, WITHDRAWN, LIAR = 0, 1, 2
"""Devices whose password is changed, whose is withdrawn, and that speaks for others too."""
RATE = 25
"""Messages a second of each device, of which there are ten."""
NATIVE = VENDORS["native"]


class Fleet:
    """Devices with their passwords, and what each of them sends in two halves."""

    def __init__(self, house: House, now: datetime) -> None:
        random = Random(SEED)  # noqa: S311 - to be repeated, not to be secret
        start = now - timedelta(hours=12)
        self.house, self.stop = house, Event()
        self.issued: dict[int, Issued] = {}
        self.halves: dict[int, tuple[list[Dispatch], list[Dispatch]]] = {}
        for number in range(DEVICES):
            device = PlainDevice(NATIVE, number, ZoneInfo("Asia/Shanghai"))
            self.issued[number] = house.device(device.code)
            measured = device.measured(start, timedelta(minutes=1), 0, MEASUREMENTS)
            taken = [Taken(one.at, one) for one in measured]
            sent = afflicted(NATIVE, taken, random.sample(FAULTS, 4), random)
            self.halves[number] = sent[: len(sent) // 2], sent[len(sent) // 2 :]

    def publisher(self, number: int) -> Publisher:
        """A device signing in from outside, by TLS."""
        issued, port = self.issued[number], self.house.broker.outside
        url = BrokerUrl.parse(f"mqtts://{issued.username}:{issued.password}@localhost:{port}")
        return Publisher(url, client_id=f"device-{number}", max_rate=RATE, stop=self.stop)

    def send(self, number: int, half: int) -> None:
        """Send half of what a device has to say, and wait until the broker has it."""
        with self.publisher(number) as publisher:
            for at, one in enumerate(self.halves[number][half]):
                publisher.send(one.sent.topic, one.sent.payload, 1, retain=one.sent.retain)
                if number == LIAR and at % 10 == 0:
                    self._lie(publisher, one)
            publisher.drain()

    def _lie(self, publisher: Publisher, one: Dispatch) -> None:
        other = NATIVE.device(WITHDRAWN)
        publisher.send(f"cw/v1/{other}/up", one.sent.payload, 1)
        publisher.send(f"tele/{other}/SENSOR", one.sent.payload, 1)


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    broker = ProductionBroker(tmp_path)
    broker.start()
    house = House(broker, database)
    yield house
    house.close()
    broker.process.stop(within_s=WAIT_S)


@pytest.fixture
def collector(house: House, tmp_path: Path) -> Iterator["Collector"]:
    collector = Collector(house, tmp_path / "collector.log")
    collector.start()
    yield collector
    collector.kill()


class Collector:
    """A collector with its own password, started again by whoever kills it."""

    def __init__(self, house: House, log: Path) -> None:
        self._house, self._log = house, log

    def start(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start it."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "civicwatt", "collect", *options],
                env={
                    "CIVICWATT_DATABASE_URL": self._house.url,
                    "CIVICWATT_MQTT_URL": self._house.broker.url_of("collector_mqtt_url"),
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait()

    def retire(self) -> None:
        """End it in order, and write what the broker still holds for it."""
        self.process.terminate()
        self.process.wait(60)
        assert self.start("--retire").wait(120) == 0, self._log.read_text()

    def wait_until_connected(self) -> None:
        """Wait until it has a session, in which the broker keeps what comes."""
        self._house.wait_until(lambda: "connected to" in self._log.read_text(), 60)


def test_rights_and_passwords_hold_whatever_goes_wrong_and_nothing_is_lost(
    house: House, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", house.broker.certificate)
    now = datetime.now(UTC).replace(microsecond=0)
    fleet = Fleet(house, now)
    collector.wait_until_connected()
    with ExitStack() as ends:
        ends.callback(fleet.stop.set)
        pool = ends.enter_context(ThreadPoolExecutor(DEVICES))
        _all_send(pool, fleet, range(DEVICES), 0, house, collector)
        before = fleet.issued[RENEWED]
        fleet.issued[RENEWED] = renew(
            house.conn, KEY, credentials(house.conn, credential_id=before.id)[0]
        )
        revoke(house.conn, fleet.issued[WITHDRAWN].id)
        house.wait_until(lambda: not house.lets_in(before))
        house.wait_until(lambda: not house.lets_in(fleet.issued[WITHDRAWN]))
        with (
            pytest.raises(ConfigurationError, match=r"(?i)not authori[sz]ed"),
            fleet.publisher(WITHDRAWN),
        ):
            pass
        still = [number for number in range(DEVICES) if number != WITHDRAWN]
        _all_send(pool, fleet, still, 1, house, collector)
    collector.retire()
    said = [
        one
        for number, halves in fleet.halves.items()
        for half in (halves[:1] if number == WITHDRAWN else halves)
        for one in half
    ]
    truth = expected(said, now, timedelta(days=30), timedelta(minutes=5))
    audit = audited(house.url, truth)
    assert len(truth.values) > DEVICES * MEASUREMENTS * 0.9
    assert not audit.lost
    assert not audit.invented
    assert not audit.conflicts_wrong
    assert not audit.quarantine_wrong
    assert not audit.gaps_wrong
    assert audit.received == audit.outcomes


def _all_send(
    pool: ThreadPoolExecutor,
    fleet: Fleet,
    numbers: Sequence[int],
    half: int,
    house: House,
    collector: Collector,
) -> None:
    """Half of everything, while broker, database sessions, collector and doorkeeper go."""
    sending = [pool.submit(fleet.send, number, half) for number in numbers]
    time.sleep(0.5)
    house.broker.process.stop(within_s=WAIT_S)
    house.broker.start()
    collector.kill()
    collector.start()
    with psycopg.connect(house.url, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'civicwatt%'"
        )
    house.end_doorkeeper()
    house.start_doorkeeper()
    for one in sending:
        one.result(300)
