"""As whom an OpenID provider knows people, and sign-ins that are under way there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What a browser that was sent to the provider has to come back with.

    Attributes
    ----------
    verifier : str
        Of PKCE.
    next : str
        Path of the console that was wanted.
    """

    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person whom the provider knows."""

    person_id: int
    locked: bool | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A person whom the provider names, and who has yet to show their password."""

    person_id: int
    login: str
    password_hash: str
    locked: bool | None


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """As whom a provider knows a person that the current person administers."""

    person_id: int
    issuer: str
    subject: str
    linked_at: datetime


def begin_sign_in(
    conn: Connection,
    sign_in: UnderWay,
    *,
    state_hash: bytes,
    browser_hash: bytes,
    within: timedelta,
) -> None:
    """Note that a browser is sent to the provider."""
    row = {
        "state_hash": state_hash,
        "browser_hash": browser_hash,
        "nonce": sign_in.nonce,
        "verifier": sign_in.verifier,
        "next": sign_in.next,
        "within": within,
    }
    conn.execute(sql("identity", "begin"), row)


def take_sign_in(conn: Connection, *, state_hash: bytes, browser_hash: bytes) -> UnderWay | None:
    """What was noted when the browser was sent; None for another browser, too late, or again."""
    row = {"state_hash": state_hash, "browser_hash": browser_hash}
    with conn.cursor(row_factory=class_row(UnderWay)) as cursor:
        return cursor.execute(sql("identity", "take"), row).fetchone()


def known_person(conn: Connection, *, issuer: str, subject: str) -> KnownPerson | None:
    """The person linked with an identity; None where there is none, or the account is closed."""
    with conn.cursor(row_factory=class_row(KnownPerson)) as cursor:
        row = {"issuer": issuer, "subject": subject}
        return cursor.execute(sql("identity", "known"), row).fetchone()


def propose_identity(
    conn: Connection,
    *,
    browser_hash: bytes,
    login: str,
    issuer: str,
    subject: str,
    within: timedelta,
) -> bool:
    """Keep what the provider said until a password is shown; False where it can be nobody's."""
    row = {
        "browser_hash": browser_hash,
        "login": login,
        "issuer": issuer,
        "subject": subject,
        "within": within,
    }
    return conn.execute(sql("identity", "propose"), row).fetchone() == (True,)


def proposed_identity(conn: Connection, browser_hash: bytes) -> Proposal | None:
    """What waits for a password at a browser."""
    with conn.cursor(row_factory=class_row(Proposal)) as cursor:
        row = {"browser_hash": browser_hash}
        return cursor.execute(sql("identity", "proposed"), row).fetchone()


def accept_identity(conn: Connection, browser_hash: bytes, client: str) -> str | None:
    """Link it, and note it in the audit log; gives the issuer, None where nothing waits."""
    row = {"browser_hash": browser_hash, "client": client}
    found = conn.execute(sql("identity", "accept"), row).fetchone()
    return None if found is None else found[0]


def note_refused(
    conn: Connection,
    why: str,
    *,
    issuer: str,
    subject: str | None = None,
    login: str | None = None,
    client: str,
) -> None:
    """Note in the audit log that somebody came from the provider and was not let in."""
    row = {"why": why, "issuer": issuer, "subject": subject, "login": login, "client": client}
    conn.execute(sql("identity", "note_refused"), row)


def identities_of_people(conn: Connection) -> list[IdentityRow]:
    """Identities of the people whom the current person administers."""
    with conn.cursor(row_factory=class_row(IdentityRow)) as cursor:
        return cursor.execute(sql("identity", "of_people")).fetchall()


def end_identity(conn: Connection, person_id: int) -> bool:
    """Take the link from a person, with the sessions it opened; False where there is none."""
    return conn.execute(sql("identity", "end"), {"person_id": person_id}).fetchone() == (True,)
