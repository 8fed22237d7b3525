"""Signing in by the OpenID provider of the installation: code flow with PKCE, state and nonce.

People come here by links and redirects, not by the console's calls: what goes wrong leads back to
the sign-in page with its code, which words it.
"""

import logging
import re
import secrets
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field, StringConstraints

from api.allowance import allowances, want_allowance
from api.body import Body
from api.credential import token_hash
from api.openid.provider import Provider, ProviderError
from api.openid.token import Identity, TokenError
from api.pool import Pool
from api.problem import refuse
from api.routes.people.session import (
    LOCKED_OUT,
    SessionOut,
    Typed,
    open_session,
    proven_by_password,
    session_out,
)
from api.scope import client_address
from domain.sentence import Sentence
from store.people.identity import (
    UnderWay,
    accept_identity,
    begin_sign_in,
    known_person,
    note_refused,
    propose_identity,
    proposed_identity,
    take_sign_in,
)

log = logging.getLogger(__name__)
router = APIRouter(prefix="/session/provider", tags=["session"])

COOKIE = "civicwatt_provider"
"""Tells the browser that was sent to the provider from any other one."""
WITHIN = timedelta(minutes=10)
"""So long may somebody take at the provider, and then to show their password."""
_PATH_OF_COOKIE = "/api/v1/session/provider"
_SIGN_IN_PAGE = "/sign-in"
_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]{0,1999}")

_Told = Annotated[str, StringConstraints(max_length=4000)]


class ProviderOut(BaseModel):
    """What the sign-in page has to know of the provider."""

    name: str | None = Field(description="What it is called; null: the installation has none.")
    proposed_login: str | None = Field(
        description="Whom the provider named at this browser: their password links them, once."
    )


class Link(Body):
    """Password of Civicwatt of the person whom the provider named."""

    password: Typed


class _Refusal(Exception):  # noqa: N818 - no error: the answer to give
    """Nobody is let in.

    Parameters
    ----------
    code : str
        Which of the sign-in page's sentences says why.
    identity : Identity or None
        Who it was, where the provider said it.
    """

    def __init__(self, code: str, identity: Identity | None = None) -> None:
        super().__init__(code)
        self.code, self.identity = code, identity


def console_path(wanted: str) -> str:
    """A path of the console; anything else is its first page: an address could lead anywhere."""
    return wanted if _PATH.fullmatch(wanted) else "/"


