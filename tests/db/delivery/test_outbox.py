"""Nothing is lost and, to a receiver that keeps keys, nothing is told twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from analytics.delivery.retry import ATTEMPTS
from analytics.jobs import telling
from analytics.jobs.delivery import allowed_networks, deliver_one
from store.alerts.delivery import LEASE, claim
from store.become import Role
from tests.conftest import connected
from tests.db.delivery.conftest import NIGHT, SECRET_KEY, Post
from tests.processes import ended
from tests.receiver import Received, Reply, receiver

pytestmark = pytest.mark.db

BUSY: Reply = (503, b"busy")
GOOD: Reply = (200, b"{}")


def test_a_notice_is_of_the_transaction_that_it_tells_of(post: Post, conn: Connection) -> None:
    class UndoneError(Exception):
        """The evaluator dies."""

    def written() -> None:
        with conn.transaction():
            post.alert()
            raise UndoneError

    with pytest.raises(UndoneError):
        written()
    assert post.one("SELECT count(*) FROM notice") == 0
    post.alert()
    assert post.one("SELECT count(*) FROM notice") == 1


def test_what_is_not_taken_is_sent_again_with_the_same_key_and_later_given_up(post: Post) -> None:
    with receiver(lambda _: BUSY) as server:
        post.channel("webhook", server.url)
        post.alert(rule="silent", priority="low")
        for _ in range(ATTEMPTS):
            post.round()
            post.later(hours=2)
        assert post.states() == ["dead"]
        assert len(server.requests) == ATTEMPTS
        assert len({asked.headers["Idempotency-Key"] for asked in server.requests}) == 1
        assert post.one("SELECT count(*) FROM delivery_attempt WHERE NOT taken") == ATTEMPTS
        assert "503" in str(post.one("SELECT told FROM delivery"))
        post.round()
        assert len(server.requests) == ATTEMPTS


def test_a_second_try_waits(post: Post) -> None:
    with receiver(lambda _: BUSY) as server:
        post.channel("webhook", server.url)
        post.alert()
        post.round()
        post.round()
        assert len(server.requests) == 1
        server.judge = lambda _: GOOD
        post.later(seconds=6)
        post.round()
    assert post.states() == ["sent"]


def test_who_dies_between_sending_and_saying_so_leaves_it_to_be_sent_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()

    def once(asked: Received) -> Reply:
        fresh = asked.headers["Idempotency-Key"] not in seen
        seen.add(asked.headers["Idempotency-Key"])
        return GOOD if fresh else (208, b"")

    with receiver(once) as server:
        post.channel("webhook", server.url)
        post.alert()
        sent = telling.post

        def dies(*arguments: Any) -> None:
            sent(*arguments)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(telling, "post", dies)
            with pytest.raises(KeyboardInterrupt):
                post.round()
        assert post.states() == ["waiting"]
        post.round()
        assert len(server.requests) == 1
        post.later(seconds=LEASE.total_seconds() + 1)
        post.round()
        assert post.states() == ["sent"]
        assert (len(server.requests), len(server.taken), len(seen)) == (2, 1, 1)


def test_two_who_deliver_do_not_take_the_same(post: Post, database: str) -> None:
    post.channel("webhook", "http://127.0.0.1:1/")
    post.alert()
    post.conn.execute(
        "INSERT INTO delivery (notice_id, channel_id, due_at) SELECT n.notice_id, c.channel_id, %s "
        "FROM notice n, channel c", [post.now],
    )  # fmt: skip
    with connected(database, Role.WORK) as other, post.worker.transaction():
        assert claim(post.worker, now=post.now) is not None
        assert claim(other, now=post.now) is None


def test_a_process_killed_while_it_sends_loses_nothing(
    post: Post, database: str, tmp_path: Path
) -> None:
    """A receiver that hangs; the real process is killed meanwhile; the next one delivers."""
    arrived: list[str] = []

    def slow(asked: Received) -> Reply:
        arrived.append(asked.headers["Idempotency-Key"])
        if len(arrived) == 1:
            time.sleep(3)
        return GOOD

    # By the real clock: neither the ladder nor the morning list may fall into the test.
    post.now = datetime.now(UTC)
    post.conn.execute(
        "INSERT INTO duty_desk (desk_id, quiet_from, quiet_to, digest_at, escalate_min, person_id) "
        "VALUES (%s, '00:00', '00:00', %s, '{600}', %s)",
        [post.place(), (post.now + timedelta(hours=20)).time(), post.person("admin")],
    )
    with receiver(slow) as server:
        post.channel("webhook", server.url)
        post.alert()
        command = [str(Path(sys.executable).with_name("civicwatt")), "deliver"]
        environment = {
            **os.environ,
            "CIVICWATT_DATABASE_URL": database,
            "CIVICWATT_SECRET_KEY": SECRET_KEY,
            "CIVICWATT_DELIVERY_NETWORKS": "127.0.0.0/8",
        }
        with (tmp_path / "log").open("wb") as log:
            with ended(subprocess.Popen(command, env=environment, stderr=log)) as process:
                _until(lambda: bool(arrived))
                process.kill()
            post.conn.execute("UPDATE delivery SET due_at = now()")  # the lease, over
            with ended(subprocess.Popen(command, env=environment, stderr=log)) as process:
                _until(lambda: post.states() == ["sent"])
                process.terminate()
                assert process.wait(60) == 0
    assert len(arrived) == 2
    assert len(set(arrived)) == 1


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_ladder_is_climbed_until_somebody_acknowledges(post: Post) -> None:
    with receiver() as server:
        for rung in (0, 1, 2):
            post.channel("webhook", f"{server.url}/{rung}", rung=rung)
        post.now = NIGHT
        alert = post.alert()
        told = []
        for minutes in (0, 9, 2, 20):
            post.later(minutes=minutes)
            post.round()
            told.append(sorted(asked.path for asked in server.requests))
            server.requests.clear()
        assert told == [["/0"], [], ["/0", "/1"], ["/0", "/1", "/2"]]
        post.conn.execute("UPDATE alert SET state = 'acknowledged' WHERE alert_id = %s", [alert])
        post.later(hours=1)
        post.round()
        assert server.requests == []


def test_an_escalation_is_needless_once_somebody_has_acknowledged(post: Post) -> None:
    with receiver(lambda _: BUSY) as server:
        post.channel("webhook", server.url, rung=1)
        post.alert()
        post.later(minutes=11)
        post.round()
        post.conn.execute("UPDATE alert SET state = 'acknowledged'")
        post.later(minutes=1)
        post.round()
    assert post.states() == ["needless"]
    assert len(server.requests) == 1


def test_at_night_only_what_is_urgent_is_told_and_the_rest_in_the_morning(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", server.url)
        post.now = NIGHT
        post.alert(rule="night_flow")
        post.alert(rule="night_load", priority="high", month_cny="1440")
        post.round()
        assert [asked.told()["facts"]["rule"] for asked in server.requests] == ["night_flow"]  # type: ignore[index]  # JSON
        post.conn.execute("UPDATE alert SET state = 'acknowledged'")
        post.later(hours=5, minutes=31)
        post.round()
        (told,) = (asked.told() for asked in server.requests[1:])
        assert told["title"] == "school 早间汇总 2026-11-23：2 条"
        assert told["lines"] == [
            "[紧急] school: 疑似漏水 (每月约 720.00 元)",
            "[重要] school: 夜间基荷偏高 (每月约 1440.00 元)",
        ]
        post.later(minutes=30)
        post.round()
        assert len(server.requests) == 2


def test_what_can_wait_says_at_what_cost_until_when(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", server.url)
        post.now = NIGHT
        post.alert(rule="night_load", priority="urgent", month_cny="1440")
        post.round()
    lines = server.requests[0].told()["lines"]
    # 1,440 CNY in 30 days are 2 an hour; from 03:00 to 08:30 they are 11.
    assert "可留到 08:30，等待代价约 11.00 元" in str(lines)


def test_only_who_is_on_duty_is_called(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", f"{server.url}/night", of="night")
        post.channel("webhook", f"{server.url}/day", of="day")
        post.on_duty("night")
        post.on_duty("day", rank=2)
        post.alert()
        post.round()
        assert [asked.path for asked in server.requests] == ["/night"]
        post.conn.execute("DELETE FROM scope WHERE person_id = %s", [post.person("night")])
        post.later(minutes=11)
        post.round()
        assert [asked.path for asked in server.requests[1:]] == ["/day"]


def test_reminders_of_entries_go_out_too(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", server.url)
        post.conn.execute(
            "INSERT INTO entry_reminder (organisation_id, month, kinds, person_id) "
            "VALUES (%s, '2026-10-01', '{water_m3,diesel_l}', NULL)",
            [post.place()],
        )
        post.round()
    told = server.requests[0].told()
    assert told["title"] == "school：2026-10 月报数据逾期未交"
    assert told["lines"] == ["尚缺：水 · 柴油"]


def test_a_channel_sealed_under_another_key_says_so(post: Post) -> None:
    post.channel("webhook", "http://127.0.0.1:1/")
    post.alert()
    post.round(secret_key="another key of the installation")
    assert post.states() == ["dead"]
    assert "enter it again" in str(post.one("SELECT told FROM delivery"))


def test_without_anything_due_nothing_is_claimed(post: Post) -> None:
    networks = allowed_networks(post.settings)
    assert not deliver_one(post.worker, post.settings, networks, clock=lambda: post.now)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        post.worker.execute("DELETE FROM delivery")
