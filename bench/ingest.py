"""From the broker to rows: how many messages a second, beside COPY and beside other programs.

``python -m bench.ingest [--full]``
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import median

import psycopg

from bench import collectd, mq_bridge, telemetry
from bench.collecting import Collected, empty_queue
from bench.peer import Emptied, MissingPeerError
from bench.plain_link import PlainLink
from bench.receiving import Received, empty_session
from bench.result import CheckError, Result, median_result
from bench.servers import database_server, described, migrated_database, own_broker
from bench.write_path import BATCH, WriteRates, write_rates
from ingest.collector import BATCH_MESSAGES
from ingest.link import Link

RUNS = 5
MESSAGES = 60_000
MESSAGES_FULL = 300_000
OF_COLLECTD = 20
"""One in so many messages is sent to collectd, value by value."""
LEAST_STAGED = 0.30
"""Share of direct COPY's rate that the staged, idempotent write must reach. [1]"""
AIM = 40_000
"""Messages a second, end to end. [1/s]"""
AIM_COPY = 0.30
"""Share of direct COPY's rate, end to end. [1]"""
AIM_COLLECTD = 20
"""Times the values a second of collectd. [1]"""

Sent = Sequence[tuple[str, bytes]]
Peers = dict[str, Callable[[str, str, Sent], Emptied]]


@dataclass(frozen=True, slots=True)
class Run:
    """All figures of one run: the same telemetry on the same servers.

    Attributes
    ----------
    peers : dict of str to Emptied
        By name; of collectd, rows are values.
    """

    collected: Collected
    plain: Collected
    peers: dict[str, Emptied]
    link: Received
    plain_link: Received
    written: WriteRates


def main(arguments: Sequence[str]) -> int:
    """Measure, print the results, and say by the exit code whether the gate is met."""
    count = MESSAGES_FULL if "--full" in arguments else MESSAGES
    sent = list(telemetry.messages(count, datetime.now(UTC)))
    peers, missing = _peers()
    with database_server() as server:
        runs = []
        for _ in range(RUNS):
            with own_broker() as broker:
                runs.append(_run(server, broker, sent, peers))
        conditions = described(server) | {
            "messages": count,
            "bytes": sum(len(payload) for _, payload in sent) // count,
            "devices": telemetry.DEVICES,
        }
    staged = _print(runs, conditions)
    for why in missing:
        Result("collect", median(run.collected.rate for run in runs), "messages/s",
               conditions | {"not_measured": why}, why.partition(":")[0]).print()  # fmt: skip
    if (staged.ratio or 0.0) < LEAST_STAGED:
        raise CheckError(f"{staged.name}: ratio {staged.ratio}, want at least {LEAST_STAGED}")
    return 0


def _peers() -> tuple[Peers, list[str]]:
    """The peers that can be had on this machine, and why others cannot."""
    peers: Peers = {}
    missing = []
    try:
        mq_bridge.installed()
        peers |= {f"mq-bridge {mode}": partial(_bridge, mode) for mode in mq_bridge.Mode}
    except MissingPeerError as error:
        missing.append(str(error))
    try:
        collectd.unpacked()
        peers["collectd"] = _collectd
    except MissingPeerError as error:
        missing.append(str(error))
    return peers, missing


def _run(server: str, broker: str, sent: Sent, peers: Peers) -> Run:
    for session in ("civicwatt-ours", "civicwatt-plain", "link-ours", "link-plain"):
        telemetry.leave_session(broker, session)
    telemetry.publish(broker, sent)
    return Run(
        _collect(server, broker, "ours", len(sent), plain=False),
        _collect(server, broker, "plain", len(sent), plain=True),
        {name: empty(server, broker, sent) for name, empty in peers.items()},
        empty_session(Link, broker, "link-ours", len(sent)),
        empty_session(PlainLink, broker, "link-plain", len(sent)),
        _write(server, sent),
    )


def _collect(server: str, broker: str, name: str, messages: int, *, plain: bool) -> Collected:
    with migrated_database(server) as database:
        telemetry.register(database)
        figures = empty_queue(broker, database, name=name, messages=messages, plain=plain)
        with psycopg.connect(database) as conn:
            rows = telemetry.rows(conn)
    if rows != messages:
        raise CheckError(f"{messages} messages made {rows} rows")
    return figures


