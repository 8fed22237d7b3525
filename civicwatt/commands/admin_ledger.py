"""`civicwatt admin ledger`: list closed months, print a document, walk the chain of digests."""

import argparse
from collections.abc import Iterator
from itertools import groupby

from psycopg import Connection

from civicwatt.administering import administering
from domain.errors import InputError, LedgerError
from domain.ledger_month import LedgerEntry, first_break
from store.institution.ledger import entries, entry
from store.places.place import organisations


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("ledger", help="list closed months, print one, verify the chain")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    listing = steps.add_parser("list", help="entries of every chain, or of one institution's")
    listing.add_argument("--institution", help="its code; all when left out")
    listing.set_defaults(run=_list)

    one = steps.add_parser("show", help="print the document of an entry, exactly as it is kept")
    one.add_argument("id", type=int, help="as `list` prints it")
    one.set_defaults(run=_show)

    check = steps.add_parser("verify", help="walk the chains; name the first link that is broken")
    check.add_argument("--institution", help="its code; all when left out")
    check.add_argument("--head", help="digest that was noted of the institution's newest entry")
    check.set_defaults(run=_verify)


def _list(args: argparse.Namespace) -> int:
    with administering() as conn:
        for code, chain in _chains(conn, args.institution):
            for each in chain:
                when = each.at.isoformat(timespec="seconds")
                print(
                    f"{each.id:>6}  {code}  {each.sequence:>4}  {each.month:%Y-%m}  "
                    f"{each.kind:8}  {when}  {each.sha256[:12]}  {each.person}"
                )
    return 0


def _show(args: argparse.Namespace) -> int:
    with administering() as conn:
        found = entry(conn, args.id)
    if found is None:
        raise InputError("there is no such entry", place=str(args.id))
    print(found.document)
    return 0


def _verify(args: argparse.Namespace) -> int:
    if args.head is not None and args.institution is None:
        raise InputError("want the --institution whose head this is", place="--head")
    with administering() as conn:
        for code, chain in _chains(conn, args.institution):
            broken = first_break(chain, whole=True)
            if broken is not None:
                raise LedgerError(
                    f"{code}: entry {broken.sequence}, {broken.month:%Y-%m}: {broken.reason}"
                )
            if args.head is not None and args.head not in {each.sha256 for each in chain}:
                raise LedgerError(f"{code}: no entry has the digest {args.head}")
            newest = f", newest {chain[-1].sha256}" if chain else ""
            print(f"{code}: {len(chain)} entries hold{newest}")
    return 0


def _chains(conn: Connection, institution: str | None) -> Iterator[tuple[str, list[LedgerEntry]]]:
    codes = {row.id: row.code for row in organisations(conn)}
    if institution is not None and institution not in codes.values():
        raise InputError("there is no such institution", place=institution)
    if institution is not None:  # also where it has no entry, for that may be what is wrong
        wanted = next(key for key, code in codes.items() if code == institution)
        yield institution, entries(conn, wanted)
        return
    for organisation_id, chain in groupby(entries(conn), lambda each: each.organisation_id):
        yield codes[organisation_id], list(chain)
