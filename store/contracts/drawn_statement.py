"""Statements drawn from the ledger: where figures come from, what waits, corrections, bundles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.canonical import digest
from domain.edit import want_reason
from store.contracts.contract import BEYOND, refusals
from store.places.place import ALL
from store.queries import sql

QUIET = timedelta(minutes=1)
"""So long nothing of a contract may have changed before it is looked at."""
LONGEST = timedelta(minutes=15)
"""So long it waits at most for quiet."""
CHECKED_EVERY = timedelta(days=1)
_CHECKED_BACK = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """Where the figures of a month come from; all but the instant are JSON texts.

    Attributes
    ----------
    known_at : datetime
        As of which the ledger was read.
    entered : str
        What people entered beside it.
    origins : str
        Of each figure.
    sources : str
        Parts of the evidence by name.
    """

    known_at: datetime
    entered: str
    origins: str
    sources: str


@dataclass(frozen=True, slots=True)
class OriginRow:
    """The same of a statement without its sources, and why it was made in place of another."""

    statement_id: int
    known_at: datetime
    entered: str
    origins: str
    because: str


class Touched(NamedTuple):
    """Local days [first_day, end_day) of a contract whose figures may have changed."""

    first_day: date
    end_day: date
    cause: str


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """A correction to be proposed of a signed statement.

    Attributes
    ----------
    month, document : str
        Figures as they are known now, and the statement they make.
    difference : Decimal or None
        What the provider would get more. [CNY]
    """

    statement_id: int
    month: str
    document: str
    difference: Decimal | None
    cause: str
    drawn: DrawnFrom


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A proposed correction without its sources, and what was decided of it, in order."""

    id: int
    contract_id: int
    statement_id: int
    period: str
    month: str
    document: str
    sha256: str
    difference: Decimal | None
    cause: str
    known_at: datetime
    entered: str
    origins: str
    at: datetime
    decisions: Sequence[Mapping[str, Any]]

    @property
    def state(self) -> str:
        """``open``, ``accepted`` by both parties, ``dismissed`` by one, or ``withdrawn``."""
        verdicts = [each["verdict"] for each in self.decisions]
        for verdict in ("withdrawn", "dismissed"):
            if verdict in verdicts:
                return verdict
        return "accepted" if len(verdicts) > 1 else "open"


def add_origin(
    conn: Connection,
    contract_id: int,
    statement_id: int,
    drawn: DrawnFrom,
    meter_ids: Collection[int],
    *,
    because: str = "",
) -> None:
    """Keep where the figures of a statement come from, and whose news concern its contract."""
    arguments = {**asdict(drawn), "statement_id": statement_id, "because": because}
    conn.execute(sql("drawn_statement", "add_origin"), arguments)
    arguments = {"contract_id": contract_id, "meter_ids": list(meter_ids)}
    conn.execute(sql("drawn_statement", "add_sources"), arguments)


def origin(conn: Connection, statement_id: int) -> OriginRow | None:
    """Where the figures of a statement come from; None where people entered all of them."""
    with conn.cursor(row_factory=class_row(OriginRow)) as cursor:
        arguments = {"statement_id": statement_id}
        return cursor.execute(sql("drawn_statement", "origin"), arguments).fetchone()


def sources(conn: Connection, statement_id: int) -> str | None:
    """Parts of the evidence of a statement by name, as JSON; None where nothing was drawn."""
    row = conn.execute(sql("drawn_statement", "sources"), {"statement_id": statement_id}).fetchone()
    return None if row is None else str(row[0])


def check_again(conn: Connection, *, now: datetime) -> None:
    """Put the newest months of contracts on the list that nobody has looked at for a day."""
    arguments = {
        "since": now - CHECKED_EVERY,
        "first_day": (now - _CHECKED_BACK).date(),
        "end_day": (now + CHECKED_EVERY).date(),
    }
    conn.execute(sql("drawn_statement", "check_again"), arguments)


