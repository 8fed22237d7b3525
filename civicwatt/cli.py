"""The `civicwatt` command. Each sub-command parses, calls one function, prints what it did."""

import argparse
import logging
import sys
from collections.abc import Sequence

import psycopg
from pydantic import ValidationError

from civicwatt import environment
from civicwatt.commands import (
    admin,
    collect,
    demo,
    doctor,
    migrate,
    replay,
    serve,
    simulate,
    work,
)
from domain.errors import CivicwattError

_COMMANDS = (demo, migrate, collect, work, serve, simulate, replay, admin, doctor)


def parser() -> argparse.ArgumentParser:
    """The whole command line; the compose file's commands are checked against it."""
    root = argparse.ArgumentParser(
        prog="civicwatt", description="Energy, water and fleet telemetry of public institutions."
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in _COMMANDS:
        module.add(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done, 1 refused with one line on stderr; argparse ends with 2 on wrong usage.
    """
    args = parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        environment.refuse_unknown()
        result: int = args.run(args)
    except ValidationError as error:
        return _refuse(args.command, environment.explain(error))
    except (CivicwattError, psycopg.OperationalError) as error:
        return _refuse(args.command, str(error))
    except KeyboardInterrupt:
        return 130
    return result


def _refuse(command: str, reason: str) -> int:
    line = " ".join(reason.split())
    print(f"civicwatt {command}: {line}", file=sys.stderr)
    return 1
