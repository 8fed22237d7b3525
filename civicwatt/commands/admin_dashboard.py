"""`civicwatt admin dashboard`: logins of the database with which Grafana and its like read."""

import argparse
import re
import secrets
from datetime import timedelta

from civicwatt.administering import administering
from civicwatt.settings import DatabaseSettings
from domain.errors import InputError
from store.institution.dashboard import end_login, logins, make_login
from store.server import connect

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_MOST_DAYS = 3650


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser(
        "dashboard", help="logins of the database for Grafana, each with a person's scope"
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    make = steps.add_parser("add", help="make one; its password is printed this once")
    make.add_argument("login", help="such as grafana_bureau")
    make.add_argument("--person", required=True, metavar="LOGIN", help="whose scope it has")
    make.add_argument("--days", type=_days, help="until it sees nothing more; left out: for ever")
    make.set_defaults(run=_add)

    end = steps.add_parser("end", help="take one away")
    end.add_argument("login")
    end.set_defaults(run=_end)

    steps.add_parser("list", help="list them").set_defaults(run=_list)


def _days(text: str) -> timedelta:
    days = int(text)
    if not 1 <= days <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{days}: want 1 to {_MOST_DAYS}")
    return timedelta(days=days)


def _add(args: argparse.Namespace) -> int:
    if not _NAME.fullmatch(args.login):
        reason = "want a small letter, then at most 47 small letters, digits and underscores"
        raise InputError(reason, place=args.login)
    password = secrets.token_urlsafe(24)
    with (
        connect(DatabaseSettings().database_url, name="civicwatt admin") as conn,
        conn.transaction(),
    ):
        make_login(conn, args.login, person=args.person, password=password, lasts=args.days)
    print(f"login {args.login}, with the scope of {args.person}")
    print(f"password: {password}")
    return 0


def _end(args: argparse.Namespace) -> int:
    with (
        connect(DatabaseSettings().database_url, name="civicwatt admin") as conn,
        conn.transaction(),
    ):
        end_login(conn, args.login)
    print(f"login {args.login} is gone")
    return 0


def _list(_args: argparse.Namespace) -> int:
    with administering() as conn:
        for each in logins(conn):
            until = f"until {each.expires_at:%Y-%m-%d}" if each.expires_at else "without end"
            print(f"{each.login}  {each.person}  {until}")
    return 0
