"""`civicwatt trips`: what a recorded vehicle did, trip by trip and charge by charge."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from analytics.fleet.plug_in_hybrid import hybrid_use
from analytics.fleet.segment import Segment
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from analytics.models.series import instant
from civicwatt import chosen_zone
from civicwatt.readable_rows import ReadableRows
from civicwatt.vehicle_file import VehicleFile
from device_sim.recordings.profile import PROFILES
from device_sim.settings import ZoneSetting
from domain.errors import ConfigurationError, InputError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    usual = VehicleClass()
    parser = commands.add_parser(
        "trips",
        help="cut a recorded vehicle's samples into trips, stops and charges",
        description="Prints a JSON line for each trip, stop and charge in order of start. kwh of a"
        " trip is net out of the battery, of a charge into it; null is not known.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV of one vehicle; also .gz")
    parser.add_argument("--profile", choices=PROFILES, default="native", help="default: native")
    parser.add_argument("--vehicle", metavar="CODE", help="goes into the ids (default: file name)")
    parser.add_argument(
        "--battery-kwh", type=float, metavar="C", help="usable capacity, for energy by charge"
    )
    parser.add_argument("--hybrid", action="store_true", help="burns fuel as well")
    parser.add_argument(
        "--parking",
        type=float,
        default=usual.parking_s,
        metavar="S",
        help="seconds of pause or silence that end a trip (default: %(default)g)",
    )
    parser.add_argument(
        "--least-km",
        type=float,
        default=usual.least_km,
        metavar="KM",
        help="less is manoeuvring (default: %(default)g)",
    )
    parser.add_argument("--zone", help="zone of stamps without offset")
    parser.add_argument("--time-column", default="ts", metavar="C", help="of a native file")
    parser.add_argument("--skip-bad", action="store_true", help="count unreadable rows, go on")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what the vehicle did.

    Returns
    -------
    int
        0; what cannot be used is raised.
    """
    zone = chosen_zone.zone(args.zone or ZoneSetting().zone)
    for name in ("battery_kwh", "parking", "least_km"):
        given = getattr(args, name)
        if given is not None and not 0 < given < float("inf"):
            raise ConfigurationError(f"--{name.replace('_', '-')} {given}: want more than 0")
    kind = VehicleClass(
        parking_s=args.parking,
        least_km=args.least_km,
        battery_kwh=args.battery_kwh,
        hybrid=args.hybrid,
    )
    rows = ReadableRows(args.skip_bad)
    samples = VehicleFile(args.file, zone, args.profile, args.time_column, rows).read()
    if rows.skipped:
        print(f"{args.file}: {rows.skipped} unreadable rows left out", file=sys.stderr)
    if not len(samples):
        raise InputError("no samples", place=str(args.file))
    found = segments(samples, kind, args.vehicle or args.file.name.partition(".")[0])
    for each in found:
        print(json.dumps(_line(each)))
    if args.hybrid:
        _tell_hybrid(found)
    return 0


def _line(told: Segment) -> dict[str, Any]:
    return {
        "kind": str(told.kind),
        "start": _written(told.start),
        "end": _written(told.end),
        "km": told.km.amount,
        "kwh": told.kwh.amount,
        "grid_kwh": told.grid_kwh,
        "soc_start": told.soc_start,
        "soc_end": told.soc_end,
        "evidence": list(told.evidence),
        "estimated": told.estimated,
        "id": told.id,
        "start_after": None if told.start_after is None else _written(told.start_after),
        "end_before": None if told.end_before is None else _written(told.end_before),
        "km_from": told.km.by,
        "km_by": dict(told.km.ways),
        "electric_km": told.electric_km,
        "kwh_from": told.kwh.by,
        "kwh_by": dict(told.kwh.ways),
        "kwh_spread": told.kwh.spread,
        "recovered_kwh": told.recovered_kwh,
        "loss": None if told.loss is None else round(told.loss, 6),
        "doubts": told.doubts.names,
    }


def _tell_hybrid(found: list[Segment]) -> None:
    use = hybrid_use(found)
    electric = "unknown" if use.electric_km is None else f"{use.electric_km:.1f} km"
    never = {True: "never charged", False: f"{use.charges} charges", None: "too little to say"}
    print(
        f"{use.km:.1f} km in {use.days:.1f} days, electric {electric}: {never[use.never_charged]}",
        file=sys.stderr,
    )


def _written(at_us: int) -> str:
    at = instant(at_us)
    precision = "milliseconds" if at_us % 1_000_000 else "seconds"
    return at.isoformat(timespec=precision).replace("+00:00", "Z")
