"""Real collectors as sub-processes, and publishers that wait for every acknowledgement."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from domain.broker_url import BrokerUrl
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import estate
from tests.servers import OwnBroker

CIVICWATT = Path(sys.executable).with_name("civicwatt")
StartCollector = Callable[..., "subprocess.Popen[bytes]"]


class Publisher:
    """Publishes with QoS 1 and waits until the broker has acknowledged everything."""

    def __init__(self, url: str) -> None:
        broker = BrokerUrl.parse(url)
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
        self.client.max_inflight_messages_set(1000)
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()

    def send(self, messages: Iterable[tuple[str, str | bytes]], *, retain: bool = False) -> None:
        """Publish (topic, payload) pairs and wait for the last acknowledgement."""
        sent = [
            self.client.publish(topic, payload, qos=1, retain=retain) for topic, payload in messages
        ]
        for one in sent:
            one.wait_for_publish(60)
            assert one.is_published()

    def values(self, device: str, ts: str | int, **values: float | str) -> None:
        """Publish one sample."""
        self.send([(f"cw/v1/{device}/up", json.dumps({"ts": ts, "values": values}))])

    def close(self) -> None:
        """Disconnect."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def publisher(own_broker_url: str) -> Iterator[Publisher]:
    """A device's side of the test's own broker."""
    publisher = Publisher(own_broker_url)
    yield publisher
    publisher.close()


@pytest.fixture
def own_broker_url(own_broker: OwnBroker) -> str:
    """Address of the test's own Mosquitto."""
    return own_broker.url


@pytest.fixture
def estate_database(database: str) -> str:
    """A database with the small estate of the tests."""
    with connected(database) as conn:
        write_registry(conn, estate())
    return database


@pytest.fixture
def start_collector(
    estate_database: str, own_broker_url: str, tmp_path: Path
) -> Iterator[StartCollector]:
    """Start `civicwatt collect`, with any options, and wait until it has a session."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> subprocess.Popen[bytes]:
        log = tmp_path / f"collector-{len(running)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [CIVICWATT, "collect", *options],
                env={
                    "CIVICWATT_DATABASE_URL": estate_database,
                    "CIVICWATT_MQTT_URL": own_broker_url,
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running.append(process)
        until(lambda: b"connected to" in log.read_bytes(), process=process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(
    done: Callable[[], bool],
    *,
    within_s: float = 60,
    process: "subprocess.Popen[bytes] | None" = None,
) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        assert process is None or process.poll() is None, "the process has ended"
        time.sleep(0.05)


def received(database: str) -> int:
    """Samples the collectors have committed."""
    with psycopg.connect(database) as conn:
        row = conn.execute("SELECT coalesce(sum(received), 0) FROM collector_count").fetchone()
    return int(row[0]) if row else 0
