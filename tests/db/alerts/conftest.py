"""A house with meters whose newest values a test says, and an evaluator it runs by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection
from psycopg.rows import dict_row

from analytics.jobs.watch import Evaluator
from ingest.acquaintance import Acquaintance
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.router import Router
from store.become import Role
from store.places.registry import write as write_registry
from store.telemetry.reading import prepare, write
from tests.conftest import connected
from tests.db.conftest import add_people
from tests.estate import SHANGHAI, estate, say

MINUTE = timedelta(minutes=1)
Rows = list[dict[str, object]]


class House:
    """The house, its clock, and what is told of it.

    Attributes
    ----------
    conn : Connection
        A superuser's, that sees everything.
    now : datetime
        The test's clock; values are measured and arrive at it.
    """

    def __init__(self, conn: Connection, work: Connection) -> None:
        self.conn = conn
        self.work = work
        self.now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        prepare(conn)
        self.evaluator = Evaluator(work)

    def say(self, values: str, *devices: str, at: datetime | None = None) -> None:
        """Devices say something now, in one batch; of an earlier instant, it comes late."""
        ts = (at or self.now).isoformat()
        text = f'{{"ts": "{ts}", "values": {{{values}}}}}'.encode()
        messages = [say(device, text, received_at=self.now) for device in devices]
        acquaintance, intake = Acquaintance(Router(codecs()), SHANGHAI), Intake()
        batch, _ = intake.sort(*acquaintance.read(self.conn, messages), acquaintance.world)
        batch.arrival.newest = intake.newest.take(1.0)
        write(self.conn, batch, collector="test", now=self.now)

    def look(self) -> None:
        """The evaluator looks at everything, as after a batch of many."""
        self.evaluator.look(set(), many=True, now=self.now)

    def pass_by(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time

    def rows(self, statement: str, *arguments: object) -> Rows:
        """What a statement finds."""
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), arguments).fetchall()

    def one(self, statement: str, *arguments: object) -> object:
        """The one value that a statement finds."""
        (row,) = self.rows(statement, *arguments)
        (value,) = row.values()
        return value


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, estate(meters=3))
        add_people(conn)
        yield conn


@pytest.fixture
def house(conn: Connection, database: str) -> Iterator[House]:
    with connected(database, Role.WORK) as work:
        yield House(conn, work)
