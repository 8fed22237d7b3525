"""`civicwatt doctor`: is what Civicwatt stands on fit for it, and what should be changed."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.broker_url import BrokerUrl
from domain.errors import CivicwattError
from ingest.broker_probe import probe
from ingest.settings import CollectorSettings
from store.examination import Examination, examine
from store.server import Floor, connect

_CLOCK_LIMIT = timedelta(seconds=5)
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


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
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Print every finding; 1 when something should be changed."""
    settings = CollectorSettings()
    findings = [*_database(settings.database_url), *_broker(settings.mqtt_url)]
    for finding in findings:
        print(f"{'!!' if finding.advice else 'ok'}  {finding.subject:12}  {finding.seen}")
        if finding.advice:
            print(f"    {'':12}  {finding.advice}")
    return 1 if any(finding.advice for finding in findings) else 0


def _database(url: str) -> Iterator[Finding]:
    try:
        with connect(url, name="civicwatt doctor") as conn:
            seen = examine(conn)
    except CivicwattError as error:
        yield Finding("database", "unfit", str(error))
        return
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
        outcome = probe(BrokerUrl.parse(url))
    except CivicwattError as error:
        yield Finding("broker", "unfit", str(error))
        return
    lost = outcome.acknowledged - outcome.delivered
    yield Finding(
        "broker queue",
        f"{outcome.delivered} of {outcome.acknowledged} messages outlasted an absence",
        "set max_queued_messages to rate x longest outage, never 0 (ops/mosquitto)" if lost else "",
    )
