"""`civicwatt collect`: from the broker into the database."""

import argparse

from civicwatt.signals import stop_on_signal
from ingest.collector import collect, retire
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
    parser.add_argument(
        "--share",
        action="store_true",
        help="divide the messages with all other collectors that share; each has its own name",
    )
    parser.add_argument(
        "--watch-drops",
        action="store_true",
        help="log and export how many messages the broker has dropped, as Mosquitto counts them",
    )
    parser.add_argument(
        "--retire",
        action="store_true",
        help="take the collector of this name out of service: write what the broker holds for it",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Collect until asked to stop."""
    settings = CollectorSettings()
    if args.retire:
        retire(settings, name=args.name)
        return 0
    collect(
        settings,
        name=args.name,
        metrics_port=args.metrics_port,
        stop=stop_on_signal(),
        shared=args.share,
        watch_drops=args.watch_drops,
    )
    return 0
