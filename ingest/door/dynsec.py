"""Mosquitto's dynamic security over MQTT: who may sign in at the broker, changed while it runs.

Commands go to ``$CONTROL/dynamic-security/v1`` as JSON, answers come back on its ``/response``
topic to the client that asked. Source: the plugin's README and our own trials with 2.0.11.
"""

import secrets
from collections.abc import Callable, Sequence
from threading import Condition
from typing import Any, Self

import msgspec
from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from domain.broker_url import BrokerUrl
from domain.errors import CivicwattError

_CONTROL = "$CONTROL/dynamic-security/v1"
_RESPONSE = f"{_CONTROL}/response"
ANSWER_S = 60.0
"""Longest wait: the broker writes its whole list to disk at every command. [s]"""
_CONNECT_S = 10.0

Command = dict[str, Any]
Heard = Callable[[str, bytes], None]


class BrokerError(CivicwattError):
    """The broker cannot be reached, or refuses a command; trying again later may help."""


class RefusedError(BrokerError):
    """The broker does not carry out a command; those before it in the same message it has."""


class DynamicSecurity:
    """A connection of the broker's administrator. A context manager; reconnects by itself.

    Parameters
    ----------
    filters : sequence of str
        Topics to listen to beside.
    heard : callable
        Called with topic and payload of what arrives there, on paho's thread.
    """

    def __init__(self, url: BrokerUrl, *, filters: Sequence[str], heard: Heard) -> None:
        self._url = url
        self._filters = [_RESPONSE, *filters]
        self._heard = heard
        self._changed = Condition()
        self._answers: dict[str, list[dict[str, Any]]] = {}
        """By the mark of who asked; empty until the broker has answered."""
        self._ready = False
        self._refusal = ""
        self.connection = 0
        """Number of the connection; a new one may be to a broker that has lost something."""
        name = f"civicwatt-broker-admin-{secrets.token_hex(4)}"
        self._client = client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv311)
        client.username_pw_set(url.username, url.password)
        if url.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message

    def __enter__(self) -> Self:
        try:
            self._client.connect(self._url.host, self._url.port)
        except OSError as error:
            raise BrokerError(f"no MQTT broker at {self._url}: {error}") from error
        self._client.loop_start()
        try:
            self._wait(lambda: self._ready or bool(self._refusal), _CONNECT_S)
        except BaseException:
            self._client.loop_stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def ask(self, commands: Sequence[Command]) -> list[dict[str, Any]]:
        """Send commands; returns the data of each answer, in order.

        Raises
        ------
        BrokerError
            If there is no connection, or no answer in time.
        RefusedError
            If a command is refused.
        """
        token = secrets.token_hex(8)
        marked = [command | {"correlationData": token} for command in commands]
        self._wait(lambda: self._ready or bool(self._refusal), _CONNECT_S)
        self._answers[token] = []
        try:
            answers = self._answered(token, msgspec.json.encode({"commands": marked}))
        finally:
            del self._answers[token]
        for answer in answers:
            if "error" in answer:
                raise RefusedError(f"the broker refuses {answer['command']}: {answer['error']}")
        return [answer.get("data", {}) for answer in answers]

    def _answered(self, token: str, commands: bytes) -> list[dict[str, Any]]:
        """Send commands and wait for what the broker answers to them."""
        connection = self.connection
        info = self._client.publish(_CONTROL, commands, qos=1)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise BrokerError(f"lost the MQTT broker at {self._url}")
        answers = self._answers[token]
        self._wait(lambda: bool(answers) or connection != self.connection, ANSWER_S)
        if not answers:
            raise BrokerError(f"lost the MQTT broker at {self._url}")
        return answers

    def _wait(self, done: Callable[[], bool], longest_s: float) -> None:
        with self._changed:
            if not self._changed.wait_for(done, longest_s):
                raise BrokerError(f"no answer of the MQTT broker at {self._url}")
            if self._refusal:
                raise BrokerError(f"the MQTT broker at {self._url} refuses us: {self._refusal}")

    def _on_connect(self, client: Client, *arguments: Any) -> None:
        reason = arguments[2]
        with self._changed:
            self._refusal = str(reason) if reason.is_failure else ""
            self._changed.notify_all()
        if not reason.is_failure:
            client.subscribe([(topic, 1) for topic in self._filters])

    def _on_subscribe(self, *arguments: Any) -> None:
        reasons = arguments[3]
        with self._changed:
            self._refusal = "" if not any(r.is_failure for r in reasons) else "no administrator"
            self._ready = not self._refusal
            self.connection += 1
            self._changed.notify_all()

    def _on_disconnect(self, *_: object) -> None:
        with self._changed:
            self._ready = False
            self.connection += 1
            self._changed.notify_all()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        if message.topic != _RESPONSE:
            self._heard(message.topic, bytes(message.payload))
            return
        answers = msgspec.json.decode(message.payload)["responses"]
        with self._changed:
            # Every administrator hears all answers; those to others must not drive out ours.
            for answer in answers:
                if (asked := self._answers.get(answer.get("correlationData", ""))) is not None:
                    asked.append(answer)
            self._changed.notify_all()
