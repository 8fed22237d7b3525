"""Bills whose money is to be held against our cost, and what came of it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.money.bill import BillRow
from store.queries import sql


def bills_to_compare(conn: Connection, since: date, *, at_most: int) -> list[BillRow]:
    """Bills that end after a local day and wait to be compared, those never compared first.

    Once a day each, and as soon as what its days cost has changed.
    """
    arguments = {"since": since, "at_most": at_most}
    with conn.cursor(row_factory=class_row(BillRow)) as cursor:
        return cursor.execute(sql("bill", "to_compare"), arguments).fetchall()


def keep_comparison(
    conn: Connection,
    bill_id: int,
    our_total: Decimal | None,
    lacks: str,
    causes: Mapping[str, Decimal],
) -> None:
    """Keep what our cost of a bill's days is, or what it lacks, in the place of what was kept."""
    arguments = {
        "bill_id": bill_id,
        "our_total": our_total,
        "lacks": lacks,
        "causes": Jsonb({cause: str(amount) for cause, amount in causes.items()}),
    }
    conn.execute(sql("bill", "keep_comparison"), arguments)