def _wanted(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        why = Sentence("no_provider", "people sign in by password alone here")
        raise refuse(HTTPStatus.NOT_FOUND, why)
    return provider


_Provider = Annotated[Provider, Depends(_wanted)]


@router.get("")
def read_provider(request: Request, pool: Pool) -> ProviderOut:
    """Whether people may sign in by a provider, and whom it has named at this browser."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        return ProviderOut(name=None, proposed_login=None)
    token = request.cookies.get(COOKIE)
    if token is None:
        return ProviderOut(name=provider.name, proposed_login=None)
    with pool.connection() as conn:
        proposal = proposed_identity(conn, token_hash(token))
    login = None if proposal is None else proposal.login
    return ProviderOut(name=provider.name, proposed_login=login)


@router.get("/begin", status_code=HTTPStatus.SEE_OTHER, response_class=RedirectResponse)
def begin(
    provider: _Provider,
    request: Request,
    pool: Pool,
    path: Annotated[_Told, Query(alias="next", description="Path of the console to open.")] = "/",
) -> Response:
    """Send the browser to the provider."""
    want_allowance(allowances(request).stranger, client_address(request))
    state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
    try:
        address = provider.address(state=state, nonce=nonce, verifier=verifier)
    except ProviderError as error:
        log.warning("nobody is sent to the provider: %s", error)
        return _back(_Refusal("provider_unreachable"), console_path(path))
    with pool.connection() as conn:
        begin_sign_in(
            conn,
            UnderWay(nonce, verifier, console_path(path)),
            state_hash=token_hash(state),
            browser_hash=token_hash(browser),
            within=WITHIN,
        )
    return _remembering(provider, browser, RedirectResponse(address, HTTPStatus.SEE_OTHER))


@router.get("/answer", status_code=HTTPStatus.SEE_OTHER, response_class=RedirectResponse)
def take_answer(
    provider: _Provider,
    request: Request,
    pool: Pool,
    state: Annotated[_Told, Query(description="As it was sent.")] = "",
    code: Annotated[_Told, Query(description="Of the sign-in, redeemed once.")] = "",
    error: Annotated[_Told, Query(description="Why the provider has let nobody in.")] = "",
    iss: Annotated[_Told | None, Query(description="Who answers.")] = None,
) -> Response:
    """Take up what the provider answers by the browser: a session, or why there is none."""
    client, allowance = client_address(request), allowances(request).sign_in
    want_allowance(allowance, client)
    browser = token_hash(request.cookies.get(COOKIE, ""))
    with pool.connection() as conn:
        under_way = take_sign_in(conn, state_hash=token_hash(state), browser_hash=browser)
    path = "/" if under_way is None else under_way.next
    if error:
        log.warning("the provider let nobody in: %r", error[:200])
    try:
        identity = _identity(provider, under_way, code, iss)
        answer = _let_in(provider, identity, path, request, pool)
    except _Refusal as refusal:
        with pool.connection() as conn:
            who = refusal.identity
            note_refused(
                conn,
                refusal.code,
                issuer=provider.issuer,
                subject=None if who is None else who.subject,
                login=None if who is None else who.login,
                client=client,
            )
        return _back(refusal, path)
    allowance.give_back(client)
    return answer


@router.post("/link")
def link(
    proof: Link, provider: _Provider, request: Request, response: Response, pool: Pool
) -> SessionOut:
    """Link the person whom the provider named, by their password; begins a session."""
    browser = token_hash(request.cookies.get(COOKIE, ""))
    with pool.connection() as conn:
        proposal = proposed_identity(conn, browser)
    ended = Sentence("proposal_ended", "begin again at the provider: it took too long")
    if proposal is None:
        raise refuse(HTTPStatus.CONFLICT, ended)
    person_id = proven_by_password(proposal, proof.password, request)
    with pool.connection() as conn, conn.transaction():
        if accept_identity(conn, browser, client_address(request)) is None:
            raise refuse(HTTPStatus.CONFLICT, ended)
        signed_in = open_session(conn, person_id, request, response, provider.issuer)
    response.delete_cookie(COOKIE, path=_PATH_OF_COOKIE)
    return session_out(signed_in, request)


def _identity(
    provider: Provider, under_way: UnderWay | None, code: str, iss: str | None
) -> Identity:
    if under_way is None:
        raise _Refusal("sign_in_begin_again")
    if not code:
        raise _Refusal("provider_refused")
    try:
        provider.want_own(iss)
        return provider.identity(
            code, verifier=under_way.verifier, nonce=under_way.nonce, now=datetime.now(UTC)
        )
    except ProviderError as error:
        log.warning("the provider gives no identity: %s", error)
        raise _Refusal("provider_unreachable") from error
    except TokenError as error:
        log.warning("what the provider gives proves nothing: %s", error)
        raise _Refusal("identity_unproven") from error


def _let_in(
    provider: Provider, identity: Identity, path: str, request: Request, pool: Pool
) -> Response:
    """Begin a session of who is linked; ask who might be for their password."""
    with pool.connection() as conn:
        person = known_person(conn, issuer=identity.issuer, subject=identity.subject)
        if person is None:
            browser = secrets.token_urlsafe(32)
            if identity.login is None or not propose_identity(
                conn,
                browser_hash=token_hash(browser),
                login=identity.login,
                issuer=identity.issuer,
                subject=identity.subject,
                within=WITHIN,
            ):
                raise _Refusal("identity_unknown", identity)
            return _remembering(provider, browser, _to_sign_in(link="1", next=path))
        if person.locked:
            raise _Refusal(LOCKED_OUT.code, identity)
        answer = _to_sign_in(by="provider", next=path)
        open_session(conn, person.person_id, request, answer, identity.issuer)
    answer.delete_cookie(COOKIE, path=_PATH_OF_COOKIE)
    return answer


def _back(refusal: _Refusal, path: str) -> Response:
    return _to_sign_in(fault=refusal.code, next=path)


def _to_sign_in(**query: str) -> Response:
    return RedirectResponse(f"{_SIGN_IN_PAGE}?{urlencode(query)}", HTTPStatus.SEE_OTHER)


def _remembering(provider: Provider, browser: str, answer: Response) -> Response:
    """Give the browser the cookie by which it is known when it comes back."""
    answer.set_cookie(
        COOKIE,
        browser,
        max_age=int(WITHIN.total_seconds()),
        path=_PATH_OF_COOKIE,
        httponly=True,
        samesite="lax",
        secure=provider.secure,
    )
    return answer
