"""The bundle of what closes a year or a contract, or takes a document back. Pure.

It holds no readings: it rests on documents by their digests, and each of these has a bundle of its
own. So an auditor goes from the year to a month, and from the month to its registers.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from analytics.evidence.archive import pack
from analytics.evidence.closing_page import closing_page
from analytics.evidence.manifest import NAME, Manifest, document, parts_of
from analytics.evidence.page_frame import PAGE
from analytics.evidence.rows import text_of
from analytics.evidence.signature import Parties
from analytics.settlement.closing import TermInputs, YearInputs, hand_over_of, true_up_of
from analytics.settlement.correction import reversal
from analytics.settlement.dispute import Dispute
from analytics.settlement.hand_over import HandOver
from analytics.settlement.statement import Inputs, Statement
from analytics.settlement.true_up import TrueUp, year_and_quarter
from domain.canonical import canonical
from domain.contract import Contract
from domain.contract_event import Events
from domain.errors import InputError
from domain.record import read, told

Document: TypeAlias = Statement | TrueUp | HandOver
Sources: TypeAlias = YearInputs | TermInputs | Document
"""What it follows from: inputs, or the document that is taken back."""
Row = TypeVar("Row")

TRUE_UP, HAND_OVER, REVERSAL = "true_up.json", "hand_over.json", "reversal.json"
CONTRACT, HAPPENED, PARTIES = "contract.json", "events.json", "parties.toml"
MONTHS, YEARS, DISPUTES, REVERSED = "months.jsonl", "years.jsonl", "disputes.jsonl", "reversed.json"
QUARTERS = "quarters.jsonl"
"""Of the true-up of a year whose quarters have true-ups of their own."""
_ALWAYS = (PARTIES, PAGE, NAME)
PARTS: Mapping[str, tuple[str, ...]] = {
    TRUE_UP: (TRUE_UP, CONTRACT, HAPPENED, MONTHS, *_ALWAYS),
    HAND_OVER: (HAND_OVER, CONTRACT, MONTHS, YEARS, DISPUTES, *_ALWAYS),
    REVERSAL: (REVERSAL, REVERSED, *_ALWAYS),
}
"""Parts of each kind of bundle, by the part that is signed."""
_FORMS: Mapping[str, type[Document]] = {
    "civicwatt/statement/1": Statement,
    "civicwatt/true-up/1": TrueUp,
    "civicwatt/hand-over/1": HandOver,
}


@dataclass(frozen=True, slots=True)
class RestsOn:
    """A document that another one rests on, by its digest; its own bundle shows what it is from."""

    period: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A document with what it follows from."""

    document: Document
    sources: Sources
    code_version: str


def made_from(sources: Sources) -> Document:
    """Make a document from what it follows from.

    Raises
    ------
    MissingInputError
        If the contract does not run in a month.
    """
    match sources:
        case YearInputs():
            return true_up_of(sources)
        case TermInputs():
            return hand_over_of(sources)
        case _:
            return reversal(sources)


def rests_on(found: Closing) -> list[RestsOn]:
    """Documents it rests on, in order."""
    sources, document = found.sources, found.document
    match sources:
        case YearInputs() | TermInputs():
            names = [each.month.month for each in sources.signed]
            signed = () if isinstance(document, Statement) else document.signed or ()
            rows = list(zip(names, signed, strict=True))
            years = sources.years if isinstance(sources, TermInputs) else sources.quarters or ()
            rows += [(each.period, each.sha256) for each in years]
            return [RestsOn(*row) for row in rows]
        case _:
            return [RestsOn(sources.period, sources.sha256)]


def packed_closing(found: Closing, parties: Parties) -> bytes:
    """The bundle as one file."""
    parts = {**_source_parts(found), PARTIES: parties.text().encode()}
    parts[PAGE] = closing_page(found.document, found.sources)
    of = found.document
    manifest = Manifest(
        of.contract,
        of.contract_version,
        of.period,
        found.code_version,
        of.sha256,
        parts_of(parts),
    )
    return pack({**parts, NAME: manifest.text().encode()})


def closing_kind(parts: Mapping[str, bytes]) -> str | None:
    """Name of the part that is signed, where a bundle is of this kind."""
    return next((name for name in PARTS if name in parts), None)


def sources_of(parts: Mapping[str, bytes], kind: str, manifest: Manifest) -> Sources:
    """What the document of a bundle follows from.

    Raises
    ------
    InputError
        With part and line.
    """
    known = (*PARTS[kind], *((QUARTERS,) if kind == TRUE_UP else ()))
    strange = next((name for name in sorted(parts) if name not in known), None)
    if strange is not None:
        raise InputError("nobody knows this part", place=strange)
    if kind == REVERSAL:
        return _reversed(parts)
    contract = read(Contract, _json(parts, CONTRACT), CONTRACT)
    months = _lines(Inputs, parts, MONTHS)
    if kind == TRUE_UP:
        events = read(Events, _json(parts, HAPPENED), HAPPENED)
        numbers = year_and_quarter(manifest.month)
        if numbers is None:
            raise InputError(f"{manifest.month!r} is no year of a contract", place=NAME)
        quarters = _lines(TrueUp, parts, QUARTERS) if QUARTERS in parts else None
        return YearInputs(
            contract,
            numbers[0],
            months,
            events,
            manifest.code_version,
            quarter=numbers[1],
            quarters=quarters,
        )
    if not months:
        raise InputError("holds no month", place=MONTHS)
    years, disputes = _lines(TrueUp, parts, YEARS), _lines(Dispute, parts, DISPUTES)
    return TermInputs(contract, months, years, disputes, manifest.code_version)


def _source_parts(found: Closing) -> dict[str, bytes]:
    sources, text = found.sources, found.document.text().encode()
    match sources:
        case YearInputs():
            return {
                TRUE_UP: text,
                CONTRACT: as_lines(sources.contract),
                HAPPENED: as_lines(sources.events),
                MONTHS: _listed(sources.signed),
                **({QUARTERS: _listed(sources.quarters)} if sources.quarters else {}),
            }
        case TermInputs():
            return {
                HAND_OVER: text,
                CONTRACT: as_lines(sources.contract),
                MONTHS: _listed(sources.signed),
                YEARS: _listed(sources.years),
                DISPUTES: _listed(sources.disputes),
            }
        case _:
            return {REVERSAL: text, REVERSED: sources.text().encode()}


def _reversed(parts: Mapping[str, bytes]) -> Document:
    seen = _json(parts, REVERSED)
    form = str(seen.get("form")) if isinstance(seen, dict) else ""
    if form not in _FORMS:
        raise InputError(f"form {form[:80]!r}, want {' or '.join(_FORMS)}", place=REVERSED)
    return read(_FORMS[form], seen, REVERSED)


def _lines(kind: type[Row], parts: Mapping[str, bytes], name: str) -> tuple[Row, ...]:
    """One document a line, so that a digest of each line names the month that was changed."""
    found = []
    for number, line in enumerate(text_of(parts[name], name).splitlines(), 1):
        place = f"{name}:{number}"
        found.append(read(kind, document(line, place=place), place))
    return tuple(found)


def _listed(rows: Iterable[object]) -> bytes:
    return "".join(canonical(told(each)) + "\n" for each in rows).encode()


def as_lines(value: object) -> bytes:
    """For people: a line for each value. What is signed of it is its one text."""
    return (json.dumps(told(value), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _json(parts: Mapping[str, bytes], name: str) -> object:
    return document(text_of(parts[name], name), place=name)
