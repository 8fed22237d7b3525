"""`civicwatt replay`: a recorded file, published over MQTT as its devices did."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from civicwatt.signals import stop_on_signal
from device_sim.progress import Progress
from device_sim.publisher import Publisher, StoppedError
from device_sim.recordings.profile import PROFILES
from device_sim.recordings.recording import Reading, Recording
from device_sim.recordings.table import Table
from device_sim.replay import replay_fast, replay_paced
from device_sim.settings import DeviceSimSettings, ZoneSetting
from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError
from domain.quantity import Kind, quantities

_SHOW_EVERY_S = 0.2


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "replay", help="publish recorded files over MQTT as their devices did"
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV, also .gz")
    parser.add_argument("--profile", choices=PROFILES, default="native")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--device", help="the device whose recording it is")
    whose.add_argument(
        "--device-per-column", metavar="PREFIX", help="each column is the device PREFIX + its name"
    )
    parser.add_argument("--time-column", help="default: ts; of a logger's profile its own")
    parser.add_argument("--value-column", help="the one column to publish, as --quantity")
    parser.add_argument("--quantity", default="active_energy_import_kwh", metavar="Q")
    parser.add_argument(
        "--as-register",
        action="store_true",
        help="values are amounts of intervals stamped with their start: publish the register they"
        " add up to, each at the end of its interval, after an initial zero; empty and NaN cells"
        " are not counted and not published",
    )
    parser.add_argument(
        "--minutes", type=float, help="length of those intervals (default: of the first two rows)"
    )
    parser.add_argument("--zone", help="zone of stamps without offset (default: CIVICWATT_ZONE)")
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--speed", type=float, default=1.0, metavar="X", help="times real time")
    pace.add_argument("--as-fast-as-possible", action="store_true")
    parser.add_argument("--max-rate", type=float, help="most samples a second")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Publish the files one after the other; then say how many samples."""
    recording = _recording(args)
    stop = stop_on_signal()
    publisher = Publisher(
        BrokerUrl.parse(DeviceSimSettings().mqtt_url),
        client_id=f"civicwatt-replay-{os.getpid()}",
        status_device=args.device,
        max_rate=args.max_rate,
        stop=stop,
    )
    began_s = time.monotonic()
    try:
        with publisher:
            _publish(args, recording, publisher, stop)
    except StoppedError:
        print(f"replay: stopped after {publisher.samples} samples")
        return 0
    took_s = time.monotonic() - began_s
    print(f"replay: {publisher.samples} samples in {took_s:.1f} s")
    return 0


def _publish(
    args: argparse.Namespace, recording: Recording, publisher: Publisher, stop: Event
) -> None:
    readings = _with_progress(args.files, recording, publisher)
    if args.as_fast_as_possible:
        replay_fast(readings, publisher)
    else:
        replay_paced(readings, publisher, speed=args.speed, stop=stop, clock=time.monotonic)


def _with_progress(
    files: list[Path], recording: Recording, publisher: Publisher
) -> Iterator[Reading]:
    for file in files:
        progress, before = Progress(file.name, sys.stderr), publisher.samples
        began_s = shown_s = time.monotonic()
        with Table(file) as table:
            for reading in recording.readings(table):
                yield reading
                now_s = time.monotonic()
                if now_s - shown_s > _SHOW_EVERY_S:
                    sent, shown_s = publisher.samples - before, now_s
                    progress.show(table.share_read, f"{reading.at:%F}", sent, now_s - began_s)
        progress.show(1.0, "read", publisher.samples - before, time.monotonic() - began_s)


def _recording(args: argparse.Namespace) -> Recording:
    known = quantities().get(args.quantity)
    if known is None:
        raise ConfigurationError(f"quantity {args.quantity!r} is not in the list of quantities")
    if args.as_register and known.kind is not Kind.CUMULATIVE:
        raise ConfigurationError(f"{args.quantity} is no register: --as-register needs one")
    if args.profile != "native" and (args.device is None or args.as_register or args.value_column):
        raise ConfigurationError(
            f"profile {args.profile} knows its columns: it takes --device and no column options"
        )
    if args.device_per_column is not None and args.value_column:
        raise ConfigurationError("--value-column names one column, --device-per-column means all")
    for name in ("speed", "max_rate", "minutes"):
        number = getattr(args, name)
        if number is not None and not 0 < number < float("inf"):
            raise ConfigurationError(f"--{name.replace('_', '-')} {number}: want more than 0")
    return Recording(
        zone=_zone(args.zone or ZoneSetting().zone),
        profile=args.profile,
        device=args.device,
        column_prefix=args.device_per_column or "",
        time_column=args.time_column,
        value_column=args.value_column,
        quantity=args.quantity,
        as_register=args.as_register,
        interval=None if args.minutes is None else timedelta(minutes=args.minutes),
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(f"zone {name!r} is no IANA zone, such as Asia/Shanghai") from None
