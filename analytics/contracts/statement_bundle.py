"""The evidence bundle of a kept statement: the one file that both parties sign and take home.

It is made once and kept byte for byte, since the signatures are over its bytes. Another one is made
only while nobody has signed it and a party has another key.
"""

import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.contracts.statement_course import document_of
from analytics.evidence.bundle import evidence, packed, sources_in
from analytics.evidence.closing import Closing, made_from, packed_closing
from analytics.evidence.closing import Sources as ClosingSources
from analytics.evidence.recount import Sources
from analytics.evidence.register_days import Days
from analytics.evidence.registers import registers
from analytics.evidence.signature import PARTIES_FORM, Parties
from analytics.evidence.surroundings import Surroundings
from analytics.settlement.closing import TermInputs, YearInputs
from analytics.settlement.statement import Inputs, Signable, read_inputs
from domain.contract import Party
from domain.contract_book import DocumentKind
from domain.errors import InputError, MissingInputError, SettlementError
from domain.record import read
from domain.sentence import Sentence
from domain.settlement_file import SCHEMA, Book
from store.contracts.contract_party import KeyRow, keys
from store.contracts.drawn_statement import add_bundle, bundle, sources
from store.contracts.statement import ActRow, StatementRow, acts, statements, texts


def bundle_of(conn: Connection, row: StatementRow) -> bytes:
    """The bundle of a statement: a month's with its registers, another's with what it rests on.

    Raises
    ------
    MissingInputError
        If a party has no key, or an early release kept nothing that the document follows from.
    SettlementError
        If its figures do not follow from what was kept with it.
    """
    kept = bundle(conn, row.id)
    if kept is not None and detached(acts(conn, [row.id])[row.id]):
        return kept[1]
    parties = _parties(keys(conn, row.contract_id))
    if kept is not None and kept[0] == parties.text():
        return kept[1]
    month = row.kind == DocumentKind.MONTH
    made = _made(conn, row, parties) if month else _closing(conn, row, parties)
    add_bundle(conn, row.id, parties.text(), made)
    return made


def detached(done: Sequence[ActRow]) -> dict[Party, str]:
    """Detached signatures by party, since the statement was last checked."""
    found: dict[Party, str] = {}
    for act in done:
        if act.act in {"check", "return"}:
            found = {}
        elif act.act == "sign" and act.signature is not None and act.party is not None:
            found[Party(act.party)] = act.signature
    return found


def _parties(known: Sequence[KeyRow]) -> Parties:
    """The newest key of each party that is not revoked."""
    newest = {key.party: key.key for key in known if key.revoked_at is None}
    lacking = [party for party in Party if party not in newest]
    if lacking:
        reason = Sentence(
            "no_key_of_party",
            "no public key of the {parties} is entered: a bundle names those of both",
            parties=" and the ".join(lacking),
        )
        raise MissingInputError(reason, code="key")
    return Parties(PARTIES_FORM, newest[Party.CLIENT], newest[Party.PROVIDER])


def _made(conn: Connection, row: StatementRow, parties: Parties) -> bytes:
    inputs = read_inputs(texts(conn, row.id)[1] or "", place=f"statement {row.id}")
    book = Book(SCHEMA, inputs.contract, (inputs.month,), inputs.events)
    try:
        found = evidence(
            book,
            inputs.month.month,
            _sources(conn, row, inputs),
            parties,
            code_version=inputs.code_version,
        )
    except InputError as error:
        raise SettlementError(
            Sentence(
                "bundle_disagrees",
                "the statement does not follow from what was kept with it: {error}",
                error=error,
            )
        ) from error
    _want_same(found.statement, row)
    return packed(found)


def _closing(conn: Connection, row: StatementRow, parties: Parties) -> bytes:
    """Of a year, of the whole term, or of what takes a document back."""
    sources = _follows_from(conn, row)
    found = Closing(made_from(sources), sources, row.code_version)
    _want_same(found.document, row)
    return packed_closing(found, parties)


def _follows_from(conn: Connection, row: StatementRow) -> ClosingSources:
    if row.reverses is not None:
        [taken_back] = statements(conn, statement_id=row.reverses)
        return document_of(conn, taken_back)
    kept, place = texts(conn, row.id)[1], f"statement {row.id}"
    if kept is None:
        reason = Sentence(
            "bundle_not_kept",
            "statement {statement} was made by an early release, which kept nothing for a bundle",
            statement=row.id,
        )
        raise MissingInputError(reason, code="bundle")
    if row.kind == DocumentKind.TRUE_UP:
        return read(YearInputs, json.loads(kept), place)
    return read(TermInputs, json.loads(kept), place)


def _want_same(made: Signable, row: StatementRow) -> None:
    if made.sha256 != row.sha256:
        raise SettlementError(
            Sentence(
                "bundle_of_another",
                "this version of the programme makes another statement of the same figures",
            )
        )


def _sources(conn: Connection, row: StatementRow, inputs: Inputs) -> Sources:
    """What its figures were counted from; nothing, where people entered all of them."""
    told = sources(conn, row.id)
    if told is None:
        return Sources(registers({}, {}, {}), Surroundings({}, {}), {}, {})
    days = Days(inputs.month.first_day, inputs.month.end_day, ZoneInfo(inputs.contract.zone))
    parts = {name: text.encode() for name, text in json.loads(told).items()}
    return sources_in(parts, days)
