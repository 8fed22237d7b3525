"""Closing and reversing a month: what is written into the ledger, and by whom it is signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from analytics.institution.month import Asked, preview
from analytics.ledger.closing import Draft
from analytics.ledger.month_change import MonthChange, month_changes
from domain.canonical import canonical
from domain.edit import want_reason
from domain.errors import LedgerError
from domain.ledger_month import GENESIS, LedgerEntry, reversal, sealed
from domain.obstacle import Obstacle
from domain.sentence import Sentence
from store.institution import ledger
from store.institution.ledger import OverrideRow

_TOLD = 3
"""So many obstacles a refusal names; the preview has all of them."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who acts, as the document will name them."""

    login: str
    name: str

    def signs(self, as_what: str, at: datetime) -> dict[str, str]:
        """The signature as it is written into a document."""
        return {"person": self.name, "login": self.login, "as": as_what, "at": at.isoformat()}


def close(conn: Connection, asked: Asked, signer: Signer) -> int:
    """Close a month; returns the id of its entry.

    Raises
    ------
    LedgerError
        If anything stands against it, with the first reasons and their places.
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    ledger.lock(conn, asked.institution.id)
    found = preview(conn, asked, alone=True)
    if found.obstacles:
        raise LedgerError(_refusal(found.obstacles))
    return _append(conn, asked, found.document, [signer.signs("closing", ledger.clock(conn))])


def ask_override(conn: Connection, asked: Asked, reason: str) -> int:
    """Ask to close a month in spite of what stands against it; a second person has to sign.

    Raises
    ------
    InputError
        If no reason is given.
    LedgerError
        If nothing stands against it, or something that nobody can answer for.
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    want_reason(reason)
    found = preview(conn, asked)
    if not found.obstacles:
        raise LedgerError(
            Sentence(
                "nothing_to_override",
                "nothing stands against closing: there is nothing to override",
            )
        )
    _refuse_too_early(found)
    return ledger.ask_override(conn, asked.row, canonical(found.told), reason)


def close_overridden(conn: Connection, asked: Asked, request: OverrideRow, signer: Signer) -> int:
    """Sign a request as the second person, and close with it; returns the id of the entry.

    Raises
    ------
    LedgerError
        If the signer asked for it, or other obstacles stand against it than were asked about.
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    ledger.lock(conn, asked.institution.id)
    found = preview(conn, asked, alone=True)
    _refuse_too_early(found)
    if canonical(found.told) != request.obstacles:
        raise LedgerError(
            Sentence(
                "other_obstacles",
                "other obstacles than those of the request stand against it: ask again",
            )
        )
    ledger.sign_override(conn, request.id)
    now = ledger.clock(conn)
    document = {**found.document, "overridden": found.told, "override_reason": request.reason}
    first = {"person": request.person, "as": "override_asked", "at": request.at.isoformat()}
    signed = [first, signer.signs("override_signed", now), signer.signs("closing", now)]
    return _append(conn, asked, document, signed, override_id=request.id)


def reverse(conn: Connection, asked: Asked, entry: LedgerEntry, reason: str, signer: Signer) -> int:
    """Take a closing back by an entry with the same figures negative; returns its id.

    Raises
    ------
    InputError
        If no reason is given.
    LedgerError
        If the entry is no closing, or is taken back already.
    psycopg.errors.InsufficientPrivilege
        If the current person does not administer the institution.
    """
    want_reason(reason)
    ledger.lock(conn, entry.organisation_id)
    if entry.kind != "closing":
        raise LedgerError(
            Sentence(
                "entry_is_reversal",
                "entry {entry} is a reversal: close the month anew instead",
                entry=entry.sequence,
            )
        )
    signed = [signer.signs("reversal", ledger.clock(conn))]
    return _append(conn, asked, reversal(entry, reason), signed, reverses=entry.id)


def changes(conn: Connection, asked: Asked, entry: LedgerEntry) -> list[MonthChange]:
    """What would be different if the month of a closing were closed now. Nothing is changed."""
    return month_changes(entry.content(), preview(conn, asked).document)


def _append(
    conn: Connection,
    asked: Asked,
    document: Mapping[str, Any],
    signed: Sequence[Mapping[str, str]],
    *,
    reverses: int | None = None,
    override_id: int | None = None,
) -> int:
    chain = ledger.entries(conn, asked.institution.id)
    last = chain[-1] if chain else None
    text = sealed(
        document,
        sequence=1 if last is None else last.sequence + 1,
        previous_sha256=GENESIS if last is None else last.sha256,
        signatures=signed,
    )
    return ledger.append(
        conn,
        asked.row,
        "closing" if reverses is None else "reversal",
        text,
        after=last,
        reverses=reverses,
        override_id=override_id,
    )


def _refuse_too_early(found: Draft) -> None:
    early = [obstacle for obstacle in found.obstacles if not obstacle.kind.may_be_overridden]
    if early:
        raise LedgerError(_refusal(early))


def _refusal(obstacles: Sequence[Obstacle]) -> Sentence:
    told = "; ".join(str(obstacle) for obstacle in obstacles[:_TOLD])
    count, more = len(obstacles), len(obstacles) - _TOLD
    if more > 0:
        told = f"{told}; and {more} more"
    return Sentence("obstacles_stand", "{told}", told=told, count=count)
