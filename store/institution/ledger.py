"""The ledger in the store: entries are added at the end of an institution's chain, and read."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.errors import CheckViolation, UniqueViolation
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from domain.canonical import digest
from domain.errors import LedgerError
from domain.ledger_month import GENESIS, Kind, LedgerEntry
from domain.quantity import quantities
from store.one_row import one_row
from store.queries import sql
from store.refusal import refusal_of

_CONSTRAINT = "ledger"


@dataclass(frozen=True, slots=True)
class MonthOf:
    """A local month of an institution, and the instants [first, end) it lasts."""

    organisation_id: int
    month: date
    first: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """A request to close a month in spite of its obstacles.

    Attributes
    ----------
    obstacles : str
        JSON text of the obstacles it is for.
    used : bool
        The month was closed with it.
    """

    id: int
    organisation_id: int
    month: date
    obstacles: str
    reason: str
    person_id: int
    person: str
    at: datetime
    used: bool


class IntervalRow(NamedTuple):
    """Use in [start, end), in the unit of the meter's register."""

    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    method: str
    flags: int


def lock(conn: Connection, organisation_id: int) -> None:
    """Be the only one to close or reverse months of an institution, until the transaction ends."""
    conn.execute(sql("ledger", "lock"), {"organisation_id": organisation_id})


def lock_meters(conn: Connection, meter_ids: Collection[int]) -> None:
    """Keep the worker from computing these meters, until the transaction ends."""
    conn.execute(sql("ledger", "lock_meters"), {"meter_ids": list(meter_ids)})


def clock(conn: Connection) -> datetime:
    """Now, by the clock that stamps the figures of the store."""
    row = one_row(conn, sql("ledger", "clock"))
    now: datetime = row[0]
    return now


def entries(conn: Connection, organisation_id: int | None = None) -> list[LedgerEntry]:
    """Entries of an institution, or of all that may be seen, in the order of their chains."""
    with conn.cursor(row_factory=class_row(LedgerEntry)) as cursor:
        arguments = {"organisation_id": organisation_id}
        return cursor.execute(sql("ledger", "entries"), arguments).fetchall()


def entry(conn: Connection, entry_id: int) -> LedgerEntry | None:
    """One entry; None where there is none the person may see."""
    with conn.cursor(row_factory=class_row(LedgerEntry)) as cursor:
        return cursor.execute(sql("ledger", "one_entry"), {"entry_id": entry_id}).fetchone()


def append(
    conn: Connection,
    of: MonthOf,
    kind: Kind,
    document: str,
    *,
    after: LedgerEntry | None,
    reverses: int | None = None,
    override_id: int | None = None,
) -> int:
    """Add an entry to the end of the chain in the name of the current person.

    Parameters
    ----------
    after : LedgerEntry or None
        The newest entry of the institution, as the document names it.

    Returns
    -------
    int
        Its id.

    Raises
    ------
    LedgerError
        If the database refuses it: somebody was faster, the month is closed or not over, the one
        before is open, or an override is not signed by two.
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    arguments = {
        **_span(of),
        "sequence": 1 if after is None else after.sequence + 1,
        "kind": kind,
        "reverses": reverses,
        "override_id": override_id,
        "document": document,
        "sha256": digest(document),
        "previous_sha256": GENESIS if after is None else after.sha256,
    }
    with _refusals(), conn.transaction():
        row = one_row(conn, sql("ledger", "append"), arguments)
    return int(row[0])


def may_close(conn: Connection, organisation_id: int) -> bool:
    """Whether the current person may close months of an institution."""
    arguments = {"organisation_id": organisation_id}
    return conn.execute(sql("ledger", "may_close"), arguments).fetchone() == (True,)


def ask_override(conn: Connection, of: MonthOf, obstacles: str, reason: str) -> int:
    """Ask, in the name of the current person, to close in spite of these obstacles.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    arguments = {**_span(of), "obstacles": obstacles, "reason": reason}
    row = one_row(conn, sql("ledger", "ask_override"), arguments)
    return int(row[0])


def sign_override(conn: Connection, override_id: int) -> None:
    """Sign a request as the second person.

    Raises
    ------
    LedgerError
        If it is the first person again, or somebody has signed.
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    with _refusals(), conn.transaction():
        conn.execute(sql("ledger", "sign_override"), {"override_id": override_id})


def override(conn: Connection, override_id: int) -> OverrideRow | None:
    """One request; None where there is none the person may see."""
    arguments = {"override_id": override_id, "organisation_id": None, "month": None}
    return next(iter(_overrides(conn, arguments)), None)


def overrides(conn: Connection, of: MonthOf) -> list[OverrideRow]:
    """Requests for a month, newest first."""
    month = {"organisation_id": of.organisation_id, "month": of.month}
    return _overrides(conn, {"override_id": None, **month})


def waiting(
    conn: Connection, meter_ids: Collection[int], first_day: date, end_day: date
) -> list[tuple[int, date]]:
    """Meters and local days [first_day, end_day) with readings that are not computed yet."""
    arguments = {"meter_ids": list(meter_ids), "first_day": first_day, "end_day": end_day}
    return conn.execute(sql("ledger", "waiting"), arguments).fetchall()


def intervals(
    conn: Connection,
    meter_id: int,
    quantity: str,
    first: datetime,
    last: datetime,
    *,
    as_of: datetime,
) -> list[IntervalRow]:
    """Interval data of a meter in [first, last), as it was known at an instant."""
    arguments = {"meter_id": meter_id, "quantity": quantity, "first": first, "last": last}
    with conn.cursor(row_factory=class_row(IntervalRow)) as cursor:
        return cursor.execute(sql("ledger", "intervals"), {**arguments, "as_of": as_of}).fetchall()


def register_at(
    conn: Connection, meter_id: int, quantity: str, at: datetime
) -> tuple[datetime, str, float] | None:
    """Instant, device and value of a register's last reading at or before an instant."""
    statement = SQL(sql("ledger", "register_at")).format(
        table=Identifier(quantities()[quantity].table.value), quantity=Identifier(quantity)
    )
    return conn.execute(statement, {"meter_id": meter_id, "at": at}).fetchone()


def _overrides(conn: Connection, arguments: Mapping[str, object]) -> list[OverrideRow]:
    with conn.cursor(row_factory=class_row(OverrideRow)) as cursor:
        return cursor.execute(sql("ledger", "overrides"), arguments).fetchall()


def _span(of: MonthOf) -> dict[str, object]:
    return {
        "organisation_id": of.organisation_id,
        "month": of.month,
        "first_at": of.first,
        "end_at": of.end,
    }


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell what the database refuses about the ledger as an error of ours."""
    try:
        yield
    except UniqueViolation as refused:
        raise LedgerError(f"somebody was faster: {refused.diag.message_detail}") from None
    except CheckViolation as refused:
        if refused.diag.constraint_name != _CONSTRAINT:
            raise
        raise LedgerError(refusal_of(refused)) from None
