"""The peer collectd: Debian's, with its plugins mqtt and postgresql.

It reads one value a message, so it is sent every value by itself. Its messages are acknowledged
when they arrive, its rows have no key, and it commits once a second.
"""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import msgspec
import psycopg

from bench.peer import Emptied, MissingPeerError, cache, watch
from civicwatt.child import Child
from store.server import Floor, inspect

SESSION = "collectd"
TOPICS = ("collectd/#",)
_PACKAGE = "collectd-core"
# Every one of the nine parameters has to be used, or PostgreSQL does not know its type.
_STATEMENT = (
    "INSERT INTO peer_row (ts, device, quantity, value)"
    " SELECT $1::timestamptz, $2::text, $6::text, ($9::float8[])[1]"
    " WHERE ($3::text, $4::text, $5::text, $7::text[], $8::text[]) IS DISTINCT FROM NULL"
)


def unpacked() -> Path:
    """Folder with Debian's package in it, fetched when it is not there; nothing is installed.

    Raises
    ------
    MissingPeerError
        If it cannot be had, or not run for want of a library.
    """
    folder = cache() / _PACKAGE
    program = folder / "usr/sbin/collectd"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run(["apt-get", "-qq", "download", _PACKAGE], folder)
        for package in folder.glob("*.deb"):
            _run(["dpkg-deb", "-x", package.name, "."], folder)
    needs = _run(["ldd", *map(str, (program, *map(_plugin, ("mqtt", "postgresql"))))], folder)
    missing = {line.split()[0] for line in needs.splitlines() if "not found" in line}
    if missing:
        raise MissingPeerError(f"collectd: no {', '.join(sorted(missing))}")
    return folder


def messages(sent: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The same telemetry, value by value."""
    for topic, payload in sent:
        sample = msgspec.json.decode(payload)
        device = topic.split("/")[2]
        for name, value in sample["values"].items():
            yield f"collectd/{device}/meter/gauge-{name}", b"%f:%f" % (sample["ts"] / 1000, value)


def make_table(conn: psycopg.Connection) -> None:
    """Make its table: a hypertable of single values."""
    conn.execute(
        "CREATE TABLE peer_row (number bigserial, ts timestamptz NOT NULL, device text NOT NULL,"
        " quantity text NOT NULL, value double precision)"
    )
    if inspect(conn).floor is not Floor.PLAIN:
        conn.execute(
            "SELECT create_hypertable('peer_row', by_range('ts', INTERVAL '7 days'),"
            " create_default_indexes => false)"
        )


def empty_queue(broker: str, database: str, values: int) -> Emptied:
    """Let it write what its session holds."""
    with TemporaryDirectory() as made, psycopg.connect(database, autocommit=True) as conn:
        folder = Path(made)
        configuration = folder / "collectd.conf"
        configuration.write_text(_configuration(broker, database, folder), encoding="utf-8")
        log = folder / "log"
        command = [str(unpacked() / "usr/sbin/collectd"), "-f", "-C", str(configuration)]
        with log.open("wb") as output, Child("collectd", command, output=output) as child:
            return watch(child, conn, values, log)


def _configuration(broker: str, database: str, folder: Path) -> str:
    mqtt, postgres = urlsplit(broker), urlsplit(database)
    return f"""
Hostname "bench"
FQDNLookup false
Interval 3600
BaseDir "{folder}"
PIDFile "{folder}/pid"
PluginDir "{_plugin("mqtt").parent}"
TypesDB "{cache() / _PACKAGE}/usr/share/collectd/types.db"
LoadPlugin mqtt
LoadPlugin postgresql
<Plugin mqtt>
    <Subscribe "bench">
        Host "{mqtt.hostname}"
        Port {mqtt.port}
        ClientId "{SESSION}"
        QoS 1
        CleanSession false
        Topic "{TOPICS[0]}"
    </Subscribe>
</Plugin>
<Plugin postgresql>
    <Writer row>
        Statement "{_STATEMENT}"
        StoreRates false
    </Writer>
    <Database "{postgres.path.lstrip("/")}">
        Host "{postgres.hostname}"
        Port {postgres.port}
        User "{postgres.username}"
        Password "{postgres.password or ""}"
        Writer row
        CommitInterval 1
    </Database>
</Plugin>
"""


def _plugin(name: str) -> Path:
    return cache() / _PACKAGE / "usr/lib/collectd" / f"{name}.so"


def _run(command: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    except FileNotFoundError as error:
        raise MissingPeerError(f"collectd: {error}") from None
    if done.returncode:
        raise MissingPeerError(f"collectd: {command[0]}: {done.stderr.strip()[-200:]}")
    return done.stdout
