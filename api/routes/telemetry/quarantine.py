"""What could not be read: looking at it, asking for its replay, giving it up."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.named import Device
from api.page import Cursor, Limit, Page, after, before, counted, encode
from api.problem import refuse
from api.scope import Scope, only_administrators
from domain.sentence import Sentence
from store.people.session import audit
from store.telemetry.quarantine import (
    HEAD_BYTES,
    QuarantineRow,
    ask_replay,
    discard,
    left_out,
    quarantine,
    quarantined,
    reasons,
    unsettled,
)

router = APIRouter(prefix="/quarantine", tags=["quarantine"])

_WHOLE_BYTES = 2**20
_MOST = 10_000
"""So many messages one decision may be about; the oldest come first."""
_PLAIN = {"\n", "\r", "\t"}
Text = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
_UNSEEN = {
    byte: f"\\x{byte:02x}" for byte in (*range(0x20), *range(0x7F, 0xA0)) if chr(byte) not in _PLAIN
}
"""Characters that show nothing, as the bytes they are."""


class QuarantineOut(BaseModel):
    """A message that could not be read, or samples of one."""

    id: int
    received_at: datetime
    topic: str
    profile: str | None = Field(description="Profile or codec that could not read it.")
    device_id: int | None
    reason_code: str
    reason: str
    size_bytes: int = Field(description="Size of the payload. [byte]")
    samples: int = Field(description="Samples of the message that are here.")
    replay_asked_at: datetime | None = Field(description="When its replay was asked for.")
    settled_at: datetime | None = Field(description="When it was replayed or discarded.")
    outcome: Literal["replayed", "discarded"] | None
    payload_preview: str


class QuarantinedOut(QuarantineOut):
    """A message with its payload."""

    encoding: Literal["text", "hex"] = Field(description="How `payload` is written.")
    payload: str = Field(description="The first MiB of it.")


class ReasonOut(BaseModel):
    """How many unsettled messages there are of one reason."""

    reason_code: str
    messages: int


class QuarantineLeftOutOut(BaseModel):
    """Messages of one device, profile and reason of which too many came to keep them all."""

    model_config = ConfigDict(from_attributes=True)

    device_id: int | None
    device_code: str | None
    profile: str | None
    reason_code: str
    messages: int = Field(description="How many are counted and not kept.")
    samples: int = Field(description="Samples in them.")
    since: datetime = Field(description="Beginning of the first hour with some left out.")
    until: datetime = Field(description="Arrival of the last message of the last such hour.")


class Replay(Body):
    """How to read a message again."""

    any_age: bool = Field(
        default=False, description="Store also samples older than their device accepts."
    )


class Choice(Body):
    """Unsettled messages of a reason, of topics that begin alike, or both."""

    reason: Text | None = None
    topic: Text | None = Field(default=None, description="What their topics begin with.")


class ReplayChoice(Choice, Replay):
    """Which messages to read again, and how."""


class Decided(BaseModel):
    """How many messages a decision was about, at most 10,000; ask again for more."""

    messages: int


@router.get("")
def list_quarantine(
    scope: Scope,
    settled: Annotated[bool | None, Query(description="Replayed or discarded; none: all.")] = None,
    reason: Annotated[str | None, Query(description="Code of the reason.")] = None,
    topic: Annotated[str | None, Query(description="What topics begin with.")] = None,
    device: Device = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[QuarantineOut]:
    """What could not be read, newest first; for system administrators."""
    rows = quarantine(
        scope.conn,
        settled=settled,
        reason_code=reason,
        topic_prefix=topic,
        device_id=device,
        before=before(cursor),
        at_most=limit + 1,
    )
    items = [QuarantineOut(**_head(row)) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/reasons")
def list_reasons(scope: Scope) -> Page[ReasonOut]:
    """Reasons of what is not settled, the most frequent first."""
    found = reasons(scope.conn).items()
    return Page(items=[ReasonOut(reason_code=code, messages=n) for code, n in found])


@router.get("/left-out")
def list_left_out(
    scope: Scope, limit: Limit = 100, cursor: Cursor = None
) -> Page[QuarantineLeftOutOut]:
    """Messages that are only counted, because too many came to keep them; the latest first."""
    skip = after(cursor)
    rows = left_out(scope.conn, at_most=skip + limit + 1)
    return counted(rows, skip, limit, QuarantineLeftOutOut.model_validate)


@router.get("/{quarantine_id}")
def one_quarantined(quarantine_id: int, scope: Scope) -> QuarantinedOut:
    """One message with its payload: as text where it is text, else in hex."""
    row = _one(scope, quarantine_id)
    text = _text(row.head)
    return QuarantinedOut(
        **_head(row),
        encoding="hex" if text is None else "text",
        payload=row.head.hex(" ") if text is None else text,
    )


@router.post("/{quarantine_id}/replay", status_code=HTTPStatus.ACCEPTED)
def replay_one(quarantine_id: int, how: Replay, scope: Scope) -> QuarantineOut:
    """Ask the collector to read a message again; it says what became of it within seconds."""
    only_administrators(scope)
    row = _open(scope, quarantine_id)
    ask_replay(scope.conn, [quarantine_id], any_age=how.any_age)
    audit(scope.conn, "quarantine_replay", str(row.id), how.model_dump())
    return QuarantineOut(**_head(_one(scope, quarantine_id)))


@router.post("/{quarantine_id}/discard")
def discard_one(quarantine_id: int, scope: Scope) -> QuarantineOut:
    """Give a message up. It stays where it is, and nobody reads it again."""
    only_administrators(scope)
    row = _open(scope, quarantine_id)
    discard(scope.conn, [quarantine_id])
    audit(scope.conn, "quarantine_discard", str(row.id), {})
    return QuarantineOut(**_head(_one(scope, quarantine_id)))


@router.post("/replay", status_code=HTTPStatus.ACCEPTED)
def replay_many(choice: ReplayChoice, scope: Scope) -> Decided:
    """Ask the collector to read all messages of a reason or below a topic again."""
    asked = ask_replay(scope.conn, _chosen(scope, choice), any_age=choice.any_age)
    audit(scope.conn, "quarantine_replay", f"{asked} messages", choice.model_dump())
    return Decided(messages=asked)


@router.post("/discard")
def discard_many(choice: Choice, scope: Scope) -> Decided:
    """Give all messages of a reason or below a topic up."""
    given_up = discard(scope.conn, _chosen(scope, choice))
    audit(scope.conn, "quarantine_discard", f"{given_up} messages", choice.model_dump())
    return Decided(messages=given_up)


def _chosen(scope: Scope, choice: Choice) -> list[int]:
    only_administrators(scope)
    if choice.reason is None and choice.topic is None:
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Sentence("choose_messages", "say which: a reason, a topic, or both"),
        )
    return unsettled(
        scope.conn, reason_code=choice.reason, topic_prefix=choice.topic, at_most=_MOST
    )


def _one(scope: Scope, quarantine_id: int) -> QuarantineRow:
    row = quarantined(scope.conn, quarantine_id, at_most=_WHOLE_BYTES)
    if row is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_message", "there is no message {message} in quarantine", message=quarantine_id
            ),
        )
    return row


def _open(scope: Scope, quarantine_id: int) -> QuarantineRow:
    row = _one(scope, quarantine_id)
    if row.settled_at is not None:
        detail = Sentence(
            "message_settled",
            "message {message} was {outcome} at {settled_at}",
            message=row.id,
            outcome=row.outcome,
            settled_at=row.settled_at.isoformat(),
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    return row


def _head(row: QuarantineRow) -> dict[str, object]:
    kept = {name: getattr(row, name) for name in QuarantineRow.__slots__ if name != "head"}
    head = row.head[:HEAD_BYTES]
    return kept | {"payload_preview": head.decode("utf-8", "backslashreplace").translate(_UNSEEN)}


def _text(payload: bytes) -> str | None:
    """The payload as text; None when it is none, or would not show whole."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return text if all(each.isprintable() or each in _PLAIN for each in text) else None
