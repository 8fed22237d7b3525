"""What a bundle is made of, by digests: of each part, and of each of its lines. Pure.

The digest of a part is what counts. Those of its lines say where a part was changed: a signature
carries the whole manifest it was given for, so one reading of a thousand is found and named even
where somebody has made the bundle's own manifest anew.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.canonical import canonical, digest
from domain.errors import InputError
from domain.record import read, told, wanted

NAME = "manifest.json"
FORM = "civicwatt/evidence-manifest/1"
_LINE_DIGITS = 16
"""Of the digest of a line: enough to find it; that it is there, the whole part's digest says."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bundle.

    Attributes
    ----------
    size : int
        [byte]
    sha256 : str
        Of its bytes.
    lines : str
        First 16 hexadecimal digits of the SHA-256 of each line, without its end, in order.
    """

    name: str
    size: int
    sha256: str
    lines: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All parts of a bundle but the manifest itself, in the order of their names.

    Attributes
    ----------
    month : str
        YYYY-MM
    code_version : str
        Version of Civicwatt that made the statement.
    """

    contract: str
    contract_version: int
    month: str
    code_version: str
    statement_sha256: str
    parts: tuple[Part, ...]
    form: str = FORM

    def __post_init__(self) -> None:
        wanted(self.form == FORM, f"form {self.form!r}, want {FORM!r}")

    def text(self) -> str:
        """The one text of which a signature signs the digest."""
        return canonical(told(self))

    @property
    def sha256(self) -> str:
        """Digest of its text."""
        return digest(self.text())


def parts_of(contents: Mapping[str, bytes]) -> tuple[Part, ...]:
    """Digests of the contents of a bundle; the manifest is not one of its own parts."""
    return tuple(
        Part(name, len(content), hashlib.sha256(content).hexdigest(), "".join(_lines(content)))
        for name, content in sorted(contents.items())
        if name != NAME
    )


def read_manifest(text: str, *, place: str) -> Manifest:
    """Read a manifest.

    Raises
    ------
    InputError
        With the place in the document.
    """
    return read(Manifest, document(text, place=place), place)


def document(text: str, *, place: str) -> Any:
    """Take a JSON document apart, exactly and without harm.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        found = json.loads(text, parse_float=str, parse_constant=_refuse)
        if "\\u" in text:  # half a character has no bytes, and so no digest
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON: {error}", place=place) from None
    return found


def difference(said: Manifest, contents: Mapping[str, bytes]) -> tuple[str, str] | None:
    """First part that is not what a manifest says: where, and what is there now.

    Returns
    -------
    tuple of str, or None
        Name of the part with the line, such as ``readings.csv:513``, and what is wrong with it;
        None where every part is what it should be.
    """
    here = {name: content for name, content in contents.items() if name != NAME}
    for part in said.parts:
        if part.name not in here:
            return part.name, "is missing"
        content = here.pop(part.name)
        if hashlib.sha256(content).hexdigest() != part.sha256:
            return _changed(part, content)
    strange = next(iter(sorted(here)), None)
    return None if strange is None else (strange, "is not in the manifest")


def _changed(part: Part, content: bytes) -> tuple[str, str]:
    lines = content.split(b"\n")
    for number, (is_now, line) in enumerate(zip(_lines(content), lines, strict=True), 1):
        was = part.lines[(number - 1) * _LINE_DIGITS : number * _LINE_DIGITS]
        if is_now != was:
            shown = line[:200].decode("utf-8", "replace")
            was_lines = len(part.lines) // _LINE_DIGITS
            more = f", {len(lines)} lines instead of {was_lines}" if was_lines != len(lines) else ""
            return f"{part.name}:{number}", f"was changed; it says {shown!r} now{more}"
    return f"{part.name}:{len(lines)}", "was cut off here"


def _lines(content: bytes) -> list[str]:
    return [hashlib.sha256(line).hexdigest()[:_LINE_DIGITS] for line in content.split(b"\n")]


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
