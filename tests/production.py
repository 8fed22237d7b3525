"""Mosquitto as production runs it: its configuration, secrets and users, on this machine."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import SHUT_RDWR
from urllib.parse import urlsplit, urlunsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from civicwatt.child import Child
from civicwatt.embedded_broker import LIMITS, find_mosquitto
from civicwatt.loopback import answers, free_port

ROOT = Path(__file__).parents[1]
WAIT_S = 10.0


class ProductionBroker:
    """`ops/mosquitto/mosquitto.conf` with the container's paths and ports put on this machine."""

    def __init__(self, folder: Path) -> None:
        self.secrets = folder / "secrets"
        self.users = folder / "dynamic-security.json"
        self.make_secrets("--host", "localhost")
        self.inside, self.outside, self.certified = free_port(), free_port(), free_port()
        text = (ROOT / "ops/mosquitto/mosquitto.conf").read_text()
        for there, here in {
            "/mosquitto/limits": str(LIMITS),
            "/mosquitto/data/": f"{folder}/",
            "/run/secrets": str(self.secrets),
            "/usr/lib/mosquitto_dynamic_security.so": plugin(),
            "listener 1883": f"listener {self.inside} 127.0.0.1",
            "listener 8883": f"listener {self.outside} 127.0.0.1",
            "listener 8884": f"listener {self.certified} 127.0.0.1",
        }.items():
            assert there in text
            text = text.replace(there, here)
        self.configuration = folder / "mosquitto.conf"
        self.configuration.write_text(f"{text}\nuser root\n")
        self.log = folder / "log"

    def start(self) -> Child:
        """Start Mosquitto, with our own processes as its only users if it has none."""
        program = find_mosquitto()
        assert program, "no Mosquitto installed"
        if not self.users.exists():
            shutil.copyfile(self.secrets / "broker_users", self.users)
        with self.log.open("ab") as output:
            command = [program, "-c", str(self.configuration)]
            self.process = Child("Mosquitto", command, output=output)
        doors = (self.inside, self.outside, self.certified)
        self.process.wait_until(
            lambda: all(answers(port) for port in doors), within_s=WAIT_S, log=self.log
        )
        return self.process

    def lose_users(self) -> None:
        """Restart as after a lost disk: nobody but our own processes may sign in."""
        self.process.stop(within_s=WAIT_S)
        self.users.unlink()
        self.start()

    def make_secrets(self, *arguments: str) -> str:
        """What the operator's script says."""
        script = [sys.executable, str(ROOT / "ops/make_secrets.py"), "--folder", str(self.secrets)]
        done = subprocess.run([*script, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def url_of(self, secret: str) -> str:
        """Address of one of our own processes, as its secret has it, on this machine."""
        parts = urlsplit((self.secrets / secret).read_text())
        assert parts.port == 1883
        login = parts.netloc.split("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.inside}"))

    @property
    def certificate(self) -> str:
        """What devices check the broker by."""
        return str(self.secrets / "broker_certificate")


def plugin() -> str:
    """The installed plugin; distributions keep it in different places."""
    found = sorted(Path("/usr/lib").glob("**/mosquitto_dynamic_security.so"))
    assert found, "Mosquitto without its dynamic security plugin"
    return str(found[0])


class Device:
    """A device at the broker; notes what becomes of it."""

    def __init__(
        self,
        port: int,
        *,
        name: str | None = None,
        password: str | None = None,
        client_id: str = "any",
        authority: str | None = None,
        signed: tuple[Path, Path] | None = None,
        will: str = "",
    ) -> None:
        # MQTT 5 says why a message was not taken; 3.1.1 keeps it to itself.
        self.client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )  # fmt: skip
        if name is not None:
            client.username_pw_set(name, password)
        if will:
            client.will_set(will, b"offline", qos=1)
        if authority is not None:
            client.tls_set(authority, *(str(file) for file in signed or ()))
        self.answered, self.ended = threading.Event(), threading.Event()
        self.reason = ""
        self.heard: list[tuple[str, bytes]] = []
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = lambda _client, _data, m: self.heard.append((m.topic, m.payload))
        client.connect("localhost" if authority else "127.0.0.1", port)
        client.loop_start()

    def _connected(self, *arguments: object) -> None:
        self.reason = str(arguments[3])
        self.answered.set()

    def _disconnected(self, *_: object) -> None:
        self.ended.set()
        self.answered.set()

    def break_off(self) -> None:
        """Be gone without a word, as after a power cut."""
        socket = self.client.socket()
        assert socket is not None
        socket.shutdown(SHUT_RDWR)

    def publish(self, topic: str, payload: bytes = b"{}") -> str:
        """Publish with QoS 1; returns what the broker says of it."""
        reasons: list[str] = []
        done = threading.Event()

        def note(*arguments: object) -> None:
            reasons.append(str(arguments[3]))
            done.set()

        self.client.on_publish = note
        self.client.publish(topic, payload, qos=1)
        assert done.wait(WAIT_S) or self.ended.is_set()
        return reasons[0] if reasons else "disconnected"

    def subscribe(self, topic: str) -> str:
        """Subscribe; returns what the broker says of it."""
        reasons: list[str] = []
        done = threading.Event()

        def note(*arguments: object) -> None:
            codes = arguments[3]
            assert isinstance(codes, list)
            reasons.extend(str(code) for code in codes)
            done.set()

        self.client.on_subscribe = note
        self.client.subscribe(topic, qos=1)
        assert done.wait(WAIT_S)
        return reasons[0]

    def wait_for(self, topic: str, payload: bytes) -> None:
        """Wait until it has heard a message."""
        for _ in range(200):
            if (topic, payload) in self.heard:
                return
            self.ended.wait(WAIT_S / 200)
        pytest.fail(f"{topic} did not arrive; {self.heard} did")


@contextmanager
def signed_in(port: int, **how: object) -> Iterator[Device]:
    """A device that is let in; raises PermissionError if it is not."""
    device = Device(port, **how)  # type: ignore[arg-type] # the same arguments, handed on
    try:
        assert device.answered.wait(WAIT_S)
        if device.reason != "Success":
            raise PermissionError(device.reason or "the connection was closed")
        yield device
    finally:
        device.client.disconnect()
        device.client.loop_stop()
