"""Edits of readings: a value replaced, a reading or a span left out, and the undo of either."""

from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from domain.edit import Edit, check, want_reason
from domain.errors import InputError
from domain.quantity import quantities
from domain.sentence import Sentence
from store.one_row import one_row
from store.queries import sql

_BEYOND = 2**62


@dataclass(frozen=True, slots=True)
class EditRow:
    """An edit, who made it, and who undid it; `was` is what the reading said before."""

    id: int
    device_id: int
    device_code: str
    quantity: str
    ts: datetime
    until: datetime | None
    was: float | None
    value: float | None
    at: datetime
    person: str
    reason: str
    undone_at: datetime | None
    undone_by: str | None
    undone_because: str | None


def is_edited(conn: Connection, meter_id: int) -> bool:
    """Whether an edit of a device that counts or has counted for this meter is in force.

    Readings of such a meter are read from ``edited_<table>`` instead of ``<table>``.
    """
    row = conn.execute(sql("edit", "is_edited"), {"meter_id": meter_id}).fetchone()
    return row == (True,)


def replaced(conn: Connection, meter_id: int, first: datetime, last: datetime) -> list[datetime]:
    """Instants in [first, last] at which a person's value stands for what the meter counted."""
    arguments = {"meter_id": meter_id, "first": first, "last": last}
    return [at for (at,) in conn.execute(sql("edit", "replaced"), arguments)]


def edits(
    conn: Connection,
    *,
    device_id: int | None = None,
    meter_id: int | None = None,
    edit_id: int | None = None,
    before: int = _BEYOND,
    at_most: int,
) -> list[EditRow]:
    """Edits the current person may see, newest first; undone ones too."""
    arguments = {
        "device_id": device_id,
        "meter_id": meter_id,
        "edit_id": edit_id,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(EditRow)) as cursor:
        return cursor.execute(sql("edit", "edits"), arguments).fetchall()


def may_edit(conn: Connection, device_id: int, ts: datetime, until: datetime | None = None) -> bool:
    """Whether the current person may correct what a device said at `ts`, or in [ts, until)."""
    arguments = {"device_id": device_id, "ts": ts, "until": until}
    return conn.execute(sql("edit", "may_correct"), arguments).fetchone() == (True,)


def make_edit(conn: Connection, edit: Edit) -> int:
    """Add an edit in the name of the current person; the days it concerns become work.

    Returns
    -------
    int
        Its id.

    Raises
    ------
    InputError
        If it has no reason, names no register by which the device counts, or there is no such
        reading. The place is the name of the field.
    """
    check(edit)
    arguments = asdict(edit)
    if conn.execute(sql("edit", "counts"), arguments).fetchone() != (True,):
        reason = Sentence(
            "quantity_not_of_device",
            "the device counts no {quantity} for a meter at that time",
            quantity=edit.quantity,
        )
        raise InputError(reason, place="quantity")
    statement = SQL(sql("edit", "readings")).format(
        table=Identifier(quantities()[edit.quantity].table.value),
        quantity=Identifier(edit.quantity),
    )
    found = conn.execute(statement, arguments).fetchone()
    if found is None:
        upto = f" to {edit.until.isoformat()}" if edit.until else ""
        reason = Sentence(
            "no_reading_there",
            "there is no {quantity} of this device at {ts}{upto}",
            quantity=edit.quantity,
            ts=edit.ts.isoformat(),
            upto=upto,
        )
        raise InputError(reason, place="ts")
    arguments["was"] = None if edit.until else found[0]
    row = one_row(conn, sql("edit", "make"), arguments)
    return int(row[0])


def undo_edit(conn: Connection, edit_id: int, reason: str) -> None:
    """Take an edit back in the name of the current person.

    Raises
    ------
    InputError
        If no reason is given.
    psycopg.errors.UniqueViolation
        If it is undone already.
    """
    want_reason(reason)
    conn.execute(sql("edit", "undo"), {"edit_id": edit_id, "reason": reason})
