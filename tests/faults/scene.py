"""Everything a campaign runs on: broker, database, lines between, two collectors and the load."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from civicwatt.loopback import HOST
from device_sim.faults.stream import Dispatch
from store.migrate import migrate
from tests.faults.database import OwnDatabase
from tests.faults.line import Line
from tests.faults.load import Load
from tests.servers import OwnBroker

_HOUSE = Path(__file__).parents[2]
ALONE = ("collector-0",)
SHARING = ("collector-0", "collector-1")


@dataclass
class Scene:
    """The programs of one campaign.

    Attributes
    ----------
    names : tuple of str
        The collectors: one that takes everything, or several that share.
    to_broker, to_database : Line
        The collectors' ways.
    """

    names: tuple[str, ...]
    folder: Path
    broker: OwnBroker
    database: OwnDatabase
    to_broker: Line
    to_database: Line
    load: Load
    collectors: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

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

    def _collect(self, name: str, *options: str) -> "subprocess.Popen[bytes]":
        database = f"postgresql://postgres@{HOST}:{self.to_database.port}/postgres"
        with self.log(name).open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "civicwatt", "collect", "--name", name, *options],
                cwd=_HOUSE,
                env={
                    "CIVICWATT_DATABASE_URL": database,
                    "CIVICWATT_MQTT_URL": f"mqtt://{HOST}:{self.to_broker.port}",
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
        """Start again those that have ended."""
        for name in self.names:
            if self.collectors[name].poll() is not None:
                self.start_collector(name)

    def end_collectors(self) -> None:
        """End all of them at once."""
        for process in self.collectors.values():
            process.kill()
            process.wait()

    def recovered(self, within_s: float = 240) -> float:
        """Wait until everything sent so far is stored; the seconds it took."""
        began_s = time.monotonic()
        while True:
            self.keep_collectors()
            try:
                self.load.wait_until_stored(self.database.url, within_s=5)
            except TimeoutError:
                if time.monotonic() - began_s > within_s:
                    raise
            else:
                return time.monotonic() - began_s


@contextmanager
def running_scene(
    folder: Path, names: tuple[str, ...], stream: Sequence[Dispatch], rate: float
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
        to_broker, to_database = Line(broker.port), Line(database.port)
        started.callback(to_broker.close)
        started.callback(to_database.close)
        load = Load(broker.url, stream, rate)
        scene = Scene(names, folder, broker, database, to_broker, to_database, load)
        started.callback(scene.end_collectors)
        for name in scene.names:
            scene.start_collector(name)
        _wait_for(scene)
        load.start()
        started.callback(load.close)
        yield scene


def _wait_for(scene: Scene) -> None:
    deadline = time.monotonic() + 60
    for name in scene.names:
        log = scene.log(name)
        while b"connected to" not in log.read_bytes():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
