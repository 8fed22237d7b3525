"""`civicwatt deliver`: tell desks and people what happened, over the channels they have."""

import argparse

from analytics.jobs.delivery import deliver
from analytics.settings import DeliverySettings
from civicwatt.signals import stop_on_signal


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("deliver", help="tell desks and people what happened")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Deliver until asked to stop."""
    deliver(DeliverySettings(), stop=stop_on_signal())
    return 0
