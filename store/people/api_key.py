"""Keys of machines: what one opens, and how security administrators make and withdraw them.

As with people the database refuses (`psycopg.errors.InsufficientPrivilege`) who may not administer
the place or contract of a key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class Machine:
    """Who asks by a key.

    Attributes
    ----------
    may : list of str
        What it may write, by the names of `api.key_permission`.
    """

    person_id: int
    login: str
    name: str
    lang: str
    roles: list[str]
    may: list[str]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as its administrator sees it; the key itself is nowhere.

    Attributes
    ----------
    hint : str
        Its first characters.
    organisation_id, contract_id : int or None
        A subtree, or the boundary of a contract; one of the two.
    sees_from, sees_until : datetime or None
        Time whose figures are seen, half-open.
    last_used_at : datetime or None
        To the minute; None: never.
    """

    api_key_id: int
    name: str
    hint: str
    may: list[str]
    role: str
    organisation_id: int | None
    contract_id: int | None
    code: str
    name_zh: str
    name_en: str
    sees_from: datetime | None
    sees_until: datetime | None
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def resume_key(conn: Connection, key_hash: bytes, client: str = "") -> Machine | None:
    """Open the scope of a key until the transaction ends; None when it has ended or never was.

    Parameters
    ----------
    client : str
        Address it is asked from, for the audit log.
    """
    row = {"key_hash": key_hash, "client": client}
    with conn.cursor(row_factory=class_row(Machine)) as cursor:
        return cursor.execute(sql("api_key", "resume"), row).fetchone()


def keys(conn: Connection, *, ended: bool = False) -> list[KeyRow]:
    """Keys the current person administers; with `ended` also those that open nothing any more."""
    with conn.cursor(row_factory=class_row(KeyRow)) as cursor:
        return cursor.execute(sql("api_key", "list"), {"ended": ended}).fetchall()


def add_key(
    conn: Connection,
    *,
    name: str,
    hint: str,
    key_hash: bytes,
    may: Sequence[str],
    role: str,
    organisation_id: int | None,
    contract_id: int | None,
    sees_from: datetime | None,
    sees_until: datetime | None,
    expires_at: datetime,
) -> int:
    """Make a machine with its scope and its key; gives the id of the key.

    Raises
    ------
    psycopg.errors.CheckViolation
        If it would last for longer than 366 days, or not at all.
    """
    row = {
        "login": f"key:{hint}",
        "name": name,
        "hint": hint,
        "key_hash": key_hash,
        "may": list(may),
        "role": role,
        "organisation_id": organisation_id,
        "contract_id": contract_id,
        "sees_from": sees_from,
        "sees_until": sees_until,
        "expires_at": expires_at,
    }
    return int(one_row(conn, sql("api_key", "add"), row)[0])


def revoke_key(conn: Connection, key_id: int) -> bool:
    """Let a key open nothing from now on; False when there is none in force here."""
    return bool(one_row(conn, sql("api_key", "revoke"), {"key_id": key_id})[0])
