"""Energy contracts: their terms in versions and what happened, as far as the person may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.errors import CheckViolation
from psycopg.rows import class_row

from domain.canonical import digest
from domain.edit import want_reason
from domain.errors import SettlementError
from store.places.place import ALL
from store.queries import sql
from store.refusal import refusal_of

BEYOND = 2**62
"""Before this id lies every row."""
_CONSTRAINT = "statement"


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract by the version in force at an instant, else the newest.

    Attributes
    ----------
    document : str
        The one text of the terms.
    version : int or None
        Number of the version in force; None while none is.
    newest_state : str
        ``entered``, ``checked`` or ``refused``.
    """

    id: int
    code: str
    organisation_id: int
    organisation_code: str | None
    document: str
    version: int | None
    newest_version: int
    newest_state: str
    person: str | None
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class TermsRow:
    """A version of the terms, and what a second person said of it."""

    id: int
    contract_id: int
    number: int
    holds_from: date
    document: str
    sha256: str
    state: str
    reason: str
    person_id: int
    person: str
    party: str | None
    entered_at: datetime
    verdict_by: str | None
    verdict_at: datetime | None
    verdict_reason: str | None


@dataclass(frozen=True, slots=True)
class ContractEventRow:
    """Something that happened; it counts until it is undone. Document: its one JSON text."""

    id: int
    contract_id: int
    kind: str
    first_day: date
    end_day: date | None
    document: str
    party: str
    person: str
    entered_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    undone_because: str | None


@contextmanager
def refusals() -> Iterator[None]:
    """Tell what the database refuses about contracts and statements as an error of ours.

    Raises
    ------
    SettlementError
        With the rule.
    """
    try:
        yield
    except CheckViolation as refused:
        if refused.diag.constraint_name != _CONSTRAINT:
            raise
        raise SettlementError(refusal_of(refused)) from None


def lock(conn: Connection, contract_id: int) -> None:
    """Be the only one to change a contract's statements until the transaction ends."""
    conn.execute(sql("contract", "lock"), {"contract_id": contract_id})


def party_of(conn: Connection, contract_id: int) -> str | None:
    """Party for which the current person acts in a contract; None: for none."""
    row = conn.execute(sql("contract", "party"), {"contract_id": contract_id}).fetchone()
    return None if row is None else row[0]


def contracts(
    conn: Connection,
    *,
    at: datetime,
    organisation_id: int | None = None,
    contract_id: int | None = None,
    before: int = BEYOND,
    at_most: int = ALL,
) -> list[ContractRow]:
    """Contracts that are settled here, the latest first; at: whose local day tells the version."""
    arguments = {
        "at": at,
        "organisation_id": organisation_id,
        "contract_id": contract_id,
        "before": before,
        "at_most": at_most,
    }
    with conn.cursor(row_factory=class_row(ContractRow)) as cursor:
        return cursor.execute(sql("contract", "contracts"), arguments).fetchall()


def add_contract(conn: Connection, code: str, name: str, organisation_id: int) -> int | None:
    """Enter a contract of an institution, still without terms; None when the code is taken.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    arguments = {"code": code, "name": name, "organisation_id": organisation_id}
    row = conn.execute(sql("contract", "add"), arguments).fetchone()
    return None if row is None else int(row[0])


def add_terms(
    conn: Connection, contract_id: int, number: int, holds_from: date, document: str, reason: str
) -> None:
    """Enter a version of the terms; it is in force when somebody else has checked it.

    Raises
    ------
    InputError
        If no reason is given.
    SettlementError
        If it is not the next version of this contract.
    """
    want_reason(reason)
    arguments = {
        "contract_id": contract_id,
        "number": number,
        "holds_from": holds_from,
        "document": document,
        "sha256": digest(document),
        "reason": reason,
    }
    with refusals(), conn.transaction():
        conn.execute(sql("contract", "add_version"), arguments)


def terms(
    conn: Connection,
    contract_id: int,
    *,
    number: int | None = None,
    version_id: int | None = None,
) -> list[TermsRow]:
    """Versions of the terms of a contract, the newest first."""
    arguments = {"contract_id": contract_id, "number": number, "version_id": version_id}
    with conn.cursor(row_factory=class_row(TermsRow)) as cursor:
        return cursor.execute(sql("contract", "versions"), arguments).fetchall()


def terms_of(conn: Connection, contract_id: int, day: date) -> TermsRow | None:
    """Version by which a month with this day is settled; None while none is in force."""
    arguments = {"contract_id": contract_id, "day": day}
    row = conn.execute(sql("contract", "version_of"), arguments).fetchone()
    if row is None or row[0] is None:
        return None
    return terms(conn, contract_id, version_id=row[0])[0]


def judge_terms(conn: Connection, version_id: int, verdict: str, reason: str) -> bool:
    """Check or refuse a version; False when somebody has said so already.

    Raises
    ------
    InputError
        If no reason is given.
    SettlementError
        If it is the person who entered it, or an amendment is checked by one of the same party.
    """
    want_reason(reason)
    arguments = {"version_id": version_id, "verdict": verdict, "reason": reason}
    with refusals(), conn.transaction():
        return conn.execute(sql("contract", "judge"), arguments).rowcount == 1


def events(
    conn: Connection,
    contract_id: int,
    *,
    kind: str | None = None,
    event_id: int | None = None,
) -> list[ContractEventRow]:
    """Events of a contract by day, with those that were undone."""
    arguments = {"contract_id": contract_id, "kind": kind, "event_id": event_id}
    with conn.cursor(row_factory=class_row(ContractEventRow)) as cursor:
        return cursor.execute(sql("contract", "events"), arguments).fetchall()


def add_event(
    conn: Connection,
    contract_id: int,
    kind: str,
    days: tuple[date, date | None],
    document: str,
    party: str,
) -> int:
    """Enter an event in the name of the current person, who acts for a party. Gives its id."""
    arguments = {
        "contract_id": contract_id,
        "kind": kind,
        "first_day": days[0],
        "end_day": days[1],
        "document": document,
        "party": party,
    }
    row = conn.execute(sql("contract", "add_event"), arguments).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives the row that was inserted
    return int(row[0])


def undo_event(conn: Connection, event_id: int, reason: str) -> bool:
    """Take an event back; False when somebody has done so already.

    Raises
    ------
    InputError
        If no reason is given.
    """
    want_reason(reason)
    arguments = {"event_id": event_id, "reason": reason}
    return conn.execute(sql("contract", "undo_event"), arguments).rowcount == 1
