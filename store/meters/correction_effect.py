"""What a correction of a meter changed in statements of contracts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql

MOST = 24
"""So many months of contracts are told at once."""


@dataclass(frozen=True, slots=True)
class StatementEffect:
    """A month of a contract: its statement before and after a correction.

    Attributes
    ----------
    before, after : Decimal or None
        Amount to be paid. [currency of the contract]
    proposed_of : int or None
        A signed statement stays as it is; this one has a correction proposed.
    difference : Decimal or None
        By which that correction would change what was signed.
    """

    contract_id: int
    contract_code: str
    period: str
    before_id: int | None
    before: Decimal | None
    after_id: int | None
    after: Decimal | None
    proposed_of: int | None
    difference: Decimal | None


def statement_effects(
    conn: Connection,
    meter_id: int,
    span: tuple[datetime, datetime],
    *,
    before: datetime,
    after: datetime | None,
) -> list[StatementEffect]:
    """Months drawn from a meter that overlap [first, end), as far as the person sees them."""
    arguments = {
        "meter_id": meter_id,
        "first_at": span[0],
        "end_at": span[1],
        "before": before,
        "after": after,
        "at_most": MOST,
    }
    with conn.cursor(row_factory=class_row(StatementEffect)) as cursor:
        return cursor.execute(sql("correction_effect", "statements"), arguments).fetchall()
