"""Accounts of supplies in the store: what was entered of a meter's user, checked, taken back."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.supply_account import Reverse, SupplyAccount
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What somebody entered of a meter's account, and what became of it.

    Attributes
    ----------
    standard : str
        Power factor it is held to, ``none`` for no adjustment.
    own : bool
        Whether the person asking entered it, and so may not check it.
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
    standard: str
    reverse: str | None
    source: str
    reason: str
    entered_by: str | None
    entered_at: datetime
    own: bool
    document: str | None
    checked_by: str | None
    checked_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    counts: bool


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody enters of a meter's account, for local months [first_month, end_month).

    Attributes
    ----------
    standard : str or None
        None for no adjustment. [1]
    reason : str
        Why it is entered, or why it says otherwise than before.
    """

    first_month: date
    end_month: date | None
    standard: str | None
    reverse: Reverse | None
    source: str
    reason: str


def accounts_of_meter(conn: Connection, meter_id: int, *, as_of: datetime) -> list[SupplyAccount]:
    """What stood of a meter's account at an instant, the newest last; checks are those of now."""
    with conn.cursor(row_factory=class_row(SupplyAccount)) as cursor:
        arguments = {"meter_id": meter_id, "as_of": as_of}
        rows = cursor.execute(sql("supply_account", "of_meter"), arguments).fetchall()
    return [replace(row, reverse=row.reverse and Reverse(row.reverse)) for row in rows]


def accounts(
    conn: Connection, *, meter_id: int | None = None, account_id: int | None = None
) -> list[AccountRow]:
    """Everything that was entered and the person may see, the newest first."""
    with conn.cursor(row_factory=class_row(AccountRow)) as cursor:
        arguments = {"meter_id": meter_id, "account_id": account_id}
        return cursor.execute(sql("supply_account", "accounts"), arguments).fetchall()


def enter_account(conn: Connection, meter_id: int, new: NewAccount) -> int:
    """Enter what the utility says of a meter's user; nobody has checked it. Returns its id.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person may not correct the meter.
    """
    arguments = {name: getattr(new, name) for name in NewAccount.__slots__}
    arguments |= {"meter_id": meter_id, "standard": new.standard or "none"}
    return int(one_row(conn, sql("supply_account", "enter"), arguments)[0])


def check_account(conn: Connection, account_id: int, *, document: str) -> bool:
    """Note that the current person held it against a document; False where they may not.

    Raises
    ------
    psycopg.errors.CheckViolation
        If they entered it, somebody checked it before, or it is taken back.
    """
    arguments = {"account_id": account_id, "document": document}
    return conn.execute(sql("supply_account", "check"), arguments).rowcount == 1


def withdraw_account(conn: Connection, account_id: int, *, reason: str) -> bool:
    """Take it back; what was entered before counts again. False where the person may not.

    Raises
    ------
    psycopg.errors.CheckViolation
        If it is taken back already.
    """
    arguments = {"account_id": account_id, "reason": reason}
    return conn.execute(sql("supply_account", "withdraw"), arguments).rowcount == 1
