"""`civicwatt migrate`: bring the database to this version's schema."""

import argparse

from civicwatt.settings import DatabaseSettings
from store.migrate import migrate
from store.server import connect, inspect


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("migrate", help="create or update the database schema")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Apply what is missing and say what it was."""
    with connect(DatabaseSettings().database_url, name="civicwatt migrate") as conn:
        done = migrate(conn)
        floor = inspect(conn).floor
    print(f"{len(done)} migrations applied on {floor}" + "".join(f"\n  {name}" for name in done))
    return 0
