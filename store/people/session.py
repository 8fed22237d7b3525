"""Sessions of people, and the scope that a session opens for one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.queries import sql


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person as far as sign-in may know one."""

    person_id: int
    password_hash: str
    locked: bool | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person of a session.

    Attributes
    ----------
    must_change : bool
        They have to choose another password first; until then the session sees nothing.
    """

    person_id: int
    login: str
    name: str
    lang: str
    csrf: str
    roles: list[str]
    must_change: bool


def candidate(conn: Connection, login: str) -> Candidate | None:
    """Look up a person who wants to sign in."""
    with conn.cursor(row_factory=class_row(Candidate)) as cursor:
        return cursor.execute(sql("session", "candidate"), {"login": login}).fetchone()


def note_failure(
    conn: Connection, person_id: int, *, attempts: int, lock_for: timedelta, client: str
) -> None:
    """Count and log a wrong password; the last of `attempts` in a row locks the person out."""
    conn.execute(
        sql("session", "note_failure"),
        {"person_id": person_id, "attempts": attempts, "lock_for": lock_for, "client": client},
    )


def begin(
    conn: Connection,
    person_id: int,
    *,
    token_hash: bytes,
    csrf: str,
    idle: timedelta,
    absolute: timedelta,
    client: str = "",
    issuer: str | None = None,
) -> None:
    """Begin a session and note it in the audit log.

    Parameters
    ----------
    issuer : str or None
        OpenID provider that said who it is; None: they have shown their password.
    """
    conn.execute(
        sql("session", "begin"),
        {
            "person_id": person_id,
            "token_hash": token_hash,
            "csrf": csrf,
            "idle": idle,
            "absolute": absolute,
            "client": client,
            "issuer": issuer,
        },
    )


def resume(conn: Connection, token_hash: bytes, client: str = "") -> SignedIn | None:
    """Open the session's scope until the transaction ends; None when the session has ended.

    Parameters
    ----------
    client : str
        Address it is asked from, for the audit log.
    """
    row = {"token_hash": token_hash, "client": client}
    with conn.cursor(row_factory=class_row(SignedIn)) as cursor:
        return cursor.execute(sql("session", "resume"), row).fetchone()


def own_passwords(conn: Connection, token_hash: bytes) -> list[str]:
    """Hashes of the owner of a session, the one in force first; none while they are locked out."""
    rows = conn.execute(sql("session", "own_passwords"), {"token_hash": token_hash})
    return [password_hash for (password_hash,) in rows]


def set_own_password(conn: Connection, token_hash: bytes, password_hash: str) -> None:
    """Give the owner of a session the password they have chosen; ends their other sessions."""
    row = {"token_hash": token_hash, "password_hash": password_hash}
    conn.execute(sql("session", "set_own_password"), row)


def act_for(conn: Connection, person_id: int) -> None:
    """Open the scope of a person until the transaction ends."""
    conn.execute(sql("session", "act_for"), {"person_id": person_id})


def end(conn: Connection, token_hash: bytes) -> None:
    """End a session."""
    conn.execute(sql("session", "end"), {"token_hash": token_hash})


def hold(conn: Connection, what: str) -> None:
    """Let nobody else change it until the transaction ends."""
    conn.execute(sql("session", "hold"), {"what": what})


def audit(conn: Connection, action: str, obj: str, detail: Mapping[str, object]) -> None:
    """Note what the current person did."""
    conn.execute(
        sql("session", "audit"), {"action": action, "object": obj, "detail": Jsonb(dict(detail))}
    )
