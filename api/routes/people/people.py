"""People, their roles and scopes; for security administrators, below the places they govern."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.boundary import Boundary
from api.page import Page
from api.password import hash_password
from api.problem import refuse
from api.scope import Caller, Scope
from domain.password_rule import given_password
from domain.sentence import Sentence
from store.people.identity import IdentityRow, end_identity, identities_of_people
from store.people.people import (
    PersonRow,
    ScopeRow,
    add_governed,
    change_person,
    end_scope,
    grant_scope,
    grantable,
    people,
    reset_password,
    scopes_of_people,
)
from store.people.security_rule import security_rule
from store.people.session import audit
from store.refusal import refusal_of

router = APIRouter(prefix="/users", tags=["people"])

NOT_GOVERNED = Sentence(
    "not_governed", "only a security administrator of all their places may do this"
)
Lang = Literal["zh-CN", "en"]
Role = Literal[
    "bureau", "institution_administrator", "operator", "contractor", "auditor",
    "system_administrator", "security_administrator", "audit_administrator",
]  # fmt: skip
_Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$")]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class ScopeOut(BaseModel):
    """In which role somebody acts where, and what time they see."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(validation_alias="scope_id")
    role: Role
    organisation_id: int | None = Field(description="A place with all below it, or null.")
    contract_id: int | None = Field(description="The meters of a contract, or null.")
    code: str
    name_zh: str
    name_en: str
    sees_from: datetime | None = Field(description="First instant that is seen; null: all before.")
    sees_until: datetime | None = Field(description="End of what is seen; null: no end.")
    expires_at: datetime | None = Field(description="Until when it may be used; null: no end.")


class IdentityOut(BaseModel):
    """As whom an OpenID provider knows somebody."""

    model_config = ConfigDict(from_attributes=True)

    issuer: str
    subject: str
    linked_at: datetime = Field(description="When they linked it by their password.")


class PersonOut(BaseModel):
    """A person as their administrator sees them."""

    id: int
    login: str
    name: str
    lang: Lang
    active: bool
    locked: bool = Field(description="Too many wrong passwords; it ends by itself.")
    must_change: bool = Field(description="Has to choose a password of their own first.")
    created_at: datetime
    password_set_at: datetime
    last_seen_at: datetime | None
    governed: bool = Field(description="False for yourself: somebody else changes you.")
    scopes: list[ScopeOut]
    identities: list[IdentityOut] = Field(description="By which they sign in without a password.")


class NewPerson(Body):
    """Somebody who is to sign in."""

    login: _Login
    name: _Name
    lang: Lang = "zh-CN"


class PersonChange(Body):
    """What is to be other than it is."""

    name: _Name | None = None
    lang: Lang | None = None
    active: bool | None = Field(default=None, description="False closes the account at once.")


class GivenPassword(BaseModel):
    """A password, told this once: its owner has to choose another when they sign in."""

    person: PersonOut
    password: str


class NewScope(Boundary):
    """A role on a place with all below it, or on the meters of a contract."""

    role: Role
    expires_at: AwareDatetime | None = None


class GrantableOut(BaseModel):
    """A place or a contract for which you may give scopes."""

    model_config = ConfigDict(from_attributes=True)

    organisation_id: int | None
    contract_id: int | None
    kind: str
    code: str
    name_zh: str
    name_en: str
    parent_id: int | None


@router.get("")
def list_people(
    scope: Scope,
    ended: Annotated[bool, Query(description="Also scopes that have ended.")] = False,
) -> Page[PersonOut]:
    """People you administer, and yourself. Empty for who administers nobody."""
    return Page(items=_told(scope, ended=ended))


@router.get("/places")
def list_grantable(scope: Scope) -> Page[GrantableOut]:
    """Places and contracts for which you may give scopes."""
    return Page(items=[GrantableOut.model_validate(row) for row in grantable(scope.conn)])


@router.post("", status_code=HTTPStatus.CREATED)
def add_one(new: NewPerson, scope: Scope) -> GivenPassword:
    """Add a person who sees nothing yet; the answer has the password to hand over, once."""
    password = given_password(security_rule(scope.conn).password)
    with _governing():
        made = add_governed(
            scope.conn,
            login=new.login,
            name=new.name,
            lang=new.lang,
            password_hash=hash_password(password),
        )
    if made is None:
        why = Sentence("login_taken", "there is a person with the login {login}", login=new.login)
        raise refuse(HTTPStatus.CONFLICT, why)
    audit(scope.conn, "person_added", new.login, new.model_dump())
    return GivenPassword(person=_one(scope, made), password=password)


