"""Whom an alert reaches while nobody is on the roster."""

import pytest

from tests.db.conftest import SignIn
from tests.db.delivery.conftest import Post
from tests.receiver import receiver

pytestmark = pytest.mark.db


def test_where_nobody_would_hear_everybody_of_the_desk_does(post: Post) -> None:
    with receiver() as night, receiver() as day:
        post.channel("webhook", night.url, of="night")
        post.channel("webhook", day.url, of="day", rung=1)
        post.alert()
        post.round()
        assert (len(night.requests), len(day.requests)) == (1, 1)


def test_the_morning_list_finds_somebody_too(post: Post) -> None:
    with receiver() as night:
        post.channel("webhook", night.url, of="night")
        post.on_duty("night", rank=2)
        post.alert(rule="night_load", priority="high")
        post.conn.execute("UPDATE alert SET state = 'acknowledged'")
        post.round()
        assert night.requests == []  # on call is who the second rung wakes, and it was taken up
        post.later(hours=20.5)
        post.round()
        assert len(night.requests) == 1


@pytest.mark.parametrize("how", ["on call", "the desk's own"])
def test_who_would_hear_on_a_later_rung_is_not_told_before_it(post: Post, how: str) -> None:
    with receiver() as later, receiver() as absent:
        post.channel("webhook", absent.url, of="day")
        if how == "on call":
            post.channel("webhook", later.url, of="night")
            post.on_duty("night", rank=2)
        else:
            post.channel("webhook", later.url, rung=1)
        post.alert()
        post.round()
        assert (later.requests, absent.requests) == ([], [])
        post.later(minutes=11)
        post.round()
        assert (len(later.requests), absent.requests) == (1, [])


def test_who_has_lost_the_right_to_the_desk_is_not_told_even_then(post: Post) -> None:
    with receiver() as gone:
        post.channel("webhook", gone.url, of="night")
        post.conn.execute("DELETE FROM scope WHERE person_id = %s", [post.person("night")])
        post.alert()
        post.round()
        assert gone.requests == []


def test_the_hand_over_of_a_desk_without_a_channel_counts_what_reached_nobody(
    post: Post, sign_in: SignIn
) -> None:
    post.alert()
    post.round()
    draft = sign_in("night").get(f"/api/v1/rosters/{post.place()}/hand-overs/draft").json()
    assert draft["undelivered"] == 1
