"""`civicwatt watch`: judge what arrives, batch by batch, and keep the alert desk."""

import argparse

from analytics.jobs.watch import watch
from analytics.settings import WorkerSettings
from civicwatt.signals import stop_on_signal


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("watch", help="judge what arrives, and keep the alert desk")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Watch until asked to stop."""
    watch(WorkerSettings(), should_stop=stop_on_signal().is_set)
    return 0
