"""A database that is slow, not away: the link to the broker outlives the wait."""

import logging
import time
from datetime import timedelta
from threading import Event, Thread
from zoneinfo import ZoneInfo

import psycopg
import pytest

from domain.broker_url import BrokerUrl
from ingest import collector, link
from ingest.codecs.registry import codecs
from ingest.collector import Collector
from ingest.link import Link
from ingest.router import Router
from ingest.writer import Prepared, Writer, Written
from tests.broker.conftest import Publisher, received, until
from tests.broker.test_collector import sample, stored

pytestmark = [pytest.mark.db, pytest.mark.broker]

KEEPALIVE_S = 2
SLOW = timedelta(seconds=4 * KEEPALIVE_S)
MESSAGES = 900


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, and a broker that soon ends a silent connection."""
    monkeypatch.setattr(link, "KEEPALIVE_S", KEEPALIVE_S)
    monkeypatch.setattr(collector, "BATCH_MESSAGES", 100)


@pytest.mark.usefixtures("impatient")
def test_a_batch_written_for_longer_than_the_keep_alive_costs_no_connection(
    estate_database: str,
    own_broker_url: str,
    publisher: Publisher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    router = Router(codecs())
    one = Link(BrokerUrl.parse(own_broker_url), client_id="slow", filters=router.filters)
    writer = Writer(estate_database, collector="slow", zone=ZoneInfo("UTC"), router=router)
    one.open()
    stop = Event()
    running = Thread(target=Collector(one, writer).run, args=(stop,))
    with psycopg.connect(estate_database) as busy, caplog.at_level(logging.WARNING):
        busy.execute("LOCK TABLE electricity_reading IN ACCESS EXCLUSIVE MODE")
        running.start()
        publisher.send(map(sample, range(MESSAGES)))
        time.sleep(SLOW.total_seconds())
        busy.rollback()
        until(lambda: received(estate_database) >= MESSAGES)
    stop.set()
    running.join()
    one.close()
    writer.close()
    assert stored(estate_database) == list(range(MESSAGES))
    assert [record.getMessage() for record in caplog.records] == []


def test_a_batch_is_no_longer_than_it_may_be_however_much_comes_at_once(
    estate_database: str, own_broker_url: str, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "BATCH_BYTES", 2000)
    router = Router(codecs())
    one = Link(BrokerUrl.parse(own_broker_url), client_id="long", filters=router.filters)
    one.open()
    publisher.send(map(sample, range(MESSAGES)))
    writer = Writer(estate_database, collector="long", zone=ZoneInfo("UTC"), router=router)
    written: list[int] = []
    commit = writer.commit

    def noted(prepared: Prepared) -> Written:
        written.append(sum(len(message.payload) for message in prepared.messages))
        return commit(prepared)

    monkeypatch.setattr(writer, "commit", noted)
    Collector(one, writer).drain(quiet_s=0.5)
    one.close()
    writer.close()
    assert stored(estate_database) == list(range(MESSAGES))
    longest = max(len(payload) for _, payload in map(sample, range(MESSAGES)))
    assert max(written) < 2000 + longest
