"""Where organisations and buildings stood when, and the moves that people enter and take back."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.errors import CheckViolation
from psycopg.rows import class_row
from psycopg.types.multirange import Multirange

from domain.edit import want_reason
from domain.errors import MoveError
from store.queries import sql
from store.refusal import refusal_of

_CONSTRAINT = "organisation_move"


@dataclass(frozen=True, slots=True)
class Held:
    """A place stood directly below another in [first, end); None stands for always."""

    organisation_id: int
    parent_id: int
    first: datetime | None
    end: datetime | None

    def holds_at(self, instant: datetime) -> bool:
        """Whether it did at an instant."""
        begun = self.first is None or self.first <= instant
        return begun and (self.end is None or instant < self.end)


@dataclass(frozen=True, slots=True)
class Standing:
    """One stretch of a place's history.

    Attributes
    ----------
    move_id : int or None
        The move that led there; None for where it stood first.
    """

    parent_id: int
    parent: str | None
    name_zh: str | None
    name_en: str | None
    first: datetime | None
    end: datetime | None
    move_id: int | None
    first_day: date | None
    reason: str | None
    person: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class UndoneMove:
    """A move that was taken back."""

    move_id: int
    parent: str | None
    first_day: date
    reason: str
    person: str
    at: datetime
    undone_because: str
    undone_by: str
    undone_at: datetime


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move, as a table gives it out."""

    organisation: str
    parent: str
    first_day: date
    reason: str


Sight = Multirange[datetime]
"""Times in which a place lies in a person's sight."""


def held(conn: Connection) -> list[Held]:
    """Where every place that the person may see stood and stands, by parent, place and time."""
    with conn.cursor(row_factory=class_row(Held)) as cursor:
        return cursor.execute(sql("position", "held")).fetchall()


def seen(conn: Connection) -> dict[int, Sight]:
    """When each place lay in the person's sight. One that moved away does so until that day."""
    return dict(conn.execute(sql("position", "seen")).fetchall())


def covers(sight: Sight, first: datetime, end: datetime) -> bool:
    """Whether all of [first, end) lies in sight."""
    return any(
        (part.lower is None or part.lower <= first) and (part.upper is None or end <= part.upper)
        for part in sight
    )


def history(conn: Connection, organisation_id: int) -> list[Standing]:
    """Where a place stood and stands, oldest first."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        arguments = {"organisation_id": organisation_id}
        return cursor.execute(sql("position", "history"), arguments).fetchall()


def undone_moves(conn: Connection, organisation_id: int) -> list[UndoneMove]:
    """Moves of a place that were taken back, the latest first."""
    with conn.cursor(row_factory=class_row(UndoneMove)) as cursor:
        arguments = {"organisation_id": organisation_id}
        return cursor.execute(sql("position", "undone"), arguments).fetchall()


def all_moves(conn: Connection) -> list[MoveRow]:
    """Every move in force that the person may see, by day."""
    with conn.cursor(row_factory=class_row(MoveRow)) as cursor:
        return cursor.execute(sql("position", "all_moves")).fetchall()


def move(conn: Connection, row: MoveRow) -> int:
    """Let a place stand below another from a local day on, until its next move; returns its id.

    Raises
    ------
    InputError
        If no reason is given.
    MoveError
        If the tree would not be one, or an amount would be counted twice, with the place.
    psycopg.errors.InsufficientPrivilege
        If the current person is no system administrator of the whole house.
    """
    want_reason(row.reason)
    arguments = {
        "organisation": row.organisation,
        "parent": row.parent,
        "first_day": row.first_day,
        "reason": row.reason,
    }
    with _refusals(), conn.transaction():
        found = conn.execute(sql("position", "move"), arguments).fetchone()
    assert found is not None  # noqa: S101 - a function gives one row
    return int(found[0])


def undo(conn: Connection, move_id: int, reason: str) -> None:
    """Take a move back: what stood before holds on.

    Raises
    ------
    InputError
        If no reason is given.
    MoveError
        If there is no such move, it is taken back already, or a later one follows it.
    psycopg.errors.InsufficientPrivilege
        If the current person is no system administrator of the whole house.
    """
    want_reason(reason)
    with _refusals(), conn.transaction():
        conn.execute(sql("position", "undo"), {"move_id": move_id, "reason": reason})


def closed_months(
    conn: Connection,
    places: Collection[int],
    time: tuple[datetime, datetime | None],
    closed_before: datetime,
) -> list[tuple[str, date]]:
    """Months that stand closed, of institutions at or above some places in a time [first, end)."""
    arguments = {"places": list(places), "first": time[0], "last": time[1], "at": closed_before}
    return conn.execute(sql("position", "closed"), arguments).fetchall()


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell what the database refuses about a move as an error of ours."""
    try:
        yield
    except CheckViolation as refused:
        if refused.diag.constraint_name != _CONSTRAINT:
            raise
        raise MoveError(refusal_of(refused)) from None
