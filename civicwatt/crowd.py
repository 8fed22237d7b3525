"""The part of `civicwatt simulate` that speaks as vendors' devices do, for load and for faults."""

import argparse
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from ssl import create_default_context
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from civicwatt.signals import stop_on_signal
from device_sim.answered_link import AnsweredLink
from device_sim.catalogue import VENDORS
from device_sim.connections import Connections
from device_sim.crowd import Crowd
from device_sim.faults.afflicted import FAULTS
from device_sim.faults.expected import Expected, expected
from device_sim.faults.stream import Dispatch
from device_sim.playing import play
from device_sim.publisher import Publisher, StoppedError
from device_sim.settings import DeviceSimSettings
from device_sim.vendor import Vendor
from device_sim.vendors.gb32960_platform import Gb32960Platform
from device_sim.vendors.gb32960_terminal import Gb32960Terminal
from domain.broker_url import BrokerUrl
from domain.errors import ConfigurationError
from ingest.codecs.gb32960.key_file import load

_OVER_TCP = {"gb32960", "jt808"}
CLIENT = f"civicwatt-vendors-{os.getpid()}"
"""At the broker; two that run at once must not push each other out."""
_ACCEPT_BACK, _ACCEPT_AHEAD = timedelta(days=30), timedelta(minutes=5)
"""What devices accept unless they are told otherwise."""


def add_arguments(parser: argparse.ArgumentParser, at_least: Callable[[int], Any]) -> None:
    """Add the options of vendors' devices."""
    group = parser.add_argument_group(
        "vendors", "plain devices that speak as their makers do, instead of the district"
    )
    group.add_argument(
        "--vendor", metavar="V[,V..]", help=f"all, or some of {', '.join(sorted(VENDORS))}"
    )
    group.add_argument(
        "--devices", type=at_least(1), default=10, metavar="N", help="of each vendor"
    )
    group.add_argument(
        "--hours", type=at_least(0), default=0, metavar="N", help="history sent first"
    )
    group.add_argument(
        "--faults",
        default="",
        metavar="F[,F..]",
        help=f"what befalls a device of each vendor every 60 messages: all, or {', '.join(FAULTS)}",
    )
    group.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="vehicles of gb32960 that have a key in this file encrypt",
    )
    group.add_argument(
        "--tcp",
        metavar="HOST:PORT",
        help="send frames of gb32960 or jt808 vehicles to `civicwatt listen` instead of the broker",
    )
    group.add_argument(
        "--platform",
        metavar="USER",
        help="with --tcp: gb32960 vehicles behind a platform that logs in with this name, on one "
        "connection; what is not answered is sent again",
    )
    group.add_argument(
        "--platform-password-file", type=Path, metavar="FILE", help="the platform's password"
    )
    group.add_argument(
        "--authority", type=Path, metavar="FILE", help="with --platform: TLS, and who signs for it"
    )


def run(args: argparse.Namespace, zone: ZoneInfo) -> int:
    """Send until done or asked to stop; then say how much."""
    stop, now = stop_on_signal(), _now()
    crowd = Crowd(
        _vendors(args),
        args.devices,
        timedelta(seconds=args.meter_seconds),
        zone,
        _chosen("--faults", args.faults, FAULTS),
        args.seed,
    )
    sent: list[Dispatch] = []
    note = _forget if args.truth is None else sent.append
    start = now - timedelta(hours=args.hours)
    until = None if args.live else now
    outlet = _outlet(args, crowd, stop)
    messages = chain(crowd.hello(start), crowd.messages(start))
    try:
        with outlet:
            with suppress(StoppedError):  # asked for
                play(messages, outlet, until=until, stop=stop, clock=_now, note=note)
            _leave(crowd, outlet)
    except StoppedError:
        pass  # and not all could be told that they go
    if args.truth is not None:
        _write(args.truth, expected(sent, now, _ACCEPT_BACK, _ACCEPT_AHEAD))
    print(f"simulate: {outlet.samples} samples of {crowd.devices} devices of each vendor sent")
    return 0


def _leave(crowd: Crowd, outlet: Publisher | Connections | AnsweredLink) -> None:
    for one in crowd.goodbye(_now()):
        outlet.send(one.sent.topic, one.sent.payload, 0, retain=one.sent.retain)
    outlet.drain()


def _vendors(args: argparse.Namespace) -> list[Vendor]:
    names = _chosen("--vendor", args.vendor, VENDORS)
    known: dict[str, Vendor] = dict(VENDORS)
    if args.keys is not None:
        known["gb32960"] = Gb32960Terminal(load(args.keys))
    return [known[name] for name in names]


def _outlet(
    args: argparse.Namespace, crowd: Crowd, stop: Event
) -> Publisher | Connections | AnsweredLink:
    if args.tcp is None:
        url = BrokerUrl.parse(DeviceSimSettings().mqtt_url)
        return Publisher(
            url,
            client_id=CLIENT,
            max_rate=args.max_rate,
            stop=stop,
            commands=crowd.commands,
            answer=lambda topic, command: crowd.answer(topic, command, _now()),
        )
    names = {vendor.name for vendor in crowd.vendors}
    host, _, port = args.tcp.rpartition(":")
    if len(names & _OVER_TCP) != 1 or len(names) != 1:
        raise ConfigurationError(f"--tcp: want --vendor {' or '.join(sorted(_OVER_TCP))}")
    if not host or not port.isdecimal():
        raise ConfigurationError(f"--tcp {args.tcp}: want HOST:PORT")
    if args.platform is not None:
        if names != {"gb32960"} or args.platform_password_file is None:
            reason = "want --vendor gb32960 and --platform-password-file"
            raise ConfigurationError(f"--platform {args.platform}: {reason}")
        password = args.platform_password_file.read_text("ascii").strip()
        tls = args.authority and create_default_context(cafile=args.authority)
        platform = Gb32960Platform(args.platform, password, _now)
        return AnsweredLink(host, int(port), platform, stop=stop, tls=tls)
    return Connections(host, int(port), stop=stop)


def _now() -> datetime:
    return datetime.now(UTC)


def _forget(_: Dispatch) -> None:
    """A run without an end would fill the memory; only `--truth` needs what was sent."""


def _chosen(option: str, text: str, there: Any) -> list[str]:
    """Names out of a list with commas.

    Raises
    ------
    ConfigurationError
        If one is not there.
    """
    if text == "all":
        return sorted(there)
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in there:
            raise ConfigurationError(f"{option} {name}: want all, or {', '.join(sorted(there))}")
    return names


def _write(path: Path, truth: Expected) -> None:
    """One JSON line for each instant, each message in quarantine, and each device's gaps."""
    with path.open("wb") as file:
        for (device, ts), values in sorted(truth.values.items()):
            disputed = sorted(truth.disputed.get((device, ts), ()))
            record = {"kind": "instant", "device": device, "ts": ts, "values": values}
            file.write(msgspec.json.encode(record | {"disputed": disputed}) + b"\n")
        for topic, payload in sorted(truth.quarantine):
            record = {"kind": "quarantine", "topic": topic, "payload": payload}
            file.write(msgspec.json.encode(record) + b"\n")
        for device, numbers in sorted(truth.missing.items()):
            record = {"kind": "missing", "device": device, "numbers": sorted(numbers)}
            file.write(msgspec.json.encode(record) + b"\n")
