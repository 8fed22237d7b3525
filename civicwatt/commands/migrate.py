"""`civicwatt migrate`: bring the database to this version's schema and its calendar up to date."""

import argparse

from civicwatt.published_calendar import seed
from civicwatt.settings import DatabaseSettings
from store.become import Role, become
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
        become(conn, Role.ADMIN)
        years = seed(conn)
    print(f"{len(done)} migrations applied on {floor}" + "".join(f"\n  {name}" for name in done))
    if years:
        print(f"calendar: {len(years)} years written, {years[0]} to {years[-1]}")
    return 0
