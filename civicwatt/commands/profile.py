"""`civicwatt profile`: the profiles there are, and what is wrong with one you write."""

import argparse
import sys
from pathlib import Path

from civicwatt.profiles import profiles
from ingest.profile.load import check_file


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("profile", help="list and check profiles of foreign devices")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="names, topics and what they read")
    listing.set_defaults(run=show)
    checking = actions.add_parser("check", help="say what is wrong with a profile, and where")
    checking.add_argument("files", type=Path, nargs="+", metavar="FILE")
    checking.set_defaults(run=check)


def show(_args: argparse.Namespace) -> int:
    """Print every profile of this installation."""
    for profile in profiles():
        names = ", ".join((profile.name, *profile.aliases))
        print(f"{names}\n    {profile.about}\n    {' '.join(profile.filters)}")
    return 0


def check(args: argparse.Namespace) -> int:
    """Print what is wrong with each file.

    Returns
    -------
    int
        0 if all can be used, else 1.
    """
    wrong = 0
    for file in args.files:
        found = check_file(file)
        wrong += len(found)
        for finding in found:
            print(finding, file=sys.stderr)
        if not found:
            print(f"{file.stem}: can be used")
    return 1 if wrong else 0
