"""What a request shows of who asks: a session's cookie, or a key of a machine."""

import hashlib
import secrets
from dataclasses import dataclass

from fastapi import Request
from psycopg import Connection

from store.people.api_key import resume_key
from store.people.session import SignedIn, resume

COOKIE = "civicwatt_session"
_BEARER = "bearer "


def token_hash(token: str) -> bytes:
    """What the store keeps of a session's token, and of a key."""
    return hashlib.sha256(token.encode()).digest()


def new_key() -> tuple[str, str]:
    """Make a key: its first characters, by which it is known again, and the whole."""
    hint = f"cw_{secrets.token_hex(4)}"
    return hint, f"{hint}_{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whose scope is open.

    Attributes
    ----------
    may : list of str or None
        What a key may write; None: a person, who may what their roles may.
    """

    person: SignedIn
    may: list[str] | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A token as it was shown; nobody has looked yet whether it opens anything."""

    token: str
    is_key: bool

    def open(self, conn: Connection, client: str = "") -> Known | None:
        """Open its scope until the transaction ends; None when it opens nothing (any more)."""
        if not self.is_key:
            person = resume(conn, token_hash(self.token), client)
            return None if person is None else Known(person, None)
        key = resume_key(conn, token_hash(self.token), client)
        if key is None:
            return None
        machine = SignedIn(key.person_id, key.login, key.name, key.lang, "", key.roles, False)
        return Known(machine, key.may)


def credential_of(request: Request) -> Credential | None:
    """What a request shows; a key goes before a cookie."""
    header = request.headers.get("Authorization", "")
    if header[: len(_BEARER)].lower() == _BEARER:
        return Credential(header[len(_BEARER) :].strip(), is_key=True)
    token = request.cookies.get(COOKIE)
    return Credential(token, is_key=False) if token else None
