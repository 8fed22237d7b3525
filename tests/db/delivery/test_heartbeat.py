"""The outside hears that all is well while every part advances, and not a moment longer."""

from datetime import datetime

import pytest
from psycopg import Connection

from tests.db.delivery.conftest import Post
from tests.receiver import receiver

pytestmark = pytest.mark.db


def ingest(conn: Connection, now: datetime) -> None:
    conn.execute(
        "INSERT INTO collector_count SELECT 'c', %(now)s, 0, 0, 0, 0, 0, 0, 0 "
        "ON CONFLICT (collector) DO UPDATE SET as_of = excluded.as_of",
        {"now": now},
    )


def evaluate(conn: Connection, now: datetime) -> None:
    conn.execute(
        "INSERT INTO alert_progress (part, evaluated_to, at) VALUES ('live', %(now)s, %(now)s) "
        "ON CONFLICT (part) DO UPDATE SET at = excluded.at",
        {"now": now},
    )


@pytest.fixture(autouse=True)
def _worker(conn: Connection) -> None:
    """A worker lives."""
    conn.execute("INSERT INTO queue.procrastinate_workers DEFAULT VALUES")


def test_a_heartbeat_wants_all_three_to_have_advanced(post: Post) -> None:
    with receiver() as outside:
        heard = []
        for moving in ((ingest, evaluate), (ingest, evaluate), (ingest,), (evaluate,), ()):
            for part in moving:
                part(post.conn, post.now)
            heard.append(post.round(heartbeat_url=outside.url, heartbeat_every_s=60))
            post.later(seconds=61)
        assert heard == [
            "sent",
            "sent",
            "stands: evaluation",
            "sent",
            "stands: ingest, evaluation",
        ]
        assert len(outside.requests) == 3


def test_a_part_that_never_ran_is_no_good_news(post: Post) -> None:
    with receiver() as outside:
        ingest(post.conn, post.now)
        assert post.round(heartbeat_url=outside.url) == "stands: evaluation"
        assert outside.requests == []


def test_where_no_worker_lives_no_day_is_evaluated_and_nothing_is_told(post: Post) -> None:
    with receiver() as outside:
        for part in (ingest, evaluate):
            part(post.conn, post.now)
        post.conn.execute(
            "UPDATE queue.procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
        )
        assert post.round(heartbeat_url=outside.url) == "stands: worker"
        post.conn.execute("UPDATE queue.procrastinate_workers SET last_heartbeat = now()")
        assert post.round(heartbeat_url=outside.url) == "sent"


def test_heartbeats_keep_their_distance_and_an_outside_that_refuses_is_asked_again(
    post: Post,
) -> None:
    with receiver(lambda _: (500, b"down")) as outside:
        for part in (ingest, evaluate):
            part(post.conn, post.now)
        assert "500" in post.round(heartbeat_url=outside.url)
        outside.judge = lambda _: (200, b"")
        assert post.round(heartbeat_url=outside.url) == "sent"
        for part in (ingest, evaluate):
            part(post.conn, post.now)
        assert post.round(heartbeat_url=outside.url) == "early"


def test_without_an_address_nothing_is_told(post: Post) -> None:
    assert post.round() == "off"
