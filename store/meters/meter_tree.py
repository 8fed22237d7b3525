"""The meter tree: where meters hung when, moves, and the amounts that a balance is made of."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg import Connection
from psycopg.errors import CheckViolation
from psycopg.rows import class_row

from domain.errors import MeterTreeError
from domain.meter_tree import Position
from domain.registry import MeterRole
from domain.sentence import Sentence
from store.queries import sql
from store.refusal import refusal_of

Slot = tuple[datetime, int]
"""Start, and length in seconds."""
_HOUR_S = 3600
_CONSTRAINT = "meter_tree"


@dataclass(frozen=True, slots=True)
class MeterName:
    """A meter, without where it hangs."""

    meter_id: int
    code: str
    medium: str
    quantity: str
    item: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Hanging:
    """Where a meter hung in [first, end); None stands for always."""

    place_id: int
    parent_id: int | None
    role: str
    first: datetime | None
    end: datetime | None


def positions(
    conn: Connection, place_id: int, medium: str | None, first: datetime, last: datetime
) -> list[Position]:
    """Positions of a place's meters within [first, last), and of all above them.

    Parameters
    ----------
    medium : str or None
        Of one medium only; a meter never hangs below one of another.
    """
    rows = conn.execute(
        sql("meter_tree", "positions"),
        {"place_id": place_id, "medium": medium, "first": first, "last": last},
    )
    return [
        Position(meter, parent, MeterRole(role), since, until, here)
        for meter, parent, role, since, until, here in rows
    ]


def names(conn: Connection, meter_ids: Collection[int]) -> dict[int, MeterName]:
    """Meters by id, as far as the person may see them."""
    with conn.cursor(row_factory=class_row(MeterName)) as cursor:
        found = cursor.execute(sql("meter_tree", "meters_by_id"), {"meter_ids": list(meter_ids)})
        return {meter.meter_id: meter for meter in found}


def history(conn: Connection, meter_id: int) -> list[Hanging]:
    """Where a meter hung and hangs, oldest first."""
    with conn.cursor(row_factory=class_row(Hanging)) as cursor:
        return cursor.execute(sql("meter_tree", "history"), {"meter_id": meter_id}).fetchall()


def move(
    conn: Connection,
    meter_id: int,
    at: datetime,
    *,
    place_id: int,
    parent_id: int | None,
    role: MeterRole,
) -> None:
    """Let a meter hang elsewhere from `at` on, until its next move if there is one already.

    A second move at the same instant corrects the first.

    Raises
    ------
    MeterTreeError
        If the tree would not be one, with the reason and the place; or if the meter hangs nowhere
        at `at`. Nothing is changed then.
    """
    arguments = {
        "meter_id": meter_id,
        "at": at,
        "place_id": place_id,
        "parent_id": parent_id,
        "role": role.value,
    }
    with refusals(), conn.transaction():
        if conn.execute(sql("meter_tree", "correct_position"), arguments).rowcount:
            return
        ended = conn.execute(sql("meter_tree", "end_position"), arguments).fetchone()
        if ended is None:
            raise MeterTreeError(
                Sentence(
                    "meter_hangs_nowhere",
                    "meter {meter} hangs nowhere at {at}",
                    meter=meter_id,
                    at=at.isoformat(),
                )
            )
        conn.execute(sql("meter_tree", "add_position"), {**arguments, "until": ended[0]})


def slots(
    conn: Connection, meter_ids: Sequence[int], days: tuple[date, date]
) -> dict[int, dict[Slot, float]]:
    """Amounts of local days [days), one slot a day where a day is whole for all that know of it.

    Of every other day there is one slot for each whole hour, so that meters that miss different
    parts of a day are held against each other in the hours that all of them have.
    """
    found: dict[int, dict[Slot, float]] = {meter: {} for meter in meter_ids}
    arguments = {"meter_ids": list(meter_ids), "first_day": days[0], "end_day": days[1]}
    lines = conn.execute(sql("meter_tree", "whole_days"), arguments).fetchall()
    by_day: dict[Slot, list[tuple[int, float, bool]]] = defaultdict(list)
    for meter, start, length_s, value, whole in lines:
        by_day[start, length_s].append((meter, value, whole))
    broken = []
    for slot, amounts in by_day.items():
        if not all(whole for _, _, whole in amounts):
            broken.append(slot)
            continue
        for meter, value, _ in amounts:
            found[meter][slot] = value
    if broken:
        starts = [start for start, _ in broken]
        ends = [start + timedelta(seconds=length_s) for start, length_s in broken]
        bounds = {"starts": starts, "ends": ends, "first": min(starts), "last": max(ends)}
        for meter, start, value in conn.execute(
            sql("meter_tree", "whole_hours"), {**arguments, **bounds}
        ):
            found[meter][start, _HOUR_S] = value
    return found


@contextmanager
def refusals() -> Iterator[None]:
    """Tell what the database refuses about the tree as an error of ours."""
    try:
        yield
    except CheckViolation as refused:
        if refused.diag.constraint_name != _CONSTRAINT:
            raise
        raise MeterTreeError(refusal_of(refused)) from None
