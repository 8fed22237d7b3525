"""The worker's connection: kept from job to job, and replaced where it is of no use any more."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from psycopg import Connection

from analytics.jobs.worker_connection import KeptConnection

pytestmark = pytest.mark.db


@pytest.fixture
def kept(database: str) -> Iterator[KeptConnection]:
    with closing(KeptConnection(database)) as kept:
        yield kept


def process_of(kept: KeptConnection) -> int:
    with kept.lent() as conn:
        assert conn.execute("SELECT current_user").fetchone() == ("civicwatt_work",)
        return conn.info.backend_pid


def test_one_job_after_the_other_works_on_the_same_connection(kept: KeptConnection) -> None:
    assert process_of(kept) == process_of(kept)


def test_a_worker_whose_connection_was_cut_goes_on_with_a_new_one(
    kept: KeptConnection, superuser: Connection
) -> None:
    first = process_of(kept)
    superuser.execute("SELECT pg_terminate_backend(%s, 30000)", [first])
    assert process_of(kept) != first


def test_what_a_job_left_open_is_undone_before_the_next_one(
    kept: KeptConnection, superuser: Connection
) -> None:
    with kept.lent() as conn:
        conn.execute("BEGIN")
        conn.execute("INSERT INTO outbox (topic, device_id) VALUES ('readings', 1)")
    process_of(kept)
    assert superuser.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
