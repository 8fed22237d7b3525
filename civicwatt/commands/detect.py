"""`civicwatt detect`: what is wrong with a meter, or how unlike the past each value is."""

import argparse
import json
import sys
from pathlib import Path

from analytics.rules.thresholds import MeterClass
from civicwatt import chosen_zone
from civicwatt.chosen_calendar import SHIPPED
from civicwatt.detect_input import findings, scores
from device_sim.settings import ZoneSetting


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "detect",
        help="find what is wrong with a recorded meter",
        description="Prints a JSON line for each incident: start, end, kind, priority, score,"
        " expected, actual, evidence; with --scores one line for each row, from the rows before"
        " it alone.",
    )
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="CSV with ts,value; also .gz")
    parser.add_argument("--weather", type=Path, metavar="T.csv", help="ts,temp_c")
    parser.add_argument("--zone", help="zone of days and of stamps without offset")
    parser.add_argument("--scores", action="store_true", help="ts and score of each row instead")
    parser.add_argument(
        "--class",
        dest="meter_class",
        choices=[str(each) for each in MeterClass],
        default=str(MeterClass.ELECTRICITY),
        help="default: %(default)s",
    )
    parser.add_argument(
        "--calendar",
        metavar="|".join((*SHIPPED, "FILE")),
        help="kinds of days; without it weekdays alone",
    )
    parser.add_argument(
        "--thresholds", type=Path, metavar="OWN.toml", help="thresholds of this meter, by rule"
    )
    parser.add_argument("--time-column", default="ts", metavar="C", help="in both files")
    parser.add_argument("--value-column", default="value", metavar="C")
    parser.add_argument("--weather-column", default="temp_c", metavar="C")
    parser.add_argument("--skip-bad", action="store_true", help="count unreadable rows, go on")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the incidents, or the scores.

    Returns
    -------
    int
        0; what cannot be read is raised.
    """
    zone = chosen_zone.zone(args.zone or ZoneSetting().zone)
    lines = scores(args, zone) if args.scores else findings(args, zone)
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0
