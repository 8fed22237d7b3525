"""`civicwatt admin`: people, devices, credentials and the registry, from the command line."""

import argparse
import getpass
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
from psycopg import Connection

from api.password import hash_password
from civicwatt.administering import administering
from civicwatt.commands import (
    admin_credential,
    admin_dashboard,
    admin_device,
    admin_factor,
    admin_key,
    admin_ledger,
    admin_orders,
    admin_power_factor,
    admin_quarantine,
    admin_tariff,
)
from civicwatt.settings import DatabaseSettings
from domain.errors import InputError
from domain.password_rule import want_password
from domain.registry import Registry
from store.fleet.track import keep_tracks
from store.people.person import add_person, grant, set_password
from store.people.security_rule import security_rule
from store.places.registry import write
from store.retention import keep, kept


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "admin",
        help="people, keys, devices, credentials, quarantine, registry, retention, tariffs, "
        "factors, power-factor tables, ledger, dashboards",
    )
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

    admin_device.add(tasks)
    admin_credential.add(tasks)
    admin_quarantine.add(tasks)
    admin_tariff.add(tasks)
    admin_power_factor.add(tasks)
    admin_factor.add(tasks)
    admin_ledger.add(tasks)
    admin_orders.add(tasks)
    admin_dashboard.add(tasks)
    admin_key.add(tasks)

    retention = tasks.add_parser("retention", help="how long raw readings are kept")
    retention.add_argument(
        "table", nargs="?", help="such as vehicle_reading, or tracks; none to list"
    )
    retention.add_argument("--days", type=int, help="at least 180 (tracks: 40); left out: for ever")
    retention.set_defaults(run=_retention)


def _ask_password() -> str:
    """Ask at the terminal; without one, read one line, so that scripts need no argument for it."""
    if sys.stdin.isatty():
        return getpass.getpass("password: ")
    return sys.stdin.readline().rstrip("\n")


def _add_person(args: argparse.Namespace) -> int:
    password = _ask_password()
    with administering() as conn, conn.transaction():
        password_hash = _hashed(conn, password, args.login)
        name, lang = args.name or args.login, args.lang or DatabaseSettings().lang
        if not add_person(
            conn, login=args.login, name=name, password_hash=password_hash, lang=lang
        ):
            raise InputError("there is a person with this login", place=args.login)
        for role in args.role:
            grant(conn, login=args.login, role=role, organisation=args.organisation or "")
    print(f"added {args.login} with {len(args.role)} roles")
    return 0


def _hashed(conn: Connection, password: str, login: str) -> str:
    """Hash of a password that is as the rules want it."""
    want_password(password, login, security_rule(conn).password)
    return hash_password(password)


def _set_password(args: argparse.Namespace) -> int:
    password = _ask_password()
    with administering() as conn, conn.transaction():
        password_hash = _hashed(conn, password, args.login)
        set_password(conn, login=args.login, password_hash=password_hash)
    print(f"new password for {args.login}")
    return 0


def _load_registry(args: argparse.Namespace) -> int:
    try:
        registry = msgspec.json.decode(args.file.read_bytes(), type=Registry)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(str(error), place=str(args.file)) from error
    with administering() as conn:
        write(conn, registry)
    print(
        f"{len(registry.organisations)} organisations, {len(registry.meters)} meters, "
        f"{len(registry.devices)} devices"
    )
    return 0


def _retention(args: argparse.Namespace) -> int:
    with administering() as conn:
        if args.table == "tracks" and args.days is not None:
            keep_tracks(conn, timedelta(days=args.days))
        elif args.table is not None:
            keep(conn, args.table, None if args.days is None else timedelta(days=args.days))
        for table, span in kept(conn):
            print(f"{table}: {'for ever' if span is None else f'{span.days} days'}")
    return 0
