"""The product's own commands, as processes of a benchmark."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from civicwatt.child import Child

_ZONE = "Asia/Shanghai"
_START_S = 30.0


def command(
    name: str, *arguments: str, database: str, broker: str, log: Path, zone: str = _ZONE
) -> Child:
    """Start a `civicwatt` command."""
    addresses = {
        "CIVICWATT_DATABASE_URL": database,
        "CIVICWATT_MQTT_URL": broker,
        "CIVICWATT_ZONE": zone,
    }
    with log.open("ab") as output:
        return Child(
            f"civicwatt {name}",
            [sys.executable, "-m", "civicwatt", name, *arguments],
            output=output,
            env=os.environ | addresses,
        )


@contextmanager
def running_collector(database: str, broker: str, name: str) -> Iterator[Child]:
    """Run a collector, from the moment it is connected."""
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with command("collect", "--name", name, database=database, broker=broker, log=log) as child:
            child.wait_until(
                lambda: "connected to" in log.read_text(errors="replace"),
                within_s=_START_S,
                log=log,
            )
            yield child
