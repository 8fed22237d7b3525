"""Each topic has one reader, and it does not depend on the order of the profiles."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ConfigurationError
from domain.reading import Message
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.raw_topic import CODECS, raw_filter
from ingest.codecs.registry import codecs
from ingest.profile.load import load_profiles
from ingest.router import Router
from ingest.topic_filter import check_filter, covers, matches, specificity

LEVELS = st.sampled_from(["a", "b", "", "+"])
TOPICS = st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=4).map("/".join)
FILTERS = st.builds(
    lambda levels, rest: "/".join([*levels, *rest]),
    st.lists(LEVELS, min_size=1, max_size=4),
    st.sampled_from([[], ["#"]]),
).filter(bool)


@dataclass(frozen=True)
class Claim:
    """A codec by its filters alone."""

    name: str
    filters: tuple[str, ...]

    def decode(self, _message: Message, _around: Around) -> Decoded:
        """Say who read it."""
        return Decoded(self.name)


def chosen(topic: str, *filters: str) -> str | None:
    codec = Router([Claim(one, (one,)) for one in filters]).codec_of(topic)
    return codec.name if codec else None


@pytest.mark.parametrize(
    ("topic", "winner"),
    [
        ("tele/plug/SENSOR", "tele/+/SENSOR"),
        ("tele/plug/STATE", "tele/#"),
        ("tele", "tele/#"),
        ("site/plug/SENSOR", "+/plug/#"),
        ("site/x/SENSOR", "+/+/SENSOR"),
        ("nothing", None),
    ],
)
def test_the_most_specific_filter_wins(topic: str, winner: str | None) -> None:
    filters = ("+/+/SENSOR", "tele/#", "tele/+/SENSOR", "+/plug/#")
    assert chosen(topic, *filters) == winner
    assert chosen(topic, *reversed(filters)) == winner


def test_equal_filters_are_refused_with_the_names_of_both() -> None:
    with pytest.raises(ConfigurationError, match=r"one and two both claim a/\+"):
        Router([Claim("one", ("a/+",)), Claim("two", ("a/+", "b"))])


@pytest.mark.parametrize("wrong", ["", "a/#/b", "a+/b", "a#", "\0"])
def test_what_no_broker_takes_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="is no MQTT topic filter"):
        check_filter(wrong)


def test_a_covered_filter_is_not_subscribed_to() -> None:
    router = Router([Claim("one", ("a/#", "c/+/d")), Claim("two", ("a/+/b", "a", "c/x/d", "e"))])
    assert router.filters == ("a/#", "c/+/d", "e")
    codec = router.codec_of("a/x/b")
    assert codec
    assert codec.name == "two"


def test_topics_of_the_broker_itself_are_no_devices() -> None:
    assert not matches("#", "$SYS/broker/uptime")
    assert matches("$SYS/#", "$SYS/broker/uptime")


@given(FILTERS, FILTERS, TOPICS)
def test_a_filter_that_covers_another_matches_all_its_topics(
    wide: str, narrow: str, topic: str
) -> None:
    assert not (covers(wide, narrow) and matches(narrow, topic)) or matches(wide, topic)


@given(st.lists(FILTERS, min_size=1, max_size=5, unique=True), TOPICS)
def test_what_is_subscribed_to_loses_no_topic_and_takes_in_no_other(
    filters: list[str], topic: str
) -> None:
    router = Router([Claim(one, (one,)) for one in filters])
    wanted = any(matches(one, topic) for one in filters)
    assert any(matches(one, topic) for one in router.filters) == wanted
    assert (router.codec_of(topic) is not None) == wanted


@given(FILTERS, FILTERS, TOPICS)
def test_two_filters_of_one_topic_are_never_equally_specific(
    one: str, other: str, topic: str
) -> None:
    if one != other and matches(one, topic) and matches(other, topic):
        assert specificity(one) != specificity(other)


def test_every_codec_of_raw_topics_is_known_as_one() -> None:
    assert {one.name for one in codecs() if raw_filter(one.name) in one.filters} == CODECS


def test_all_that_is_shipped_can_be_read_side_by_side() -> None:
    router = Router([*codecs(), *load_profiles()])
    readers = {
        "cw/v1/meter-1/up": "native",
        "cw/v1/meter-1/status": "native",
        "cw/v1/bus-1/raw/gb32960": "gb32960",
        "tele/pow1/SENSOR": "tasmota",
        "shellypro3em-1/events/rpc": "shelly_gen2",
        "shellypro3em-1/status/em:0": "shelly_gen2",
        "zigbee2mqtt/status": "zigbee2mqtt",
        "node/status": "esphome",
        "evcc/status": "evcc",
        "teslamate/cars/1/location": "teslamate_mqtt",
    }
    found = {topic: codec.name for topic in readers if (codec := router.codec_of(topic))}
    assert found == readers
