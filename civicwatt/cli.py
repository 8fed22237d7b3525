"""The `civicwatt` command. Each sub-command parses, calls one function, prints what it did."""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence

import psycopg
from psycopg.errors import InsufficientPrivilege
from pydantic import ValidationError

from civicwatt import environment
from domain.errors import CivicwattError

COMMANDS = (
    "demo",
    "migrate",
    "collect",
    "listen",
    "work",
    "watch",
    "deliver",
    "serve",
    "simulate",
    "replay",
    "decode",
    "consumption",
    "trips",
    "detect",
    "baseline",
    "compare",
    "settle",
    "bundle",
    "sign",
    "verify",
    "profile",
    "admin",
    "doctor",
)
"""Each is a module of `civicwatt.commands`."""


def parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The command line with some commands, or whole.

    A command's module is imported only when it is wanted: a collector that restarts need not wait
    for the web framework.
    """
    root = argparse.ArgumentParser(
        prog="civicwatt", description="Energy, water and fleet telemetry of public institutions."
    )
    choices = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in commands:
        importlib.import_module(f"civicwatt.commands.{name}").add(choices)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done, 1 refused with one line on stderr; argparse ends with 2 on wrong usage.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    known = words[:1] if words and words[0] in COMMANDS else COMMANDS
    args = parser(known).parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        environment.refuse_unknown()
        result: int = args.run(args)
    except ValidationError as error:
        return _refuse(args.command, environment.explain(error))
    except (CivicwattError, psycopg.OperationalError, InsufficientPrivilege) as error:
        return _refuse(args.command, str(error))
    except KeyboardInterrupt:
        return 130
    return result


def _refuse(command: str, reason: str) -> int:
    line = " ".join(reason.split())
    print(f"civicwatt {command}: {line}", file=sys.stderr)
    return 1
