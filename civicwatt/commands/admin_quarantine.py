"""`civicwatt admin quarantine`: list what could not be read, have it read again, give it up."""

import argparse

from psycopg import Connection

from civicwatt.administering import administering
from domain.errors import InputError
from store.people.session import audit
from store.telemetry.quarantine import ask_replay, discard, quarantine, reasons, unsettled

_NEWEST = 2**62
_MOST = 100_000


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("quarantine", help="list, replay, discard what could not be read")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    listing = steps.add_parser("list", help="newest first, and how many there are of each reason")
    _add_filter(listing)
    listing.add_argument("--all", action="store_true", help="also what was replayed or discarded")
    listing.add_argument("--limit", type=int, default=50, help="most lines; 50 unless said")
    listing.set_defaults(run=_list)

    again = steps.add_parser("replay", help="have messages read again; the collector does it")
    _add_choice(again)
    again.add_argument("--any-age", action="store_true", help="also older than a device accepts")
    again.set_defaults(run=_replay)

    giving_up = steps.add_parser("discard", help="give messages up; they stay where they are")
    _add_choice(giving_up)
    giving_up.set_defaults(run=_discard)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, nargs="*", help="as `list` prints it; or give a filter")
    _add_filter(parser)


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", help="code of the reason, such as not_json")
    parser.add_argument("--topic", help="what topics begin with")


def _list(args: argparse.Namespace) -> int:
    with administering() as conn:
        for row in quarantine(
            conn,
            settled=None if args.all else False,
            reason_code=args.reason,
            topic_prefix=args.topic,
            before=_NEWEST,
            at_most=args.limit,
        ):
            state = row.outcome or ("asked" if row.replay_asked_at else "open")
            when = row.received_at.isoformat(timespec="seconds")
            print(
                f"{row.id:>8}  {when}  {state:9}  {row.reason_code:16}  {row.topic}: {row.reason}"
            )
        for code, messages in reasons(conn).items():
            print(f"{messages:>8} open with reason {code}")
    return 0


def _replay(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        asked = ask_replay(conn, _chosen(conn, args), any_age=args.any_age)
        audit(conn, "quarantine_replay", f"{asked} messages", _words(args))
    print(f"{asked} messages will be read again")
    return 0


def _discard(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        given_up = discard(conn, _chosen(conn, args))
        audit(conn, "quarantine_discard", f"{given_up} messages", _words(args))
    print(f"{given_up} messages discarded")
    return 0


def _chosen(conn: Connection, args: argparse.Namespace) -> list[int]:
    filtered = args.reason is not None or args.topic is not None
    if bool(args.id) == filtered:
        raise InputError("want ids, or a reason or topic, and not both", place=args.step)
    if args.id:
        return list(args.id)
    return unsettled(conn, reason_code=args.reason, topic_prefix=args.topic, at_most=_MOST)


def _words(args: argparse.Namespace) -> dict[str, object]:
    return {"ids": args.id, "reason": args.reason, "topic": args.topic}
