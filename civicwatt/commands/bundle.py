"""`civicwatt bundle`: a month's statement with all its evidence, in one file."""

import argparse
import json
from importlib.metadata import version
from pathlib import Path

from analytics.evidence.bundle import evidence, packed
from analytics.evidence.signature import PARTIES_FORM, Parties, read_public_key
from analytics.evidence.stated import stated_only
from civicwatt import chosen_zone
from civicwatt.chosen_calendar import SHIPPED
from civicwatt.commands.settle import read_file
from civicwatt.evidence_input import read_bytes, read_sources
from domain.errors import InputError, MissingInputError

_MOST_KEY_BYTES = 16_384


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "bundle",
        help="put a month's statement and everything it follows from into one file",
        description="Settles a month, with what the boundary's meters counted worked out from their"
        " readings, and writes the evidence bundle: to be signed by `civicwatt sign`, and checked"
        " by anybody with `civicwatt verify`.",
    )
    parser.add_argument("file", type=Path, metavar="CONTRACT.toml", help="schema settlement/1")
    parser.add_argument("--period", required=True, metavar="YYYY-MM")
    parser.add_argument(
        "--readings", type=Path, metavar="R.csv", help="meter,period,ts,register; also .gz"
    )
    parser.add_argument(
        "--register-events", type=Path, metavar="E.csv", help="meter,period,ts,kind,value,.."
    )
    parser.add_argument(
        "--edits", type=Path, metavar="D.csv", help="meter,period,ts,until,value,by,reason"
    )
    parser.add_argument(
        "--fed-in", type=Path, metavar="F.csv", help="meter,ts,register of export registers"
    )
    parser.add_argument(
        "--tariff", action="append", default=[], metavar="LINE=T.toml", help="schema tariff/1"
    )
    parser.add_argument(
        "--announced",
        action="append",
        default=[],
        metavar="LINE=P.csv",
        help="prices announced for the month: month,component,period,price,source,checked_by",
    )
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="LINE=DAYS.csv",
        help="day,use,temperature_c,kind of the baseline period",
    )
    parser.add_argument("--calendar", metavar="|".join((*SHIPPED, "FILE")))
    parser.add_argument("--weather", type=Path, metavar="W.csv", help="ts,temp_c of the station")
    for party in ("client", "provider"):
        parser.add_argument(
            f"--{party}-key", type=Path, required=True, metavar="P.pem", help="public key"
        )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.zip")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the bundle, and print one line about it.

    Returns
    -------
    int
        0; what cannot be read, or does not agree, is raised.
    """
    book = read_file(args.file)
    month = book.month(args.period)
    if month is None:
        raise MissingInputError(f"{args.file} has no month {args.period}", code="month")
    sources = read_sources(args, month, chosen_zone.zone(book.contract.zone))
    keys = {
        party: read_public_key(read_bytes(file, _MOST_KEY_BYTES), place=str(file))
        for party, file in (("client", args.client_key), ("provider", args.provider_key))
    }
    try:
        parties = Parties(PARTIES_FORM, **keys)
    except ValueError as error:
        raise InputError(str(error), place=str(args.provider_key)) from None
    found = evidence(book, args.period, sources, parties, code_version=version("civicwatt"))
    content = packed(found)
    try:
        args.output.write_bytes(content)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", place=str(args.output)) from None
    line = {
        "bundle": str(args.output),
        "bytes": len(content),
        "statement_sha256": found.statement.sha256,
        "may_be_signed": found.statement.may_be_signed,
        "counted": [*found.recount.uses],
        "stated": list(stated_only(found.inputs, found.recount)),
    }
    print(json.dumps(line, ensure_ascii=False))
    return 0
