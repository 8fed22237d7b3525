"""Power-factor tables in the store: those that were entered, and who has checked which."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from domain.power_factor import PowerFactorTable
from domain.power_factor_file import (
    power_factor_tables,
    read_power_factor_table,
    told_steps,
)
from domain.toml_entry import Entry
from store.queries import sql


@dataclass(frozen=True, slots=True)
class TableHands:
    """Who had a hand in the numbers of a table.

    Attributes
    ----------
    entered_by : str or None
        None where it came along or from the command line.
    own : bool
        Whether the person asking has entered these numbers, and so may not check them.
    withdrawn_by, withdrawn_at, withdrawn_because : str or datetime, or None
        The last check that was taken back.
    """

    entered_by: str | None = None
    own: bool = False
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str | None = None


def tables_in_force(conn: Connection, *, as_of: datetime) -> dict[str, PowerFactorTable]:
    """Tables by their standard, with who has checked them.

    Parameters
    ----------
    as_of : datetime
        Of a standard the newest table that was entered until then; else the one that comes along.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql("power_factor", "entered"), {"as_of": as_of}).fetchall()
    entered = {
        row["standard"]: read_power_factor_table(Entry(_told(row), "entered table")) for row in rows
    }
    checks = {
        (standard, sha256): (by, on, document)
        for standard, sha256, by, on, document in conn.execute(sql("power_factor", "checks"))
    }
    return {
        standard: _signed(table, checks.get((standard, table.sha256)))
        for standard, table in (power_factor_tables() | entered).items()
    }


def enter_table(conn: Connection, table: PowerFactorTable) -> None:
    """Enter a table; costs from now on take it in place of the one before, unchecked."""
    seen = table.provenance
    arguments = {
        "standard": str(table.standard),
        "reduction": Jsonb(told_steps(table.reduction)),
        "surcharge": Jsonb(told_steps(table.surcharge)),
        "applies_to": table.applies_to,
        "applies_to_zh": table.applies_to_zh,
        "source": seen.source,
        "evidence": seen.evidence,
        "note": seen.note,
        "note_zh": seen.note_zh,
        "sha256": table.sha256,
    }
    conn.execute(sql("power_factor", "enter"), arguments)


def check_table(conn: Connection, table: PowerFactorTable, *, by: str, document: str) -> bool:
    """Note that somebody compared the numbers of a table; False when somebody had."""
    arguments = {
        "standard": str(table.standard),
        "sha256": table.sha256,
        "checked_by": by,
        "document": document,
    }
    return conn.execute(sql("power_factor", "check"), arguments).rowcount == 1


def withdraw_check(conn: Connection, table: PowerFactorTable, *, reason: str) -> bool:
    """Take the check of a table's numbers back; False when none stands."""
    arguments = {"standard": str(table.standard), "sha256": table.sha256, "reason": reason}
    return conn.execute(sql("power_factor", "withdraw_check"), arguments).rowcount == 1


def hands_of(conn: Connection, table: PowerFactorTable) -> TableHands:
    """Who entered a table's numbers, and who took a check of them back."""
    of_it = (str(table.standard), table.sha256)
    hands = TableHands()
    for standard, sha256, name, own in conn.execute(sql("power_factor", "entered_by")):
        if (standard, sha256 or table.sha256) == of_it:
            hands = replace(hands, entered_by=name, own=hands.own or own)
    for standard, sha256, by, at, reason in conn.execute(sql("power_factor", "withdrawals")):
        if (standard, sha256) == of_it:
            hands = replace(hands, withdrawn_by=by, withdrawn_at=at, withdrawn_because=reason)
    return hands


def _told(row: dict[str, object]) -> dict[str, object]:
    """A row as a table of a file; there, what is empty is left out."""
    return {name: value for name, value in row.items() if value != ""}


def _signed(table: PowerFactorTable, check: tuple[str, date, str] | None) -> PowerFactorTable:
    if check is None:
        return table
    by, on, document = check
    signed = replace(table.provenance, checked_by=by, checked_on=on, document=document)
    return replace(table, provenance=signed)
