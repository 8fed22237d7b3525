"""paho's MQTT client with the socket read in large pieces, and messages taken from them directly.

paho-mqtt reads its socket a byte at a time and takes each message through a dozen calls; this is
several times cheaper. Everything else of the protocol is paho's (decision 0003).
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from domain.reading import Message

_RECEIVE_BYTES = 256 * 1024
_PUBLISH = 0x30
_PUBACK = 0x40
_PUBACK_PACKET = np.dtype([("type", "u1"), ("length", "u1"), ("mid", ">u2")])
_SHORTEST = 2
"""A message has at least the length of its topic. [bytes]"""
_MORE = 128
"""A byte of a packet's length from this on is not its last one."""
_MICROSECOND = timedelta(microseconds=1)
_CLOCK_STEP = timedelta(seconds=1)
"""Set back by more than this, a clock was wrong before: what arrives has the time of now."""


class BufferedClient(Client):
    """paho's client, with the socket read in large pieces."""

    _buffer = b""
    _at = 0
    _arrived_at = datetime.min.replace(tzinfo=UTC)

    @property
    def buffered(self) -> int:
        """Bytes read from the socket and not yet taken by the packet reader."""
        return len(self._buffer) - self._at

    def reconnect(self) -> MQTTErrorCode:
        """Connect again, to where it was connected."""
        self._buffer, self._at = b"", 0  # bytes of the old connection are not of the new one
        return super().reconnect()

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._at >= len(self._buffer):
            self._buffer, self._at = super()._sock_recv(_RECEIVE_BYTES), 0
        taken = self._buffer[self._at : self._at + bufsize]
        self._at += len(taken)
        return taken

    def next_arrival(self) -> datetime:
        """Now, and never an instant that it gave before.

        For devices that send no time it is that of their measurement: two values of one instant
        would stand as a contradiction.
        """
        now, last = datetime.now(UTC), self._arrived_at
        if now <= last < now + _CLOCK_STEP:
            now = last + _MICROSECOND
        self._arrived_at = now
        return now

    def take_messages(self, at_most: int, connection: int, *, copies: bool) -> list[Message]:
        """Take messages off the buffer, up to the first packet that is not one or not whole.

        What is left there is for paho: another packet, a malformed one, or one of which the rest
        is still on its way.

        Parameters
        ----------
        connection : int
            Its number, for the messages.
        copies : bool
            Whether they are sent ahead of the ones that count.
        """
        taken: list[Message] = []
        if self._in_packet["command"]:
            return taken
        buffer, at, now = self._buffer, self._at, self.next_arrival()
        for _ in range(at_most):
            if at == len(buffer):
                break
            first = buffer[at]
            topic_at, length = _remaining_length(buffer, at + 1)
            end = topic_at + length
            if first & 0xF4 != _PUBLISH or length < _SHORTEST or end > len(buffer):
                break
            id_at = topic_at + 2 + (buffer[topic_at] << 8) + buffer[topic_at + 1]
            payload_at = id_at + (first & 2)  # QoS 1 has an identifier, of two bytes
            if payload_at > end:
                break
            mid = (buffer[id_at] << 8) + buffer[id_at + 1] if first & 2 else 0
            topic, payload = text_of(buffer[topic_at + 2 : id_at]), buffer[payload_at:end]
            taken.append(Message(mid, connection, topic, payload, first & 1 == 1, now, copies))
            now += _MICROSECOND
            at = end
        self._at = at
        if taken:
            self._arrived_at = taken[-1].received_at
            self._last_bytes_received = time.monotonic()  # who sends messages need answer no ping
        return taken

    def ping_seldom(self) -> None:
        """Say that we live, if nothing has been said for a while; an answer is not waited for."""
        if self.is_connected() and time.monotonic() - self._last_msg_out >= self._keepalive / 2:
            self._send_pingreq()

    def send_pubacks(self, mids: Sequence[int]) -> None:
        """Acknowledge many QoS 1 messages with one write."""
        packets = np.empty(len(mids), _PUBACK_PACKET)
        packets["type"], packets["length"], packets["mid"] = _PUBACK, 2, mids
        self._packet_queue(_PUBACK, packets.tobytes(), 0, 0)


def _remaining_length(buffer: bytes, at: int) -> tuple[int, int]:
    """Where the part of a packet begins whose length stands at `at`, and that length; 0 if cut."""
    if at + 1 < len(buffer) and buffer[at + 1] < _MORE <= buffer[at]:
        return at + 2, (buffer[at] & 127) + (buffer[at + 1] << 7)  # most messages
    length = shift = 0
    for index in range(at, min(at + 4, len(buffer))):
        length |= (buffer[index] & 127) << shift
        if buffer[index] < _MORE:
            return index + 1, length
        shift += 7
    return at, 0


@lru_cache(maxsize=100_000)  # the same topics, message after message
def text_of(topic: bytes) -> str:
    """Topic as text, whatever its bytes are."""
    return topic.decode("utf-8", "backslashreplace").replace("\0", "\\0")
