"""The peer mq-bridge: a Rust program in a wheel that takes JSON from MQTT into columns.

It reads one flat object a message, so it is sent the same values under its own topic. Its rows have
the key of ours, and a message is acknowledged after its row is written. It does not resume a
session that holds more messages than its `queue_capacity`, so that is larger than what it is sent.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import msgspec
import psycopg
from psycopg.sql import SQL, Identifier

from bench.peer import Emptied, python_with, watch
from civicwatt.child import Child
from store.server import Floor, inspect

VERSION = "1.2.0"
TOPICS = ("flat/#",)
_BATCH = 1000
"""Messages; of 500, 1000 and 2000 the one at which it is fastest."""
_RUN = "import sys, mq_bridge; mq_bridge.Route.from_str(sys.argv[1]).run()"
_DAY_MS = 86_400_000


class Mode(StrEnum):
    """How it writes."""

    INSERT = "insert"
    """Rows of a batch in one statement; one that is there is left alone."""
    COPY = "copy"
    """COPY; a message that is repeated fails its whole batch, so this is not idempotent."""


def installed() -> Path:
    """Python of a virtual environment that has it, made when there is none.

    Raises
    ------
    MissingPeerError
        If it cannot be installed.
    """
    return python_with(f"mq-bridge-{VERSION}", [f"mq-bridge=={VERSION}"])


def messages(sent: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The same telemetry as flat objects, with the device in them."""
    numbers: dict[str, int] = {}
    for topic, payload in sent:
        sample = msgspec.json.decode(payload)
        device = numbers.setdefault(topic, len(numbers))
        flat = {"device_id": device, "ts": sample["ts"]} | sample["values"]
        yield f"flat/{device}", msgspec.json.encode(flat)


def columns(sent: Sequence[tuple[str, bytes]]) -> list[str]:
    """Names of the values."""
    return list(msgspec.json.decode(sent[0][1])["values"])


def make_table(conn: psycopg.Connection, names: Sequence[str]) -> None:
    """Make its table: a hypertable with the key of ours, and an instant it can bind."""
    numbers = SQL(", ").join(SQL("{} double precision").format(Identifier(name)) for name in names)
    conn.execute(
        SQL(
            "CREATE TABLE peer_row (number bigserial, device_id bigint NOT NULL,"
            " ts bigint NOT NULL, {}, PRIMARY KEY (device_id, ts))"
        ).format(numbers)
    )
    if inspect(conn).floor is not Floor.PLAIN:
        conn.execute(
            "SELECT create_hypertable('peer_row', by_range('ts', %s::bigint),"
            " create_default_indexes => false)",
            (7 * _DAY_MS,),
        )


def session(mode: Mode) -> str:
    """Name of its session, which a queue must have been left under."""
    return f"mq-bridge-{mode}"


def empty_queue(
    broker: str, database: str, mode: Mode, names: Sequence[str], messages: int
) -> Emptied:
    """Let it write what its session holds."""
    fields = ("device_id", "ts", *names)
    values = ", ".join(f"${{payload:{name}}}" for name in fields)
    query = f"INSERT INTO peer_row ({', '.join(fields)}) VALUES ({values})"  # noqa: S608 - our own names
    sqlx: dict[str, object] = {"url": database, "table": "peer_row", "insert_query": query}
    if mode is Mode.COPY:
        sqlx["bulk_copy"] = True
    else:
        sqlx["insert_query"] = f"{query} ON CONFLICT DO NOTHING"
    command = [str(installed()), "-c", _RUN]
    command.append(json.dumps(_route(broker, mode, {"sqlx": sqlx}, messages)))
    with TemporaryDirectory() as folder, psycopg.connect(database, autocommit=True) as conn:
        log = Path(folder, "log")
        with log.open("wb") as output, Child(f"mq-bridge {mode}", command, output=output) as child:
            return watch(child, conn, messages, log)


def _route(
    broker: str, mode: Mode, output: Mapping[str, object], messages: int
) -> dict[str, object]:
    mqtt = {
        "url": f"tcp://{urlsplit(broker).netloc}",
        "topic": TOPICS[0],
        "client_id": session(mode),
        "qos": 1,
        "protocol": "v3",
        "queue_capacity": 2 * messages,
        "keep_alive_seconds": 60,
    }
    return {"input": {"mqtt": mqtt}, "output": output, "batch_size": _BATCH}
