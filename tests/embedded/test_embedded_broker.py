"""The brokers of the demo: both pass a message on, and both end with the block."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from civicwatt.child import Child, ChildError
from civicwatt.embedded_broker import (
    find_mosquitto,
    running_broker,
    start_iotcore,
    start_mosquitto,
)
from civicwatt.loopback import answers, free_port
from domain.errors import ConfigurationError
from tests.servers import OwnBroker

WAIT_S = 10.0


@contextmanager
def connected(
    port: int,
    name: str,
    *,
    clean_session: bool = True,
    heard: Callable[[bytes], None] = lambda _: None,
) -> Iterator[mqtt.Client]:
    """A client of the broker, which passes on what it hears."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean_session)
    answered = threading.Event()
    client.on_connect = lambda *_: answered.set()
    client.on_message = lambda _client, _data, message: heard(bytes(message.payload))
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert answered.wait(WAIT_S)
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def subscribe(client: mqtt.Client, topic: str) -> None:
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.subscribe(topic, qos=1)
    assert subscribed.wait(WAIT_S)


def size_received_after_sending(port: int, payload: bytes) -> int:
    sizes: list[int] = []
    arrived = threading.Event()

    def note(payload: bytes) -> None:
        sizes.append(len(payload))
        arrived.set()

    with connected(port, "receiver", heard=note) as receiver, connected(port, "sender") as sender:
        subscribe(receiver, "cw/v1/+/up")
        sender.publish("cw/v1/m1/up", payload, qos=1).wait_for_publish(WAIT_S)
        assert arrived.wait(WAIT_S)
    return sizes[0]


def mosquitto(data_dir: Path, port: int) -> Child:
    program = find_mosquitto()
    if not program:
        pytest.skip("no Mosquitto installed")
    return start_mosquitto(program, data_dir, port)


@pytest.mark.parametrize("start", [mosquitto, start_iotcore])
def test_a_message_of_a_megabyte_passes(
    start: Callable[[Path, int], Child], tmp_path: Path
) -> None:
    port = free_port()
    with start(tmp_path, port):
        assert size_received_after_sending(port, b"x" * 1_000_000) == 1_000_000
    assert not answers(port)


@pytest.mark.parametrize("start", [mosquitto, start_iotcore])
def test_it_does_not_listen_to_the_network(
    start: Callable[[Path, int], Child], tmp_path: Path
) -> None:
    port = free_port()
    with start(tmp_path, port):
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    addresses = [line.split()[1] for line in listening.splitlines() if f":{port:04X} " in line]
    assert {address.split(":")[0] for address in addresses} == {"0100007F"}  # 127.0.0.1


def test_without_choice_some_broker_runs_and_is_gone_after_the_block(tmp_path: Path) -> None:
    with running_broker(tmp_path) as url:
        port = urlsplit(url).port
        assert port
        assert answers(port)
    assert not answers(port)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    port = free_port()
    with (
        start_iotcore(tmp_path / "first", port),
        pytest.raises(ConfigurationError, match=f"port {port} of 127.0.0.1 is in use"),
    ):
        start_iotcore(tmp_path / "second", port)


def test_a_program_that_does_not_start_is_quoted(tmp_path: Path) -> None:
    broken = tmp_path / "mosquitto"
    broken.write_text("#!/bin/sh\necho no such setting: tcp_ndelay\nexit 3\n")
    broken.chmod(0o700)
    with pytest.raises(ChildError, match="MQTT broker did not start: no such setting: tcp_ndelay"):
        start_mosquitto(str(broken), tmp_path / "data", free_port())


@pytest.mark.broker
def test_a_session_of_mosquitto_keeps_its_messages_over_a_restart(own_broker: OwnBroker) -> None:
    with connected(own_broker.port, "collector-0", clean_session=False) as away:
        subscribe(away, "cw/v1/+/up")
    with connected(own_broker.port, "sender") as sender:
        for number in range(3_000):  # three times what an unconfigured Mosquitto would keep
            sender.publish("cw/v1/m1/up", str(number).encode(), qos=1)
        sender.publish("cw/v1/m1/up", b"last", qos=1).wait_for_publish(WAIT_S)

    own_broker.stop()
    own_broker.start()

    received: list[bytes] = []
    complete = threading.Event()

    def note(payload: bytes) -> None:
        received.append(payload)
        if payload == b"last":
            complete.set()

    with connected(own_broker.port, "collector-0", clean_session=False, heard=note):
        assert complete.wait(WAIT_S)
    assert received == [*(str(number).encode() for number in range(3_000)), b"last"]
