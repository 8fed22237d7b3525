"""The evidence bundle of a month's statement: made of its sources, and read back. Pure.

Start here. A bundle is files by name; `archive` puts them into one, `check` works everything out
again from them, `page` shows them to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.evidence.archive import pack
from analytics.evidence.band import read_band
from analytics.evidence.closing import (
    CONTRACT,
    HAPPENED,
    PARTIES,
    PARTS,
    as_lines,
    closing_kind,
)
from analytics.evidence.fed_in import FED_IN, export_parts, read_exports
from analytics.evidence.manifest import NAME, Manifest, document, parts_of, read_manifest
from analytics.evidence.model import read_model
from analytics.evidence.page import page
from analytics.evidence.page_frame import PAGE
from analytics.evidence.recount import Recount, Sources, completed, disagreement, recount
from analytics.evidence.register_days import Days
from analytics.evidence.registers import EDITS, EVENTS, READINGS, read_registers
from analytics.evidence.rows import text_of
from analytics.evidence.signature import Parties, read_parties
from analytics.evidence.surroundings import (
    CALENDAR,
    HEATING,
    TERMS,
    WEATHER,
    read_surroundings,
)
from analytics.evidence.tariff import FOLDER, read_kept
from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Inputs, Statement
from domain.contract import Contract
from domain.contract_event import Events
from domain.contract_month import ContractMonth
from domain.errors import InputError
from domain.record import read
from domain.settlement_file import SCHEMA, Book

MONTH, STATEMENT = "month.json", "statement.json"
_ALWAYS = (
    *(CONTRACT, HAPPENED, MONTH, STATEMENT, PARTIES, PAGE, NAME),
    *(READINGS, EVENTS, EDITS, CALENDAR, WEATHER),
)
_SOMETIMES = (HEATING, TERMS, FED_IN)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement with everything it follows from."""

    inputs: Inputs
    statement: Statement
    sources: Sources
    recount: Recount
    parties: Parties


def evidence(
    book: Book, month: str, sources: Sources, parties: Parties, *, code_version: str
) -> Evidence:
    """Settle a month from its sources.

    Raises
    ------
    InputError
        If a source disagrees with what the month says, or leads to no figure.
    MissingInputError
        If the book has no such month.
    """
    given = inputs_of(book, month, code_version=code_version)
    try:
        found = recount(given, sources)
        wrong = disagreement(given, found)
        if wrong is not None:
            raise InputError(wrong[1], place=wrong[0])
        inputs = completed(given, found)
        return Evidence(inputs, settle(inputs), sources, found, parties)
    except ArithmeticError as error:
        reason = f"numbers that nobody can reckon with: {type(error).__name__}"
        raise InputError(reason, place=f"{book.contract.code}, {month}") from error


def parts_for(found: Evidence) -> dict[str, bytes]:
    """Every part of a bundle, with its manifest."""
    inputs, sources = found.inputs, found.sources
    parts = {
        CONTRACT: as_lines(inputs.contract),
        HAPPENED: as_lines(inputs.events),
        MONTH: as_lines(inputs.month),
        STATEMENT: found.statement.text().encode(),
        PARTIES: found.parties.text().encode(),
        **source_parts(sources),
    }
    parts[PAGE] = page(inputs, found.statement, found.recount, sources.registers)
    manifest = Manifest(
        inputs.contract.code,
        inputs.contract.version,
        inputs.month.month,
        inputs.code_version,
        found.statement.sha256,
        parts_of(parts),
    )
    return {**parts, NAME: manifest.text().encode()}


def source_parts(sources: Sources) -> dict[str, bytes]:
    """The parts from which a month is counted; `sources_in` reads them back."""
    parts = {
        **sources.registers.parts(),
        **sources.surroundings.parts(),
        **export_parts(sources.exports),
    }
    for line, tariff in sources.tariffs.items():
        parts |= tariff.parts(line)
    for model in sources.models.values():
        parts |= model.parts()
    for band in sources.bands.values():
        parts |= band.parts()
    return parts


def packed(found: Evidence) -> bytes:
    """The bundle as one file."""
    return pack(parts_for(found))


def manifest_in(parts: Mapping[str, bytes]) -> Manifest:
    """Manifest of a bundle.

    Raises
    ------
    InputError
        If a part that every bundle has is not there, or it cannot be read.
    """
    kind = closing_kind(parts)
    for name in _ALWAYS if kind is None else PARTS[kind]:
        if name not in parts:
            raise InputError("is missing", place=name)
    return read_manifest(text_of(parts[NAME], NAME), place=NAME)


def parties_in(parts: Mapping[str, bytes]) -> Parties:
    """Public keys that a bundle names.

    Raises
    ------
    InputError
        With the place.
    """
    return read_parties(text_of(parts[PARTIES], PARTIES), place=PARTIES)


def inputs_in(parts: Mapping[str, bytes], code_version: str) -> Inputs:
    """What the statement of a bundle is made from.

    Raises
    ------
    InputError
        With part, table and field.
    """
    contract = read(Contract, _document(parts, CONTRACT), CONTRACT)
    events = read(Events, _document(parts, HAPPENED), HAPPENED)
    month = read(ContractMonth, _document(parts, MONTH), MONTH)
    try:
        Book(SCHEMA, contract, (month,), events)
    except ValueError as error:
        raise InputError(str(error), place=MONTH) from None
    return Inputs(contract, events, month, code_version)


def sources_in(parts: Mapping[str, bytes], days: Days) -> Sources:
    """What the figures of a bundle are counted from.

    Raises
    ------
    InputError
        With part and line.
    """
    tariffs, models, bands = {}, {}, {}
    for name in parts:
        folder, _, file = name.partition("/")
        line, _, kind = file.partition(".")
        if folder == FOLDER and kind == "toml":
            tariffs[line] = read_kept(line, parts)
        elif folder == "model" and kind == "json":
            models[line] = read_model(line, parts)
        elif folder == "band" and kind == "json" and f"model/{line}.json" in parts:
            bands[line] = read_band(line, parts)
        elif name not in {*_ALWAYS, *_SOMETIMES} and not _beside(parts, folder, line, kind):
            raise InputError("nobody knows this part", place=name)
    surroundings = read_surroundings(parts, days)
    exports = read_exports(parts)
    return Sources(read_registers(parts), surroundings, tariffs, models, bands, exports)


def _beside(parts: Mapping[str, bytes], folder: str, line: str, kind: str) -> bool:
    """Whether it is the table that belongs to a part of a model or of a tariff."""
    if folder == FOLDER and kind == "csv":
        return f"{FOLDER}/{line}.toml" in parts
    if folder == "beside" and kind == "csv":
        return f"model/{line}.json" in parts
    return folder in {"model", "band"} and kind == "csv" and f"{folder}/{line}.json" in parts


def _document(parts: Mapping[str, bytes], name: str) -> Any:
    return document(text_of(parts[name], name), place=name)
