"""What a profile does not read of a message is named, and nothing that it reads."""

import json

from domain.reading import Message
from ingest.profile.load import load_profiles
from ingest.unread import unread_fields
from tests.unit.profiles.world import ARRIVED, World

TASMOTA = next(profile for profile in load_profiles(None) if profile.name == "tasmota")
SAID = {
    "Time": "2026-07-01T12:00:00",
    "ENERGY": {"Total": 3.5, "Power": 12, "Colours": ["red", {"deep": None}]},
    "TempUnit": "C",
}


def unread(payload: bytes) -> list[tuple[str, str]] | None:
    message = Message(0, 0, "tele/plug-1/SENSOR", payload, False, ARRIVED)
    return unread_fields(TASMOTA, message, World())


def test_fields_without_which_the_message_says_the_same_are_unread() -> None:
    found = unread(json.dumps(SAID).encode())
    assert found == [
        ("ENERGY.Colours.0", '"red"'),
        ("ENERGY.Colours.1.deep", "null"),
        ("TempUnit", '"C"'),
    ]


def test_what_is_no_object_has_no_fields_to_be_told_apart() -> None:
    assert [unread(payload) for payload in (b"\x68\x16", b"12.5", b"[" * 2000)] == [None] * 3
    assert unread(json.dumps({str(n): n for n in range(301)}).encode()) is None
