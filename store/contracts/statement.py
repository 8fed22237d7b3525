"""Statements of contracts and what was done to them: added to, never changed."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from domain.canonical import digest
from store.contracts.contract import BEYOND, refusals
from store.places.place import ALL
from store.queries import sql


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement without its texts.

    Attributes
    ----------
    period : str
        ``2026-07``, ``year 1`` of the contract, or ``term``.
    amount, retained : Decimal or None
        What the payer owes, and what of it is kept back. [CNY]
    maker_id : int or None
        None: the worker.
    newest : bool
        None was made in its place.
    waits : bool
        What it replaces is not reversed yet: nobody can sign it.
    carried : Decimal
        What the provider got for reversed statements of the same period. [CNY]
    """

    id: int
    contract_id: int
    contract_code: str
    version_id: int
    contract_version: int
    kind: str
    period: str
    revision: int
    cause: str
    reverses: int | None
    reversed_by: int | None
    sha256: str
    inputs_sha256: str | None
    code_version: str
    blocks: int
    payer: str | None
    amount: Decimal | None
    retained: Decimal | None
    due_on: date | None
    maker_id: int | None
    maker: str | None
    made_at: datetime
    newest: bool
    waits: bool
    carried: Decimal


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement to be kept, with the instants [first_at, end_at) it is about."""

    contract_id: int
    version_id: int
    kind: str
    period: str
    first_at: datetime
    end_at: datetime
    cause: str
    document: str
    code_version: str
    blocks: int
    inputs: str | None = None
    reverses: int | None = None
    payer: str | None = None
    amount: Decimal | None = None
    retained: Decimal | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ActRow:
    """What somebody did to a statement.

    Attributes
    ----------
    amount : Decimal or None
        Paid to the provider; below zero by it. [CNY]
    signature, key : str or None
        A detached signature, and the public key by which it holds.
    """

    id: int
    statement_id: int
    act: str
    person_id: int
    person: str
    party: str | None
    on: date
    at: datetime
    subject: str
    reason: str
    amount: Decimal | None
    signature: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act to be kept, in the name of the current person."""

    statement_id: int
    act: str
    party: str
    on: date
    subject: str = ""
    reason: str = ""
    amount: Decimal | None = None
    key_id: int | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class BaselineOf:
    """A version of a baseline whose figure is in a statement."""

    version_id: int
    baseline_id: int | None
    version: int | None
    sha256: str


def statements(
    conn: Connection,
    *,
    contract_id: int | None = None,
    statement_id: int | None = None,
    kind: str | None = None,
    period: str | None = None,
    before: int = BEYOND,
    at_most: int = ALL,
) -> list[StatementRow]:
    """Statements, the newest first."""
    arguments = {
        "contract_id": contract_id,
        "statement_id": statement_id,
        "kind": kind,
        "period": period,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(StatementRow)) as cursor:
        return cursor.execute(sql("statement", "statements"), arguments).fetchall()


def texts(conn: Connection, statement_id: int) -> tuple[str, str | None]:
    """The one text of a statement, and that of its inputs where it has its own.

    Raises
    ------
    LookupError
        If there is none that the person may see.
    """
    row = conn.execute(sql("statement", "texts"), {"statement_id": statement_id}).fetchone()
    if row is None:
        raise LookupError(f"no statement {statement_id}")
    return row[0], row[1]


def acts(conn: Connection, statement_ids: Collection[int]) -> dict[int, list[ActRow]]:
    """What was done to statements, by statement and in order."""
    found: dict[int, list[ActRow]] = {each: [] for each in statement_ids}
    arguments = {"statement_ids": list(statement_ids)}
    with conn.cursor(row_factory=class_row(ActRow)) as cursor:
        for row in cursor.execute(sql("statement", "acts"), arguments):
            found[row.statement_id].append(row)
    return found


def baselines_of(conn: Connection, statement_id: int) -> list[BaselineOf]:
    """Versions of baselines whose figures are in a statement."""
    with conn.cursor(row_factory=class_row(BaselineOf)) as cursor:
        arguments = {"statement_id": statement_id}
        return cursor.execute(sql("statement", "baselines"), arguments).fetchall()


def add_statement(conn: Connection, new: NewStatement, baselines: Collection[int] = ()) -> int:
    """Keep a statement as the next revision of its kind and period. Gives its id.

    Parameters
    ----------
    baselines : collection of int
        Ids of the versions of baselines whose figures are in it.

    Raises
    ------
    SettlementError
        If the terms are not in force, or both have signed and nothing reverses it.
    psycopg.errors.InsufficientPrivilege
        If the current person acts for no party.
    """
    told = asdict(new)
    told["sha256"] = digest(new.document)
    told["inputs_sha256"] = None if new.inputs is None else digest(new.inputs)
    with refusals(), conn.transaction():
        row = conn.execute(sql("statement", "add"), told).fetchone()
        assert row is not None  # noqa: S101 - RETURNING gives the row that was inserted
        arguments = {"statement_id": row[0], "version_ids": list(baselines)}
        conn.execute(sql("statement", "add_baselines"), arguments)
    return int(row[0])


def add_act(conn: Connection, new: NewAct) -> None:
    """Keep an act.

    Raises
    ------
    SettlementError
        If it is one that nobody may ever do.
    psycopg.errors.InsufficientPrivilege
        If the current person acts for no party.
    """
    with refusals(), conn.transaction():
        conn.execute(sql("statement", "act"), asdict(new))
