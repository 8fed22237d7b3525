"""An MQTT broker for the demo, when no other one is named: the installed Mosquitto, or a wheel's.

Bound to 127.0.0.1 without passwords. Production has a Mosquitto of its own (`ops/mosquitto/`).
"""

import getpass
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from civicwatt.child import Child
from civicwatt.loopback import HOST, answers, free_port, is_free
from domain.errors import ConfigurationError

#: Settings every Mosquitto of Civicwatt has in common; a folder, as `include_dir` wants it.
LIMITS = Path(__file__).with_name("mosquitto")

START_S = 30.0
"""Longest start: a broker with a long queue on disk reads all of it first. [s]"""


@contextmanager
def running_broker(data_dir: Path) -> Iterator[str]:
    """Run a broker until the block ends.

    Parameters
    ----------
    data_dir : Path
        Where its configuration, its log and what it keeps go; made if it is not there.

    Yields
    ------
    str
        Address, such as ``mqtt://127.0.0.1:40123``.

    Raises
    ------
    ConfigurationError
        If the port is in use.
    ChildError
        If the broker does not start.
    """
    program = find_mosquitto()
    port = free_port()
    broker = (
        start_iotcore(data_dir, port) if not program else start_mosquitto(program, data_dir, port)
    )
    with broker:
        yield f"mqtt://{HOST}:{port}"


def find_mosquitto() -> str | None:
    """Path of the installed Mosquitto. Debian keeps it where users' PATH does not look."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def start_mosquitto(program: str, data_dir: Path, port: int) -> Child:
    """Start `program` with the limits of production, and wait until it listens."""
    data_dir.mkdir(parents=True, exist_ok=True)
    configuration = data_dir / "mosquitto.conf"
    configuration.write_text(mosquitto_configuration(data_dir, port), encoding="utf-8")
    return _start([program, "-c", str(configuration)], data_dir, port)


def mosquitto_configuration(data_dir: Path, port: int) -> str:
    """Text of a mosquitto.conf for loopback use, with `data_dir` for its memory."""
    return (
        f"include_dir {LIMITS}\n"
        f"listener {port} {HOST}\n"
        "allow_anonymous true\n"
        # Started by root it would otherwise turn into a user that cannot read `data_dir`.
        f"user {getpass.getuser()}\n"
        f"persistence_location {data_dir.resolve()}/\n"
    )


def start_iotcore(data_dir: Path, port: int) -> Child:
    """Start rumqttd as it comes in the wheel `iotcore`, and wait until it listens."""
    data_dir.mkdir(parents=True, exist_ok=True)
    return _start([sys.executable, "-m", "civicwatt.iotcore_broker", str(port)], data_dir, port)


def _start(command: list[str], data_dir: Path, port: int) -> Child:
    if not is_free(port):  # or the answer of another server would pass for ours
        raise ConfigurationError(f"port {port} of {HOST} is in use")
    log = data_dir / "broker.log"
    with log.open("wb") as output:
        broker = Child("the MQTT broker", command, output=output)
    broker.wait_until(lambda: answers(port), within_s=START_S, log=log)
    return broker
