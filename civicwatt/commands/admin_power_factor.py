"""`civicwatt admin power-factor`: enter tables of the adjustment, and list those that count."""

import argparse
from pathlib import Path

from analytics.place.meter_cost import NOW
from civicwatt.administering import administering
from civicwatt.text_file import text_of
from domain.power_factor_file import read_power_factor_tables
from store.money.power_factor import enter_table, tables_in_force


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("power-factor", help="enter and list power-factor tables")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    load = steps.add_parser("load", help="enter tables; they count from now on, unchecked")
    load.add_argument("file", type=Path, help="TOML, as domain/tariffs/power_factor.toml")
    load.set_defaults(run=_load)

    listing = steps.add_parser("list", help="list the tables that count, and what is unchecked")
    listing.set_defaults(run=_list)


def _load(args: argparse.Namespace) -> int:
    tables = read_power_factor_tables(text_of(args.file), place=str(args.file))
    with administering() as conn, conn.transaction():
        for table in tables:
            enter_table(conn, table)
    print(f"{args.file}: {len(tables)} tables entered")
    return 0


def _list(_args: argparse.Namespace) -> int:
    with administering() as conn:
        for standard, table in tables_in_force(conn, as_of=NOW).items():
            seen = table.provenance
            checked = f"checked by {seen.checked_by}" if table.checked else "unchecked"
            print(f"{standard}  {table.sha256[:12]}  {checked}  ({seen.source})")
    return 0
