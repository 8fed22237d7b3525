"""`civicwatt admin`: people, devices and the registry, from the command line."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
from psycopg import Connection

from api.password import hash_password
from civicwatt.settings import DatabaseSettings
from domain.errors import InputError
from domain.registry import Registry
from store.become import Role, become
from store.person import add_person, grant, set_password
from store.place import devices, set_device_status
from store.registry import write
from store.retention import keep, kept
from store.server import connect


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("admin", help="people, devices, registry, retention")
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")

    person = tasks.add_parser("add-person", help="add a person; the password is asked for")
    person.add_argument("login")
    person.add_argument("--name", help="name shown to people; the login when left out")
    person.add_argument("--lang", choices=("zh-CN", "en"), help="default: CIVICWATT_LANG")
    person.add_argument("--role", action="append", default=[], help="may be given several times")
    person.add_argument("--organisation", help="code of the organisation the roles are for")
    person.set_defaults(run=_add_person)

    password = tasks.add_parser("set-password", help="give a person a new password")
    password.add_argument("login")
    password.set_defaults(run=_set_password)

    registry = tasks.add_parser("load-registry", help="add organisations, meters and devices")
    registry.add_argument("file", type=Path, help="JSON, as `civicwatt simulate --registry` writes")
    registry.set_defaults(run=_load_registry)

    listing = tasks.add_parser("devices", help="list devices")
    listing.add_argument("--status", choices=("pending", "accepted", "refused"))
    listing.set_defaults(run=_list_devices)

    refusal = tasks.add_parser("refuse-device", help="keep a device's messages out")
    refusal.add_argument("code")
    refusal.set_defaults(run=_refuse_device)

    retention = tasks.add_parser("retention", help="how long raw readings are kept")
    retention.add_argument("table", nargs="?", help="such as vehicle_reading; none to list")
    retention.add_argument("--days", type=int, help="at least 180; left out: for ever")
    retention.set_defaults(run=_retention)


@contextmanager
def _admin() -> Iterator[Connection]:
    with connect(DatabaseSettings().database_url, name="civicwatt admin") as conn:
        become(conn, Role.ADMIN)
        yield conn


def _ask_password() -> str:
    """Ask at the terminal; without one, read one line, so that scripts need no argument for it."""
    if sys.stdin.isatty():
        return getpass.getpass("password: ")
    return sys.stdin.readline().rstrip("\n")


def _add_person(args: argparse.Namespace) -> int:
    password_hash = hash_password(_ask_password())
    with _admin() as conn, conn.transaction():
        name, lang = args.name or args.login, args.lang or DatabaseSettings().lang
        if not add_person(
            conn, login=args.login, name=name, password_hash=password_hash, lang=lang
        ):
            raise InputError("there is a person with this login", place=args.login)
        for role in args.role:
            grant(conn, login=args.login, role=role, organisation=args.organisation or "")
    print(f"added {args.login} with {len(args.role)} roles")
    return 0


def _set_password(args: argparse.Namespace) -> int:
    password_hash = hash_password(_ask_password())
    with _admin() as conn:
        set_password(conn, login=args.login, password_hash=password_hash)
    print(f"new password for {args.login}")
    return 0


def _load_registry(args: argparse.Namespace) -> int:
    try:
        registry = msgspec.json.decode(args.file.read_bytes(), type=Registry)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(str(error), place=str(args.file)) from error
    with _admin() as conn:
        write(conn, registry)
    print(
        f"{len(registry.organisations)} organisations, {len(registry.meters)} meters, "
        f"{len(registry.devices)} devices"
    )
    return 0


def _list_devices(args: argparse.Namespace) -> int:
    with _admin() as conn:
        for device in devices(conn, status=args.status):
            seen = "never" if device.last_seen is None else device.last_seen.isoformat()
            print(f"{device.status:8}  {device.kind:17}  {seen:32}  {device.code}")
    return 0


def _refuse_device(args: argparse.Namespace) -> int:
    with _admin() as conn:
        found = [device for device in devices(conn) if device.code == args.code]
        if not found:
            raise InputError("there is no such device", place=args.code)
        set_device_status(conn, found[0].id, "refused")
    print(f"refused {args.code}")
    return 0


def _retention(args: argparse.Namespace) -> int:
    with _admin() as conn:
        if args.table is not None:
            keep(conn, args.table, None if args.days is None else timedelta(days=args.days))
        for table, span in kept(conn):
            print(f"{table}: {'for ever' if span is None else f'{span.days} days'}")
    return 0
