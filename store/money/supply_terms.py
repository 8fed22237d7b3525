"""Terms of supplies in the store: capacity, declared demand and quota, corrected and taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from domain.supply_terms import SupplyTerms
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class TermsRow:
    """What somebody entered of a meter's supply, and what became of it.

    Attributes
    ----------
    capacity_kva, declared_kw, quota : Decimal or None
        None: not known in these months. [kVA], [kW], register's unit
    counts : bool
        Whether it stands for some month of which no newer one says anything.
    """

    id: int
    meter_id: int
    meter: str
    name_zh: str
    name_en: str
    first_month: date
    end_month: date | None
    capacity_kva: Decimal | None
    declared_kw: Decimal | None
    quota: Decimal | None
    source: str
    reason: str
    entered_by: str | None
    entered_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    counts: bool


@dataclass(frozen=True, slots=True)
class NewTerms:
    """What somebody enters for local months [first_month, end_month), None for no end."""

    first_month: date
    end_month: date | None
    capacity_kva: Decimal | None
    declared_kw: Decimal | None
    quota: Decimal | None
    source: str
    reason: str


def terms_of_meter(conn: Connection, meter_id: int, *, as_of: datetime) -> list[SupplyTerms]:
    """What stood of a meter's supply at an instant, the newest last."""
    with conn.cursor(row_factory=class_row(SupplyTerms)) as cursor:
        arguments = {"meter_id": meter_id, "as_of": as_of}
        return cursor.execute(sql("supply_terms", "of_meter"), arguments).fetchall()


def supply_terms(
    conn: Connection, *, meter_id: int | None = None, terms_id: int | None = None
) -> list[TermsRow]:
    """Everything that was entered and the person may see, the newest first."""
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        arguments = {"meter_id": meter_id, "terms_id": terms_id}
        return cursor.execute(sql("supply_terms", "entered"), arguments).fetchall()


def enter_terms(conn: Connection, meter_id: int, new: NewTerms) -> int:
    """Enter what is said of a meter's supply; what was entered before stays kept. Returns its id.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person may not correct the meter.
    """
    arguments = {name: getattr(new, name) for name in NewTerms.__slots__}
    return int(one_row(conn, sql("supply_terms", "enter"), {"meter_id": meter_id, **arguments})[0])


def withdraw_terms(conn: Connection, terms_id: int, *, reason: str) -> bool:
    """Take it back; what was entered before counts again. False where the person may not.

    Raises
    ------
    psycopg.errors.CheckViolation
        If it is taken back already.
    """
    arguments = {"terms_id": terms_id, "reason": reason}
    return conn.execute(sql("supply_terms", "withdraw"), arguments).rowcount == 1
