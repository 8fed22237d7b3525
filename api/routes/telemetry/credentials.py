"""What devices sign in with at the broker: issued, rotated, revoked. For system administrators.

A change is told to the broker by the worker, at once; `applied_at` says when that was done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.page import Page
from api.problem import refuse
from api.scope import Caller, Scope, only_administrators
from api.settings import ApiSettings
from domain.device_password import SecretKey
from domain.errors import ConfigurationError
from domain.sentence import Sentence
from ingest.door.answers import answered_topics
from ingest.door.issuing import Issued, issue_for_device, issue_for_installer, own_topics, renew
from store.people.session import audit
from store.places.place import DeviceRow, devices
from store.telemetry.credential import Credential, credentials, revoke

router = APIRouter(tags=["credentials"])

LONGEST_PROVISIONING = timedelta(days=31)
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class CredentialOut(BaseModel):
    """A credential; its password is stored nowhere."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Literal["password", "certificate", "provisioning"]
    username: str = Field(description="Its name at the broker.")
    topics: list[str] = Field(description="What it may publish to beside `cw/v1/<device>`.")
    note: str
    made_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None
    applied_at: datetime | None = Field(
        description="When the broker was told; null while it has not been told yet."
    )


class IssuedOut(BaseModel):
    """What is entered into a device. The password is shown this once."""

    id: int
    username: str
    password: str
    broker: str = Field(description="Address; empty if CIVICWATT_BROKER_PUBLIC_URL is not set.")
    topics: list[str] = Field(description="Where it may publish.")
    answers: list[str] = Field(description="Where it hears the answers it waits for.")


class NewCredential(Body):
    """How a device signs in."""

    topics: list[Text] | None = Field(
        default=None,
        max_length=20,
        description="Topic filters of its own; left out: those of its profile that name it.",
    )
    expires_at: AwareDatetime | None = None


class NewProvisioning(Body):
    """For whom, and for how long, devices may introduce themselves."""

    note: Text = ""
    days: int = Field(default=7, ge=1, le=LONGEST_PROVISIONING.days)


def _key(request: Request) -> SecretKey:
    settings: ApiSettings = request.app.state.settings
    try:
        return SecretKey.parse(settings.secret_key)
    except ConfigurationError as error:
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, error) from None


Key = Annotated[SecretKey, Depends(_key)]


@router.get("/devices/{device_id}/credentials")
def list_credentials(device_id: int, scope: Scope) -> Page[CredentialOut]:
    """Credentials of a device, revoked ones too."""
    only_administrators(scope)
    _device(scope, device_id)
    rows = credentials(scope.conn, device_id=device_id)
    return Page(items=[CredentialOut.model_validate(row) for row in rows])


@router.post("/devices/{device_id}/credentials", status_code=HTTPStatus.CREATED)
def issue_credential(
    device_id: int, wanted: NewCredential, scope: Scope, key: Key, request: Request
) -> IssuedOut:
    """Give a device a password. It has one at a time; certificates come from the command line."""
    only_administrators(scope)
    device = _device(scope, device_id)
    if device.status == "refused":
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("device_refused", "{device} is refused: accept it first", device=device.code),
        )
    settings: ApiSettings = request.app.state.settings
    with _refusals(f"{device.code} has a password already: rotate or revoke it"):
        topics = wanted.topics
        if topics is None:
            topics = list(own_topics(device.profile, device.code, settings.profiles))
        issued = issue_for_device(
            scope.conn,
            key,
            (device.id, device.code),
            topics=topics,
            answered=answered_topics(settings.profiles),
            expires_at=wanted.expires_at,
        )
    return _shown(issued, request)


@router.post("/devices/{device_id}/credentials/{credential_id}/rotate")
def rotate_credential(
    device_id: int, credential_id: int, scope: Scope, key: Key, request: Request
) -> IssuedOut:
    """Give a credential a new password; the old one and its open connections end at once."""
    only_administrators(scope)
    old = _credential(scope, credential_id, device_id)
    settings: ApiSettings = request.app.state.settings
    with _refusals(f"credential {credential_id} cannot be rotated"):
        answered = answered_topics(settings.profiles)
        return _shown(renew(scope.conn, key, old, answered=answered), request)


@router.delete(
    "/devices/{device_id}/credentials/{credential_id}", status_code=HTTPStatus.NO_CONTENT
)
def revoke_credential(device_id: int, credential_id: int, scope: Scope) -> None:
    """End a credential for good; its open connections end at once."""
    only_administrators(scope)
    _revoke(scope, _credential(scope, credential_id, device_id))


@router.get("/provisioning-credentials")
def list_provisioning(scope: Scope) -> Page[CredentialOut]:
    """Credentials with which devices that nobody knows yet introduce themselves."""
    only_administrators(scope)
    rows = credentials(scope.conn, kind="provisioning")
    return Page(items=[CredentialOut.model_validate(row) for row in rows])


@router.post("/provisioning-credentials", status_code=HTTPStatus.CREATED)
def issue_provisioning(
    wanted: NewProvisioning, scope: Scope, key: Key, request: Request
) -> IssuedOut:
    """Let an installer's devices introduce themselves; they appear as pending, without readings."""
    only_administrators(scope)
    until = datetime.now(UTC) + timedelta(days=wanted.days)
    with _refusals("try again"):
        issued = issue_for_installer(scope.conn, key, note=wanted.note, expires_at=until)
    return _shown(issued, request)


@router.delete("/provisioning-credentials/{credential_id}", status_code=HTTPStatus.NO_CONTENT)
def revoke_provisioning(credential_id: int, scope: Scope) -> None:
    """End it; devices that have introduced themselves stay on the list."""
    only_administrators(scope)
    _revoke(scope, _credential(scope, credential_id, None))


@contextmanager
def _refusals(taken: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.UniqueViolation:
        raise refuse(HTTPStatus.CONFLICT, taken) from None
    except psycopg.errors.InsufficientPrivilege:
        reason = Sentence(
            "house_administrators_only",
            "only a system administrator of the whole house may do this",
        )
        raise refuse(HTTPStatus.FORBIDDEN, reason) from None
    except ConfigurationError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from None


def _device(scope: Caller, device_id: int) -> DeviceRow:
    rows = devices(scope.conn, device_id=device_id)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_device", "there is no device {device}", device=device_id),
        )
    return rows[0]


def _credential(scope: Caller, credential_id: int, device_id: int | None) -> Credential:
    rows = credentials(scope.conn, credential_id=credential_id)
    if not rows or rows[0].device_id != device_id:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_credential", "there is no credential {credential}", credential=credential_id
            ),
        )
    return rows[0]


def _revoke(scope: Caller, old: Credential) -> None:
    if not revoke(scope.conn, old.id):
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence(
                "credential_revoked",
                "credential {credential} is revoked already",
                credential=old.id,
            ),
        )
    audit(scope.conn, "credential_revoked", old.username, {"credential": old.id})


def _shown(issued: Issued, request: Request) -> IssuedOut:
    settings: ApiSettings = request.app.state.settings
    return IssuedOut(
        id=issued.id,
        username=issued.username,
        password=issued.password,
        broker=settings.broker_public_url,
        topics=list(issued.topics),
        answers=list(issued.answers),
    )
