"""The link takes messages off the stream as they are, wherever the network cuts it.

The far side is a socket of the test, because no broker can be told where to cut.
"""

import random
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from types import SimpleNamespace

import pytest

from domain.broker_url import BrokerUrl
from domain.reading import Message
from ingest.link import Link

pytestmark = pytest.mark.broker

CONNACK = b"\x20\x02\x00\x00"
SUBACK_HEAD = b"\x90\x03"
PINGRESP = b"\xd0\x00"
QOS_0, QOS_1, RETAINED = 0x30, 0x32, 0x33
NOW = datetime(2026, 7, 1, tzinfo=UTC)


class FarSide:
    """Answers a CONNECT and a SUBSCRIBE and then sends what it is told to."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = BrokerUrl.parse(f"mqtt://127.0.0.1:{self.listener.getsockname()[1]}")

    def send(self, parts: Sequence[bytes]) -> threading.Thread:
        """Start to serve one connection: the answer to its CONNECT, then `parts` one by one."""

        def serve() -> None:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.recv(1000)
            connection.sendall(CONNACK)
            subscribe = connection.recv(1000)
            connection.sendall(SUBACK_HEAD + subscribe[2:4] + b"\x01")
            for part in parts:
                connection.sendall(part)
                time.sleep(0.001)
            connection.recv(1000)  # until the link has gone
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        return thread


@pytest.fixture
def far_side() -> Iterator[FarSide]:
    side = FarSide()
    yield side
    side.listener.close()


def publish(first: int, mid: int, topic: bytes, payload: bytes) -> bytes:
    identifier = struct.pack("!H", mid) if first & 2 else b""
    body = struct.pack("!H", len(topic)) + topic + identifier + payload
    length, rest = b"", len(body)
    while True:
        rest, low = rest >> 7, rest & 127
        length += bytes((low | (128 if rest else 0),))
        if not rest:
            return bytes((first,)) + length + body


@contextmanager
def linked(far_side: FarSide, parts: Sequence[bytes]) -> Iterator[Link]:
    link = Link(far_side.url, client_id="test", filters=("cw/v1/+/up",))
    thread = far_side.send(parts)
    try:
        link.open()
        yield link
    finally:
        link.close()
        thread.join(10)


SENT = [
    (QOS_1, 1, b"cw/v1/meter/up", b'{"ts":1}'),
    (QOS_0, 0, b"cw/v1/meter/up", b""),
    (RETAINED, 2, b"cw/v1/meter/status", b"online"),
    (QOS_1 | 8, 65535, "cw/v1/电表 1/up".encode(), b"x" * 200),
    (QOS_1, 3, b"cw/v1/\xff/up", b"y" * 40_000),
]


@pytest.mark.parametrize("seed", range(4))
def test_messages_are_the_same_wherever_the_stream_is_cut(far_side: FarSide, seed: int) -> None:
    cut = random.Random(seed)  # noqa: S311 - not for secrets
    packets = [publish(*packet) for packet in SENT * 5]
    packets.insert(cut.randrange(len(packets)), PINGRESP)
    stream = b"".join(packets)
    places = sorted(cut.sample(range(1, len(stream)), 100))
    parts = [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]

    taken: list[Message] = []
    with linked(far_side, parts) as link:
        deadline = time.monotonic() + 20
        while len(taken) < len(packets) - 1 and time.monotonic() < deadline:
            taken += link.receive(at_most=7, timeout_s=0.05)

    assert [(m.mid, m.topic, m.payload, m.retained) for m in taken] == [
        (mid, topic.decode("utf-8", "backslashreplace"), payload, first == RETAINED)
        for first, mid, topic, payload in SENT * 5
    ]


@pytest.mark.parametrize("step_back_s", [0, 0.5])
def test_no_two_messages_arrive_at_one_instant_though_the_clock_stands_still_or_is_set_back(
    far_side: FarSide, monkeypatch: pytest.MonkeyPatch, step_back_s: float
) -> None:
    times = [NOW, NOW - timedelta(seconds=step_back_s)]

    def clock(_zone: tzinfo) -> datetime:
        return times[0] if len(times) == 1 else times.pop(0)

    monkeypatch.setattr("ingest.buffered_client.datetime", SimpleNamespace(now=clock))
    taken: list[Message] = []
    with linked(far_side, [publish(*packet) for packet in SENT * 5]) as link:
        deadline = time.monotonic() + 20
        while len(taken) < len(SENT * 5) and time.monotonic() < deadline:
            taken += link.receive(at_most=7, timeout_s=0.05)

    instants = [message.received_at for message in taken]
    assert len(instants) == len(SENT * 5)
    assert all(earlier < later for earlier, later in pairwise(instants))


def test_a_packet_that_contradicts_itself_makes_no_message_and_the_link_connects_anew(
    far_side: FarSide,
) -> None:
    topic_longer_than_packet = b"\x32\x04\xff\xffab"

    with linked(far_side, [publish(*SENT[0]) + topic_longer_than_packet]) as link:
        taken = link.receive(at_most=10, timeout_s=5)
        again = far_side.send([publish(*SENT[3])])
        deadline = time.monotonic() + 20
        while len(taken) < 2 and time.monotonic() < deadline:
            taken += link.receive(at_most=10, timeout_s=0.05)
    again.join(10)

    assert [message.payload for message in taken] == [SENT[0][3], SENT[3][3]]
    assert [message.connection for message in taken] == [1, 2]
