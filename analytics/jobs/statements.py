"""Statements that follow the ledger: drafts are made anew, corrections of signed ones are proposed.

The list of days is written by the database, in the transaction that changes what statements are
drawn from. Something is made only where figures have changed: running this twice changes nothing.
"""

import json
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from time import monotonic

import psycopg
from psycopg import Connection

from analytics.contracts.drawing import Drawing, draft_from_ledger, draw
from analytics.contracts.statement_course import courses, inputs_of_month, month_of
from analytics.settlement.correction import correction, figures
from analytics.settlement.course import StatementState
from analytics.settlement.statement import read_statement
from domain.canonical import canonical
from domain.contract_book import DocumentKind
from domain.contract_month import ContractMonth
from domain.errors import CivicwattError
from domain.record import read, told
from store.contracts.contract import lock
from store.contracts.contract_ledger import Eyes
from store.contracts.drawn_statement import (
    NewCorrection,
    Touched,
    add_correction,
    check_again,
    corrections,
    decide,
    drawn_months,
    note_checked,
    origin,
    take_work,
    waiting,
)
from store.contracts.statement import StatementRow, statements

log = logging.getLogger(__name__)

BUDGET_S = 10.0
"""After so long the other jobs of this worker have their turn. [s]"""
_AROUND = timedelta(days=9)
"""What is thought of a reading may depend on readings so far around."""
_BOUND = frozenset({StatementState.SIGNED, StatementState.DISPUTED, StatementState.SETTLED})


def update_statements(conn: Connection, *, now: datetime) -> int:
    """Do what waits, as much as fits into the budget.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each contract is a transaction of its own.
    now : datetime
        Aware.

    Returns
    -------
    int
        Drafts made anew and corrections proposed.
    """
    check_again(conn, now=now)
    made, began = 0, monotonic()
    for contract_id in waiting(conn, now=now):
        if monotonic() - began > BUDGET_S:
            break
        try:
            with conn.transaction():
                made += _update(conn, contract_id, now=now)
        except (psycopg.DataError, psycopg.IntegrityError, ArithmeticError):
            # Its days stay on the list; the other contracts are not to wait for it.
            log.exception("statements of contract %d cannot be drawn", contract_id)
    if made:
        log.info("%d statements made anew or corrections proposed", made)
    return made


def _update(conn: Connection, contract_id: int, *, now: datetime) -> int:
    work = take_work(conn, contract_id)
    if not work:
        return 0
    first, last = _span(work)
    because = ", ".join(dict.fromkeys(each.cause for each in work))
    made = 0
    for month in drawn_months(conn, contract_id, first, last):
        try:
            with conn.transaction():
                made += _month(conn, contract_id, month, because)
        except CivicwattError as error:
            # Such as an event that names what the terms do not have: people have to mend it.
            log.warning("contract %d, %s: not drawn again: %s", contract_id, month, error)
    note_checked(conn, contract_id, now=now)
    return made


def _span(work: Sequence[Touched]) -> tuple[date, date]:
    first = min(each.first_day for each in work)
    return first - _AROUND, max(each.end_day for each in work) + _AROUND


def _month(conn: Connection, contract_id: int, month: str, because: str) -> bool:
    """Bring what there is of a month to what is known now; whether something was made."""
    lock(conn, contract_id)
    newest = statements(conn, contract_id=contract_id, kind=DocumentKind.MONTH, period=month)[0]
    told_from = origin(conn, newest.id)
    if told_from is None:
        return False  # people have entered all of it since
    entered = read(ContractMonth, json.loads(told_from.entered), f"statement {newest.id}")
    course = courses(conn, [newest])[newest.id]
    if course.state in _BOUND:
        return _propose(conn, newest, draw(conn, Eyes.WORKER, contract_id, entered), because)
    if not course.follows_inputs:
        return False
    return draft_from_ledger(conn, Eyes.WORKER, contract_id, entered, because=because).added


def _propose(conn: Connection, signed: StatementRow, now: Drawing, because: str) -> bool:
    """Propose a correction, unless the newest one says the same; withdraw what holds no more."""
    found = correction(month_of(conn, signed), inputs_of_month(conn, signed), now.inputs)
    known = corrections(conn, statement_id=signed.id, at_most=1)
    newest = known[0] if known else None
    if found is not None and newest is not None and newest.state != "withdrawn":
        before = read_statement(newest.document, place=f"correction {newest.id}")
        if figures(before) == figures(found.replacement):
            return False
    if newest is not None and newest.state == "open":
        reason = "the figures have changed again" if found else "the figures are those signed again"
        decide(conn, newest.id, "withdrawn", reason, party=None)
    if found is None:
        return False
    new = NewCorrection(
        signed.id,
        canonical(told(now.inputs.month)),
        found.replacement.text(),
        found.difference,
        because,
        now.kept(),
    )
    add_correction(conn, new)
    return True
