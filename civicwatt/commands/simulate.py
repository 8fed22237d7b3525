"""`civicwatt simulate`: a district of invented institutions that sends over MQTT."""

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from civicwatt import crowd
from civicwatt.signals import stop_on_signal
from device_sim import district as d
from device_sim.bookmark import Bookmark, begin
from device_sim.climate import climates
from device_sim.progress import Progress
from device_sim.publisher import Publisher, StoppedError
from device_sim.registration import GATEWAY
from device_sim.settings import DeviceSimSettings, ZoneSetting
from device_sim.transmission import Steps, Transmission
from device_sim.truth import truth
from device_sim.workday import is_published
from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError

STATE_FILE = "simulate.json"
"""Name of the state in the data folder."""
_SAVE_EVERY = timedelta(minutes=1)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "simulate", help="send the history of an invented district, then go on live"
    )
    parser.add_argument(
        "--institutions", type=_at_least(1), default=d.DEFAULT_INSTITUTIONS, metavar="N"
    )
    parser.add_argument("--vehicles", type=_at_least(0), default=d.DEFAULT_VEHICLES, metavar="N")
    parser.add_argument(
        "--days",
        type=_at_least(0),
        default=d.DEFAULT_DAYS,
        metavar="N",
        help="whole days of history before today; a state file keeps its own beginning",
    )
    parser.add_argument("--seed", type=int, default=d.DEFAULT_SEED, metavar="N")
    parser.add_argument("--zone", help="IANA zone of the district (default: CIVICWATT_ZONE)")
    parser.add_argument("--climate", choices=sorted(climates()), default=d.DEFAULT_CLIMATE)
    parser.add_argument(
        "--step-minutes", type=_at_least(1), default=15, help="step of meters in history"
    )
    parser.add_argument(
        "--live",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="go on with what happens now, until stopped",
    )
    parser.add_argument("--meter-seconds", type=_at_least(1), default=10, help="live, of meters")
    parser.add_argument("--vehicle-seconds", type=_at_least(1), default=5, help="live, of vehicles")
    parser.add_argument("--state", type=Path, help="file that keeps how far it has come")
    parser.add_argument("--truth", type=Path, help="write what truly happened, as JSON lines")
    parser.add_argument("--registry", type=Path, help="write the registry as JSON, and stop")
    parser.add_argument("--max-rate", type=_at_least(1), help="most samples a second")
    crowd.add_arguments(parser, _at_least)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Send history and live samples until done or asked to stop; then say how many."""
    if args.vendor:
        return crowd.run(args, ZoneInfo(_zone(args)))
    now = datetime.now(UTC)
    wanted = _wanted(args, now)
    if args.registry is not None:
        args.registry.write_bytes(msgspec.json.encode(d.District(wanted).registry()))
        return 0
    settings = DeviceSimSettings()
    path = args.state or settings.data_dir / STATE_FILE
    begun = begin(path, wanted)
    if not is_published(now.year):
        print(f"simulate: workdays of {now.year} are not published; weekends and fixed holidays")
    stop = stop_on_signal()
    publisher = Publisher(
        BrokerUrl.parse(settings.mqtt_url),
        client_id=GATEWAY,
        status_device=GATEWAY,
        max_rate=args.max_rate,
        stop=stop,
    )
    district = d.District(begun.settings)
    notes = _Notes(path, begun, now, publisher, Progress("history", sys.stderr), time.monotonic())
    transmission = Transmission(
        district,
        publisher,
        steps=Steps(
            timedelta(minutes=args.step_minutes),
            timedelta(seconds=args.vehicle_seconds),
            timedelta(seconds=args.meter_seconds),
        ),
        clock=lambda: datetime.now(UTC),
        reached=notes.reached,
    )
    try:
        with publisher:
            transmission.fill(begun.sent_until, now)
            if args.truth is not None:
                _write_truth(args.truth, district, now)
            if args.live:
                print("simulate: live", flush=True)
                transmission.live(max(begun.sent_until, now), stop)
    except StoppedError:
        pass  # asked for; what is not acknowledged is sent again by the next run
    finally:
        notes.save()
    print(f"simulate: {publisher.samples} samples sent, up to {notes.sent_until.isoformat()}")
    return 0


@dataclass
class _Notes:
    """Keeps the state file and shows progress as instants are reached."""

    path: Path
    begun: Bookmark
    now: datetime
    publisher: Publisher
    progress: Progress
    started_s: float

    def __post_init__(self) -> None:
        self.sent_until = self._saved = self.begun.sent_until

    def reached(self, instant: datetime) -> None:
        """Take note that everything before the instant is acknowledged."""
        self.sent_until = instant
        if instant <= self.now:
            share = (instant - self.begun.sent_until) / (self.now - self.begun.sent_until)
            seconds = time.monotonic() - self.started_s
            self.progress.show(share, f"{instant:%Y-%m-%d}", self.publisher.samples, seconds)
        if instant - self._saved >= _SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Write the state file."""
        Bookmark(self.begun.settings, self.sent_until).save(self.path)
        self._saved = self.sent_until


def _wanted(args: argparse.Namespace, now: datetime) -> d.DistrictSettings:
    zone = _zone(args)
    return d.DistrictSettings(
        d.first_instant(now, args.days, zone),
        args.institutions,
        args.vehicles,
        args.seed,
        zone,
        args.climate,
    )


def _zone(args: argparse.Namespace) -> str:
    zone: str = args.zone or ZoneSetting().zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(f"zone {zone!r} is no IANA zone, such as Asia/Shanghai") from None
    return zone


def _write_truth(path: Path, district: d.District, end: datetime) -> None:
    with path.open("wb") as file:
        for record in truth(district, end):
            file.write(msgspec.json.encode(record) + b"\n")


def _at_least(smallest: int) -> "argparse._ActionType":
    def number(text: str) -> int:
        value = int(text)
        if value < smallest:
            raise argparse.ArgumentTypeError(f"{value} is less than {smallest}")
        return value

    return number
