"""Every message has one reader, and names in it are understood in one profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import PayloadError
from domain.reading import Message, Sample
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.registry import codecs
from ingest.profile.load import load_profiles
from ingest.reading import read_messages, unheard_of
from ingest.router import Router
from ingest.surroundings import Surroundings
from store.telemetry.device import HeardDevice, KnownDevice

NOW = datetime(2026, 7, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def message(topic: str, payload: bytes = b"", *, retained: bool = False) -> Message:
    return Message(1, 1, topic, payload, retained=retained, received_at=NOW)


def known(code: str, status: str = "accepted") -> KnownDevice:
    day = timedelta(days=1)
    return KnownDevice(1, code, "other", status, "native", None, day, day, None)


@dataclass(frozen=True)
class Parrot:
    """Says what its topic's last level tells it to; keeps what it heard last."""

    name: str = "parrot"
    filters: tuple[str, ...] = ("+/+",)

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read one message."""
        sender, _, word = message.topic.partition("/")
        decoded = Decoded(sender, kept={"last": word.encode()})
        match word:
            case "unreadable":
                raise PayloadError("as asked", code="asked")
            case "meter":
                decoded.samples = [Sample(NOW, {"p": 1.0}, device="meter")]
            case "echo":
                decoded.samples = [Sample(NOW, {"heard": (around.kept("last") or b"").decode()})]
            case "error":
                decoded.errors = [PayloadError("as asked", code="asked")]
        return decoded


def world(devices: Mapping[str, KnownDevice] | None = None) -> Surroundings:
    return Surroundings(devices or {}, ZONE)


@pytest.mark.parametrize(
    ("topic", "codec", "namespace"),
    [
        ("cw/v1/meter-1/up", "native", "native"),
        ("cw/v1/meter-1/raw/dlt645", "dlt645", "native"),
        ("cw/v1/meter-1/raw/senml", "senml", "native"),
        ("senml/meter-1", "senml", "senml"),
        ("tele/meter-1/SENSOR", "tasmota", "tasmota"),
        ("nobody/reads/this/topic/of/many/levels", None, ""),
    ],
)
def test_a_name_is_that_of_its_profile_but_below_our_own_topics_everybodys(
    topic: str, codec: str | None, namespace: str
) -> None:
    router = Router([*codecs(), *load_profiles()])
    (read,) = read_messages([message(topic, b"{}")], router, world())
    assert (read.codec, read.namespace) == (codec, namespace)
    assert codec is not None or (read.error is not None and read.error.code == "bad_topic")


def test_one_message_nobody_can_read_stops_no_other() -> None:
    reads = read_messages(
        [message("a/unreadable"), message("a/meter"), message("a/unreadable")],
        Router([Parrot()]),
        world(),
    )
    assert [read.error is None for read in reads] == [False, True, False]


def test_a_message_finds_what_the_one_before_it_handed_over() -> None:
    words = ["x", "echo", "y", "echo"]
    around = world()
    around.memory.begin(message("first"))
    reads = read_messages([message(f"a/{word}") for word in words], Router([Parrot()]), around)
    said = [read.decoded.samples for read in reads if read.decoded]
    assert [samples[0].values for samples in said if samples] == [{"heard": "x"}, {"heard": "y"}]


def test_a_copy_sent_ahead_changes_nothing_that_older_messages_are_read_with() -> None:
    around = world()
    copy = message("a/meter")
    copy.is_copy = True
    around.memory.begin(copy)
    messages = [message("a/x"), copy, message("a/echo")]
    reads = read_messages(messages, Router([Parrot()]), around)
    said = [read.decoded.samples for read in reads if read.decoded]
    assert [[sample.values for sample in samples] for samples in said] == [[], [], [{"heard": "x"}]]


def heard(*topics: str, devices: Mapping[str, KnownDevice] | None = None) -> list[HeardDevice]:
    around = world(devices)
    reads = read_messages([message(topic) for topic in topics], Router([Parrot()]), around)
    return unheard_of(reads, around)


def test_whoever_says_something_is_heard_of_and_who_speaks_for_others_with_them() -> None:
    gateway, meter = HeardDevice("a", "parrot", None), HeardDevice("meter", "parrot", "a")
    assert heard("a/meter", "a/meter") == [gateway, meter]
    assert heard("a/meter", devices={"a": known("a")}) == [meter]
    assert heard("a/error") == [gateway]


def test_a_greeting_alone_and_a_refused_device_let_nobody_in() -> None:
    assert heard("a/hello", "a/unreadable") == []
    assert heard("a/meter", devices={"a": known("a", "refused")}) == []


def test_a_copy_the_broker_kept_lets_nobody_in() -> None:
    around = world()
    reads = read_messages([message("a/meter", retained=True)], Router([Parrot()]), around)
    assert unheard_of(reads, around) == []
