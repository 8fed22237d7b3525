"""The simulator's one connection to the broker: QoS 1, a bounded window, an optional pace."""

import logging
import ssl
import time
from collections.abc import Callable, Sequence
from threading import Condition, Event
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from device_sim.vendor import Sent
from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError

log = logging.getLogger(__name__)

WINDOW = 64
"""Messages sent and not yet acknowledged; the demo's broker bears 100."""
_CONNECT_WITHIN_S = 10.0
_LOOK_AGAIN_S = 0.5
_GOODBYE_S = 5.0


class StoppedError(Exception):
    """Asked to stop while waiting for the broker. Caught where the work is led."""


class Publisher:
    """Publishes as devices do and waits when the broker does not keep up. A context manager.

    Parameters
    ----------
    status_device : str or None
        Device whose retained status is ``online`` while connected and ``offline`` after.
    max_rate : float or None
        Most samples a second; None as fast as acknowledged. [1/s]
    stop : Event
        Once set, every waiting call raises `StoppedError`.
    commands : sequence of str
        Topic filters of what its devices are told.
    answer : callable
        Topic and payload of what they are told, to what they publish then.
    clock : callable
        Monotonic seconds. [s]
    """

    def __init__(
        self,
        url: BrokerUrl,
        *,
        client_id: str,
        status_device: str | None = None,
        max_rate: float | None = None,
        stop: Event | None = None,
        commands: Sequence[str] = (),
        answer: Callable[[str, bytes], Sequence[Sent]] = lambda _topic, _payload: (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._status = f"cw/v1/{status_device}/status" if status_device else None
        self._max_rate = max_rate
        self._stop = stop or Event()
        self._commands = commands
        self._answer = answer
        self._clock = clock
        self._due_s = clock()
        self._outstanding = 0
        self._changed = Condition()
        self._refusal: str | None = None
        self._client = self._make_client(client_id)
        self.samples = 0
        """Samples handed over so far; after `drain`, all of them are acknowledged."""

    def __enter__(self) -> Self:
        """Connect.

        Raises
        ------
        ConfigurationError
            If no broker answers, or it refuses the user.
        """
        try:
            self._client.connect(self._url.host, self._url.port)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(f"no broker answers at {self._url}: {error}") from None
        self._client.loop_start()
        answered = self._wait(
            lambda: self._client.is_connected() or self._refusal is not None, _CONNECT_WITHIN_S
        )
        if not answered or self._refusal is not None:
            self._client.loop_stop()
            raise ConfigurationError(
                f"broker at {self._url}: {self._refusal or 'no answer to the sign-in'}"
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye; what is not acknowledged within seconds is left to the next run."""
        if self._status and self._client.is_connected():
            self._send(self._status, b"offline", retain=True)
        with self._changed:
            self._changed.wait_for(lambda: self._outstanding == 0, _GOODBYE_S)
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, device: str, payload: bytes, samples: int) -> None:
        """Send one message of the native profile; see `send`."""
        self.send(f"cw/v1/{device}/up", payload, samples)

    def send(self, topic: str, payload: bytes, samples: int, *, retain: bool = False) -> None:
        """Send one message of a device as soon as the window and the pace have room.

        Raises
        ------
        StoppedError
            If asked to stop meanwhile; the message is not sent.
        """
        if self._max_rate is not None:
            self._keep_pace(samples / self._max_rate)
        self._wait(lambda: self._outstanding < WINDOW)
        self._send(topic, payload, retain=retain)
        self.samples += samples

    def drain(self) -> None:
        """Wait until everything sent is acknowledged, however often the connection breaks.

        Raises
        ------
        StoppedError
            If asked to stop meanwhile.
        """
        self._wait(lambda: self._outstanding == 0)

    def _keep_pace(self, takes_s: float) -> None:
        # A pause is not caught up afterwards: the pace is a ceiling, not an average.
        self._due_s = max(self._due_s, self._clock())
        if self._stop.wait(max(0.0, self._due_s - self._clock())):
            raise StoppedError
        self._due_s += takes_s

    def _wait(self, done: Callable[[], bool], timeout_s: float | None = None) -> bool:
        give_up_s = None if timeout_s is None else self._clock() + timeout_s
        with self._changed:
            while not done():
                if self._stop.is_set():
                    raise StoppedError
                if give_up_s is not None and self._clock() > give_up_s:
                    return False
                self._changed.wait(_LOOK_AGAIN_S)
        return True

    def _send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        with self._changed:
            self._outstanding += 1
        # Without a connection paho keeps the message and sends it when there is one again.
        self._client.publish(topic, payload, qos=1, retain=retain)

    def _make_client(self, client_id: str) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv311
        )
        client.max_inflight_messages_set(WINDOW + 1)  # and the status
        if self._url.username is not None:
            client.username_pw_set(self._url.username, self._url.password)
        if self._url.tls:
            client.tls_set()
        if self._status:
            client.will_set(self._status, b"offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _on_connect(
        self,
        _client: Client,
        _userdata: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._refusal = str(reason) if reason.is_failure else None
        if self._refusal is None and self._status:
            self._send(self._status, b"online", retain=True)
        if self._refusal is None and self._commands:
            self._client.subscribe([(topic, 1) for topic in self._commands])
        with self._changed:
            self._changed.notify_all()

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.warning("connection to %s lost (%s), trying again", self._url, reason)

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        for sent in self._answer(message.topic, bytes(message.payload)):
            self._send(sent.topic, sent.payload, retain=sent.retain)

    def _on_publish(
        self,
        _client: Client,
        _userdata: Any,
        _mid: int,
        _reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        with self._changed:
            self._outstanding -= 1
            self._changed.notify_all()
