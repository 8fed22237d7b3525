"""The collector's link to the broker: MQTT 3.1.1, persistent session, acknowledgement by hand.

paho-mqtt reads its socket a byte at a time and takes each message through a dozen calls. Here the
socket is read in large pieces and messages are taken from them directly, which is several times
cheaper; everything else of the protocol is paho's (decision 0003). MQTT 5 would cost more again.
"""

import logging
import select
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from ssl import SSLSocket

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError
from domain.reading import Message

log = logging.getLogger(__name__)

KEEPALIVE_S = 60
_RECEIVE_BYTES = 256 * 1024
_PUBLISH = 0x30
_PUBACK = 0x40
_MORE = 128
"""A byte of a packet's length from this on is not its last one."""
_LONGEST_PAUSE_S = 30.0
_WINDOW = 65_535
"""More messages cannot be on their way unacknowledged: there are no more packet identifiers."""


class _BufferedClient(Client):
    """paho's client, with the socket read in large pieces."""

    _buffer = b""
    _at = 0

    @property
    def buffered(self) -> int:
        """Bytes read from the socket and not yet taken by the packet reader."""
        return len(self._buffer) - self._at

    def reconnect(self) -> MQTTErrorCode:
        self._buffer, self._at = b"", 0  # bytes of the old connection are not of the new one
        return super().reconnect()

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._at >= len(self._buffer):
            self._buffer, self._at = super()._sock_recv(_RECEIVE_BYTES), 0
        taken = self._buffer[self._at : self._at + bufsize]
        self._at += len(taken)
        return taken

    def take_messages(self, at_most: int) -> Iterator[tuple[int, bytes, int, bytes]]:
        """Take messages off the buffer, up to the first packet that is not one or not whole.

        What is left there is for paho: another packet, a malformed one, or one of which the rest
        is still on its way.

        Yields
        ------
        tuple
            First byte of the packet, topic, packet identifier (0 with QoS 0), payload.
        """
        buffer = self._buffer
        while at_most > 0 and self.buffered and not self._in_packet["command"]:
            first = buffer[self._at]
            topic_at, length = _remaining_length(buffer, self._at + 1)
            end = topic_at + length
            if first & 0xF4 != _PUBLISH or not length or end > len(buffer):
                return
            id_at = topic_at + 2 + int.from_bytes(buffer[topic_at : topic_at + 2])
            payload_at = id_at + (first & 2)  # QoS 1 has an identifier, of two bytes
            if payload_at > end:
                return
            self._at = end
            at_most -= 1
            mid = int.from_bytes(buffer[id_at:payload_at])
            yield first, buffer[topic_at + 2 : id_at], mid, buffer[payload_at:end]

    def send_pubacks(self, mids: Iterable[int]) -> None:
        """Acknowledge many QoS 1 messages with one write."""
        packet = b"".join(bytes((_PUBACK, 2, mid >> 8, mid & 255)) for mid in mids)
        self._packet_queue(_PUBACK, packet, 0, 0)


def _remaining_length(buffer: bytes, at: int) -> tuple[int, int]:
    """Where the part of a packet begins whose length stands at `at`, and that length; 0 if cut."""
    length = shift = 0
    for index in range(at, min(at + 4, len(buffer))):
        length |= (buffer[index] & 127) << shift
        if buffer[index] < _MORE:
            return index + 1, length
        shift += 7
    return at, 0


def _text(topic: bytes) -> str:
    return topic.decode("utf-8", "backslashreplace").replace("\0", "\\0")


