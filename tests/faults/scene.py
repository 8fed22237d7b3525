"""Everything a campaign runs on: broker, database, lines, collectors, listeners and the load."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import create_default_context
from typing import Protocol

import psycopg

from civicwatt.loopback import HOST, free_port
from device_sim.faults.stream import Dispatch
from store.migrate import migrate
from store.places.place import set_device_status
from store.telemetry.credential import register
from tests.faults.database import OwnDatabase
from tests.faults.line import Line
from tests.faults.load import Load
from tests.faults.traffic import KEYS, PASSWORD, PLATFORM, Traffic, terminals
from tests.servers import OwnBroker
from tests.tcp.test_listener_tls import Identity

_HOUSE = Path(__file__).parents[2]
_SECRET = "a key of the campaign, of forty characters or so"
_IDENTITY, _PASSWORD, _TERMINALS, _KEYS = "localhost", "password", "terminals", "keys.toml"
_LISTENS: Mapping[str, Callable[[Path], list[str]]] = {
    "gb32960": lambda folder: [
        *("--user", PLATFORM, "--password-file", str(folder / _PASSWORD)),
        *("--certificate", str(folder / f"{_IDENTITY}.crt")),
        *("--key", str(folder / f"{_IDENTITY}.key")),
    ],
    "jt808": lambda folder: ["--terminals", str(folder / _TERMINALS)],
}
"""By codec, how its listener is started; the platform of vehicles comes by TLS."""
ALONE = ("collector-0",)
SHARING = ("collector-0", "collector-1")


class Sending(Protocol):
    """What devices send: greetings, then over the broker and over TCP."""

    greetings: list[Dispatch]
    stream: list[Dispatch]
    driven: list[Dispatch]


@dataclass
class Scene:
    """The programs of one campaign.

    Attributes
    ----------
    names : tuple of str
        The collectors: one that takes everything, or several that share.
    to_broker, to_database : Line
        The collectors' ways.
    listening : dict of (int, Line)
        By codec, the port of its listener, and the vehicles' way to it.
    """

    names: tuple[str, ...]
    folder: Path
    broker: OwnBroker
    database: OwnDatabase
    to_broker: Line
    to_database: Line
    load: Load
    traffic: Traffic
    listening: dict[str, tuple[int, Line]]
    collectors: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    listeners: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start_collector(self, name: str) -> None:
        """Start one, as a supervisor does whenever it has ended."""
        self.collectors[name] = self._collect(name, *self._share)

    def retire_collectors(self) -> None:
        """Stop all of them in order, and have each write what the broker still holds for it."""
        for name in self.names:
            self.collectors[name].terminate()
            self.collectors[name].wait(60)
        for name in self.names:
            self.collectors[name] = self._collect(name, "--retire")
            code = self.collectors[name].wait(120)
            assert code == 0, self.log(name).read_text()

    def start_listener(self, codec: str) -> None:
        """Start the listener of a codec, as a supervisor does whenever it has ended."""
        name, (port, _) = f"listener-{codec}", self.listening[codec]
        options = ["--codec", codec, "--port", str(port), *_LISTENS[codec](self.folder)]
        self.listeners[codec] = self._run("listen", name, *options)

    def _collect(self, name: str, *options: str) -> "subprocess.Popen[bytes]":
        return self._run("collect", name, *options)

    def _run(self, command: str, name: str, *options: str) -> "subprocess.Popen[bytes]":
        database = f"postgresql://postgres@{HOST}:{self.to_database.port}/postgres"
        with self.log(name).open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "civicwatt", command, "--name", name, *options],
                cwd=_HOUSE,
                env={
                    "CIVICWATT_DATABASE_URL": database,
                    "CIVICWATT_MQTT_URL": f"mqtt://{HOST}:{self.to_broker.port}",
                    "CIVICWATT_SECRET_KEY": _SECRET,
                    "CIVICWATT_GB32960_KEYS": str(self.folder / _KEYS),
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def log(self, name: str) -> Path:
        """What a collector has said."""
        return self.folder / f"{name}.log"

    @property
    def shares(self) -> bool:
        """Whether the broker divides the messages."""
        return len(self.names) > 1

    @property
    def _share(self) -> list[str]:
        return ["--share"] if self.shares else []

    def keep_collectors(self) -> None:
        """Start again those that have ended, and listeners."""
        for name in self.names:
            if self.collectors[name].poll() is not None:
                self.start_collector(name)
        for codec, process in list(self.listeners.items()):
            if process.poll() is not None:
                self.start_listener(codec)

    def end_collectors(self) -> None:
        """End all of them at once, and listeners."""
        for process in (*self.collectors.values(), *self.listeners.values()):
            process.kill()
            process.wait()

    def recovered(self, within_s: float = 240) -> float:
        """Wait until everything sent so far is stored; the seconds it took."""
        began_s = time.monotonic()
        while True:
            self.keep_collectors()
            try:
                self.load.wait_until_stored(self.database.url, within_s=5)
                self.traffic.wait_until_settled(within_s=5)
            except TimeoutError:
                if time.monotonic() - began_s > within_s:
                    raise
            else:
                return time.monotonic() - began_s


@contextmanager
def running_scene(
    folder: Path, names: tuple[str, ...], plan: Sending, rate: float, driven_rate: float
) -> Iterator[Scene]:
    """Start everything; the load runs."""
    with ExitStack() as started:
        broker = OwnBroker(folder / "mosquitto")
        started.callback(broker.kill)
        broker.start()
        database = OwnDatabase(folder)
        started.callback(database.remove)
        database.start()
        with psycopg.connect(database.url, autocommit=True) as conn:
            migrate(conn)
            known = {"code": PLATFORM, "name_zh": PLATFORM, "name_en": PLATFORM}
            platform = register(conn, kind="gateway", profile="gb32960", **known)
            set_device_status(conn, platform, "accepted")
        to_broker, to_database = Line(broker.port), Line(database.port)
        ports = {codec: free_port() for codec in _LISTENS}
        listening = {codec: (port, Line(port)) for codec, port in ports.items()}
        for line in (to_broker, to_database, *(line for _, line in listening.values())):
            started.callback(line.close)
        (folder / _TERMINALS).write_text("\n".join(terminals(plan.driven)))
        (folder / _PASSWORD).write_text(PASSWORD)
        (folder / _KEYS).write_text(KEYS)
        identity = Identity(folder, _IDENTITY)
        load = Load(broker.url, plan.stream, rate)
        lines = {codec: line.port for codec, (_, line) in listening.items()}
        tls = create_default_context(cafile=str(identity.certificate))
        traffic = Traffic(lines, tls, plan.driven, driven_rate)
        scene = Scene(
            names, folder, broker, database, to_broker, to_database, load, traffic, listening
        )
        started.callback(scene.end_collectors)
        for name in scene.names:
            scene.start_collector(name)
        for codec in listening:
            scene.start_listener(codec)
        _wait_for(scene)
        started.callback(load.close)
        started.callback(traffic.close)
        load.greet(plan.greetings)
        load.wait_until_stored(database.url, within_s=60)
        load.start()
        traffic.start()
        yield scene


def _wait_for(scene: Scene) -> None:
    deadline = time.monotonic() + 60
    begun = dict.fromkeys(scene.names, b"connected to")
    begun |= dict.fromkeys((f"listener-{codec}" for codec in scene.listeners), b"listening ")
    for name, said in begun.items():
        log = scene.log(name)
        while said not in log.read_bytes():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
