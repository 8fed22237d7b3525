"""`civicwatt admin factor`: enter factor sets from files, and list their versions."""

import argparse
from pathlib import Path

from civicwatt.administering import administering
from civicwatt.text_file import text_of
from domain.factor_file import read_set
from store.institution.factor import enter_set, factor_sets


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("factor", help="enter and list factor sets")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    load = steps.add_parser("load", help="enter a version of a set; new figures take it, unchecked")
    load.add_argument("file", type=Path, help="TOML: one [[set]] and its [[table]]s")
    load.set_defaults(run=_load)

    listing = steps.add_parser("list", help="list sets, their versions, and how much is unchecked")
    listing.set_defaults(run=_list)


def _load(args: argparse.Namespace) -> int:
    factors = read_set(text_of(args.file), place=str(args.file))
    with administering() as conn:
        entered = enter_set(conn, factors)
    print(f"{args.file}: {len(entered.factors)} factors entered as {entered.id}")
    return 0


def _list(_args: argparse.Namespace) -> int:
    with administering() as conn:
        for row in factor_sets(conn):
            state = "withdrawn" if row.withdrawn_at else f"{row.unchecked} unchecked"
            print(f"{row.code}/{row.version}  {row.factors} factors, {state}  {row.name_en}")
    return 0
