"""Rules of passwords and sessions, and the password somebody chooses for themselves."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from api.body import Body
from api.credential import COOKIE, token_hash
from api.if_match import IfMatch, want_unchanged
from api.password import hash_password, is_right
from api.problem import refuse
from api.routes.people.people import NOT_GOVERNED
from api.scope import Scope, client_address
from domain.errors import InputError
from domain.password_rule import want_password
from domain.sentence import Sentence
from store.people.security_rule import SecurityRule, change_security_rule, security_rule
from store.people.session import audit, note_failure, own_passwords, set_own_password

router = APIRouter(tags=["people"])

_Password = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class SecurityRules(Body):
    """Rules of passwords and sessions, of the whole house."""

    model_config = ConfigDict(from_attributes=True)

    password_length: int = Field(ge=8, le=64, description="Least length. [characters]")
    password_kinds: int = Field(
        ge=1, le=4, description="Least number of: small letters, capitals, digits, others. [1]"
    )
    password_history: int = Field(ge=0, le=24, description="Last ones not to be chosen again. [1]")
    password_days: int | None = Field(
        ge=1, le=3650, description="Then another has to be chosen; null: never. [d]"
    )
    sign_in_attempts: int = Field(ge=1, le=20, description="Wrong passwords until a lock-out. [1]")
    lock_minutes: int = Field(ge=1, le=1440, description="Length of a lock-out. [min]")
    idle_minutes: int = Field(ge=5, le=1440, description="A session unused so long ends. [min]")
    session_minutes: int = Field(ge=5, le=10080, description="A session ends after this. [min]")

    @model_validator(mode="after")
    def _idle_within(self) -> "SecurityRules":
        if self.idle_minutes > self.session_minutes:
            raise ValueError("want idle_minutes of at most session_minutes")
        return self


class PasswordChange(Body):
    """The password one has, and the one to come."""

    current: _Password
    new: _Password


@router.get("/security-rules")
def read_rules(scope: Scope) -> SecurityRules:
    """Rules of passwords and sessions."""
    return SecurityRules.model_validate(security_rule(scope.conn))


@router.put("/security-rules")
def set_rules(rules: SecurityRules, scope: Scope, if_match: IfMatch = None) -> SecurityRules:
    """Set other rules; running sessions keep their limits, passwords are held to them at once."""
    want_unchanged(scope, if_match, "security rules", lambda: read_rules(scope))
    was = security_rule(scope.conn)
    try:
        change_security_rule(scope.conn, SecurityRule(**rules.model_dump()))
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_GOVERNED) from error
    audit(scope.conn, "security_rules_set", "", {"was": asdict(was), "set": rules.model_dump()})
    return rules


@router.post("/session/password", status_code=HTTPStatus.NO_CONTENT)
def choose_password(change: PasswordChange, scope: Scope, request: Request) -> None:
    """Choose another password for yourself; ends your other sessions."""
    session = token_hash(request.cookies.get(COOKIE, ""))
    known = own_passwords(scope.conn, session)
    rule = security_rule(scope.conn)
    if not known or not is_right(change.current, known[0]):
        # Counted apart: what this request does is undone by its refusal.
        with request.app.state.pool.connection() as conn:
            note_failure(
                conn,
                scope.person.person_id,
                attempts=rule.sign_in_attempts,
                lock_for=rule.lock_for,
                client=client_address(request),
            )
        raise refuse(HTTPStatus.FORBIDDEN, Sentence("password_not_yours", "the password is wrong"))
    try:
        want_password(change.new, scope.person.login, rule.password)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    if any(is_right(change.new, each) for each in known[: max(rule.password_history, 1)]):
        template = "it is one of your last {number} passwords: choose another"
        why = Sentence("password_again", template, number=max(rule.password_history, 1))
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, why)
    set_own_password(scope.conn, session, hash_password(change.new))
    audit(scope.conn, "password_chosen", scope.person.login, {})
