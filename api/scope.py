"""Who is asking, and the one transaction in which they may ask. No route exists without it.

The scope is opened by the database itself from the session or the key, for one transaction
(``SET LOCAL``); when it ends nothing of it is left on the pooled connection.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, Request
from psycopg import Connection
from starlette.exceptions import HTTPException

from api.allowance import allowances, want_allowance
from api.credential import credential_of
from api.key_permission import may_write
from api.once import want_first
from api.pool import Pool
from api.problem import refuse
from domain.sentence import Sentence
from store.people.session import SignedIn

_SAFE = {"GET", "HEAD", "OPTIONS"}
_OF_THE_SESSION = {"/api/v1/session", "/api/v1/session/password"}
"""What who has to choose another password may ask for; the database shows them nothing anyway."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person, or a machine, and a transaction that sees what they may see.

    Attributes
    ----------
    conn : Connection
        Inside a transaction; committed when the route returns.
    """

    person: SignedIn
    conn: Connection


def client_address(request: Request) -> str:
    """Address a request comes from, as far as the server knows: that of a proxy it may believe."""
    return "" if request.client is None else request.client.host


def caller(request: Request, pool: Pool) -> Iterator[Caller]:
    """Open the scope of the request's session or key.

    Raises
    ------
    HTTPException
        401 without a running session or a key in force, 403 for a write without the session's CSRF
        token or the key's permission, and where another password is due; 429 beyond what is
        allowed.
    """
    shown, client = credential_of(request), client_address(request)
    if shown is None:
        want_allowance(allowances(request).stranger, client)
        raise _unknown(Sentence("not_signed_in", "not signed in"))
    with pool.connection() as conn, conn.transaction():
        known = shown.open(conn, client)
        if known is None:
            want_allowance(allowances(request).stranger, client)
            ended = Sentence("key_ended", "the key is unknown, withdrawn or has ended")
            raise _unknown(
                ended if shown.is_key else Sentence("session_ended", "the session has ended")
            )
        person = known.person
        want_allowance(allowances(request).caller, person.person_id)
        if request.method not in _SAFE:
            _want_right_to_write(request, person, known.may)
        if person.must_change and request.url.path not in _OF_THE_SESSION:
            raise refuse(
                HTTPStatus.FORBIDDEN,
                Sentence("password_due", "choose another password first"),
            )
        want_first(request, conn, person.person_id)
        yield Caller(person, conn)


def _unknown(why: Sentence) -> HTTPException:
    return refuse(HTTPStatus.UNAUTHORIZED, why, {"WWW-Authenticate": "Bearer"})


def _want_right_to_write(request: Request, person: SignedIn, may: list[str] | None) -> None:
    """A page of somebody else knows no CSRF token; a key needs none, and writes what it may."""
    if may is not None:
        if not may_write(may, request.method, request.url.path):
            why = Sentence("key_may_not", "this key may not do this; it may: {may}", may=_list(may))
            raise refuse(HTTPStatus.FORBIDDEN, why)
        return
    given = request.headers.get("X-CSRF-Token", "")
    if not compare_digest(given.encode(), person.csrf.encode()):
        raise refuse(
            HTTPStatus.FORBIDDEN,
            Sentence("csrf", "the X-CSRF-Token header is missing or wrong"),
        )


def _list(may: list[str]) -> str:
    return ", ".join(["read", *may])


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
