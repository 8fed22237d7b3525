"""What can be read: the codecs, and the profiles of vendors' messages."""

from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.page import Page
from api.scope import Scope
from api.settings import ApiSettings
from ingest.codecs.native import Native
from ingest.codecs.registry import codecs
from ingest.profile.load import load_profiles

router = APIRouter(tags=["devices"])


class MessageProfileOut(BaseModel):
    """One way in which devices speak."""

    name: str = Field(description="What a device's `profile` is set to.")
    kind: Literal["native", "codec", "profile"]
    about: str = Field(description="Whose devices; empty for codecs, whose names say it.")
    source: str = Field(description="Where the vendor has written it down.")
    topics: list[str] = Field(description="MQTT topic filters; the device's code is a level.")


@router.get("/profiles")
def list_profiles(_scope: Scope, request: Request) -> Page[MessageProfileOut]:
    """Codecs and profiles of this installation, the native one first."""
    settings: ApiSettings = request.app.state.settings
    return Page(items=list(_profiles(settings.profiles)))


@cache
def _profiles(folder: Path | None) -> tuple[MessageProfileOut, ...]:
    ours = [
        MessageProfileOut(
            name=codec.name,
            kind="native" if codec.name == Native.name else "codec",
            about="",
            source="",
            topics=list(codec.filters),
        )
        for codec in codecs()
    ]
    vendors = [
        MessageProfileOut(
            name=profile.name,
            kind="profile",
            about=profile.about,
            source=profile.source,
            topics=list(profile.filters),
        )
        for profile in load_profiles(folder)
    ]
    return (*ours, *vendors)
