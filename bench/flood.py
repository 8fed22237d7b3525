"""Publishing faster than any client library: QoS 1 over one plain socket.

A benchmark's publisher shares the machine with what is measured, so it has to cost next to nothing.
MQTT 3.1.1 (OASIS, 2014), sections 3.1 CONNECT, 3.3 PUBLISH and 3.4 PUBACK.
"""

import socket
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from bench.result import CheckError
from domain.broker_url import BrokerUrl

_WINDOW = 4000
"""Messages sent and not yet acknowledged; packet identifiers end at 65,535."""
_IDENTIFIERS = 65_535
_AT_ONCE = 200
_PUBLISH_QOS_1 = b"\x32"
_PUBACK_BYTES = 4
_CONNECTED = b"\x20\x02\x00\x00"
_PATIENCE_S = 120.0


class Flood:
    """A device that publishes. A context manager; leaving it waits for what is on its way."""

    def __init__(self, broker: str, client_id: str) -> None:
        url = BrokerUrl.parse(broker)
        self._socket = socket.create_connection((url.host, url.port), timeout=_PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = client_id.encode()
        clean_without_keepalive = b"\x00\x04MQTT\x04\x02\x00\x00"
        body = clean_without_keepalive + len(name).to_bytes(2) + name
        self._socket.sendall(b"\x10" + _length(len(body)) + body)
        if (answer := self._socket.recv(4)) != _CONNECTED:
            raise CheckError(f"{url}: CONNECT answered with {answer.hex()}")
        self._sent = 0
        self._acked_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.drain()
            self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def send(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Publish messages, each a topic and a payload, as fast as they are acknowledged."""
        packets: list[bytes] = []
        for topic, payload in messages:
            packets.append(self._packet(topic.encode(), payload))
            if len(packets) == _AT_ONCE:
                self._put(packets)
                packets = []
        self._put(packets)

    def drain(self) -> None:
        """Wait until everything sent is acknowledged."""
        self._wait(0)

    def _packet(self, topic: bytes, payload: bytes) -> bytes:
        number = self._sent % _IDENTIFIERS + 1
        self._sent += 1
        length = _length(4 + len(topic) + len(payload))
        head = (_PUBLISH_QOS_1, length, len(topic).to_bytes(2), topic, number.to_bytes(2))
        return b"".join((*head, payload))

    def _put(self, packets: list[bytes]) -> None:
        self._wait(_WINDOW)
        self._socket.sendall(b"".join(packets))

    def _wait(self, window: int) -> None:
        while self._sent - self._acked_bytes // _PUBACK_BYTES > window:
            answer = self._socket.recv(65_536)
            if not answer:
                raise CheckError("the broker has hung up on the publisher")
            self._acked_bytes += len(answer)


def _length(count: int) -> bytes:
    """Remaining length of a packet, seven bits a byte, the lowest first."""
    coded = bytearray()
    while count > 127:
        coded.append(count & 127 | 128)
        count >>= 7
    return bytes((*coded, count))
