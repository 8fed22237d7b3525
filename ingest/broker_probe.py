"""Try out whether a broker's queue outlasts an outage, as a collector depends on it to.

Settings of a broker cannot be read over MQTT, but their effect can be seen: a persistent session
goes offline, more messages are published to it than Mosquitto's default queue holds, and it comes
back and counts. (Default: 1,000; the rest is dropped although it was acknowledged.)
"""

import secrets
import time
from dataclasses import dataclass, replace

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError

MESSAGES = 1500
_PATIENCE_S = 15.0
_PROBE = "civicwatt-doctor-anybody"


@dataclass(frozen=True, slots=True)
class Probe:
    """What became of the messages sent to an offline session.

    Attributes
    ----------
    acknowledged, delivered : int
        Messages the broker acknowledged, and those it delivered afterwards.
    """

    acknowledged: int
    delivered: int


def probe(url: BrokerUrl) -> Probe:
    """Publish to an absent session and count what arrives when it is back.

    Raises
    ------
    ConfigurationError
        If there is no broker, or it does not let us do this.
    """
    name = f"civicwatt-doctor-{secrets.token_hex(4)}"
    topic = f"civicwatt/doctor/{name}"
    delivered = 0

    def count(*_: object) -> None:
        nonlocal delivered
        delivered += 1

    listener = _client(url, name, clean=False)
    _connect(listener, url)
    listener.on_message = count
    listener.subscribe(topic, qos=1)
    _run(listener, 0.5)
    listener.disconnect()
    _run(listener, 0.2)
    acknowledged = _publish(url, f"{name}-publisher", topic)
    _connect(listener, url)
    deadline = time.monotonic() + _PATIENCE_S
    while delivered < acknowledged and time.monotonic() < deadline:
        before = delivered
        _run(listener, 0.5)
        if delivered == before > 0:
            break
    listener.disconnect()
    _run(listener, 0.2)
    _forget(url, name)
    return Probe(acknowledged, delivered)


def lets_anybody_in(url: BrokerUrl) -> bool:
    """Whether the broker takes a client that says neither who it is nor a password.

    Raises
    ------
    ConfigurationError
        If there is no broker.
    """
    client = _client(replace(url, username=None, password=None), _PROBE, clean=True)
    answers: list[bool] = []
    client.on_connect = lambda *arguments: answers.append(not arguments[3].is_failure)
    try:
        client.connect(url.host, url.port)
    except OSError as error:
        raise ConfigurationError(f"no MQTT broker at {url}: {error}") from error
    deadline = time.monotonic() + _PATIENCE_S
    while not answers and client.socket() is not None and time.monotonic() < deadline:
        client.loop(0.1)
    client.disconnect()
    return answers == [True]


def _publish(url: BrokerUrl, name: str, topic: str) -> int:
    acknowledged = 0

    def count(*_: object) -> None:
        nonlocal acknowledged
        acknowledged += 1

    publisher = _client(url, name, clean=True)
    publisher.max_inflight_messages_set(50)
    publisher.on_publish = count
    _connect(publisher, url)
    for number in range(MESSAGES):
        publisher.publish(topic, str(number).encode(), qos=1)
    deadline = time.monotonic() + _PATIENCE_S
    while acknowledged < MESSAGES and time.monotonic() < deadline:
        publisher.loop(0.05)
    publisher.disconnect()
    return acknowledged


def _forget(url: BrokerUrl, name: str) -> None:
    """Leave no session behind in the broker."""
    client = _client(url, name, clean=True)
    _connect(client, url)
    client.disconnect()


def _client(url: BrokerUrl, name: str, *, clean: bool) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, name, clean_session=clean, protocol=MQTTv311)
    if url.username is not None:
        client.username_pw_set(url.username, url.password)
    if url.tls:
        client.tls_set()
    return client


def _connect(client: Client, url: BrokerUrl) -> None:
    try:
        client.connect(url.host, url.port)
    except OSError as error:
        raise ConfigurationError(f"no MQTT broker at {url}: {error}") from error
    deadline = time.monotonic() + _PATIENCE_S
    while not client.is_connected():
        client.loop(0.1)
        if client.socket() is None or time.monotonic() > deadline:
            raise ConfigurationError(f"the MQTT broker at {url} refuses us")


def _run(client: Client, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        client.loop(0.05)
