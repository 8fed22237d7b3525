"""`civicwatt admin key`: make, list and withdraw keys of machines, in somebody's name."""

import argparse
from datetime import UTC, datetime, timedelta

from api.credential import new_key, token_hash
from api.key_permission import PERMISSIONS
from civicwatt.administering import acting_for
from domain.errors import InputError
from store.people.api_key import add_key, keys, revoke_key
from store.people.people import grantable
from store.people.session import audit


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("key", help="make, list and withdraw keys of machines")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    make = steps.add_parser("make", help="make a key; it is printed once")
    make.add_argument("name", help="what asks by it")
    make.add_argument("--role", required=True, help="in which it asks, such as operator")
    make.add_argument("--place", required=True, help="code of the organisation or contract")
    make.add_argument(
        "--may", action="append", default=[], choices=PERMISSIONS, help="what it may write"
    )
    make.add_argument("--days", type=int, default=90, help="how long it lasts (at most 366)")
    make.set_defaults(run=_make)

    show = steps.add_parser("list", help="keys in force")
    show.set_defaults(run=_list)

    withdraw = steps.add_parser("withdraw", help="let a key open nothing from now on")
    withdraw.add_argument("hint", help="its first characters, such as cw_1f00ba12")
    withdraw.set_defaults(run=_withdraw)
    for step in (make, show, withdraw):
        step.add_argument(
            "--as", dest="login", required=True, help="the security administrator whose act it is"
        )


def _make(args: argparse.Namespace) -> int:
    hint, secret = new_key()
    with acting_for(args.login) as conn:
        place = next((each for each in grantable(conn) if each.code == args.place), None)
        if place is None:
            raise InputError(f"{args.login} gives no keys for this place", place=args.place)
        add_key(
            conn,
            name=args.name,
            hint=hint,
            key_hash=token_hash(secret),
            may=sorted(set(args.may)),
            role=args.role,
            organisation_id=place.organisation_id,
            contract_id=place.contract_id,
            sees_from=None,
            sees_until=None,
            expires_at=datetime.now(UTC) + timedelta(days=args.days),
        )
        audit(conn, "key_made", hint, {"name": args.name, "role": args.role, "place": args.place})
    print(secret)
    return 0


def _list(args: argparse.Namespace) -> int:
    with acting_for(args.login) as conn:
        for key in keys(conn):
            may = ", ".join(["read", *key.may])
            print(f"{key.hint}  {key.name}: {key.role} of {key.code}, may {may}, until "
                  f"{key.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")  # fmt: skip
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    with acting_for(args.login) as conn:
        found = next((key for key in keys(conn) if key.hint == args.hint), None)
        if found is None or not revoke_key(conn, found.api_key_id):
            raise InputError("there is no such key in force", place=args.hint)
        audit(conn, "key_withdrawn", args.hint, {"key": found.api_key_id})
    print(f"withdrew {args.hint}")
    return 0
