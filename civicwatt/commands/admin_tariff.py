"""`civicwatt admin tariff`: load tariffs from files, and list what is there."""

import argparse
from pathlib import Path

from civicwatt.administering import administering
from civicwatt.text_file import text_of
from domain.errors import InputError
from domain.tariff_file import read_tariff, shipped_tariffs
from store.money.tariff import add_tariff, refuse_check, revise_tariff, tariffs, versions


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("tariff", help="load and list tariffs")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    load = steps.add_parser("load", help="add tariffs; one whose code is known is left as it is")
    load.add_argument("file", nargs="*", type=Path, help="TOML; those that come with Civicwatt")
    load.set_defaults(run=_load)

    revise = steps.add_parser("revise", help="add the versions of a file to a tariff that is known")
    revise.add_argument("file", type=Path, help="TOML; one in force ends when a new one begins")
    revise.set_defaults(run=_revise)

    listing = steps.add_parser("list", help="list tariffs, their versions, and what is unchecked")
    listing.set_defaults(run=_list)


def _load(args: argparse.Namespace) -> int:
    texts = {str(file): text_of(file) for file in args.file} or shipped_tariffs()
    for place, text in texts.items():
        for version in read_tariff(text, place=place).versions:
            refuse_check(version, place=f"{place}, version from {version.first_day}")
    with administering() as conn:
        for place, text in texts.items():
            added = add_tariff(conn, text, place=place)
            print(f"{place}: {'added' if added is not None else 'its code is known'}")
    return 0


def _revise(args: argparse.Namespace) -> int:
    text, place = text_of(args.file), str(args.file)
    code = read_tariff(text, place=place).code
    with administering() as conn:
        known = {row.code: row.id for row in tariffs(conn)}
        if code not in known:
            raise InputError(f"there is no tariff {code}; load adds it", place=place)
        added = revise_tariff(conn, known[code], text, place=place)
    print(f"{place}: {code} has new versions from {', '.join(map(str, added)) or 'no day'}")
    return 0


def _list(_args: argparse.Namespace) -> int:
    with administering() as conn:
        every = versions(conn)
        for row in tariffs(conn):
            print(f"{row.code}  {row.medium}  {row.name_en}")
            for version in (each for each in every if each.tariff_id == row.id):
                checked = f"checked by {version.checked_by}" if version.checked_by else "unchecked"
                print(f"  {version.first_day} to {version.end_day or 'no end'}  {checked}")
    return 0
