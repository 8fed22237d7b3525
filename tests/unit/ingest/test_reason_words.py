"""Every reason for which a message is set aside has words in the console, in both languages."""

import json
import re
from pathlib import Path

import pytest

from ingest.codecs.gb32960 import frame

HOUSE = Path(__file__).parents[3]
READERS = [HOUSE / "ingest" / name for name in ("codecs", "profile", "intake.py", "reading.py")]
CAUGHT = {"unusual", "conflict"}
"""Inside a reader: it then reads the message the long way."""
_CODE = re.compile(r'code="(\w+)"')
_FAULT = re.compile(r'"(bad_checksum|truncated|foreign_bytes)"')


def codes() -> set[str]:
    files = [f for one in READERS for f in ([one] if one.is_file() else one.rglob("*.py"))]
    found = {code for file in files for code in _CODE.findall(file.read_text("utf-8"))}
    return (found - CAUGHT) | set(_FAULT.findall(Path(frame.__file__).read_text("utf-8")))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_reason_of_quarantine_is_told_in_words(language: str) -> None:
    file = HOUSE / "ui" / "src" / "locales" / f"{language}.json"
    words = json.loads(file.read_text("utf-8"))["quality"]["quarantine"]["reasons"]
    assert len(codes()) > 50
    assert codes() - words.keys() == set()
