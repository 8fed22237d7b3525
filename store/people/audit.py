"""The audit log: who did what, when and from where, as a chain of digests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from store.one_row import one_row
from store.queries import sql

_STRETCH = 50_000
"""Lines whose digests are checked in one statement, well within what a request may hold."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the log.

    Attributes
    ----------
    login, name : str or None
        Who; None for a process or the command line.
    client : str
        Address it was asked from.
    changed_rows : int or None
        Rows of the table `object` that were changed; None for an act.
    before_sha256, after_sha256 : str or None
        Of these rows as they were and as they are, in hex.
    act : int
        Lines of one request have the same.
    seq, hash : int and str, or None
        Place in the chain and digest; None until its transaction has ended.
    """

    id: int
    at: datetime
    login: str | None
    name: str | None
    client: str
    action: str
    object: str
    detail: dict[str, Any]
    changed_rows: int | None
    before_sha256: str | None
    after_sha256: str | None
    act: int
    seq: int | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class AuditText:
    """A line as it is digested: its hash is SHA-256 of the hash before, as bytes, and `text`."""

    seq: int
    hash: str
    text: str
    login: str | None


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """How far the chain holds.

    Attributes
    ----------
    checked : int
        Lines that were digested again.
    first_seq, last_seq : int
        Numbers of the first and the last of them; both that of the cut where there is none.
    last_hash : str
        Digest of the last line, in hex: who has noted it elsewhere can tell a rewritten log.
    broken : int or None
        First number whose digest does not follow from the line before, or that is missing.
    unlinked : int
        Lines written past the chain.
    """

    checked: int
    first_seq: int
    last_seq: int
    last_hash: str
    broken: int | None
    unlinked: int


def may_read_audit(conn: Connection) -> bool:
    """Whether the current person reads more of the log than their own acts."""
    return bool(one_row(conn, sql("audit", "may_read"))[0])


def audit_lines(
    conn: Connection,
    *,
    before: int,
    at_most: int,
    action: str | None = None,
    login: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    changes: bool = False,
) -> list[AuditLine]:
    """Lines the current person may read, the newest first; of a time [since, until)."""
    row = {
        "before": before,
        "at_most": at_most,
        "action": action,
        "login": login,
        "since": since,
        "until": until,
        "changes": changes,
    }
    with conn.cursor(row_factory=class_row(AuditLine)) as cursor:
        return cursor.execute(sql("audit", "lines"), row).fetchall()


def audit_texts(conn: Connection, *, after: int, at_most: int) -> list[AuditText]:
    """Lines as they are digested, in the order of the chain."""
    with conn.cursor(row_factory=class_row(AuditText)) as cursor:
        return cursor.execute(
            sql("audit", "texts"), {"after": after, "at_most": at_most}
        ).fetchall()


def check_chain(conn: Connection) -> ChainCheck:
    """Digest every line again.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the current person audits nothing.
    """
    first = at = kept_days(conn)[0]
    checked, digest = 0, ""
    while True:
        row = one_row(conn, sql("audit", "check"), {"after": at, "at_most": _STRETCH})
        here, last, last_hash, broken = row
        checked, at, digest = checked + here, last or at, last_hash or digest
        if broken is not None or here < _STRETCH:
            break
    unlinked = one_row(conn, sql("audit", "unlinked"))[0]
    return ChainCheck(checked, min(first + 1, at), at, digest, broken, unlinked)


def kept_days(conn: Connection) -> tuple[int, int | None]:
    """Number of the last line that is gone, and days lines are kept; None for ever."""
    row = conn.execute(sql("audit", "beginning")).fetchone()
    return (0, None) if row is None else (row[0], row[1])


def keep_audit(conn: Connection, days: int | None) -> None:
    """Say for how many days lines are kept; None for ever.

    Raises
    ------
    psycopg.errors.CheckViolation
        If it is less than 180.
    psycopg.errors.InsufficientPrivilege
        If the current person is no audit administrator of the whole house.
    """
    conn.execute(sql("audit", "keep"), {"days": days})


def forget_audit(conn: Connection) -> int:
    """Let lines go that are older than the log is kept, from its beginning; gives how many."""
    return int(one_row(conn, sql("audit", "forget"))[0])
