"""Quarantine keeps what is bearable and counts all the rest, however much a device sends."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from psycopg import Connection

from store.become import Role
from store.maintenance import thin_quarantine
from store.telemetry.quarantine import left_out
from store.telemetry.setting_aside import (
    MOST_AWAITING_BYTES,
    MOST_BYTES,
    MOST_MESSAGES,
    Quarantined,
    set_aside,
)
from tests.conftest import connected
from tests.estate import NOW

pytestmark = pytest.mark.db


def broken(
    count: int = 1, *, device_id: int | None = None, at: datetime = NOW, code: str = "not_json",
    payload: bytes = b"{", topic: str = "a/b",
) -> list[Quarantined]:  # fmt: skip
    made = (f"{topic}/{number}" for number in range(count))
    return [
        Quarantined(at, name, payload, len(payload), device_id, "native", code, "no", samples=2)
        for name in made
    ]


def put(conn: Connection, items: Iterable[Quarantined]) -> int:
    with connected(conn.info.dsn, Role.COLLECT) as collector, collector.transaction():
        return set_aside(collector, list(items), collector="c")


def kept(conn: Connection) -> dict[int | None, int]:
    """Messages in quarantine by device."""
    rows = conn.execute("SELECT device_id, count(*) FROM quarantine GROUP BY 1")
    return dict(rows.fetchall())


def test_a_flood_of_one_device_is_kept_to_its_share_and_counted_whole(
    superuser: Connection,
) -> None:
    assert put(superuser, broken(MOST_MESSAGES - 1, device_id=7)) == 0
    assert put(superuser, [*broken(3, device_id=7), *broken(2, device_id=8)]) == 2
    assert kept(superuser) == {7: MOST_MESSAGES, 8: 2}
    (row,) = left_out(superuser, at_most=10)
    assert (row.device_id, row.reason_code, row.messages, row.samples) == (7, "not_json", 2, 4)
    assert row.until == NOW


def test_what_waits_for_a_birth_is_kept_for_a_long_backlog(superuser: Connection) -> None:
    waiting = broken(MOST_MESSAGES + 1_000, device_id=7, code="birth_awaited")
    assert put(superuser, waiting) == 0
    assert kept(superuser) == {7: MOST_MESSAGES + 1_000}
    big = b"x" * (MOST_AWAITING_BYTES // 2)
    assert put(superuser, broken(2, device_id=8, code="birth_awaited", payload=big)) == 1


def test_big_messages_are_bounded_by_their_bytes(superuser: Connection) -> None:
    half = b"x" * (MOST_BYTES // 2 - 50)
    assert put(superuser, broken(3, payload=half)) == 1
    assert put(superuser, broken(1, payload=b"x" * 100)) == 1
    assert put(superuser, broken(1, payload=b"x" * (MOST_BYTES + 1), code="too_big")) == 1
    assert kept(superuser) == {None: 2}


def test_made_up_topics_of_nobody_share_one_bound_and_one_row(superuser: Connection) -> None:
    assert put(superuser, broken(MOST_MESSAGES + 5)) == 5
    assert superuser.execute("SELECT count(*) FROM quarantine_count").fetchone() == (1,)


def test_the_next_hour_and_another_reason_are_kept_again(superuser: Connection) -> None:
    assert put(superuser, broken(MOST_MESSAGES + 1)) == 1
    assert put(superuser, broken(1, code="bad_frame")) == 0
    assert put(superuser, broken(1, at=NOW + timedelta(hours=1))) == 0


def test_what_is_rolled_back_is_neither_kept_nor_counted(superuser: Connection) -> None:
    with (
        connected(superuser.info.dsn, Role.COLLECT) as collector,
        collector.transaction(force_rollback=True),
    ):
        set_aside(collector, broken(MOST_MESSAGES + 1), collector="c")
    assert kept(superuser) == {}
    assert put(superuser, broken(1)) == 0


def test_a_quarantine_too_big_gives_up_what_is_settled_and_then_what_most_of_came(
    superuser: Connection,
) -> None:
    payload = b"x" * 10_000
    put(superuser, broken(3, device_id=1, payload=payload))
    put(superuser, broken(40, device_id=2, payload=payload))
    superuser.execute(
        "UPDATE quarantine SET settled_at = now(), outcome = 'replayed' "
        "WHERE device_id = 1 AND topic = 'a/b/0'"
    )
    with connected(superuser.info.dsn, Role.WORK) as worker:
        assert thin_quarantine(worker, most_bytes=100 * 20_000) == 0
        assert thin_quarantine(worker, most_bytes=42 * 10_300) == 1
        assert left_out(superuser, at_most=10) == []  # it had been read after all
        assert thin_quarantine(worker, most_bytes=12 * 10_300) == 30
        assert thin_quarantine(worker, most_bytes=12 * 10_300) == 0
    assert kept(superuser) == {1: 2, 2: 10}
    newest = superuser.execute("SELECT max(topic), count(*) FROM quarantine WHERE device_id = 2")
    assert newest.fetchone() == ("a/b/39", 10)
    (row,) = left_out(superuser, at_most=10)
    assert (row.device_id, row.messages, row.samples) == (2, 30, 60)
