"""Virtual meters: their formulas, and what the worker needs to compute them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.errors import MeterTreeError
from domain.formula import Formula
from domain.sentence import Sentence
from store.meters.consumption import RegisterOf
from store.meters.meter_tree import refusals
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class FormulaRow:
    """A formula as it was written, in force in [first, end); None stands for always."""

    formula_id: int
    formula: str
    first: datetime | None
    end: datetime | None


class LeafRow(NamedTuple):
    """A meter that a virtual one is computed from, and how often it counts, in [first, end)."""

    leaf_id: int
    coefficient: float
    first: datetime | None
    end: datetime | None


class LeafInterval(NamedTuple):
    """An interval of such a meter."""

    meter_id: int
    start_at: datetime
    end_at: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    flags: int


def enter(
    conn: Connection, meter: Mapping[str, str], *, place_id: int, since: datetime | None
) -> int:
    """Enter a virtual meter at a place, from `since` on or for always; returns its id.

    Parameters
    ----------
    meter : mapping
        code, medium, quantity, item, name_zh, name_en.

    Raises
    ------
    psycopg.errors.UniqueViolation
        If the code is taken.
    psycopg.errors.InsufficientPrivilege
        If the person may not.
    """
    arguments = {**meter, "place_id": place_id, "since": since}
    row = one_row(conn, sql("virtual_meter", "enter"), arguments)
    return int(row[0])


def formulas(conn: Connection, meter_id: int) -> list[FormulaRow]:
    """Every formula of a meter, oldest first."""
    with conn.cursor(row_factory=class_row(FormulaRow)) as cursor:
        arguments = {"meter_id": meter_id}
        return cursor.execute(sql("virtual_meter", "formulas"), arguments).fetchall()


def set_formula(
    conn: Connection, meter_id: int, formula: Formula, *, since: datetime | None
) -> None:
    """Let a formula be in force from `since` on, until the next one if there is one already.

    A second one from the same instant on corrects the first.

    Raises
    ------
    MeterTreeError
        If a meter of it does not exist or may not stand in it, with the reason. Nothing is
        changed then.
    """
    codes = list(formula.coefficients)
    rows: list[tuple[str, int]] = conn.execute(
        sql("virtual_meter", "meters_by_code"), {"codes": codes}
    ).fetchall()
    ids = dict(rows)
    for code in formula.coefficients:
        if code not in ids:
            raise MeterTreeError(Sentence("no_meter", "there is no meter [{meter}]", meter=code))
    with refusals(), conn.transaction():
        formula_id = _in_force_from(conn, meter_id, formula, since)
        arguments = {
            "formula_id": formula_id,
            "term_ids": [ids[code] for code in formula.coefficients],
            "coefficients": [float(value) for value in formula.coefficients.values()],
        }
        conn.execute(sql("virtual_meter", "add_terms"), arguments)


def end(conn: Connection, meter_id: int, at: datetime) -> None:
    """End a virtual meter at `at`.

    Raises
    ------
    MeterTreeError
        If it begins no earlier than that, or a formula needs it after that.
    """
    arguments = {"meter_id": meter_id, "at": at}
    used = conn.execute(sql("virtual_meter", "used_by"), arguments).fetchone()
    if used is not None:
        raise MeterTreeError(
            Sentence(
                "formula_needs_it",
                "the formula of {meter} needs it from {at} on",
                meter=used[0],
                at=at.isoformat(),
            )
        )
    begin = conn.execute(sql("virtual_meter", "begin"), arguments).fetchone()
    if begin is None or (begin[0] is not None and begin[0] >= at):
        raise MeterTreeError(
            Sentence("does_not_stand_before", "it does not stand before {at}", at=at.isoformat())
        )
    with conn.transaction():
        conn.execute(sql("virtual_meter", "end_formula"), arguments)
        conn.execute(sql("meter_tree", "end_position"), arguments)


def waiting(conn: Connection) -> list[int]:
    """Virtual meters with work to do."""
    return [meter for (meter,) in conn.execute(sql("virtual_meter", "waiting"))]


def take_work(conn: Connection, meter_id: int) -> list[tuple[date | None, date | None]]:
    """Take a virtual meter's half-open ranges of days off the list; None stands for all days."""
    return conn.execute(sql("virtual_meter", "take_work"), {"meter_id": meter_id}).fetchall()


def register(conn: Connection, meter_id: int) -> RegisterOf | None:
    """The meter as something with figures; None when it never stood anywhere."""
    with conn.cursor(row_factory=class_row(RegisterOf)) as cursor:
        return cursor.execute(sql("virtual_meter", "register"), {"meter_id": meter_id}).fetchone()


def days_known(conn: Connection, meter_id: int) -> tuple[date, date] | None:
    """Half-open range of days of which it, or a meter it is computed from, has figures."""
    row = conn.execute(sql("virtual_meter", "days_known"), {"meter_id": meter_id}).fetchone()
    if row is None or row[0] is None:
        return None
    return row[0], row[1] + timedelta(days=1)


def leaves(conn: Connection, meter_id: int, first: datetime, last: datetime) -> list[LeafRow]:
    """Meters it is computed from within [first, last), virtual ones resolved."""
    arguments = {"meter_id": meter_id, "first": first, "last": last}
    return [LeafRow(*row) for row in conn.execute(sql("virtual_meter", "leaves"), arguments)]


def leaf_intervals(
    conn: Connection, meter_ids: Collection[int], first: datetime, last: datetime
) -> list[LeafInterval]:
    """Current intervals of these meters that begin in [first, last), each by its own register."""
    arguments = {"meter_ids": list(meter_ids), "first": first, "last": last}
    rows = conn.execute(sql("virtual_meter", "leaf_intervals"), arguments)
    return [LeafInterval(*row) for row in rows]


def announce(conn: Connection, meter_id: int, days: tuple[date, date]) -> None:
    """Tell the consoles that a virtual meter has new figures; the last thing a transaction does."""
    conn.execute(sql("consumption", "lock_outbox"))
    arguments = {
        "topic": "consumption",
        "device_id": None,
        "meter_id": meter_id,
        "first_day": days[0],
        "end_day": days[1],
    }
    conn.execute(sql("consumption", "announce"), arguments)
    conn.execute(sql("consumption", "notify"))


def _in_force_from(
    conn: Connection, meter_id: int, formula: Formula, since: datetime | None
) -> int:
    """Row of the formula, without terms."""
    arguments = {"meter_id": meter_id, "formula": formula.text, "at": since, "since": since}
    until = None
    if since is not None:
        row = conn.execute(sql("virtual_meter", "correct_formula"), arguments).fetchone()
        if row is not None:
            conn.execute(sql("virtual_meter", "drop_terms"), {"formula_id": row[0]})
            return int(row[0])
        ended = conn.execute(sql("virtual_meter", "end_formula"), arguments).fetchone()
        if ended is None:
            ended = conn.execute(sql("virtual_meter", "next_formula"), arguments).fetchone()
        until = None if ended is None else ended[0]
    row = one_row(conn, sql("virtual_meter", "add_formula"), {**arguments, "until": until})
    return int(row[0])