@router.patch("/{person_id}")
def change_one(person_id: int, change: PersonChange, scope: Scope) -> PersonOut:
    """Rename a person, or close or open their account; closing ends their sessions."""
    was = _governed(scope, person_id)
    wanted = change.model_dump(exclude_none=True)
    with _governing():
        change_person(
            scope.conn,
            person_id,
            name=wanted.get("name", was.name),
            lang=wanted.get("lang", was.lang),
            active=wanted.get("active", was.active),
        )
    audit(scope.conn, "person_changed", was.login, wanted)
    return _one(scope, person_id)


@router.post("/{person_id}/password")
def give_password(person_id: int, scope: Scope) -> GivenPassword:
    """Give a person a new password, told this once; ends their sessions and a lock-out."""
    person = _governed(scope, person_id)
    password = given_password(security_rule(scope.conn).password)
    with _governing():
        reset_password(scope.conn, person_id, hash_password(password))
    audit(scope.conn, "password_given", person.login, {})
    return GivenPassword(person=_one(scope, person_id), password=password)


@router.post("/{person_id}/scopes", status_code=HTTPStatus.CREATED)
def give_scope(person_id: int, new: NewScope, scope: Scope) -> PersonOut:
    """Let a person act in a role. Administrators are kept apart: nobody is two of them."""
    person = _governed(scope, person_id)
    with _governing():
        grant_scope(scope.conn, person_id, **new.model_dump())
    audit(scope.conn, "scope_given", person.login, new.model_dump(mode="json"))
    return _one(scope, person_id)


@router.delete("/{person_id}/scopes/{scope_id}", status_code=HTTPStatus.NO_CONTENT)
def take_scope(person_id: int, scope_id: int, scope: Scope) -> None:
    """End a scope now; that somebody had it stays known."""
    person = _governed(scope, person_id)
    with _governing():
        ended = end_scope(scope.conn, person_id, scope_id)
    if not ended:
        why = Sentence("no_scope", "there is no scope {scope} to end", scope=scope_id)
        raise refuse(HTTPStatus.NOT_FOUND, why)
    audit(scope.conn, "scope_ended", person.login, {"scope": scope_id})


@router.delete("/{person_id}/identities", status_code=HTTPStatus.NO_CONTENT)
def unlink(person_id: int, scope: Scope) -> None:
    """Take the link to the OpenID provider from a person; ends the sessions it opened."""
    person = _governed(scope, person_id)
    with _governing():
        ended = end_identity(scope.conn, person_id)
    if not ended:
        why = Sentence("no_identity", "{login} is linked to no provider", login=person.login)
        raise refuse(HTTPStatus.NOT_FOUND, why)
    audit(scope.conn, "identity_unlinked", person.login, {})


@contextmanager
def _governing() -> Iterator[None]:
    """Tell why it is refused: it is not theirs to say, or cannot be."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_GOVERNED) from error
    except psycopg.errors.CheckViolation as error:
        raise refuse(HTTPStatus.CONFLICT, refusal_of(error)) from error


def _told(who: Caller, *, ended: bool = False) -> list[PersonOut]:
    scopes: dict[int, list[ScopeRow]] = {}
    for row in scopes_of_people(who.conn, ended=ended):
        scopes.setdefault(row.person_id, []).append(row)
    identities: dict[int, list[IdentityRow]] = {}
    for identity in identities_of_people(who.conn):
        identities.setdefault(identity.person_id, []).append(identity)
    return [
        _out(row, scopes.get(row.person_id, []), identities.get(row.person_id, []))
        for row in people(who.conn)
    ]


def _one(who: Caller, person_id: int) -> PersonOut:
    return next(person for person in _told(who) if person.id == person_id)


def _governed(who: Caller, person_id: int) -> PersonRow:
    """The person, if they are the caller's to administer; else it is as if there were none."""
    found = [row for row in people(who.conn) if row.person_id == person_id]
    if not found:
        why = Sentence("no_governed", "there is no person {person} here", person=person_id)
        raise refuse(HTTPStatus.NOT_FOUND, why)
    if not found[0].governed:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_GOVERNED)
    return found[0]


def _out(row: PersonRow, scopes: list[ScopeRow], identities: list[IdentityRow]) -> PersonOut:
    return PersonOut(
        id=row.person_id,
        login=row.login,
        name=row.name,
        lang="en" if row.lang == "en" else "zh-CN",
        active=row.active,
        locked=row.locked,
        must_change=row.must_change,
        created_at=row.created_at,
        password_set_at=row.password_set_at,
        last_seen_at=row.last_seen_at,
        governed=row.governed,
        scopes=[ScopeOut.model_validate(each) for each in scopes],
        identities=[IdentityOut.model_validate(each) for each in identities],
    )
