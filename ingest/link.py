"""The collector's link to the broker: MQTT 3.1.1, persistent session, acknowledgement by hand.

The protocol is paho's (decision 0003). MQTT 5 would cost more.
"""

import logging
import select
import time
from collections.abc import Callable, Iterable, Sequence
from ssl import SSLSocket
from typing import TypeVar

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError
from domain.reading import Message
from ingest.buffered_client import BufferedClient, text_of
from ingest.membership import Membership

log = logging.getLogger(__name__)

KEEPALIVE_S = 60
_LONGEST_PAUSE_S = 30.0
_DROPPED = "$SYS/broker/publish/messages/dropped"
_WINDOW = 65_535
"""More messages cannot be on their way unacknowledged: there are no more packet identifiers."""


_AnyClient = TypeVar("_AnyClient", bound=Client)


class Link:
    """One collector's persistent session with the broker.

    Parameters
    ----------
    client_id : str
        Fixed: the broker keeps the session, and so the messages of an outage, under this name.
    filters : sequence of str
        Topic filters, subscribed at every connection, with QoS 1 (copies: 0).
    membership : Membership
        Whether it gets all messages, or a share of them.
    on_dropped : callable or None
        Told how many messages the broker says it has dropped, whenever that changes. Not every
        broker counts, and one ends the connection when it is asked (decision 0002).
    """

    def __init__(
        self,
        url: BrokerUrl,
        *,
        client_id: str,
        filters: Sequence[str],
        membership: Membership = Membership.ALONE,
        on_dropped: Callable[[int], None] | None = None,
    ) -> None:
        self._url = url
        self._filters = membership.wanted(filters)
        # The session outlives us: it may have the filters of another way of working.
        self._stale = membership.stale(filters)
        self._is_copy = membership.is_copy
        self._inbox: list[Message] = []
        self._connection = 0
        self._retry_at = 0.0
        self._pause_s = 0.5
        self._refused = ""
        self._subscribed = False
        self._subscription: int | None = None
        self._dropped = 0
        self._on_dropped = on_dropped
        self._client_id = client_id
        self._client = client = self._signed_in(
            BufferedClient(
                CallbackAPIVersion.VERSION2,
                client_id,
                clean_session=self._is_copy,
                protocol=MQTTv311,
                manual_ack=True,
            )
        )
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
        if self._on_dropped is not None and any(m.topic == _DROPPED for m in messages):
            self._note_dropped(
                [m.payload for m in messages if m.topic == _DROPPED], self._on_dropped
            )
            messages = [message for message in messages if message.topic != _DROPPED]
        return messages

    def _note_dropped(self, counts: list[bytes], tell: Callable[[int], None]) -> None:
        try:
            dropped = int(counts[-1])
        except ValueError:
            return  # not a broker whose counts we know
        if dropped > self._dropped:
            log.error("the MQTT broker at %s has dropped %d messages", self._url, dropped)
        self._dropped = dropped
        tell(dropped)

    def _drain(self, at_most: int) -> None:
        """Take what is in the buffer, until `at_most` messages are in the inbox."""
        while self._client.buffered and len(self._inbox) < at_most:
            taken = self._client.take_messages(
                at_most - len(self._inbox), self._connection, copies=self._is_copy
            )
            self._inbox += taken
            if not taken and self._client.loop_read():
                break

    def tend(self) -> None:
        """Keep the connection while nothing is received: the broker ends one that is silent."""
        self._client.ping_seldom()

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Tell the broker that it may forget `messages`.

        Those of an earlier connection are left out: the broker sends them again, under packet
        identifiers of its choice, and acknowledging an old one could drop another message.
        """
        mids = [m.mid for m in messages if m.mid and m.connection == self._connection]
        if mids and self._client.is_connected():
            self._client.send_pubacks(mids)

    def publish(self, topic: str, payload: bytes) -> None:
        """Send an answer, with QoS 1; without a connection it is not sent, and asked for again."""
        if self._client.is_connected():
            self._client.publish(topic, payload, qos=1)

    def end_session(self) -> None:
        """Have the broker forget the session, and whatever it still holds for it."""
        self.close()
        goodbye = self._signed_in(
            Client(CallbackAPIVersion.VERSION2, self._client_id, protocol=MQTTv311)
        )
        goodbye.connect(self._url.host, self._url.port)
        deadline = time.monotonic() + 10
        while not goodbye.is_connected():
            if time.monotonic() > deadline:
                raise ConfigurationError(f"the MQTT broker at {self._url} does not let us sign off")
            goodbye.loop(0.1)
        goodbye.disconnect()
        goodbye.loop(0.1)

    def close(self) -> None:
        """Write what is waiting, say goodbye and close; the session stays with the broker."""
        deadline = time.monotonic() + 2
        while self._client.want_write() and time.monotonic() < deadline:
            self._client.loop_write()
        self._client.disconnect()
        self._client.loop_write()

    def _signed_in(self, client: _AnyClient) -> _AnyClient:
        if self._url.username is not None:
            client.username_pw_set(self._url.username, self._url.password)
        if self._url.tls:
            client.tls_set()
        return client

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
        if self._filters:
            # Always, also into a session that is there: its filters may be an older version's.
            qos = 0 if self._is_copy else 1
            _, self._subscription = client.subscribe([(topic, qos) for topic in self._filters])
            if self._on_dropped is not None:
                client.subscribe(_DROPPED, 0)
        else:
            self._subscribed = True
        if self._stale:
            client.unsubscribe(self._stale)
        log.info("connected to %s", self._url)

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if mid != self._subscription:
            return
        if any(reason.is_failure for reason in reasons):
            self._refused = f"may not subscribe to {', '.join(self._filters)}"
            log.error("the MQTT broker at %s: %s", self._url, self._refused)
            return
        self._subscribed = True

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            topic = text_of(error.object)
        mid = message.mid if message.qos else 0
        payload, now = bytes(message.payload), self._client.next_arrival()
        self._inbox.append(
            Message(mid, self._connection, topic, payload, message.retain, now, self._is_copy)
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