def _bridge(mode: mq_bridge.Mode, server: str, broker: str, sent: Sent) -> Emptied:
    telemetry.leave_session(broker, mq_bridge.session(mode), mq_bridge.TOPICS)
    telemetry.publish(broker, mq_bridge.messages(sent))
    names = mq_bridge.columns(sent)
    with migrated_database(server) as database:
        with psycopg.connect(database, autocommit=True) as conn:
            mq_bridge.make_table(conn, names)
        return mq_bridge.empty_queue(broker, database, mode, names, len(sent))


def _collectd(server: str, broker: str, sent: Sent) -> Emptied:
    part = sent[: len(sent) // OF_COLLECTD]
    telemetry.leave_session(broker, collectd.SESSION, collectd.TOPICS)
    telemetry.publish(broker, collectd.messages(part))
    with migrated_database(server) as database:
        with psycopg.connect(database, autocommit=True) as conn:
            collectd.make_table(conn)
        return collectd.empty_queue(broker, database, telemetry.VALUES * len(part))


def _write(server: str, sent: Sent) -> WriteRates:
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

    staged = beside_copy("staged_write", "rows/s", lambda run: run.written.staged, rows)
    beside_copy("merge_repeated", "rows/s", lambda run: run.written.repeated, rows)
    beside_copy("merge_one_quantity", "rows/s", lambda run: run.written.split, rows)
    aims = queue | {"aim": AIM, "aim_ratio": AIM_COPY}
    beside_copy("collect", "messages/s", lambda run: run.collected.rate, aims)
    backend = [run.collected.database_us for run in runs]
    median_result("collector_database_cpu", "us/message", backend, queue).print()
    _print_peers(runs, queue)
    return staged


def _print_peers(runs: Sequence[Run], queue: dict[str, object]) -> None:
    def beside(
        peer: str,
        name: str,
        unit: str,
        ours: Callable[[Run], float],
        theirs: Callable[[Run], float],
        **more: object,
    ) -> None:
        values, peers = [ours(run) for run in runs], [theirs(run) for run in runs]
        where = queue | more | {"peer_value": median(peers)}
        median_result(name, unit, values, where, peer=peer, peer_values=peers).print()

    def rate(run: Run) -> float:
        return run.collected.rate

    def cpu_us(run: Run) -> float:
        return run.collected.collector_us

    paho = "plain paho-mqtt, MQTT 3.1.1"
    beside(paho, "collect", "messages/s", rate, lambda r: r.plain.rate)
    beside(paho, "collector_cpu", "us/message", cpu_us, lambda r: r.plain.collector_us)
    beside(paho, "link", "messages/s", lambda r: r.link.rate, lambda r: r.plain_link.rate)
    beside(paho, "link_cpu", "us/message", lambda r: r.link.link_us, lambda r: r.plain_link.link_us)
    for mode in mq_bridge.Mode:
        name = f"mq-bridge {mode}"
        if name in runs[0].peers:
            peer, stored = f"mq-bridge {mq_bridge.VERSION}, {mode.upper()}", _stored(runs, name)
            idempotent = mode is mq_bridge.Mode.INSERT
            more = {"peer_stored": stored, "peer_idempotent": idempotent}
            beside(peer, "collect", "messages/s", rate, lambda r, n=name: r.peers[n].rate, **more)
            beside(peer, "collector_cpu", "us/message", cpu_us,
                   lambda r, n=name: r.peers[n].cpu_us, **more)  # fmt: skip
    if "collectd" in runs[0].peers:
        beside("collectd, a message a value", "collect_values", "values/s",
               lambda r: telemetry.VALUES * r.collected.rate, lambda r: r.peers["collectd"].rate,
               aim_ratio=AIM_COLLECTD, peer_stored=_stored(runs, "collectd"))  # fmt: skip


def _stored(runs: Sequence[Run], peer: str) -> float:
    """Least share of what was sent to a peer that it has stored."""
    return min(run.peers[peer].stored for run in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
