"""Numbers of Sparkplug B: one sequence for an edge node and all devices below it."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from device_sim.catalogue import VENDORS
from device_sim.crowd import Crowd
from device_sim.vendor import Sent
from device_sim.vendors.sparkplug_sequence import Sequences
from domain.reading import Message
from ingest.codecs.decoded import Codec, Reply
from ingest.codecs.registry import codecs
from ingest.codecs.sparkplug_b.payload import parsed
from tests.unit.ingest_codecs.raw_frames import World

START = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


def numbers(sequences: Sequences, *topics: str) -> list[int | None]:
    """Numbers of messages on these topics below the group, published in their order."""
    published = [sequences.publish(Sent(f"spBv1.0/civic/{topic}", b"")) for topic in topics]
    payloads = [parsed(sent.payload) for sent in published]
    return [payload.seq if payload.HasField("seq") else None for payload in payloads]


def test_a_node_counts_its_own_messages_and_those_of_its_devices_together() -> None:
    topics = ("NBIRTH/n", "DBIRTH/n/a", "DBIRTH/n/b", "DDATA/n/a", "DDATA/n/b", "NDATA/n")
    assert numbers(Sequences(), *topics, "DDEATH/n/a") == [0, 1, 2, 3, 4, 5, 6]


def test_each_node_counts_for_itself() -> None:
    assert numbers(Sequences(), "NBIRTH/n", "NBIRTH/m", "NDATA/n", "NDATA/m") == [0, 0, 1, 1]


def test_a_birth_begins_anew_and_a_death_has_no_number() -> None:
    topics = ("NBIRTH/n", "NDATA/n", "NDEATH/n", "NBIRTH/n", "NDATA/n")
    assert numbers(Sequences(), *topics) == [0, 1, None, 0, 1]


def test_after_255_comes_0() -> None:
    sequences = Sequences()
    assert numbers(sequences, "NBIRTH/n", *["NDATA/n"] * 255)[-1] == 255
    assert numbers(sequences, "NDATA/n", "NDATA/n") == [0, 1]


def test_what_is_not_of_sparkplug_stays_as_it_is() -> None:
    sent = Sent("tele/tasmota-1/STATE", b"{}")
    assert Sequences().publish(sent) is sent


def asked(codec: Codec, published: list[Sent]) -> list[Reply]:
    """What a collector asks edge nodes for."""
    world, replies = World(), []
    for sent in published:
        message = Message(1, 1, sent.topic, sent.payload, retained=False, received_at=START)
        decoded = codec.decode(message, world)
        world.memory |= decoded.kept
        replies += decoded.replies
    return replies


def test_a_collector_misses_nothing_in_what_a_crowd_sends_and_notices_what_is_lost() -> None:
    crowd = Crowd([VENDORS["sparkplug_b"]], 4, timedelta(seconds=10), ZoneInfo("Asia/Shanghai"))
    (codec,) = (one for one in codecs() if one.name == "sparkplug_b")
    hello = [one.sent for one in crowd.hello(START - timedelta(hours=1))]
    data = [one.sent for one in islice(crowd.messages(START), 2000)]
    assert asked(codec, hello + data) == []
    lost = data[1000]
    replies = asked(codec, [*hello, *(sent for sent in data if sent is not lost)])
    assert {reply.topic for reply in replies} == {
        f"spBv1.0/civic/NCMD/{lost.topic.split('/')[3]}"
    }, "again with everything it says, until it is born"
