"""Disputes about lines of signed statements, and how they ended: added to, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from store.contracts.contract import BEYOND, refusals
from store.places.place import ALL
from store.queries import sql


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute, with the outcome that was proposed last.

    Attributes
    ----------
    claimed, amount : Decimal
        What the line should come to, and what it comes to by the outcome. [CNY]
    signer_id : int or None
        Who signed the outcome for the other party; None: the dispute is open.
    reversed : bool
        Its statement was taken back.
    """

    id: int
    contract_id: int
    statement_id: int
    period: str
    statement_sha256: str
    line: str
    side: str
    claimed: Decimal
    by: str
    reason: str
    opened_on: date
    deadline: date
    evidence: list[str]
    person: str
    at: datetime
    outcome_id: int | None
    kind: str | None
    amount: Decimal | None
    decided_on: date | None
    document: str | None
    proposer_id: int | None
    proposed_by: str | None
    proposed_for: str | None
    signer_id: int | None
    signed_by: str | None
    signed_at: datetime | None
    reversed: bool

    @property
    def code(self) -> str:
        """By which the acts of its statement name it."""
        return f"D{self.id}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says a line should come to. [CNY]."""

    statement_id: int
    line: str
    side: str
    claimed: Decimal
    party: str
    reason: str
    opened_on: date
    deadline: date
    evidence: Sequence[str]


def disputes(
    conn: Connection,
    *,
    contract_id: int | None = None,
    statement_id: int | None = None,
    dispute_id: int | None = None,
    is_open: bool | None = None,
    before: int = BEYOND,
    at_most: int = ALL,
) -> list[DisputeRow]:
    """Disputes, the latest first."""
    arguments = {
        "contract_id": contract_id,
        "statement_id": statement_id,
        "dispute_id": dispute_id,
        "open": is_open,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(DisputeRow)) as cursor:
        return cursor.execute(sql("dispute", "disputes"), arguments).fetchall()


def add_dispute(conn: Connection, claim: Claim) -> int:
    """Open a dispute in the name of the current person. Gives its id."""
    told = {name: getattr(claim, name) for name in Claim.__slots__}
    told["evidence"] = list(claim.evidence)
    row = conn.execute(sql("dispute", "add"), told).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives the row that was inserted
    return int(row[0])


def propose_outcome(
    conn: Connection,
    dispute_id: int,
    kind: str,
    amount: Decimal,
    decided_on: date,
    *,
    document: str,
    party: str,
) -> None:
    """Say how a dispute ended, for a party.

    Raises
    ------
    SettlementError
        If it has ended.
    """
    arguments = {
        "dispute_id": dispute_id,
        "kind": kind,
        "amount": amount,
        "decided_on": decided_on,
        "document": document,
        "party": party,
    }
    with refusals(), conn.transaction():
        conn.execute(sql("dispute", "propose"), arguments)


def sign_outcome(conn: Connection, outcome_id: int, party: str) -> None:
    """Sign an outcome for the other party.

    Raises
    ------
    SettlementError
        If it is the same party or person, or another outcome was proposed since.
    """
    arguments = {"outcome_id": outcome_id, "party": party}
    with refusals(), conn.transaction():
        conn.execute(sql("dispute", "sign"), arguments)