def waiting(conn: Connection, *, now: datetime) -> list[int]:
    """Contracts whose figures may have changed, and have been left alone since."""
    arguments = {"quiet": now - QUIET, "longest": now - LONGEST}
    return [row[0] for row in conn.execute(sql("drawn_statement", "waiting"), arguments)]


def take_work(conn: Connection, contract_id: int) -> list[Touched]:
    """Claim a contract for this transaction and take its days off the list.

    Returns
    -------
    list of Touched
        Empty also when another worker has the contract.
    """
    arguments = {"contract_id": contract_id}
    if conn.execute(sql("drawn_statement", "claim"), arguments).fetchone() != (True,):
        return []
    return [Touched(*row) for row in conn.execute(sql("drawn_statement", "take_work"), arguments)]


def note_checked(conn: Connection, contract_id: int, *, now: datetime) -> None:
    """Note that the touched months of a contract were drawn again."""
    arguments = {"contract_id": contract_id, "now": now}
    conn.execute(sql("drawn_statement", "note_checked"), arguments)


def drawn_months(conn: Connection, contract_id: int, first: date, last: date) -> list[str]:
    """Months with a day in [first, last] of which a statement was drawn, YYYY-MM."""
    arguments = {
        "contract_id": contract_id,
        "first": f"{first:%Y-%m}",
        "last": f"{last:%Y-%m}",
    }
    return [row[0] for row in conn.execute(sql("drawn_statement", "drawn_months"), arguments)]


def add_correction(conn: Connection, new: NewCorrection) -> int:
    """Propose a correction. Gives its id."""
    arguments = {
        **asdict(new.drawn),
        "statement_id": new.statement_id,
        "month": new.month,
        "document": new.document,
        "sha256": digest(new.document),
        "difference": new.difference,
        "cause": new.cause,
    }
    row = conn.execute(sql("drawn_statement", "add_correction"), arguments).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives the row that was inserted
    return int(row[0])


def corrections(
    conn: Connection,
    *,
    contract_id: int | None = None,
    statement_id: int | None = None,
    correction_id: int | None = None,
    before: int = BEYOND,
    at_most: int = ALL,
) -> list[CorrectionRow]:
    """Proposed corrections, the newest first."""
    arguments = {
        "contract_id": contract_id,
        "statement_id": statement_id,
        "correction_id": correction_id,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(CorrectionRow)) as cursor:
        return cursor.execute(sql("drawn_statement", "corrections"), arguments).fetchall()


def drawn_of(conn: Connection, correction_id: int) -> DrawnFrom:
    """Where the figures of a correction come from."""
    with conn.cursor(row_factory=class_row(DrawnFrom)) as cursor:
        arguments = {"correction_id": correction_id}
        row = cursor.execute(sql("drawn_statement", "drawn_of"), arguments).fetchone()
    assert row is not None  # noqa: S101 - the caller has the correction
    return row


def decide(
    conn: Connection, correction_id: int, verdict: str, reason: str, *, party: str | None
) -> None:
    """Accept or dismiss a correction for a party, or withdraw it as the worker.

    Raises
    ------
    InputError
        If no reason is given.
    SettlementError
        If it is decided, or the person decided for the other party.
    psycopg.errors.UniqueViolation
        If the party has decided.
    psycopg.errors.InsufficientPrivilege
        If the current person does not act for the party.
    """
    want_reason(reason)
    arguments = {
        "correction_id": correction_id,
        "verdict": verdict,
        "party": party,
        "reason": reason,
    }
    with refusals(), conn.transaction():
        conn.execute(sql("drawn_statement", "decide"), arguments)


def bundle(conn: Connection, statement_id: int) -> tuple[str, bytes] | None:
    """Public keys in the newest file made of a statement, and its bytes."""
    arguments = {"statement_id": statement_id}
    row = conn.execute(sql("drawn_statement", "bundle"), arguments).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


def add_bundle(conn: Connection, statement_id: int, parties: str, content: bytes) -> None:
    """Keep a file of a statement, byte for byte."""
    arguments = {"statement_id": statement_id, "parties": parties, "content": content}
    conn.execute(sql("drawn_statement", "add_bundle"), arguments)
