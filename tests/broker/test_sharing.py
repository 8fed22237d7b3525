"""Collectors that divide the messages: none is lost or stored twice, whoever comes and goes."""

import signal
import subprocess
import time

import pytest

from tests.broker.conftest import CIVICWATT, Publisher, StartCollector, received, until
from tests.broker.test_collector import sample, stored
from tests.conftest import connected

pytestmark = [pytest.mark.db, pytest.mark.broker]


def received_by(database: str) -> dict[str, int]:
    with connected(database) as conn:
        return dict(conn.execute("SELECT collector, received FROM collector_count").fetchall())


def settled(database: str) -> int:
    """How many samples are committed, when no more come."""
    before = -1
    while before != (before := received(database)):
        time.sleep(1)
    return before


def share(name: str) -> tuple[str, ...]:
    return "--share", "--name", name


def test_two_collectors_divide_the_messages(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    for name in ("one", "two"):
        start_collector(*share(name))
    publisher.send(sample(number) for number in range(2000))
    until(lambda: received(estate_database) >= 2000)
    assert stored(estate_database) == list(range(2000))
    by = received_by(estate_database)
    assert sum(by.values()) == 2000
    assert min(by["one"], by["two"]) > 500


def test_the_share_of_one_that_is_killed_waits_until_it_comes_back_under_its_name(
    start_collector: StartCollector, estate_database: str, publisher: Publisher
) -> None:
    start_collector(*share("one"))
    victim = start_collector(*share("two"))
    publisher.send(sample(number) for number in range(1000))
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    publisher.send(sample(number) for number in range(1000, 3000))
    settled(estate_database)
    # Mosquitto goes on giving an absent member its share, as long as its session lasts.
    assert 1500 <= len(stored(estate_database)) < 3000
    start_collector(*share("two"))
    until(lambda: len(stored(estate_database)) == 3000)
    assert stored(estate_database) == list(range(3000))


def test_one_that_retires_leaves_nothing_behind(
    start_collector: StartCollector, estate_database: str, publisher: Publisher, own_broker_url: str
) -> None:
    start_collector(*share("one"))
    leaving = start_collector(*share("two"))
    leaving.send_signal(signal.SIGKILL)
    leaving.wait()
    publisher.send(sample(number) for number in range(1000))
    done = subprocess.run(
        [CIVICWATT, "collect", "--retire", "--name", "two"],
        env={"CIVICWATT_DATABASE_URL": estate_database, "CIVICWATT_MQTT_URL": own_broker_url},
        timeout=60,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    until(lambda: len(stored(estate_database)) == 1000)
    publisher.send(sample(number) for number in range(1000, 2000))
    until(lambda: len(stored(estate_database)) == 2000)
    assert received_by(estate_database)["one"] > 1000


@pytest.mark.parametrize("first", [(), share("collector-0")], ids=["alone first", "shared first"])
def test_a_collector_that_changes_its_way_of_working_gets_nothing_twice(
    start_collector: StartCollector,
    estate_database: str,
    publisher: Publisher,
    first: tuple[str, ...],
) -> None:
    process = start_collector(*first)
    publisher.send(sample(number) for number in range(200))
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    publisher.send(sample(number) for number in range(200, 400))
    start_collector(*(() if first else share("collector-0")))
    publisher.send(sample(number) for number in range(400, 800))
    until(lambda: len(stored(estate_database)) == 800)
    assert settled(estate_database) == 800
