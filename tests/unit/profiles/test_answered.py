"""Who may hear an answer: whoever may say what is answered, and nobody else."""

import pytest

from ingest.door.answers import REBIRTH, answered_topics, answers_to
from ingest.door.issuing import own_topics
from ingest.profile.answered import Answered
from ingest.profile.check import findings_of
from ingest.profile.topic import TopicPattern

LOGIN = Answered(
    TopicPattern("/gw/{product}/login/{device}"),
    "/server/{product}/{device}",
    frozenset({"device"}),
)


@pytest.mark.parametrize(
    ("published", "heard"),
    [
        ("/gw/+/login/m-1", "/server/+/m-1"),
        ("/gw/adw/login/m-1", "/server/adw/m-1"),
        ("/gw/adw/+/m-1", "/server/adw/m-1"),
        ("+/gw/adw/login/m-1", "/server/adw/m-1"),
        ("x/gw/adw/login/m-1", None),
        ("/gw/adw/heart/m-1", None),
        ("/gw/adw/login/m-1/more", None),
        ("/gw/adw/login", None),
        # Who may speak for all may not hear what all are told.
        ("/gw/adw/login/+", None),
        ("/gw/adw/#", None),
        ("#", None),
    ],
)
def test_an_answer_is_heard_where_the_topic_fixes_who_speaks(
    published: str, heard: str | None
) -> None:
    assert LOGIN.heard_by(published) == heard


def test_an_answer_that_does_not_name_its_sender_is_heard_by_nobody() -> None:
    pattern, sender = TopicPattern("gw/{product}/{device}"), frozenset({"device"})
    assert Answered(pattern, "server/{product}", sender).heard_by("gw/adw/m-1") is None
    assert Answered(pattern, "server/{device}", frozenset()).heard_by("gw/adw/m-1") is None
    mixed = Answered(pattern, "server/{product}-{device}", sender)
    assert mixed.heard_by("gw/+/m-1") is None
    assert mixed.heard_by("gw/adw/m-1") == "server/adw-m-1"


def test_levels_that_a_filter_leaves_open_at_its_end_are_open_in_the_answer() -> None:
    rest = Answered(TopicPattern("t/{device}/{key..}"), "r/{device}/{key}", frozenset({"device"}))
    assert rest.heard_by("t/m-1/#") == "r/m-1/#"
    assert rest.heard_by("t/m-1/a/b") == "r/m-1/a/b"


def test_devices_of_shipped_profiles_hear_what_their_vendors_answer() -> None:
    answered = answered_topics()
    assert answers_to(own_topics("acrel_adw300", "0123"), answered) == (
        "/server/acrelHW/+/login/0123",
        "/server/acrelHW/+/para/0123",
    )
    assert answers_to(own_topics("sparkplug_b", "G:E"), answered) == ("spBv1.0/G/NCMD/E/#",)
    assert answers_to(own_topics("tasmota", "m-1"), answered) == ()
    assert REBIRTH.filter == "spBv1.0/+/NCMD/+/#"


@pytest.mark.parametrize(
    ("topic", "why"),
    [
        ("server/{product}", "does not name {device}: every device would hear it"),
        ("server/#", "is no topic of a device"),
        ("$CONTROL/dynamic-security/{device}", "is no topic of a device"),
    ],
)
def test_a_profile_whose_answer_is_not_for_one_device_is_refused(topic: str, why: str) -> None:
    text = '[[message]]\ntopic = "gw/{product}/{device}"\nnotice = "online"\n'
    (finding,) = findings_of("mine", f'{text}reply = {{ topic = "{topic}", json = {{}} }}\n')
    assert finding == f"mine: message 1: reply: {topic!r} {why}"
