"""Seals of settlement meters: placed, removed, broken, noted; never changed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from domain.certificate import SealEventKind, SealPart
from domain.errors import InputError
from domain.sentence import Sentence
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class SealEvent:
    """What became of a seal on a local day."""

    kind: SealEventKind
    on_day: date
    note: str
    person: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class SealRow:
    """A seal and what became of it, as it was entered."""

    id: int
    meter_id: int
    meter_code: str
    number: str
    part: SealPart
    placed_on: date
    note: str
    person: str
    entered_at: datetime
    events: list[SealEvent] = field(default_factory=list)

    @property
    def ending(self) -> SealEvent | None:
        """Its removal, or that it was found broken; None while it is in place."""
        return next((event for event in self.events if event.kind != "noted"), None)

    @property
    def noted(self) -> bool:
        """Whether somebody said why it is not in place."""
        ending = self.ending
        at = self.events.index(ending) if ending else len(self.events)
        return any(event.note.strip() for event in self.events[at:])


def seals(
    conn: Connection, *, meter_ids: Collection[int] | None = None, seal_id: int | None = None
) -> list[SealRow]:
    """Seals the current person may see, by meter and day."""
    arguments = {"meter_ids": None if meter_ids is None else list(meter_ids), "seal_id": seal_id}
    events: dict[int, list[SealEvent]] = defaultdict(list)
    for of_seal, *event in conn.execute(sql("seal", "events"), arguments):
        events[of_seal].append(SealEvent(*event))
    with conn.cursor(row_factory=class_row(SealRow)) as cursor:
        rows = cursor.execute(sql("seal", "seals"), arguments).fetchall()
    return [replace(row, events=events[row.id]) for row in rows]


def place_seal(
    conn: Connection, meter_id: int, number: str, part: SealPart, placed_on: date, note: str
) -> int:
    """Note a seal in the name of the current person.

    Returns
    -------
    int
        Its id.

    Raises
    ------
    InputError
        If it has no number, or the meter has one of that number. The place is the field's name.
    """
    if not number.strip():
        raise InputError(Sentence("seal_wants_number", "a seal has a number"), place="number")
    arguments = {
        "meter_id": meter_id,
        "number": number,
        "part": part,
        "placed_on": placed_on,
        "note": note,
    }
    try:
        with conn.transaction():
            row = one_row(conn, sql("seal", "place"), arguments)
    except psycopg.errors.UniqueViolation as error:
        raise InputError(
            Sentence("seal_exists", "the meter has a seal {seal} already", seal=number),
            place="number",
        ) from error
    return int(row[0])


def note_seal(
    conn: Connection, seal: SealRow, kind: SealEventKind, on_day: date, note: str
) -> None:
    """Note what became of a seal in the name of the current person.

    Raises
    ------
    InputError
        If it happened before the seal was placed, the seal is not in place, or a note is blank.
    """
    if on_day < seal.placed_on:
        raise InputError(
            Sentence(
                "seal_ends_early",
                "on_day {on_day} is before {placed_on}",
                on_day=on_day,
                placed_on=seal.placed_on,
            ),
            place="on_day",
        )
    if kind == "noted" and not note.strip():
        raise InputError(Sentence("seal_wants_note", "a note says something"), place="note")
    if kind != "noted" and seal.ending is not None:
        ended = f"{seal.ending.kind} on {seal.ending.on_day}"
        raise InputError(
            Sentence(
                "seal_ended", "seal {seal} was {ended} already", seal=seal.number, ended=ended
            ),
            place="kind",
        )
    arguments = {"seal_id": seal.id, "kind": kind, "on_day": on_day, "note": note}
    conn.execute(sql("seal", "note"), arguments)
