"""Keys of machines; for security administrators, below the places they govern."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.boundary import Boundary
from api.credential import new_key, token_hash
from api.key_permission import Permission
from api.page import Page
from api.problem import refuse
from api.routes.people.people import NOT_GOVERNED
from api.scope import Caller, Scope
from domain.sentence import Sentence
from store.people.api_key import add_key, keys, revoke_key
from store.people.session import audit
from store.refusal import refusal_of

router = APIRouter(prefix="/keys", tags=["people"])

LONGEST_DAYS = 366
"""So long a key may last; a year, so that somebody looks at it again. [d]"""
KeyRole = Literal[
    "bureau", "institution_administrator", "operator", "contractor", "auditor",
    "system_administrator",
]  # fmt: skip
_Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class ApiKeyOut(BaseModel):
    """A key as it may be shown: never the key itself."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(validation_alias="api_key_id")
    name: str
    hint: str = Field(description="Its first characters, to know it again by.")
    may: list[Permission] = Field(description="What it may write; it reads whatever its role sees.")
    role: KeyRole
    organisation_id: int | None = Field(description="A place with all below it, or null.")
    contract_id: int | None = Field(description="The meters of a contract, or null.")
    code: str
    name_zh: str
    name_en: str
    sees_from: datetime | None = Field(description="First instant that is seen; null: all before.")
    sees_until: datetime | None = Field(description="End of what is seen; null: no end.")
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; null: never.")
    revoked_at: datetime | None = Field(description="When it was withdrawn; null: it was not.")


class NewApiKey(Boundary):
    """A machine, in which role it asks where, and until when."""

    name: _Name = Field(description="What asks by it, such as a building management system.")
    role: KeyRole
    may: list[Permission] = Field(default=[], max_length=10)
    expires_at: AwareDatetime = Field(description=f"At most {LONGEST_DAYS} days from now.")


class GivenKey(BaseModel):
    """A new key, told this once: only its SHA-256 is kept."""

    key: ApiKeyOut
    secret: str = Field(description="To be sent as `Authorization: Bearer <secret>`.")


@router.get("")
def list_keys(
    scope: Scope,
    ended: Annotated[bool, Query(description="Also those that open nothing any more.")] = False,
) -> Page[ApiKeyOut]:
    """Keys of the places you administer. Empty for who administers none."""
    return Page(items=[ApiKeyOut.model_validate(row) for row in keys(scope.conn, ended=ended)])


@router.post("", status_code=HTTPStatus.CREATED)
def make_key(new: NewApiKey, scope: Scope) -> GivenKey:
    """Make a machine's key; the answer has it to hand over, once."""
    now = datetime.now(UTC)
    if not now < new.expires_at <= now + timedelta(days=LONGEST_DAYS):
        why = Sentence("key_life", "a key lasts for {most} days at most", most=LONGEST_DAYS)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, why)
    hint, secret = new_key()
    with _governing():
        made = add_key(
            scope.conn,
            hint=hint,
            key_hash=token_hash(secret),
            **new.model_dump() | {"may": sorted(set(new.may))},
        )
    audit(scope.conn, "key_made", hint, new.model_dump(mode="json"))
    return GivenKey(key=_one(scope, made), secret=secret)


@router.delete("/{key_id}", status_code=HTTPStatus.NO_CONTENT)
def withdraw_key(key_id: int, scope: Scope) -> None:
    """Withdraw a key: from now on it opens nothing. That it was there stays known."""
    if not revoke_key(scope.conn, key_id):
        why = Sentence("no_key", "there is no key {key} to withdraw", key=key_id)
        raise refuse(HTTPStatus.NOT_FOUND, why)
    audit(scope.conn, "key_withdrawn", _one(scope, key_id).hint, {"key": key_id})


@contextmanager
def _governing() -> Iterator[None]:
    """Tell why it is refused: it is not theirs to say, or cannot be."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_GOVERNED) from error
    except psycopg.errors.CheckViolation as error:
        raise refuse(HTTPStatus.CONFLICT, refusal_of(error)) from error


def _one(who: Caller, key_id: int) -> ApiKeyOut:
    row = next(row for row in keys(who.conn, ended=True) if row.api_key_id == key_id)
    return ApiKeyOut.model_validate(row)
