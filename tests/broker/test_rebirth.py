"""Sparkplug nodes hear at a real broker that their births are wanted, and answer.

What they said by alias before that is read only where their births show that nothing changed.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from paho.mqtt.client import Client

from device_sim.catalogue import VENDORS
from device_sim.crowd import Crowd
from device_sim.publisher import Publisher as Simulator
from device_sim.vendors.sparkplug_b import DOUBLE, Metric, payload
from domain.broker_url import BrokerUrl
from tests.broker.conftest import Publisher, StartCollector, until
from tests.conftest import connected
from tests.processes import ended

pytestmark = [pytest.mark.db, pytest.mark.broker]


def test_a_collector_that_has_missed_the_births_asks_for_them_and_reads_what_follows(
    start_collector: StartCollector, estate_database: str, own_broker_url: str
) -> None:
    crowd = Crowd([VENDORS["sparkplug_b"]], 2, timedelta(seconds=10), ZoneInfo("Asia/Shanghai"))
    start_collector()
    simulator = Simulator(
        BrokerUrl.parse(own_broker_url),
        client_id="nodes",
        commands=crowd.commands,
        answer=lambda topic, command: crowd.answer(topic, command, datetime.now(UTC)),
    )

    def stored() -> int:
        with connected(estate_database) as conn:
            row = conn.execute(
                "SELECT count(DISTINCT device_id) FROM electricity_reading"
                " JOIN device USING (device_id) WHERE code LIKE 'civic:%'"
            ).fetchone()
        return int(row[0]) if row else 0

    with simulator:
        for number, message in enumerate(crowd.messages(datetime.now(UTC))):
            if stored() == 2:
                break
            assert number < 200, "no birth has come"
            simulator.send(message.sent.topic, message.sent.payload, 1)
            simulator.drain()
            time.sleep(0.2)
        for message in crowd.goodbye(datetime.now(UTC)):
            simulator.send(message.sent.topic, message.sent.payload, 0)
        simulator.drain()

        def offline() -> bool:
            with connected(estate_database) as conn:
                rows = conn.execute(
                    "SELECT online FROM device_status JOIN device USING (device_id)"
                    " WHERE code LIKE 'civic:%'"
                ).fetchall()
            return bool(rows) and not any(online for (online,) in rows)

        until(offline)


class Node:
    """An edge node whose metrics have the aliases they have, until it is born again with others."""

    code = "plant:node"

    def __init__(self, publisher: Publisher) -> None:
        self._client = publisher.client
        self._asked = Event()
        self._seq = 0
        self.aliases = ("Active Power", "Energy Import")
        """Names of the metrics with the aliases 1 and 2."""
        self._client.on_message = self._told
        self._client.subscribe("spBv1.0/plant/NCMD/node", qos=1)

    def be_born(self) -> None:
        """Say what the aliases are; as births go, with QoS 0."""
        self._seq = 0
        now_ms = round(time.time() * 1000)
        metrics = [
            Metric(None, DOUBLE, name, alias, now_ms, declared=True)
            for alias, name in enumerate(self.aliases, 1)
        ]
        body = payload(metrics, now_ms, 0)
        self._client.publish("spBv1.0/plant/NBIRTH/node", body, qos=0).wait_for_publish(60)

    def answer(self) -> None:
        """Be born again if that was asked for."""
        if self._asked.is_set():
            self._asked.clear()
            self.be_born()

    def say(self, **values: float) -> None:
        """Say what is measured, by alias; with QoS 1, so that the broker keeps it."""
        self._seq = (self._seq + 1) % 256
        now_ms = round(time.time() * 1000)
        metrics = [
            Metric(values[name.replace(" ", "_").lower()], alias=alias, at_ms=now_ms)
            for alias, name in enumerate(self.aliases, 1)
        ]
        body = payload(metrics, now_ms, self._seq)
        self._client.publish("spBv1.0/plant/NDATA/node", body, qos=1).wait_for_publish(60)

    def _told(self, _client: Client, _userdata: object, message: Any) -> None:
        if b"Node Control/Rebirth" in message.payload:
            self._asked.set()


@pytest.fixture
def node(publisher: Publisher) -> Iterator[Node]:
    return Node(publisher)


def stored(database: str) -> set[tuple[float, float]]:
    """Power and register of the node's readings."""
    with connected(database) as conn:
        rows = conn.execute(
            "SELECT active_power_kw, active_energy_import_kwh FROM electricity_reading"
            " JOIN device USING (device_id) WHERE code = %s",
            [Node.code],
        ).fetchall()
    return {(power, energy) for power, energy in rows if power is not None}


def waiting(database: str) -> list[tuple[str, str | None]]:
    """Reason and outcome of what was set aside."""
    with connected(database) as conn:
        return conn.execute(
            "SELECT reason_code, outcome FROM quarantine ORDER BY quarantine_id"
        ).fetchall()


def test_what_a_node_said_while_nobody_listened_is_read_by_the_right_birth_or_by_none(
    start_collector: StartCollector, estate_database: str, node: Node
) -> None:
    with ended(start_collector()) as first:
        until(lambda: _has_spoken(node, estate_database, 10.0, 1000.0))
        first.terminate()
        assert first.wait(30) == 0

    node.say(active_power=11.0, energy_import=1001.0)
    with ended(start_collector()) as second:  # it asks, and is told the same as before
        until(lambda: node.answer() or (11.0, 1001.0) in stored(estate_database))
        assert ("birth_awaited", "replayed") in waiting(estate_database)
        second.terminate()
        assert second.wait(30) == 0

    node.aliases = node.aliases[::-1]
    node.be_born()  # and nobody hears it
    node.say(active_power=12.0, energy_import=1002.0)
    with ended(start_collector()):
        until(lambda: _has_spoken(node, estate_database, 13.0, 1003.0))
        assert ("birth_awaited", None) in waiting(estate_database), "kept, and read by no birth"
    assert (12.0, 1002.0) not in stored(estate_database)
    assert all(power < 100 < energy for power, energy in stored(estate_database))


def _has_spoken(node: Node, database: str, power: float, energy: float) -> bool:
    """Say it once more, and look whether it was read."""
    node.answer()
    node.say(active_power=power, energy_import=energy)
    time.sleep(0.1)
    return (power, energy) in stored(database)
