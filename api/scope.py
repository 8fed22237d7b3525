"""Who is asking, and the one transaction in which they may ask. No route exists without it.

The person's scope is opened by the database itself from the session, for one transaction
(``SET LOCAL``); when it ends nothing of it is left on the pooled connection.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, Request
from psycopg import Connection

from api.pool import Pool
from api.problem import refuse
from domain.sentence import Sentence
from store.session import SignedIn, resume

COOKIE = "civicwatt_session"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_OF_THE_SESSION = {"/api/v1/session", "/api/v1/session/password"}
"""What who has to choose another password may ask for; the database shows them nothing anyway."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person and a transaction that sees what they may see.

    Attributes
    ----------
    conn : Connection
        Inside a transaction; committed when the route returns.
    """

    person: SignedIn
    conn: Connection


def token_hash(token: str) -> bytes:
    """What the store keeps of a session's token."""
    return hashlib.sha256(token.encode()).digest()


def client_address(request: Request) -> str:
    """Address a request comes from, as far as the server knows: that of a proxy it may believe."""
    return "" if request.client is None else request.client.host


def caller(request: Request, pool: Pool) -> Iterator[Caller]:
    """Open the scope of the request's session.

    Raises
    ------
    HTTPException
        401 without a running session, 403 for a write without its CSRF token, and where another
        password is due.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        raise refuse(HTTPStatus.UNAUTHORIZED, Sentence("not_signed_in", "not signed in"))
    with pool.connection() as conn, conn.transaction():
        person = resume(conn, token_hash(token), client_address(request))
        if person is None:
            raise refuse(
                HTTPStatus.UNAUTHORIZED, Sentence("session_ended", "the session has ended")
            )
        if request.method not in _SAFE:
            given = request.headers.get("X-CSRF-Token", "")
            if not compare_digest(given.encode(), person.csrf.encode()):
                raise refuse(
                    HTTPStatus.FORBIDDEN,
                    Sentence("csrf", "the X-CSRF-Token header is missing or wrong"),
                )
        if person.must_change and request.url.path not in _OF_THE_SESSION:
            raise refuse(
                HTTPStatus.FORBIDDEN,
                Sentence("password_due", "choose another password first"),
            )
        yield Caller(person, conn)


Scope = Annotated[Caller, Depends(caller, scope="function")]
"""The caller of a route; its transaction is over before the answer is sent."""


def only_administrators(who: Caller) -> None:
    """Refuse everybody but system administrators; what they may touch is still the database's say.

    Raises
    ------
    HTTPException
        403.
    """
    if "system_administrator" not in who.person.roles:
        raise refuse(
            HTTPStatus.FORBIDDEN,
            Sentence("administrators_only", "only a system administrator may do this"),
        )
