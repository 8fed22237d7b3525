"""The table of moves: which place stands below which other one from a day on, and why."""

from collections.abc import Sequence
from datetime import date

from psycopg import Connection

from domain.errors import InputError, MoveError
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, parse_day, parse_text
from store.meters.position import MoveRow, all_moves, move
from store.places.organisation import may_put_organisations


class Moves:
    """Moves of organisations and buildings; what the table says again stays as it is."""

    form = Form(
        "moves",
        (
            Column("organisation", "机构编码", parse_text, "not_text"),
            Column("parent", "上级编码", parse_text, "not_text"),
            Column("first_day", "起始日期", parse_day, "not_a_day"),
            Column("reason", "原因", parse_text, "not_text"),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Whatever stands against a move, each tried in the order of days."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("organisation", "not_administered", "")]
        with conn.transaction(force_rollback=True):
            return _put_all(conn, rows)

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what is not entered yet."""
        faults = _put_all(conn, rows)
        if faults:  # somebody else moved a place between the check and now
            raise InputError(str(faults[0]), place=f"row {faults[0].row}")

    def export(self, conn: Connection) -> list[list[str]]:
        """Every move in force, by day."""
        return [
            [row.organisation, row.parent, row.first_day.isoformat(), row.reason]
            for row in all_moves(conn)
        ]


def _put_all(conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
    known = {(row.organisation, row.parent, row.first_day) for row in all_moves(conn)}
    faults = []
    for wanted, row in sorted(((_move(row), row) for row in rows), key=lambda each: _order(*each)):
        if (wanted.organisation, wanted.parent, wanted.first_day) in known:
            continue
        try:
            move(conn, wanted)
        except MoveError as refused:
            faults.append(row.fault("parent", "move_refused", refused.reason))
    return faults


def _order(wanted: MoveRow, row: FormRow) -> tuple[date, int]:
    return wanted.first_day, row.number


def _move(row: FormRow) -> MoveRow:
    values = row.values
    day = values["first_day"]
    assert isinstance(day, date)  # noqa: S101 - the form has parsed it
    return MoveRow(str(values["organisation"]), str(values["parent"]), day, str(values["reason"]))
