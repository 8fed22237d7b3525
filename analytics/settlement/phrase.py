"""Formulas and remarks of a statement in Chinese. Pure.

What is signed is the English text, which has one form. Each sentence in it is one of
`phrases.tsv`, by a code, with its parts; what people wrote themselves stays as they wrote it.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

_LONGEST = 2000
"""Longer texts are left as they are. [character]"""
_SEMICOLON = "\uff1b"
_PART = re.compile(r"\{(\w)\}")
_FORMULAS = frozenset("fg")
"""Names of parts that are formulas or sentences themselves."""
_WORDS = frozenset("wu")
"""Names of parts that are words, or lists of them."""
_PATTERNS: Mapping[str, str] = {
    "n": r"-?[\d.,]+?(?:\.\.)?",
    "m": r"-?[\d.,]+?(?:\.\.)?|\d{4}-\d{2}",
    "k": r"-?[\d.,]+?(?:\.\.)?",
    "d": r"\d[\d-]*",
    "e": r"\d[\d-]*",
}
"""How parts of a name look; any other is any text."""


class Phrase(NamedTuple):
    """A sentence in both languages, its parts in braces."""

    code: str
    english: str
    chinese: str
    pattern: re.Pattern[str]


@cache
def phrases() -> tuple[Phrase, ...]:
    """Every sentence a statement can hold, the more particular ones first."""
    text = (resources.files("analytics.settlement") / "phrases.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return tuple(
        Phrase(code, english, chinese, _pattern(english)) for code, english, chinese in rows
    )


def in_chinese(text: str) -> str:
    """A formula or a remark in Chinese; what is no sentence of ours stays as it is."""
    if len(text) > _LONGEST:
        return text
    for phrase in phrases():
        found = phrase.pattern.fullmatch(text)
        if found is not None:
            parts = {name: _part(name, part) for name, part in found.groupdict().items()}
            return phrase.chinese.format(**parts)
    return text


def basis_in_chinese(text: str) -> str:
    """What a line stands on, part by part."""
    return _SEMICOLON.join(in_chinese(part) for part in text.split("; "))


def causes_in_chinese(text: str) -> str:
    """What had changed, one after the other."""
    return _part("w", text)


def _part(name: str, text: str) -> str:
    if name in _FORMULAS:
        return in_chinese(text)
    return "、".join(in_chinese(each) for each in text.split(", ")) if name in _WORDS else text


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PART.split(template)
    return re.compile(
        "".join(
            f"(?P<{piece}>{_PATTERNS.get(piece, '.+?')})" if number % 2 else re.escape(piece)
            for number, piece in enumerate(pieces)
        )
    )
