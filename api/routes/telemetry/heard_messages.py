"""A message of a device beside what its profile reads of it. For administrators."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.scope import Scope, only_administrators
from api.settings import ApiSettings
from domain.reading import Message
from ingest.codecs.decoded import Codec
from ingest.codecs.registry import codecs
from ingest.profile.load import load_profiles
from ingest.surroundings import Surroundings
from ingest.unread import unread_fields
from store.telemetry.heard_message import heard_message

router = APIRouter(tags=["devices"])


class UnreadOut(BaseModel):
    """A field of a message without which it says just the same."""

    path: str = Field(description="Names and places in lists from the outside in, with dots.")
    value: str = Field(description="As JSON.")


class HeardOut(BaseModel):
    """A message in which a device told its values."""

    received_at: datetime
    topic: str
    profile: str = Field(description="Profile or codec that read it.")
    encoding: Literal["text", "hex"] = Field(description="How `payload` is written.")
    payload: str
    unread: list[UnreadOut] | None = Field(
        description="What its profile does not read; null where fields cannot be told apart."
    )


@router.get("/devices/{device_id}/message")
def message_of_device(device_id: int, scope: Scope, request: Request) -> HeardOut | None:
    """A message of the last hours in which the device, or one behind it, told values; null: none.

    Plain native messages are not kept: all of their values are read.
    """
    only_administrators(scope)
    heard = heard_message(scope.conn, device_id)
    if heard is None:
        return None
    settings: ApiSettings = request.app.state.settings
    reader = _reader(heard.profile, settings)
    message = Message(0, 0, heard.topic, heard.payload, False, heard.received_at)
    around = Surroundings({}, ZoneInfo("UTC")).for_codec(heard.profile)
    unread = None if reader is None else unread_fields(reader, message, around)
    try:
        text = heard.payload.decode()
    except UnicodeDecodeError:
        text = None
    return HeardOut(
        received_at=heard.received_at,
        topic=heard.topic,
        profile=heard.profile,
        encoding="hex" if text is None else "text",
        payload=heard.payload.hex(" ") if text is None else text,
        unread=_out(unread),
    )


def _out(unread: list[tuple[str, str]] | None) -> list[UnreadOut] | None:
    return None if unread is None else [UnreadOut(path=p, value=value) for p, value in unread]


def _reader(name: str, settings: ApiSettings) -> Codec | None:
    """The codec or profile of a name; None if it is not there any more."""
    readers: list[Codec] = [*codecs(), *load_profiles(settings.profiles)]
    return next((reader for reader in readers if reader.name == name), None)
