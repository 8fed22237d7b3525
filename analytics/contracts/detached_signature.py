"""A party's own signature of the file it takes home, held against the file that was given out."""

from psycopg import Connection

from analytics.evidence.archive import unpack
from analytics.evidence.bundle import manifest_in, parties_in
from analytics.evidence.signature import Signature, fingerprint, holds, read_signature
from domain.contract import Party
from domain.errors import SettlementError
from domain.sentence import Sentence
from store.contracts.contract_party import keys
from store.contracts.drawn_statement import bundle
from store.contracts.statement import StatementRow


def key_of(conn: Connection, row: StatementRow, party: Party, text: str) -> int:
    """Id of the party's key by which a detached signature of a statement's bundle holds.

    Raises
    ------
    SettlementError
        If it is of another statement, by a key that does not count, does not hold, or is of
        another file than the one that was given out, be it by one byte.
    InputError
        If it cannot be read.
    """
    given = read_signature(text, place="signature")
    _want_statement(row, given)
    known = [
        each
        for each in keys(conn, row.contract_id)
        if each.party == party and each.revoked_at is None and each.key == given.key
    ]
    if given.party is not party or not known:
        raise SettlementError(
            Sentence(
                "signature_no_key",
                "sign: the signature is by no key of {party} that counts",
                party=party,
            )
        )
    if not holds(given, known[0].key):
        raise SettlementError(
            Sentence(
                "signature_wrong",
                "sign: the signature does not hold by the key {fingerprint}",
                fingerprint=fingerprint(known[0].key)[:12],
            )
        )
    _want_bundle(conn, row, given)
    return known[0].id


def _want_statement(row: StatementRow, given: Signature) -> None:
    manifest = given.manifest
    about = (manifest.contract, manifest.contract_version, manifest.month)
    own = (row.contract_code, row.contract_version, row.period)
    if about != own or manifest.statement_sha256 != row.sha256:
        raise SettlementError(
            Sentence(
                "signature_of_other",
                "sign: it is of {contract}, version {version}, {month}, statement {sha256}",
                contract=manifest.contract,
                version=manifest.contract_version,
                month=manifest.month,
                sha256=manifest.statement_sha256[:12],
            )
        )


def _want_bundle(conn: Connection, row: StatementRow, given: Signature) -> None:
    """See that what was signed is just the file that was given out: its manifest covers it all."""
    kept = bundle(conn, row.id)
    if kept is None:
        raise SettlementError(
            Sentence(
                "signature_no_bundle",
                "sign: a key signs the bundle of the statement, and nobody has downloaded it",
            )
        )
    parts = unpack(kept[1], place="bundle")
    manifest = manifest_in(parts)
    if manifest != given.manifest:
        raise SettlementError(
            Sentence(
                "signature_of_other_bundle",
                "sign: it is of a bundle with manifest {given}, the one given out has {kept}",
                given=given.manifest.sha256[:12],
                kept=manifest.sha256[:12],
            )
        )
    if parties_in(parts).key(given.party) != given.key:
        raise SettlementError(
            Sentence(
                "signature_no_key",
                "sign: the signature is by no key of {party} that counts",
                party=given.party,
            )
        )
