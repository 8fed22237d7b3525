"""`civicwatt work`: compute figures from readings; tell the broker who may sign in."""

import argparse

from analytics.jobs.worker import work
from analytics.metrology.settings import metrology_settings
from analytics.settings import WorkerSettings
from analytics.weather_settings import weather_settings
from civicwatt.admitting import admitting
from ingest.door.settings import AdmissionSettings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("work", help="compute figures from readings")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Work until asked to stop."""
    for settings_of in (metrology_settings, weather_settings):
        settings_of()  # a wrong one stops the process before it works
    with admitting(AdmissionSettings()):
        work(WorkerSettings())
    return 0
