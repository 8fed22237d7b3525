"""Registers of the boundary in a bundle: readings, what was declared, what was edited. Pure.

A meter has one register, or one for each period of the tariff; then rows name the period.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar, cast

from analytics.evidence.rows import instant_of, number_of, rows_of, stamp, written
from domain.canonical import plain
from domain.errors import InputError
from domain.register_event import EventKind, RegisterEvent, check
from domain.time_of_use import Period

READINGS, EVENTS, EDITS = "readings.csv", "register_events.csv", "edits.csv"
_READING = ("meter", "period", "ts", "register")
_EVENT = ("meter", "period", "ts", "kind", "value", "previous", "note")
_MOST_EDITS = 1000
"""So many a month nobody makes by hand."""
_MOST_REGISTERS = 1000
"""Of one boundary."""
_EDIT = ("meter", "period", "ts", "until", "value", "by", "reason")

Row = TypeVar("Row")
Rows = TypeVar("Rows")
Register = tuple[str, Period | None]
"""A meter, and the period its register is of; None for a meter with one register."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of a register, in the register's own unit, and where it stands."""

    ts: datetime
    register: Decimal
    place: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """What to read instead of what the meter said; the reading itself is still there.

    Attributes
    ----------
    until : datetime or None
        Instant after the span that is left out; None for the one reading at `ts`.
    value : Decimal or None
        None leaves the reading, or the span, out.
    by : str
        Who edited.
    """

    ts: datetime
    until: datetime | None
    value: Decimal | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Registers:
    """Everything known of some registers, by register."""

    readings: Mapping[Register, tuple[Reading, ...]]
    events: Mapping[Register, tuple[RegisterEvent, ...]]
    edits: Mapping[Register, tuple[Edit, ...]]

    def of(self, meter: str) -> list[Register]:
        """Registers of a meter."""
        return [register for register in self.readings if register[0] == meter]

    def declared(self, register: Register) -> list[RegisterEvent]:
        """What was declared of a register, or of its whole meter."""
        keys = {register, (register[0], None)}
        return [event for key in sorted(keys, key=str) for event in self.events.get(key, ())]

    def parts(self) -> dict[str, bytes]:
        """As parts of a bundle, in order of meter, period and time."""
        readings = _rows(self.readings, lambda each: (stamp(each.ts), plain(each.register)))
        events = _rows(self.events, _event_cells)
        edits = _rows(self.edits, _edit_cells)
        return {
            READINGS: written(_READING, readings),
            EVENTS: written(_EVENT, events),
            EDITS: written(_EDIT, edits),
        }


def read_registers(parts: Mapping[str, bytes]) -> Registers:
    """Read the registers of a bundle.

    Raises
    ------
    InputError
        With part and line.
    """
    readings: dict[Register, list[Reading]] = {}
    for place, (meter, period, ts, value) in rows_of(parts[READINGS], _READING, READINGS):
        reading = Reading(instant_of(ts, place), number_of(value, place), place)
        readings.setdefault(register_of(meter, period, place), []).append(reading)
    events: dict[Register, list[RegisterEvent]] = {}
    for place, (meter, period, ts, kind, value, previous, note) in rows_of(
        parts[EVENTS], _EVENT, EVENTS
    ):
        event = RegisterEvent(
            instant_of(ts, place),
            cast("EventKind", kind),
            float(number_of(value, place)),
            float(number_of(previous, place)) if previous else None,
            note,
        )
        events.setdefault(register_of(meter, period, place), []).append(checked(event, place))
    edits: dict[Register, list[Edit]] = {}
    for place, (meter, period, ts, until, value, by, reason) in rows_of(parts[EDITS], _EDIT, EDITS):
        edit = Edit(
            instant_of(ts, place),
            instant_of(until, place) if until else None,
            number_of(value, place) if value else None,
            by,
            reason,
        )
        edits.setdefault(register_of(meter, period, place), []).append(checked_edit(edit, place))
    if sum(map(len, edits.values())) > _MOST_EDITS:
        raise InputError(f"more than {_MOST_EDITS} edits", place=EDITS)
    return registers(readings, events, edits)


