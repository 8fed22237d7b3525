"""From the broker to rows: how many messages a second, beside direct COPY of the same rows.

``python -m bench.ingest [--full]``
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

import psycopg

from bench import telemetry
from bench.collecting import Collected, empty_queue
from bench.plain_link import PlainLink
from bench.receiving import Received, empty_session
from bench.result import CheckError, Result, median_result
from bench.servers import database_server, described, migrated_database, own_broker
from bench.write_path import BATCH, WriteRates, write_rates
from ingest.collector import BATCH_MESSAGES
from ingest.link import Link
from store import registry

RUNS = 3
MESSAGES = 60_000
MESSAGES_FULL = 300_000
LEAST_STAGED = 0.30
"""Share of direct COPY's rate that the staged, idempotent write must reach. [1]"""


@dataclass(frozen=True, slots=True)
class Run:
    """All figures of one run: the same messages on the same servers."""

    collected: Collected
    plain: Collected
    link: Received
    plain_link: Received
    written: WriteRates


def main(arguments: Sequence[str]) -> int:
    """Measure, print the results, and say by the exit code whether the gate is met."""
    count = MESSAGES_FULL if "--full" in arguments else MESSAGES
    sent = telemetry.messages(count, datetime.now(UTC))
    with database_server() as server, own_broker() as broker:
        runs = [_run(server, broker, sent) for _ in range(RUNS)]
        conditions = described(server) | {
            "messages": count,
            "bytes": sum(len(payload) for _, payload in sent) // count,
            "devices": telemetry.DEVICES,
        }
    staged = _print(runs, conditions)
    if (staged.ratio or 0.0) < LEAST_STAGED:
        raise CheckError(f"{staged.name}: ratio {staged.ratio}, want at least {LEAST_STAGED}")
    return 0


def _run(server: str, broker: str, sent: Sequence[tuple[str, bytes]]) -> Run:
    sessions = ("civicwatt-ours", "civicwatt-plain", "link-ours", "link-plain")
    for session in sessions:
        telemetry.leave_session(broker, session)
    telemetry.publish(broker, sent)
    return Run(
        _collect(server, broker, "ours", len(sent), plain=False),
        _collect(server, broker, "plain", len(sent), plain=True),
        empty_session(Link, broker, "link-ours", len(sent)),
        empty_session(PlainLink, broker, "link-plain", len(sent)),
        _write(server, sent),
    )


def _collect(server: str, broker: str, name: str, messages: int, *, plain: bool) -> Collected:
    with migrated_database(server) as database:
        with psycopg.connect(database, autocommit=True) as conn:
            registry.write(conn, telemetry.registry())
        figures = empty_queue(broker, database, name=name, messages=messages, plain=plain)
        with psycopg.connect(database) as conn:
            rows = conn.execute("SELECT count(*) FROM electricity_reading").fetchone()
    if rows != (messages,):
        raise CheckError(f"{messages} messages made {rows} rows")
    return figures


def _write(server: str, sent: Sequence[tuple[str, bytes]]) -> WriteRates:
    with migrated_database(server) as database:
        return write_rates(database, list(telemetry.as_received(sent)))


def _print(runs: Sequence[Run], conditions: dict[str, object]) -> Result:
    """Print every figure; returns the one that has a gate."""
    copied = [run.written.copied for run in runs]
    rows = conditions | {"batch": BATCH}
    queue = conditions | {"batch": BATCH_MESSAGES, "values_a_message": telemetry.VALUES}
    median_result("direct_copy", "rows/s", copied, rows).print()

    def beside_copy(
        name: str, unit: str, of: Callable[[Run], float], where: dict[str, object]
    ) -> Result:
        values = [of(run) for run in runs]
        copy = "direct binary COPY, rows/s"
        result = median_result(name, unit, values, where, peer=copy, peer_values=copied)
        result.print()
        return result

    def beside_plain(
        name: str, unit: str, ours: Callable[[Run], float], plain: Callable[[Run], float]
    ) -> None:
        values, peers = [ours(run) for run in runs], [plain(run) for run in runs]
        where = queue | {"peer_value": median(peers)}
        peer = "plain paho-mqtt, MQTT 3.1.1"
        median_result(name, unit, values, where, peer=peer, peer_values=peers).print()

    staged = beside_copy("staged_write", "rows/s", lambda run: run.written.staged, rows)
    beside_copy("merge_repeated", "rows/s", lambda run: run.written.repeated, rows)
    beside_copy("merge_one_quantity", "rows/s", lambda run: run.written.split, rows)
    beside_copy("collect_messages", "messages/s", lambda run: run.collected.rate, queue)
    values = [telemetry.VALUES * run.collected.rate for run in runs]
    median_result("collect_values", "values/s", values, queue).print()
    beside_plain("collect", "messages/s", lambda r: r.collected.rate, lambda r: r.plain.rate)
    beside_plain(
        "collector_cpu",
        "us/message",
        lambda r: r.collected.collector_us,
        lambda r: r.plain.collector_us,
    )
    backend = [run.collected.database_us for run in runs]
    median_result("collector_database_cpu", "us/message", backend, queue).print()
    beside_plain("link", "messages/s", lambda r: r.link.rate, lambda r: r.plain_link.rate)
    beside_plain("link_cpu", "us/message", lambda r: r.link.link_us, lambda r: r.plain_link.link_us)
    return staged


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
