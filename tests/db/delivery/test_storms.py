"""A storm is told as what it is, wakes people only for what is urgent, and climbs the ladder."""

import pytest

from tests.db.delivery.conftest import NIGHT, Post
from tests.receiver import receiver

pytestmark = pytest.mark.db


def test_a_storm_tells_of_itself_and_not_of_all_that_stands(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", server.url)
        post.conn.execute(
            "INSERT INTO alert (rule, organisation_id, desk_id, priority, state, began_at,"
            " opened_at) SELECT 'stuck', organisation_id, %s, 'high', 'open', now(), now()"
            " FROM organisation WHERE code = 'school-building'",
            [post.place()],
        )
        post.storm("high", "urgent", "high")
        post.round()
    (told,) = (asked.told() for asked in server.requests)
    assert told["title"] == "【告警潮】school：3 条同时告警"
    lines = told["lines"]
    assert isinstance(lines, list)
    assert [line for line in lines if line.startswith("[")] == [
        "[紧急] school: rule_2",
        "[重要] school: rule_1",
        "[重要] school: rule_3",
    ]


def test_in_quiet_hours_a_storm_of_nothing_urgent_is_left_to_the_morning(post: Post) -> None:
    with receiver() as server:
        post.channel("webhook", server.url)
        post.now = NIGHT
        post.storm(*["high"] * 12)
        for minutes in (0, 11, 10):
            post.later(minutes=minutes)
            post.round()
        assert server.requests == []
        post.later(hours=5, minutes=10)
        post.round()
        (told,) = (asked.told() for asked in server.requests)
        assert told["title"] == "school 早间汇总 2026-11-23：12 条"
        post.conn.execute("UPDATE alert SET state = 'resolved'")
        post.now = NIGHT
        post.storm("urgent", *["high"] * 11)
        post.round()
        assert len(server.requests) == 2


def test_a_storm_that_nobody_takes_up_climbs_the_ladder_until_all_of_it_is(post: Post) -> None:
    with receiver() as server:
        for rung in (0, 1, 2):
            post.channel("webhook", f"{server.url}/{rung}", rung=rung)
        post.now = NIGHT
        urgent, high, low = post.storm("urgent", "high", "low")
        told = []
        for minutes in (0, 9, 2):
            post.later(minutes=minutes)
            post.round()
            told.append(sorted(asked.path for asked in server.requests))
            server.requests.clear()
        assert told == [["/0"], [], ["/0", "/1"]]
        taken = "UPDATE alert SET state = 'acknowledged' WHERE alert_id = %s"
        post.conn.execute(taken, [urgent])
        post.later(minutes=10)
        post.round()
        assert server.requests == []  # what is left of it waits for the morning
        post.conn.execute(taken, [high])
        post.later(hours=1)
        post.round()
        assert server.requests == []
        assert post.one("SELECT state FROM alert WHERE alert_id = %s", low) == "open"
