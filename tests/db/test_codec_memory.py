"""Messages that only later ones make whole, when batches fail and when there are two collectors."""

from datetime import timedelta

import pytest
from psycopg import Connection

from device_sim.vendors import jt808 as car
from domain.reading import Message
from ingest.acquaintance import Acquaintance
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.router import Router
from store.telemetry.reading import prepare, write
from tests.estate import NOW, SHANGHAI
from tests.unit.ingest_codecs.test_jt808 import BATCH_BODY, NEWER

pytestmark = pytest.mark.db

POSITIONS = 40


def parts() -> list[Message]:
    """One message of many positions, in three parts a second apart."""
    frames = NEWER.parts(car.BATCH, 10, BATCH_BODY, 700)
    return [
        Message(n, 1, "cw/v1/car/raw/jt808", frame, retained=False, received_at=at)
        for n, frame in enumerate(frames)
        for at in [NOW + timedelta(seconds=n)]
    ]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    prepare(superuser)
    return superuser


def a_collector() -> Acquaintance:
    return Acquaintance(Router(codecs()), SHANGHAI)


def samples(collector: Acquaintance, conn: Connection, messages: list[Message]) -> int:
    _, reads = collector.read(conn, messages)
    return sum(len(read.decoded.samples) for read in reads if read.decoded)


def test_a_last_part_whose_batch_failed_still_makes_its_message_whole(conn: Connection) -> None:
    collector, (first, second, third) = a_collector(), parts()
    assert samples(collector, conn, [first, second]) == 0
    assert [samples(collector, conn, [third]) for _ in range(3)] == [POSITIONS] * 3


def test_a_batch_that_is_halved_is_read_as_it_was_whole(conn: Connection) -> None:
    collector, (first, second, third) = a_collector(), parts()
    assert samples(collector, conn, [first, second, third]) == POSITIONS
    halves = ([first], [second, third])
    assert [samples(collector, conn, half) for half in halves] == [0, POSITIONS]
    assert samples(collector, conn, [first, second, third]) == POSITIONS


def test_parts_that_go_to_two_collectors_make_one_message(conn: Connection) -> None:
    first, second, third = parts()
    one, other = a_collector(), a_collector()
    for part in (first, second):
        batch, _ = Intake().sort(*one.read(conn, [part]), one.world)
        write(conn, batch, collector="one", now=NOW)
    assert samples(other, conn, [third]) == POSITIONS
