"""Mosquitto with the files of production: its limits, users, rights and TLS."""

import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from civicwatt.child import Child
from civicwatt.embedded_broker import LIMITS, find_mosquitto
from civicwatt.loopback import answers, free_port

ROOT = Path(__file__).parents[2]
WAIT_S = 10.0

pytestmark = pytest.mark.broker


class ProductionBroker:
    """`ops/mosquitto/mosquitto.conf` with the container's paths and ports put on this machine."""

    def __init__(self, folder: Path) -> None:
        self.secrets = folder / "secrets"
        self.make_secrets("--host", "localhost")
        self.inside, self.outside = free_port(), free_port()
        text = (ROOT / "ops/mosquitto/mosquitto.conf").read_text()
        for there, here in {
            "/mosquitto/limits": str(LIMITS),
            "/mosquitto/config": str(ROOT / "ops/mosquitto"),
            "/mosquitto/data/": f"{folder}/",
            "/run/secrets": str(self.secrets),
            "listener 1883": f"listener {self.inside} 127.0.0.1",
            "listener 8883": f"listener {self.outside} 127.0.0.1",
        }.items():
            assert there in text
            text = text.replace(there, here)
        self.configuration = folder / "mosquitto.conf"
        self.configuration.write_text(f"{text}\nuser root\n")
        self.log = folder / "log"

    def start(self) -> Child:
        """Start Mosquitto and wait until both doors are open."""
        program = find_mosquitto()
        assert program, "no Mosquitto installed"
        with self.log.open("wb") as output:
            command = [program, "-c", str(self.configuration)]
            self.process = Child("Mosquitto", command, output=output)
        self.process.wait_until(
            lambda: answers(self.inside) and answers(self.outside), within_s=WAIT_S, log=self.log
        )
        return self.process

    def make_secrets(self, *arguments: str) -> str:
        """What the operator's script says."""
        script = [sys.executable, str(ROOT / "ops/make_secrets.py"), "--folder", str(self.secrets)]
        done = subprocess.run([*script, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def add_device(self, name: str) -> str:
        """Password of a new device, known to the running broker."""
        said = self.make_secrets("--device", name)
        self.process.process.send_signal(signal.SIGHUP)
        return said.splitlines()[0].removeprefix(f"{name}: ")


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionBroker]:
    broker = ProductionBroker(tmp_path_factory.mktemp("production"))
    with broker.start():
        yield broker


@contextmanager
def session(
    production: ProductionBroker, name: str, password: str | None, *, tls: bool
) -> Iterator[mqtt.Client]:
    """A connected client; raises PermissionError if the broker refuses it."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{name}")
    if password is not None:
        client.username_pw_set(name, password)
    if tls:
        client.tls_set(str(production.secrets / "broker_certificate"))
    answered, reasons = threading.Event(), []

    def note(*arguments: object) -> None:
        reasons.append(str(arguments[3]))
        answered.set()

    client.on_connect = note
    port = production.outside if tls else production.inside
    client.connect("localhost" if tls else "127.0.0.1", port)
    client.loop_start()
    try:
        assert answered.wait(WAIT_S)
        if reasons[0] != "Success":
            raise PermissionError(reasons[0])
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def collector(production: ProductionBroker) -> Iterator[list[tuple[str, bytes]]]:
    """What the collector receives, as its own secret lets it in."""
    url = urlsplit((production.secrets / "collector_mqtt_url").read_text())
    assert url.username
    assert url.port == 1883
    with session(production, url.username, url.password, tls=False) as client:
        received: list[tuple[str, bytes]] = []
        subscribed = threading.Event()
        client.on_message = lambda _client, _data, m: received.append((m.topic, bytes(m.payload)))
        client.on_subscribe = lambda *_: subscribed.set()
        client.subscribe("cw/v1/#", qos=1)
        assert subscribed.wait(WAIT_S)
        yield received


def wait_for(received: list[tuple[str, bytes]], last: tuple[str, bytes]) -> None:
    deadline = threading.Event()
    for _ in range(100):
        if last in received:
            return
        deadline.wait(WAIT_S / 100)
    pytest.fail(f"{last} did not arrive; {received} did")


def test_nobody_comes_in_without_a_password(production: ProductionBroker) -> None:
    with (
        pytest.raises(PermissionError, match="Not authorized"),
        session(production, "anybody", None, tls=False),
    ):
        pass


def test_nobody_comes_in_with_a_wrong_password(production: ProductionBroker) -> None:
    production.add_device("meter-0")
    with (
        pytest.raises(PermissionError, match="Not authorized"),
        session(production, "meter-0", "guessed", tls=True),
    ):
        pass


def test_the_outer_door_shows_its_certificate(production: ProductionBroker) -> None:
    trusting = ssl.create_default_context(cafile=str(production.secrets / "broker_certificate"))
    with (
        socket.create_connection(("127.0.0.1", production.outside)) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        assert secured.version() in {"TLSv1.2", "TLSv1.3"}


def test_a_device_publishes_below_its_own_name_and_nowhere_else(
    production: ProductionBroker,
) -> None:
    password = production.add_device("meter-1")
    production.add_device("meter-2")
    with (
        collector(production) as received,
        session(production, "meter-1", password, tls=True) as device,
    ):
        for topic in ("cw/v1/meter-2/up", "cw/v1/meter-1/other", "cw/v1/meter-1/up"):
            device.publish(topic, b"{}", qos=1).wait_for_publish(WAIT_S)
        wait_for(received, ("cw/v1/meter-1/up", b"{}"))
        assert received == [("cw/v1/meter-1/up", b"{}")]


def test_a_device_hears_nothing_of_others(production: ProductionBroker) -> None:
    password = production.add_device("meter-3")
    with session(production, "meter-3", password, tls=True) as device:
        granted: list[int] = []
        answered = threading.Event()

        def note(*arguments: object) -> None:
            codes = arguments[3]
            assert isinstance(codes, list)
            granted.extend(code.value for code in codes)
            answered.set()

        device.on_subscribe = note
        device.subscribe("cw/v1/#", qos=1)
        assert answered.wait(WAIT_S)
        heard: list[str] = []
        device.on_message = lambda _client, _data, message: heard.append(message.topic)
        with collector(production) as received:
            device.publish("cw/v1/meter-3/up", b"{}", qos=1).wait_for_publish(WAIT_S)
            wait_for(received, ("cw/v1/meter-3/up", b"{}"))
        assert heard == []


@pytest.mark.parametrize("name", ["a/b", "+", "#", "a:b", "", "名"])
def test_a_name_that_would_widen_the_rights_is_refused(
    production: ProductionBroker, name: str
) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        production.make_secrets("--device", name)


def test_making_secrets_again_changes_none(production: ProductionBroker) -> None:
    before = {path.name: path.read_bytes() for path in production.secrets.iterdir()}
    production.make_secrets()
    assert {path.name: path.read_bytes() for path in production.secrets.iterdir()} == before
