"""The money of bills held against our cost of their days, whenever either has changed.

What is kept is only what was reckoned last: running this twice changes nothing but when.
"""

import logging
from datetime import datetime
from time import monotonic

from psycopg import Connection

from analytics.ledger.bill import BillLine
from analytics.ledger.bill_money import BillMoney, bill_money
from analytics.ledger.reconciliation import reconcile
from analytics.metrology.findings import YEAR
from analytics.place.meter_cost import meter_cost
from domain.errors import CalendarMissingError, CivicwattError, MissingInputError
from domain.time_of_use import Period
from store.contracts.contract_ledger import Eyes
from store.money.bill import BillRow, bill_lines
from store.money.bill_comparison import bills_to_compare, keep_comparison
from store.places.place import MeterRow, meters

log = logging.getLogger(__name__)

BUDGET_S = 20.0
"""After so long other jobs of this worker have their turn; the rest follows in ten minutes. [s]"""
_AT_ONCE = 1000


def compare_bills(conn: Connection, *, now: datetime) -> int:
    """Compare what waits, as much as fits into the budget; returns how many bills that were.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each bill is a transaction of its own.
    """
    waiting = bills_to_compare(conn, now.date() - YEAR, at_most=_AT_ONCE)
    of_bills = {row.id: row for row in meters(conn, meter_ids=[bill.meter_id for bill in waiting])}
    done, began = 0, monotonic()
    for bill in waiting:
        if monotonic() - began > BUDGET_S:
            break
        found = _compared(conn, bill, of_bills[bill.meter_id])
        with conn.transaction():
            keep_comparison(conn, bill.id, found.ours, found.lacks, found.causes)
        done += 1
    return done


def _compared(conn: Connection, bill: BillRow, meter: MeterRow) -> BillMoney:
    try:
        ours = meter_cost(conn, meter, bill.first_day, bill.end_day, eyes=Eyes.WORKER).cost
    except MissingInputError as error:
        return BillMoney(bill.total, None, error.code, {})
    except CalendarMissingError:
        return BillMoney(bill.total, None, "calendar", {})
    except CivicwattError:
        log.exception("bill %s of meter %s cannot be compared", bill.number, bill.meter_code)
        return BillMoney(bill.total, None, "error", {})
    lines = [
        BillLine(
            row.item,
            Period(row.period) if row.period else None,
            row.quantity,
            row.price,
            row.amount,
        )
        for row in bill_lines(conn, bill.id)
    ]
    return bill_money(reconcile(lines, ours), ours)