class Link:
    """One collector's persistent session with the broker.

    Parameters
    ----------
    client_id : str
        Fixed: the broker keeps the session, and so the messages of an outage, under this name.
    filters : sequence of str
        Topic filters, subscribed at every connection, with QoS 1.
    """

    def __init__(self, url: BrokerUrl, *, client_id: str, filters: Sequence[str]) -> None:
        self._url = url
        self._filters = filters
        self._inbox: list[Message] = []
        self._connection = 0
        self._retry_at = 0.0
        self._pause_s = 0.5
        self._refused = ""
        self._subscribed = False
        self._client = client = _BufferedClient(
            CallbackAPIVersion.VERSION2, client_id, clean_session=False, protocol=MQTTv311,
            manual_ack=True,
        )  # fmt: skip
        if url.username is not None:
            client.username_pw_set(url.username, url.password)
        if url.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect

    def open(self) -> None:
        """Connect for the first time, until the broker has confirmed the subscriptions.

        Raises
        ------
        ConfigurationError
            If there is no broker at the address, or it refuses us or a subscription.
        """
        try:
            self._client.connect(self._url.host, self._url.port, KEEPALIVE_S)
        except OSError as error:
            raise ConfigurationError(f"no MQTT broker at {self._url}: {error}") from error
        deadline = time.monotonic() + 10
        while not self._subscribed:
            if not self._client.buffered:
                self._pump(0.1)
            self._drain(_WINDOW)  # what the session kept comes before the confirmation
            if self._refused or time.monotonic() > deadline:
                reason = self._refused or "no answer within 10 s"
                raise ConfigurationError(f"the MQTT broker at {self._url} refuses us: {reason}")

    def receive(self, *, at_most: int, timeout_s: float) -> list[Message]:
        """Messages that have arrived, waiting at most `timeout_s` for the first one. Reconnects."""
        # Not is_connected(): paho still says so after it has closed on a protocol error.
        if self._client.socket() is None:
            self._reconnect(timeout_s)
        if not self._client.buffered:
            self._pump(timeout_s)
        self._drain(at_most)
        messages, self._inbox = self._inbox, []
        return messages

    def _drain(self, at_most: int) -> None:
        """Take what is in the buffer, until `at_most` messages are in the inbox."""
        while self._client.buffered and len(self._inbox) < at_most:
            taken = self._client.take_messages(at_most - len(self._inbox))
            before, now = len(self._inbox), datetime.now(UTC)
            self._inbox += [
                Message(
                    mid, self._connection, _text(topic), payload, bool(first & 1), received_at=now
                )
                for first, topic, mid, payload in taken
            ]
            if len(self._inbox) == before and self._client.loop_read():
                break

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Tell the broker that it may forget `messages`.

        Those of an earlier connection are left out: the broker sends them again, under packet
        identifiers of its choice, and acknowledging an old one could drop another message.
        """
        mids = [m.mid for m in messages if m.mid and m.connection == self._connection]
        if mids and self._client.is_connected():
            self._client.send_pubacks(mids)

    def close(self) -> None:
        """Write what is waiting, say goodbye and close; the session stays with the broker."""
        deadline = time.monotonic() + 2
        while self._client.want_write() and time.monotonic() < deadline:
            self._client.loop_write()
        self._client.disconnect()
        self._client.loop_write()

    def _pump(self, timeout_s: float) -> None:
        """Wait for the socket, then let paho read, write and keep the connection alive."""
        socket = self._client.socket()
        if socket is None:
            return
        wants = [socket] if self._client.want_write() else []
        if isinstance(socket, SSLSocket) and socket.pending():
            timeout_s = 0  # TLS has more for us than select can see
            self._client.loop_read()
        readable, writable, _ = select.select([socket], wants, [], timeout_s)
        if readable:
            self._client.loop_read()
        if writable:
            self._client.loop_write()
        self._client.loop_misc()

    def _reconnect(self, timeout_s: float) -> None:
        now = time.monotonic()
        if now < self._retry_at:
            time.sleep(min(timeout_s, self._retry_at - now))
            return
        self._retry_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        try:
            self._client.reconnect()
        except OSError as error:
            log.warning("no MQTT broker at %s: %s", self._url, error)

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refused = str(reason)
            log.error("the MQTT broker at %s refuses us: %s", self._url, reason)
            return
        self._connection += 1
        self._pause_s = 0.5
        # Always, also into a session that is there: its filters may be those of an older version.
        client.subscribe([(topic, 1) for topic in self._filters])
        log.info("connected to %s", self._url)

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._refused = f"may not subscribe to {', '.join(self._filters)}"
            log.error("the MQTT broker at %s: %s", self._url, self._refused)
            return
        self._subscribed = True

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            topic = _text(error.object)
        mid = message.mid if message.qos else 0
        payload, now = bytes(message.payload), datetime.now(UTC)
        self._inbox.append(
            Message(mid, self._connection, topic, payload, message.retain, received_at=now)
        )

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.warning("lost the MQTT broker at %s: %s", self._url, reason)
