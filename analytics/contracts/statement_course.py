"""The course of a kept statement, put together from what the store has of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from psycopg import Connection

from analytics.settlement.course import Act, Course, Document, Entry
from analytics.settlement.hand_over import TERM, HandOver
from analytics.settlement.statement import (
    Inputs,
    Payment,
    Remark,
    Statement,
    read_inputs,
    read_signable,
    read_statement,
)
from analytics.settlement.true_up import YEAR, TrueUp
from domain.contract import Party
from domain.contract_book import DocumentKind
from store.contracts.statement import ActRow, StatementRow, acts, statements, texts

Signed: TypeAlias = Statement | TrueUp | HandOver
"""Documents of a contract."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What the course of a statement needs of it, without its text."""

    sha256: str
    remarks: tuple[Remark, ...]
    payment: Payment | None


def course_of(
    row: StatementRow, done: Sequence[ActRow], document: Document | None = None
) -> Course:
    """The course of a statement; without its document remarks are counted and not told."""
    return Course(
        document or _Head(row.sha256, _remarks(row), payment_of(row)),
        "" if row.maker_id is None else str(row.maker_id),
        tuple(map(_entry, done)),
        row.carried,
        superseded=not row.newest,
    )


def payment_of(row: StatementRow) -> Payment | None:
    """Who owes whom, from the row."""
    if row.payer is None or row.amount is None or row.retained is None or row.due_on is None:
        return None
    payer = Party(row.payer)
    payee = Party.CLIENT if payer is Party.PROVIDER else Party.PROVIDER
    return Payment(payer, payee, row.amount, row.retained, row.due_on, "")


def document_of(conn: Connection, row: StatementRow) -> Signed:
    """The document itself."""
    text, _ = texts(conn, row.id)
    place = f"statement {row.id}"
    if row.period == TERM:
        return read_signable(HandOver, text, place=place)
    if row.period.startswith(YEAR):
        return read_signable(TrueUp, text, place=place)
    return read_statement(text, place=place)


def month_of(conn: Connection, row: StatementRow) -> Statement:
    """Document of a month or of a reversal."""
    return read_statement(texts(conn, row.id)[0], place=f"statement {row.id}")


def inputs_of_month(conn: Connection, row: StatementRow) -> Inputs:
    """What a month, or its reversal, was made from."""
    return read_inputs(texts(conn, row.id)[1] or "", place=f"statement {row.id}")


def courses(conn: Connection, rows: Collection[StatementRow]) -> dict[int, Course]:
    """Courses of statements, without their documents."""
    done = acts(conn, [row.id for row in rows])
    return {row.id: course_of(row, done[row.id]) for row in rows}


def signed_of(conn: Connection, contract_id: int, kind: DocumentKind) -> dict[str, StatementRow]:
    """By period: what both parties have signed and nobody has reversed."""
    rows = statements(conn, contract_id=contract_id, kind=kind)
    found = courses(conn, rows)
    standing = {}
    for row in sorted(rows, key=lambda each: each.revision):
        reversed_ = any(entry.act is Act.REVERSE for entry in found[row.id].entries)
        if len(found[row.id].signatures) == len(Party) and not reversed_:
            standing[row.period] = row
    return standing


def _remarks(row: StatementRow) -> tuple[Remark, ...]:
    return tuple(Remark("", "", "", blocks=True) for _ in range(row.blocks))


def _entry(row: ActRow) -> Entry:
    return entry_of(Act(row.act), row.person_id, row.on, row.party, row.subject, row.amount)


def entry_of(
    act: Act,
    person_id: int,
    on: date,
    party: str | None,
    subject: str = "",
    amount: Decimal | None = None,
) -> Entry:
    """An act as the course has it; persons are told apart by their ids."""
    return Entry(act, str(person_id), on, None if party is None else Party(party), subject, amount)
