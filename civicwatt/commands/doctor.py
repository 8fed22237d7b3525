"""`civicwatt doctor`: is what Civicwatt stands on fit for it, and what should be changed."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from domain.broker_url import BrokerUrl
from domain.errors import CivicwattError, ConfigurationError
from ingest.broker_limits import MESSAGE_OVERHEAD_BYTES, BrokerLimits
from ingest.broker_probe import lets_anybody_in, probe
from ingest.collector import BATCH_MESSAGES
from ingest.settings import CollectorSettings
from store.examination import Examination, examine
from store.server import Floor, connect

_CLOCK_LIMIT = timedelta(seconds=5)
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


_LIMITS = Path(str(files("civicwatt") / "mosquitto" / "limits.conf"))
_HOUR_S = 3600
_DEVICE_EVERY_S = 60
"""How often a device sends that has not been heard yet, at the most for a meter. [s]"""
_NOBODY_KNOWS = 100.0
"""[messages/s]"""
_WINDOW_BATCHES = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `advice` is what to change; empty when all is well."""

    subject: str
    seen: str
    advice: str = ""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "doctor", help="check database, broker and clock; say what to change"
    )
    parser.add_argument(
        "--rate",
        type=float,
        help="messages a second to be borne (default: as many as came in the last quarter of an "
        "hour, or what the registered devices may send)",
    )
    parser.add_argument(
        "--payload-bytes", type=float, default=300.0, help="their mean length (default 300)"
    )
    parser.add_argument(
        "--outage-hours",
        type=float,
        default=6.0,
        help="longest absence of database or collectors to be survived (default 6)",
    )
    parser.add_argument(
        "--broker-config",
        type=Path,
        default=_LIMITS,
        help="Mosquitto's configuration with the limits (default: the one Civicwatt brings)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every finding; 1 when something should be changed."""
    settings = CollectorSettings()
    seen: Examination | None = None
    findings: list[Finding] = []
    try:
        with connect(settings.database_url, name="civicwatt doctor") as conn:
            seen = examine(conn)
        findings += _database(seen)
    except CivicwattError as error:
        findings.append(Finding("database", "unfit", str(error)))
    rate, why = _rate(args.rate, seen)
    findings += _broker(settings.mqtt_url)
    findings.append(Finding("rate", f"{rate:.4g} messages/s: {why}"))
    findings += _limits(args.broker_config, rate, args.payload_bytes, args.outage_hours)
    for finding in findings:
        print(f"{'!!' if finding.advice else 'ok'}  {finding.subject:12}  {finding.seen}")
        if finding.advice:
            print(f"    {'':12}  {finding.advice}")
    return 1 if any(finding.advice for finding in findings) else 0


def _rate(given: float | None, seen: Examination | None) -> tuple[float, str]:
    """Messages a second to be borne, and where the number is from."""
    if given is not None:
        return given, "as --rate says"
    if seen is not None and seen.live_per_s:
        return seen.live_per_s, "as many samples came in the last quarter of an hour"
    if seen is not None and seen.devices:
        each = f"one each {_DEVICE_EVERY_S} s from {seen.devices} registered devices"
        return seen.devices / _DEVICE_EVERY_S, f"none came yet; {each} assumed"
    return _NOBODY_KNOWS, "assumed: nothing came yet and no device is registered"


def _database(seen: Examination) -> Iterator[Finding]:
    yield _floor(seen)
    yield Finding(
        "schema",
        "up to date" if not seen.lacks else f"lacks {len(seen.lacks)} migrations",
        "run civicwatt migrate" if seen.lacks else "",
    )
    yield Finding(
        "rights",
        "the login is a superuser" if seen.all_powerful else "the login is bound by row security",
        "give each process a login of its own role (docs/operations.md)"
        if seen.all_powerful
        else "",
    )
    for name, wanted in _DURABLE.items():
        got = seen.settings.get(name, "unknown")
        advice = (
            f"set {name} = {wanted}: a commit must survive a power cut" if got != wanted else ""
        )
        yield Finding(name, got, advice)
    offset = abs(seen.clock - datetime.now(UTC))
    yield Finding(
        "clock",
        f"{offset.total_seconds():.1f} s between this machine and the database",
        "run an NTP client on both" if offset > _CLOCK_LIMIT else "",
    )
    if seen.backlog is not None:
        yield Finding("work list", f"{seen.backlog} days of devices wait for computation")


def _floor(seen: Examination) -> Finding:
    major = seen.server.postgresql // 10000
    if seen.server.floor is Floor.PLAIN:
        advice = (
            "run civicwatt migrate: TimescaleDB is there" if seen.server.timescale_available else ""
        )
        return Finding("database", f"PostgreSQL {major}, {seen.server.floor}", advice)
    version = ".".join(str(part) for part in seen.server.timescale or ())
    return Finding("database", f"PostgreSQL {major}, {seen.server.floor} {version}")


def _broker(url: str) -> Iterator[Finding]:
    try:
        address = BrokerUrl.parse(url)
        outcome, is_open = probe(address), lets_anybody_in(address)
    except CivicwattError as error:
        yield Finding("broker", "unfit", str(error))
        return
    lost = outcome.acknowledged - outcome.delivered
    yield Finding(
        "broker queue",
        f"{outcome.delivered} of {outcome.acknowledged} messages outlasted an absence",
        "set max_queued_messages to rate x longest outage, never 0 (ops/mosquitto)" if lost else "",
    )
    yield Finding(
        "broker door",
        "lets anybody in" if is_open else "asks who is there",
        "set allow_anonymous false (ops/mosquitto): a reading is worth what its sender's name is"
        if is_open
        else "",
    )


def _limits(
    file: Path, rate: float, payload_bytes: float, outage_hours: float
) -> Iterator[Finding]:
    try:
        limits = BrokerLimits.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file}: no configuration of Mosquitto: {error}") from None
    hours = limits.outage_s(rate, payload_bytes) / _HOUR_S
    messages = rate * outage_hours * _HOUR_S
    size = messages * (payload_bytes + MESSAGE_OVERHEAD_BYTES)
    yield Finding(
        "outage",
        f"{hours:.1f} h of {rate:.4g} messages/s fit into the broker's queue",
        f"set max_queued_messages {messages:.0f} and max_queued_bytes {size:.0f} in {file},"
        f" for {outage_hours:g} h"
        if hours < outage_hours
        else "",
    )
    wanted = _WINDOW_BATCHES * BATCH_MESSAGES
    yield Finding(
        "window",
        f"{limits.inflight_messages:.0f} messages on their way to a collector",
        f"set max_inflight_messages {wanted}: batches wait for their timer otherwise"
        if limits.inflight_messages < wanted
        else "",
    )
