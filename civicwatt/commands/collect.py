"""`civicwatt collect`: from the broker into the database."""

import argparse

from civicwatt.signals import stop_on_signal
from ingest.collector import collect
from ingest.settings import CollectorSettings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("collect", help="take readings from the broker into the database")
    parser.add_argument(
        "--name",
        default="collector-0",
        help="fixed name: the broker keeps the session and the database the counts under it",
    )
    parser.add_argument(
        "--metrics-port", type=int, help="serve Prometheus on 127.0.0.1 at this port"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Collect until asked to stop."""
    settings = CollectorSettings()
    collect(settings, name=args.name, metrics_port=args.metrics_port, stop=stop_on_signal())
    return 0
