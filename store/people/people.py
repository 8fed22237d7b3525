"""People and their scopes, as a security administrator sees and changes them.

Everything here is in the name of the current person: the database refuses
(`psycopg.errors.InsufficientPrivilege`) who may not administer somebody or something.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as their administrator sees them.

    Attributes
    ----------
    locked : bool
        Too many wrong passwords; the lock ends by itself.
    must_change : bool
        Nothing is seen until they have chosen a password of their own.
    last_seen_at : datetime or None
        Newest use of a session that has not been tidied away yet.
    governed : bool
        False for the administrator's own row, which somebody else changes.
    """

    person_id: int
    login: str
    name: str
    lang: str
    active: bool
    locked: bool
    must_change: bool
    created_at: datetime
    password_set_at: datetime
    last_seen_at: datetime | None
    governed: bool


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """In which role somebody acts where.

    Attributes
    ----------
    organisation_id, contract_id : int or None
        A subtree, or the boundary of a contract; one of the two.
    sees_from, sees_until : datetime or None
        Time whose figures are seen, half-open.
    expires_at : datetime or None
        Until when the scope may be used at all.
    """

    scope_id: int
    person_id: int
    role: str
    organisation_id: int | None
    contract_id: int | None
    code: str
    name_zh: str
    name_en: str
    sees_from: datetime | None
    sees_until: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grantable:
    """A place or a contract for which the current person may give scopes."""

    organisation_id: int | None
    contract_id: int | None
    kind: str
    code: str
    name_zh: str
    name_en: str
    parent_id: int | None


def people(conn: Connection) -> list[PersonRow]:
    """People the current person administers, and themselves, in order of login."""
    with conn.cursor(row_factory=class_row(PersonRow)) as cursor:
        return cursor.execute(sql("people", "list")).fetchall()


def scopes_of_people(conn: Connection, *, ended: bool = False) -> list[ScopeRow]:
    """Scopes of `people`."""
    with conn.cursor(row_factory=class_row(ScopeRow)) as cursor:
        return cursor.execute(sql("people", "scopes"), {"ended": ended}).fetchall()


def grantable(conn: Connection) -> list[Grantable]:
    """What the current person may give scopes for."""
    with conn.cursor(row_factory=class_row(Grantable)) as cursor:
        return cursor.execute(sql("people", "grantable")).fetchall()


def add_governed(
    conn: Connection, *, login: str, name: str, lang: str, password_hash: str
) -> int | None:
    """Add a person who sees nothing yet; None when the login is taken."""
    row = {"login": login, "name": name, "lang": lang, "password_hash": password_hash}
    found = conn.execute(sql("people", "add"), row).fetchone()
    return None if found is None else found[0]


def change_person(conn: Connection, person_id: int, *, name: str, lang: str, active: bool) -> None:
    """Rename a person, close their account or open it again; closing ends their sessions."""
    row = {"person_id": person_id, "name": name, "lang": lang, "active": active}
    conn.execute(sql("people", "change"), row)


def reset_password(conn: Connection, person_id: int, password_hash: str) -> None:
    """Give a person a password they have to change; ends their sessions and a lock-out."""
    conn.execute(
        sql("people", "set_password"), {"person_id": person_id, "password_hash": password_hash}
    )


def grant_scope(
    conn: Connection,
    person_id: int,
    *,
    role: str,
    organisation_id: int | None,
    contract_id: int | None,
    sees_from: datetime | None,
    sees_until: datetime | None,
    expires_at: datetime | None,
) -> int:
    """Let a person act in a role; gives the id of the scope.

    Raises
    ------
    psycopg.errors.CheckViolation
        If the role is kept apart from another they have.
    """
    row = {
        "person_id": person_id,
        "role": role,
        "organisation_id": organisation_id,
        "contract_id": contract_id,
        "sees_from": sees_from,
        "sees_until": sees_until,
        "expires_at": expires_at,
    }
    found = conn.execute(sql("people", "grant"), row).fetchone()
    return int(found[0]) if found else 0


def end_scope(conn: Connection, person_id: int, scope_id: int) -> bool:
    """End a scope now; False when there is none in force."""
    row = {"person_id": person_id, "scope_id": scope_id}
    return conn.execute(sql("people", "end_scope"), row).fetchone() == (True,)
