"""Readings are seen at once, answers follow the commit, and no work waits for a quiet hour."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from domain.broker_url import BrokerUrl
from store.telemetry.quarantine import ask_replay
from tests.broker.conftest import Publisher, StartCollector, received, until
from tests.broker.test_collector import DEVICE, UP, sample, stored
from tests.conftest import connected

pytestmark = [pytest.mark.db, pytest.mark.broker]

LOGIN = "/gw/acrelHW/adw300/login/meter-7"
ANSWER = "/server/acrelHW/adw300/login/meter-7"
SIGNS_IN = json.dumps({"gwSN": "meter-7", "ver": "1.0", "ccid": "898600"})


@contextmanager
def heard_on(url: str, topic: str) -> Iterator[list[bytes]]:
    """What a device hears on a topic."""
    payloads: list[bytes] = []
    ready = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
    client.on_connect = lambda *_: client.subscribe(topic, 1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda _client, _data, message: payloads.append(message.payload)
    broker = BrokerUrl.parse(url)
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        assert ready.wait(10)
        yield payloads
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def load(url: str, *, at_once: int, pause_s: float) -> Iterator[list[int]]:
    """Publish readings without end; the list holds how many have been acknowledged."""
    publisher, stop, sent = Publisher(url), threading.Event(), [0]

    def run() -> None:
        while not stop.wait(pause_s):
            publisher.send(sample(number) for number in range(sent[0], sent[0] + at_once))
            sent[0] += at_once

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield sent
    finally:
        stop.set()
        thread.join(30)
        publisher.close()


def test_an_answer_is_sent_once_its_message_is_committed_and_not_in_a_storm(
    start_collector: StartCollector, estate_database: str, publisher: Publisher, own_broker_url: str
) -> None:
    start_collector()
    with heard_on(own_broker_url, ANSWER) as answers, connected(estate_database) as conn:
        with conn.transaction():
            conn.execute("LOCK TABLE collector_count IN ACCESS EXCLUSIVE MODE")
            publisher.send([(LOGIN, SIGNS_IN)])
            time.sleep(1.5)
            assert answers == []
        until(lambda: len(answers) == 1)
        assert received(estate_database) == 1
        for _ in range(20):
            publisher.send([(LOGIN, SIGNS_IN)])
            time.sleep(0.05)
        until(lambda: received(estate_database) == 21)
        time.sleep(0.5)
        assert len(answers) == 1
    assert json.loads(answers[0]) == {"type": "login", "res": 1}


def test_a_single_message_is_told_within_half_a_second(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    start_collector()
    publisher.send([sample(0)])
    until(lambda: received(estate_database) == 1)
    took_s = []
    with connected(estate_database) as conn:
        conn.execute("LISTEN civicwatt_readings")
        for number in range(1, 10):
            time.sleep(0.3)
            began_s = time.monotonic()
            publisher.send([sample(number)])
            (told,) = conn.notifies(timeout=10, stop_after=1)
            took_s.append(time.monotonic() - began_s)
            assert told.payload
    assert stored(estate_database) == list(range(10))
    assert sorted(took_s)[len(took_s) // 2] < 0.5


def test_sigterm_under_load_ends_in_time_and_loses_nothing(
    start_collector: StartCollector, estate_database: str, own_broker_url: str
) -> None:
    process = start_collector()
    with load(own_broker_url, at_once=20, pause_s=0.001) as sent:
        until(lambda: received(estate_database) > 500, process=process)
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            process = start_collector()
            time.sleep(0.5)
    until(lambda: len(stored(estate_database)) == sent[0], process=process)
    assert stored(estate_database) == list(range(sent[0]))


def test_a_replay_is_done_though_messages_never_cease(
    start_collector: StartCollector, estate_database: str, publisher: Publisher, own_broker_url: str
) -> None:
    process = start_collector()
    old = (datetime.now(UTC) - timedelta(days=300_000)).isoformat()
    publisher.send([(UP, json.dumps({"ts": old, "values": {"active_power_kw": 1.0}}))])
    until(lambda: received(estate_database) == 1, process=process)
    with load(own_broker_url, at_once=100, pause_s=0), connected(estate_database) as conn:
        time.sleep(1)
        assert ask_replay(conn, [1], any_age=True) == 1
        until(
            lambda: (
                conn.execute("SELECT replay_asked_at IS NULL FROM quarantine").fetchone() == (True,)
            ),
            within_s=15,
        )


def test_the_status_the_broker_kept_is_known_though_it_is_no_reading(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    publisher.send([(f"cw/v1/{DEVICE}/status", "offline")], retain=True)
    start_collector()
    until(lambda: received(estate_database) == 1)
    with psycopg.connect(estate_database) as conn:
        rows = conn.execute("SELECT code, online FROM device_status JOIN device USING (device_id)")
        assert rows.fetchall() == [(DEVICE, False)]
        assert conn.execute("SELECT without_reading FROM collector_count").fetchone() == (1,)