def registers(
    readings: Mapping[Register, Iterable[Reading]],
    events: Mapping[Register, Iterable[RegisterEvent]],
    edits: Mapping[Register, Iterable[Edit]],
) -> Registers:
    """Put registers together, in the one order in which a bundle writes them.

    Raises
    ------
    InputError
        If a meter has both one register and some by period.
    """
    found = Registers(
        {key: tuple(sorted(each, key=_of_reading)) for key, each in _ordered(readings)},
        {key: tuple(sorted(each, key=_of_event)) for key, each in _ordered(events)},
        {key: tuple(sorted(each, key=lambda edit: edit.ts)) for key, each in _ordered(edits)},
    )
    if len(found.readings) > _MOST_REGISTERS:
        raise InputError(f"more than {_MOST_REGISTERS} registers", place=READINGS)
    meters = {meter for meter, _ in found.readings}
    for name, table in ((EVENTS, found.events), (EDITS, found.edits)):
        strange = [key for key in table if key[0] not in meters]
        if strange:
            raise InputError(f"there is no reading of {strange[0][0][:80]!r}", place=name)
    lonely = [key for key in found.edits if key not in found.readings]
    if lonely:
        raise InputError(f"there is no register {lonely[0]}: want its period", place=EDITS)
    for meter, period in found.readings:
        if period is None and len(found.of(meter)) > 1:
            reason = f"{meter} has readings with and without a period: want one or the other"
            raise InputError(reason, place=READINGS)
    return found


def register_of(meter: str, period: str, place: str) -> Register:
    """Register of a row.

    Raises
    ------
    InputError
        If the period is none.
    """
    if not period:
        return meter, None
    if period not in set(Period):
        raise InputError(f"{period[:40]!r}, want {' or '.join(Period)}, or nothing", place=place)
    return meter, Period(period)


def checked(event: RegisterEvent, place: str) -> RegisterEvent:
    """An event of a register, refused where it cannot be, or is the contract's.

    Raises
    ------
    InputError
        With the place.
    """
    if event.kind == "error":
        reason = "errors of a meter are events of the contract: meter_errors"
        raise InputError(reason, place=place)
    check(event, place=place)
    return event


def checked_edit(edit: Edit, place: str) -> Edit:
    """An edit, refused where it has nobody and no reason, or a value for a span.

    Raises
    ------
    InputError
        With the place.
    """
    if not edit.reason.strip() or not edit.by.strip():
        raise InputError("an edit wants who made it and why", place=place)
    if edit.until is not None and (edit.value is not None or edit.until <= edit.ts):
        raise InputError("a span ends after it begins, and is left out", place=place)
    return edit


def edited(
    readings: Iterable[Reading], edits: Iterable[Edit]
) -> tuple[list[Reading], list[datetime]]:
    """Readings as they count, and the instants for which a person gave a value."""
    kept, replaced = list(readings), []
    for edit in edits:
        if edit.until is not None:
            kept = [each for each in kept if not edit.ts <= each.ts < edit.until]
        elif edit.value is None:
            kept = [each for each in kept if each.ts != edit.ts]
        else:
            value = edit.value
            kept = [replace(each, register=value) if each.ts == edit.ts else each for each in kept]
            replaced.append(edit.ts)
    return kept, replaced


def _ordered(table: Mapping[Register, Rows]) -> list[tuple[Register, Rows]]:
    return sorted(table.items(), key=lambda pair: (pair[0][0], pair[0][1] or ""))


def _of_reading(reading: Reading) -> tuple[datetime, Decimal]:
    return reading.ts, reading.register


def _of_event(event: RegisterEvent) -> tuple[datetime, str, float]:
    return event.at, event.kind, event.value


def _rows(
    table: Mapping[Register, Iterable[Row]], cells: Callable[[Row], tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    for (meter, period), rows in table.items():
        for row in rows:
            yield (meter, period or "", *cells(row))


def _event_cells(event: RegisterEvent) -> tuple[str, ...]:
    previous = "" if event.previous is None else _shortest(event.previous)
    return stamp(event.at), event.kind, _shortest(event.value), previous, event.note


def _edit_cells(edit: Edit) -> tuple[str, ...]:
    until = "" if edit.until is None else stamp(edit.until)
    value = "" if edit.value is None else plain(edit.value)
    return stamp(edit.ts), until, value, edit.by, edit.reason


def _shortest(number: float) -> str:
    return plain(Decimal(repr(number)))
