"""Simulated Sparkplug nodes hear at a real broker that their births are wanted, and answer."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from device_sim.catalogue import VENDORS
from device_sim.crowd import Crowd
from device_sim.publisher import Publisher as Simulator
from domain.broker_url import BrokerUrl
from tests.broker.conftest import StartCollector, until
from tests.conftest import connected

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
