"""Declared events of a register, from a file."""

from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from device_sim.recordings.cell import number
from device_sim.recordings.stamps import WrittenStamps
from device_sim.recordings.table import Table
from domain.register_event import EventKind, RegisterEvent, check, said_before


def read_events(file: Path, zone: ZoneInfo) -> tuple[list[RegisterEvent], float | None]:
    """Read a file of ts,kind,value,previous,until,note.

    Parameters
    ----------
    zone : ZoneInfo
        Of times without offset.

    Returns
    -------
    tuple
        The events, and the multiplier before the first change of it, where the file tells.

    Raises
    ------
    InputError
        With file, line and column of what cannot be read or cannot have happened.
    """
    events: list[RegisterEvent] = []
    ratios: list[tuple[datetime, float]] = []
    with Table(file) as table:
        columns = {name: table.column(name) for name in ("ts", "kind", "value")}
        optional = {name: table.header.index(name) for name in ("previous", "until", "note")
                    if name in table.header}  # fmt: skip
        for row in table.rows():
            at = columns["ts"]
            try:
                instant = WrittenStamps(zone).read(row[at])
                at = columns["value"]
                value = float(number(row[at].strip()))
                at = optional.get("previous", at)
                text = row[at].strip() if "previous" in optional else ""
                previous = float(number(text)) if text else None
                at = optional.get("until", at)
                text = row[at].strip() if "until" in optional else ""
                until = WrittenStamps(zone).read(text) if text else None
            except ValueError as error:
                raise table.refusal(table.line, at, str(error)) from None
            kind = cast("EventKind", row[columns["kind"]].strip())
            if kind == "ratio" and previous is not None:
                ratios.append((instant, previous))
                previous = None
            note = row[optional["note"]] if "note" in optional else ""
            event = RegisterEvent(instant, kind, value, previous, note, until)
            check(event, place=f"{file}:{table.line}")
            before = said_before(event, events)
            if before is not None and before != event:
                said = f"another {before.kind} at {event.at.isoformat()}, want one"
                raise table.refusal(table.line, columns["kind"], said)
            events.append(event)
    return events, min(ratios)[1] if ratios else None
