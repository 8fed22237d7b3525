"""`civicwatt admin device`: add, accept, refuse and list devices; open and close commands."""

import argparse

import psycopg
from psycopg import Connection

from civicwatt.administering import administering, device_named
from civicwatt.profiles import readers
from domain.coordinates import CoordinateSystem
from domain.counting import CountsBy
from domain.errors import InputError
from domain.registry import DeviceKind
from ingest.door.rights import check_name
from store.people.session import audit
from store.places.place import (
    DeviceRow,
    hang_device,
    meters,
    organisations,
    place_device,
    recount,
    set_device_status,
)
from store.places.place import devices as all_devices
from store.telemetry.credential import open_commands, register
from store.telemetry.device import declare_coordinates, give_profile

_WAYS = [way.value for way in CountsBy]


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("device", help="add, accept, refuse, list devices; what reads them")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    new = steps.add_parser("add", help="enter a device before it is heard of; it is accepted")
    new.add_argument("code")
    new.add_argument("--kind", choices=[kind.value for kind in DeviceKind], default="other")
    new.add_argument("--name-zh", help="the code when left out")
    new.add_argument("--name-en", help="the code when left out")
    new.add_argument("--profile", default="native", help="profile or codec of its messages")
    _add_place(new)
    new.set_defaults(run=_add)

    counts = steps.add_parser("counts", help="correct what it tells of its meter; days follow")
    counts.add_argument("code")
    counts.add_argument("counts_by", choices=_WAYS)
    counts.set_defaults(run=_counts)

    accept = steps.add_parser("accept", help="accept a device that waits, or was refused")
    accept.add_argument("code")
    _add_place(accept)
    accept.set_defaults(run=_accept)

    refuse = steps.add_parser(
        "refuse",
        help="keep a device out, its open connections too; readings of one that speaks through"
        " another go to quarantine",
    )
    refuse.add_argument("code")
    refuse.set_defaults(run=_refuse)

    read = steps.add_parser(
        "profile", help="which profile its messages are read by, and of those behind it"
    )
    read.add_argument("code")
    read.add_argument("name", help="of a profile or codec, shipped or in CIVICWATT_PROFILES")
    read.set_defaults(run=_profile)

    listing = steps.add_parser("list", help="list devices")
    listing.add_argument("--status", choices=("pending", "accepted", "refused"))
    listing.set_defaults(run=_list)

    commands = steps.add_parser("commands", help="whether it may hear commands; off by default")
    commands.add_argument("code")
    commands.add_argument("state", choices=("on", "off"))
    commands.set_defaults(run=_commands)

    system = steps.add_parser(
        "coordinates", help="what positions it sends, and those behind it; wgs84 by default"
    )
    system.add_argument("code")
    system.add_argument("system", choices=(*CoordinateSystem, "gateway"), help="gateway: as its")
    system.set_defaults(run=_coordinates)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisation", help="code of the organisation where it stands")
    parser.add_argument("--meter", help="code of the meter it counts for")
    parser.add_argument(
        "--counts-by",
        choices=_WAYS,
        default=CountsBy.REGISTER.value,
        help="what it tells of the meter: its register, amounts of intervals stamped with their"
        " start, or only the rate, that is power or flow (default: %(default)s)",
    )


def _add(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        try:
            register(
                conn,
                code=check_name(args.code),
                kind=args.kind,
                name_zh=args.name_zh or args.code,
                name_en=args.name_en or args.code,
                profile=args.profile,
            )
        except psycopg.errors.UniqueViolation:
            raise InputError("there is a device of this code", place=args.code) from None
        _take_in(conn, device_named(conn, args.code), args)
        audit(conn, "device_registered", args.code, {"profile": args.profile})
    print(f"added {args.code}")
    return 0


def _accept(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        _take_in(conn, device_named(conn, args.code), args)
        audit(conn, "device_status", args.code, {"status": "accepted"})
    print(f"accepted {args.code}")
    return 0


def _take_in(conn: Connection, device: DeviceRow, args: argparse.Namespace) -> None:
    """Give a device its place and its meter, unless it has them, and accept it."""
    if device.organisation_id is None:
        places = {place.code: place.id for place in organisations(conn)}
        if args.organisation not in places:
            raise InputError(
                f"--organisation {args.organisation}: no such place", place=device.code
            )
        place_device(conn, device.id, places[args.organisation])
    elif args.organisation is not None:
        raise InputError("it has a place already; a move is a dated entry", place=device.code)
    if args.meter is not None:
        known = {meter.code: meter.id for meter in meters(conn)}
        if args.meter not in known:
            raise InputError(f"--meter {args.meter}: no such meter", place=device.code)
        try:
            hang_device(conn, device.id, known[args.meter], CountsBy(args.counts_by))
        except psycopg.IntegrityError:
            reason = f"the meter {args.meter} has a device already"
            raise InputError(reason, place=device.code) from None
    set_device_status(conn, device.id, "accepted")


def _counts(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        device = device_named(conn, args.code)
        if device.meter_id is None:
            raise InputError("it counts for no meter", place=args.code)
        recount(conn, device.id, device.meter_id, CountsBy(args.counts_by))
        audit(conn, "device_counts_by", args.code, {"was": device.counts_by, "is": args.counts_by})
    print(f"{args.code} tells its meter by {args.counts_by}")
    return 0


def _refuse(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        set_device_status(conn, device_named(conn, args.code).id, "refused")
        audit(conn, "device_status", args.code, {"status": "refused"})
    print(f"refused {args.code}")
    return 0


def _profile(args: argparse.Namespace) -> int:
    known = readers().get(args.name)
    if known is None:
        raise InputError("there is no such profile or codec", place=args.name)
    with administering() as conn, conn.transaction():
        device = device_named(conn, args.code)
        count = give_profile(conn, device.id, known.name)
        audit(conn, "device_profile", args.code, {"was": device.profile, "is": known.name})
    print(f"{args.code} is read by {known.name}, {count - 1} devices behind it too")
    return 0


def _list(args: argparse.Namespace) -> int:
    with administering() as conn:
        for device in all_devices(conn, status=args.status):
            seen = "never" if device.last_seen is None else device.last_seen.isoformat()
            print(f"{device.status:8}  {device.kind:17}  {seen:32}  {device.code}")
    return 0


def _commands(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        device = device_named(conn, args.code)
        open_commands(conn, device.id, takes_commands=args.state == "on")
        audit(conn, "device_commands", args.code, {"open": args.state == "on"})
    print(f"commands to {args.code} are {args.state}")
    return 0


def _coordinates(args: argparse.Namespace) -> int:
    system = None if args.system == "gateway" else CoordinateSystem(args.system)
    with administering() as conn, conn.transaction():
        device = device_named(conn, args.code)
        declare_coordinates(conn, device.id, system)
        audit(conn, "device_coordinates", args.code, {"system": system})
    print(f"positions of {args.code} are taken for {system or 'those of its gateway'}")
    return 0
