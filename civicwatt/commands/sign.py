"""`civicwatt sign`: one party's signature of an evidence bundle, with a key that stays there."""

import argparse
import getpass
import json
from importlib.metadata import version
from pathlib import Path

from analytics.evidence.archive import MOST_BYTES, unpack
from analytics.evidence.bundle import manifest_in, parties_in
from analytics.evidence.check import check
from analytics.evidence.signature import fingerprint, read_private_key, sign, written
from civicwatt.evidence_input import read_bytes
from domain.errors import InputError, SettlementError

_MOST_KEY_BYTES = 16_384


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "sign",
        help="sign an evidence bundle with a party's own key",
        description="Works the bundle out again, then writes BUNDLE.<party>.sig beside it. Whose"
        " key it is, the bundle says. Needs no server and no network.",
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="Ed25519 private key in PEM"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check, sign, and print whose signature it is.

    Returns
    -------
    int
        0; what does not agree, or may not be signed, is raised and nothing is written.
    """
    content = read_bytes(args.bundle, MOST_BYTES)
    pem = read_bytes(args.key, _MOST_KEY_BYTES)
    password = getpass.getpass("password of the key: ").encode() if b"ENCRYPTED" in pem else None
    key = read_private_key(pem, password, place=str(args.key))
    *_, verdict = check(content, [], {}, code_version=version("civicwatt"))
    if not verdict["may_be_signed"]:
        raise SettlementError("remarks of the statement stand against signing it")
    parts = unpack(content, place=str(args.bundle))
    public = written(key.public_key())
    party = parties_in(parts).party(public)
    if party is None:
        reason = f"is of neither party that the bundle names ({fingerprint(public)[:16]})"
        raise InputError(reason, place=str(args.key))
    made = sign(party, manifest_in(parts), key)
    target = args.bundle.with_name(f"{args.bundle.name}.{party}.sig")
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(made.text())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", place=str(target)) from None
    line = {
        "signature": str(target),
        "party": party,
        "key_sha256": fingerprint(public),
        "manifest_sha256": made.manifest.sha256,
        "statement_sha256": made.manifest.statement_sha256,
    }
    print(json.dumps(line, ensure_ascii=False))
    return 0
