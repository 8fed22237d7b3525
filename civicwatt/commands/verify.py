"""`civicwatt verify`: an evidence bundle worked out again, offline, to the cent."""

import argparse
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analytics.evidence.archive import MOST_BYTES, MOST_MANIFEST_BYTES
from analytics.evidence.check import check
from analytics.evidence.signature import read_public_key, read_signature
from civicwatt.evidence_input import read_bytes
from domain.contract import Party
from domain.errors import ConfigurationError, InputError

_MOST_KEY_BYTES = 16_384
_MOST_SHOWN = 600
"""Characters of a refusal: a hostile file is not printed whole."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "verify",
        help="check an evidence bundle: work everything out again, and the signatures",
        description="Prints a JSON line for each thing worked out again. The first place that"
        " differs ends it with exit code 1 and is named. Needs no server and no network.",
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument(
        "--signature",
        type=Path,
        action="append",
        metavar="FILE",
        help="default: BUNDLE.client.sig and BUNDLE.provider.sig, where they are",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="PARTY=P.pem",
        help="public key that you have from the party itself",
    )
    parser.add_argument(
        "--rests-on",
        type=Path,
        action="append",
        default=[],
        metavar="BUNDLE",
        help="of a true-up, a hand-over or a reversal: the bundle of a document it rests on",
    )
    parser.add_argument(
        "--signed",
        action="store_true",
        help="end with 1 where a party's signature is missing; else that is only said",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what was worked out again.

    Returns
    -------
    int
        0 where everything agrees; what differs is raised.
    """
    try:
        lines = _verified(args.bundle, args.signature, args.key)
        for file in args.rests_on:
            _want_rested_on(lines, file, args.key)
    except InputError as error:
        text = str(error)
        if len(text) <= _MOST_SHOWN:
            raise
        raise InputError(
            f"{error.reason[:_MOST_SHOWN]}..", place=error.place[:_MOST_SHOWN]
        ) from None
    lacking = [
        line["party"] for line in lines if line["record"] == "signature" and not line["holds"]
    ]
    if len(lacking) == len(Party):
        note = "nobody's signature was given: the bundle agrees with itself, and no more is known"
        print(note, file=sys.stderr)
    elif lacking:
        print(
            f"no signature of the {lacking[0]} was given: it is not signed by both", file=sys.stderr
        )
    if lacking and args.signed:
        raise InputError(
            f"want a signature of the {' and the '.join(lacking)}", place=str(args.bundle)
        )
    return 0


def _verified(bundle: Path, files: list[Path] | None, keys: list[str]) -> list[dict[str, Any]]:
    """Print what of a bundle was worked out again, and give it."""
    if files is None:
        beside = (bundle.with_name(f"{bundle.name}.{party}.sig") for party in Party)
        files = [file for file in beside if file.exists()]
    content = read_bytes(bundle, MOST_BYTES)
    signatures = [read_signature(_text(file), place=str(file)) for file in files]
    found = []
    for line in check(content, signatures, _trusted(keys), code_version=version("civicwatt")):
        print(json.dumps(line, ensure_ascii=False))
        found.append(line)
    return found


def _want_rested_on(lines: list[dict[str, Any]], file: Path, keys: list[str]) -> None:
    """Verify a bundle, and see that the first one rests on just its document.

    Raises
    ------
    InputError
        If it does not.
    """
    named = {line["sha256"]: line["period"] for line in lines if line["record"] == "rests_on"}
    again = _verified(file, None, keys)
    sha256 = next(line["sha256"] for line in again if line["record"] == "statement")
    if sha256 not in named:
        reason = f"its statement {sha256[:12]} is none that the bundle rests on"
        raise InputError(reason, place=str(file))


def _text(file: Path) -> str:
    return read_bytes(file, MOST_MANIFEST_BYTES).decode("utf-8", "replace")


def _trusted(given: list[str]) -> dict[Party, str]:
    found: dict[Party, str] = {}
    for text in given:
        party, sign, file = text.partition("=")
        if not sign or party not in set(Party):
            raise ConfigurationError(f"--key {text!r}: want client=P.pem or provider=P.pem")
        pem = read_bytes(Path(file), _MOST_KEY_BYTES)
        found[Party(party)] = read_public_key(pem, place=file)
    return found
