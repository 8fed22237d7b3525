"""A contract as it is kept: terms, events one by one, figures of a month, each by the schema."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from domain.canonical import canonical
from domain.contract import Contract
from domain.contract_event import (
    Agreed,
    Change,
    Closed,
    Equipment,
    Events,
    MeterError,
    Redefinition,
)
from domain.contract_month import ContractMonth
from domain.errors import InputError
from domain.record import read, told
from domain.settlement_file import SCHEMA, check_names, want_two_persons
from domain.toml_text import read_toml

Event: TypeAlias = Change | Equipment | Agreed | Closed | Redefinition | MeterError
Value = TypeVar("Value")


class EventKind(StrEnum):
    """Lists of the file's `events`."""

    CHANGES = "changes"
    EQUIPMENT = "equipment"
    AGREED = "agreed"
    CLOSED = "closed"
    REDEFINITIONS = "redefinitions"
    METER_ERRORS = "meter_errors"


_EVENTS: Mapping[EventKind, type[Event]] = {
    EventKind.CHANGES: Change,
    EventKind.EQUIPMENT: Equipment,
    EventKind.AGREED: Agreed,
    EventKind.CLOSED: Closed,
    EventKind.REDEFINITIONS: Redefinition,
    EventKind.METER_ERRORS: MeterError,
}


class DocumentKind(StrEnum):
    """Documents of a contract that are signed."""

    MONTH = "month"
    REVERSAL = "reversal"
    TRUE_UP = "true_up"
    HAND_OVER = "hand_over"


class StatementCause(StrEnum):
    """Why a statement was made."""

    ENTERED = "entered"
    """A person entered the figures."""
    LEDGER = "ledger"
    """The figures are there."""
    LATE = "late"
    """A figure came or changed late."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a settlement file is the contract's own; of its months only the names."""

    contract: Contract
    events: Events = field(default_factory=Events)
    months: tuple[str, ...] = ()


def read_part(text: str, *, place: str) -> Part:
    """Read the contract of a settlement file, its events, and the names of its months.

    Raises
    ------
    InputError
        With file, table and field.
    """
    tables = read_toml(text, place=place)
    strange = sorted(set(tables) - {"schema", "contract", "events", "months"})
    if strange:
        raise InputError(f"nobody knows {', '.join(strange)}", place=place)
    if tables.get("schema") != SCHEMA:
        raise InputError(f"schema {tables.get('schema')!r}, want {SCHEMA!r}", place=place)
    contract = read(Contract, tables.get("contract"), f"{place}.contract")
    events = read(Events, tables.get("events", {}), f"{place}.events")
    _checked(contract, events, (), place)
    months = read(tuple[ContractMonth, ...], tables.get("months", []), f"{place}.months")
    return Part(contract, events, tuple(month.month for month in months))


def read_terms(raw: Mapping[str, Any], *, place: str) -> Contract:
    """Read the terms from JSON.

    Raises
    ------
    InputError
        With the place in the document.
    """
    return read(Contract, _written(raw, place), place)


def text_of(value: object) -> str:
    """The one text of terms or of an event."""
    return canonical(told(value))


def read_event(kind: EventKind, raw: object, contract: Contract, *, place: str) -> Event:
    """Read one event, and see that the contract has what it names.

    Raises
    ------
    InputError
        With the place in the document.
    """
    event = read(_EVENTS[kind], _written(raw, place), place)
    _checked(contract, events_of([(kind, event)]), (), place)
    return event


def read_figures(raw: Mapping[str, Any], month: str, *, place: str) -> ContractMonth:
    """Read the figures of a month.

    Parameters
    ----------
    raw : mapping
        Fields of the file's `months`; `month` may be left out.
    month : str
        YYYY-MM

    Raises
    ------
    InputError
        With the place in the document, also where one person alone says how good it was.
    """
    if raw.get("month", month) != month:
        raise InputError(f"month {raw['month']!r}, want {month!r}", place=place)
    figures = read(ContractMonth, {**_written(raw, place), "month": month}, place)
    want_two_persons(figures, place=place)
    return figures


def month_of_file(text: str, month: str, *, place: str) -> ContractMonth:
    """Read the figures of one month out of a settlement file.

    Raises
    ------
    InputError
        With file, table and field, if the file has no such month, or one person alone says how
        good it was.
    """
    tables = read_toml(text, place=place)
    months = read(tuple[ContractMonth, ...], tables.get("months", []), f"{place}.months")
    found = [each for each in months if each.month == month]
    if not found:
        raise InputError(f"there is no month {month}", place=place)
    want_two_persons(found[0], place=place)
    return found[0]


def events_of(told_events: Iterable[tuple[EventKind, Event]]) -> Events:
    """Put events together as the file has them."""
    lists: dict[str, list[Event]] = {kind.value: [] for kind in EventKind}
    for kind, event in told_events:
        lists[kind].append(event)
    found: dict[str, Any] = {name: tuple(rows) for name, rows in lists.items()}
    return Events(**found)


def each_event(events: Events) -> list[tuple[EventKind, Event]]:
    """Take events apart."""
    return [(kind, event) for kind in EventKind for event in getattr(events, kind.value)]


def days_of(event: Event) -> tuple[date, date | None]:
    """Local days [first, end) of an event; the end is None where it stays."""
    return event.first_day, getattr(event, "end_day", None)


def check_figures(contract: Contract, events: Events, month: ContractMonth, *, place: str) -> None:
    """See that a contract has everything that events and figures of a month name.

    Raises
    ------
    InputError
        With the place in the document.
    """
    _checked(contract, events, (month,), place)


def _written(raw: Value, place: str) -> Value:
    """JSON as it came, if it can be written: half a character has no bytes, and so no digest."""
    try:
        json.dumps(raw, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InputError(f"cannot be kept: {error}", place=place) from error
    return raw


def _checked(
    contract: Contract, events: Events, months: tuple[ContractMonth, ...], place: str
) -> None:
    try:
        check_names(contract, events, months)
    except ValueError as error:
        raise InputError(str(error), place=place) from error
