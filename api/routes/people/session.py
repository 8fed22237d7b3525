"""Signing in and out."""

import secrets
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from psycopg import Connection
from pydantic import BaseModel, Field, StringConstraints

from api.allowance import allowances, want_allowance
from api.body import Body
from api.credential import COOKIE, token_hash
from api.password import is_right
from api.pool import Pool
from api.problem import refuse
from api.scope import Scope, client_address
from api.settings import ApiSettings
from domain.sentence import Sentence
from store.people.identity import Proposal
from store.people.security_rule import security_rule
from store.people.session import Candidate, SignedIn, begin, candidate, end, note_failure, resume

router = APIRouter(prefix="/session", tags=["session"])

LOCKED_OUT = Sentence("too_many_passwords", "too many wrong passwords: try again later")
Typed = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class SignIn(Body):
    """Login and password."""

    login: Typed
    password: Typed


class SignedInPersonOut(BaseModel):
    """The person of a session."""

    id: int
    login: str
    name: str
    roles: list[str] = Field(description="Roles the person has on anything at all.")


class SessionOut(BaseModel):
    """A running session."""

    person: SignedInPersonOut
    csrf: str = Field(description="To be sent as X-CSRF-Token with every write.")
    lang: str
    zone: str = Field(description="IANA zone of what has none of its own.")
    must_change: bool = Field(
        description="Another password has to be chosen first: until then nothing is seen."
    )


@router.post("")
def sign_in(credentials: SignIn, request: Request, response: Response, pool: Pool) -> SessionOut:
    """Begin a session. A wrong login and a wrong password are answered alike until a lock-out."""
    with pool.connection() as conn:
        person = candidate(conn, credentials.login)
    person_id = proven_by_password(person, credentials.password, request)
    with pool.connection() as conn:
        return session_out(open_session(conn, person_id, request, response), request)


def proven_by_password(person: Candidate | Proposal | None, password: str, request: Request) -> int:
    """The person, if the password is theirs; what is wrong counts towards a lock-out.

    Raises
    ------
    HTTPException
        401; 429 while they are locked out, or the address has failed too often.
    """
    client, allowance = client_address(request), allowances(request).sign_in
    want_allowance(allowance, client)
    if person is not None and person.locked:
        raise refuse(HTTPStatus.TOO_MANY_REQUESTS, LOCKED_OUT)
    # Hashing takes long on purpose; no connection is held meanwhile.
    right = is_right(password, None if person is None else person.password_hash)
    if person is None or not right:
        if person is not None:
            _note_failure(person.person_id, request)
        raise refuse(
            HTTPStatus.UNAUTHORIZED, Sentence("password_wrong", "login or password is wrong")
        )
    allowance.give_back(client)
    return person.person_id


def _note_failure(person_id: int, request: Request) -> None:
    with request.app.state.pool.connection() as conn:
        rule = security_rule(conn)
        note_failure(
            conn,
            person_id,
            attempts=rule.sign_in_attempts,
            lock_for=rule.lock_for,
            client=client_address(request),
        )


def open_session(
    conn: Connection,
    person_id: int,
    request: Request,
    response: Response,
    issuer: str | None = None,
) -> SignedIn:
    """Begin a session of somebody who has shown who they are, and give its cookie along.

    Parameters
    ----------
    issuer : str or None
        OpenID provider that said who it is; None: by their password.
    """
    token = secrets.token_urlsafe(32)
    rule = security_rule(conn)
    begin(
        conn,
        person_id,
        token_hash=token_hash(token),
        csrf=secrets.token_urlsafe(32),
        idle=rule.idle,
        absolute=rule.absolute,
        client=client_address(request),
        issuer=issuer,
    )
    with conn.transaction():
        signed_in = resume(conn, token_hash(token))
    if signed_in is None:
        raise refuse(
            HTTPStatus.UNAUTHORIZED, Sentence("person_closed", "the person has just been closed")
        )
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/"
    )
    return signed_in


@router.get("")
def current(scope: Scope, request: Request) -> SessionOut:
    """The running session, after a reload of the page."""
    return session_out(scope.person, request)


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
def sign_out(scope: Scope, request: Request, response: Response) -> None:
    """End the session."""
    end(scope.conn, token_hash(request.cookies[COOKIE]))
    response.delete_cookie(COOKIE, path="/")


def session_out(person: SignedIn, request: Request) -> SessionOut:
    """What the console is told of a session."""
    settings: ApiSettings = request.app.state.settings
    return SessionOut(
        person=SignedInPersonOut(
            id=person.person_id, login=person.login, name=person.name, roles=person.roles
        ),
        csrf=person.csrf,
        lang=person.lang,
        zone=settings.zone,
        must_change=person.must_change,
    )
