"""The file of a bundle: a zip that holds its parts as they are, and only one way to write it. Pure.

Nothing is compressed: what is in it can be read with any editor, it is no larger unpacked than it
is, and the same parts are the same bytes with every version of every library. So a byte that is
not where it belongs is found also outside the parts.
"""

import re
import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO

from domain.errors import InputError

MOST_BYTES = 64 * 1024 * 1024
"""Larger files are not read."""
MOST_LINES = 500_000
"""More lines are not read: every one of them has a digest."""
MOST_MANIFEST_BYTES = 12 * 1024 * 1024
"""So much say the digests of `MOST_LINES`."""
_MOST_DOCUMENT_BYTES = 2 * 1024 * 1024
"""Other JSON and TOML beyond this is not taken apart."""
_MOST_PARTS = 64
_END = struct.Struct("<4s4H2IH")
"""End of a zip: signature, numbers of disks and parts, size and place of the directory, comment."""
_MOST_DIRECTORY = 16 * 1024
_LONG_LOCATOR = b"PK\x06\x07"
_NAME = re.compile(r"[a-z0-9_-]{1,64}(/[a-z0-9_-]{1,64})?\.[a-z]{2,5}", re.ASCII)
_WHEN = (1980, 1, 1, 0, 0, 0)
_HEADER = struct.Struct("<4s5H3I2H")
"""Local header of a zip: signature, 5 short fields, checksum, two sizes, length of name, extra."""


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Put parts into a file, in the order of their names.

    Raises
    ------
    InputError
        If it would be larger than `MOST_BYTES`.
    """
    if sum(map(len, parts.values())) > MOST_BYTES:
        raise InputError(f"more than {MOST_BYTES} bytes", place="bundle")
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            file.writestr(entry, parts[name])
    return target.getvalue()


def unpack(content: bytes, *, place: str) -> dict[str, bytes]:
    """Take a file apart; what is not as `pack` writes it is left to `out_of_place`.

    Raises
    ------
    InputError
        If it is no such file, or was made to do harm: names that lead elsewhere, names twice,
        compressed parts, parts that overlap or are not there.
    """
    if len(content) > MOST_BYTES:
        raise InputError(f"{len(content)} bytes, want at most {MOST_BYTES}", place=place)
    _refuse_directory(content, place)
    try:
        with zipfile.ZipFile(BytesIO(content)) as file:
            entries = file.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise InputError(f"no bundle, or only a part of one: {error}", place=place) from None
    if len(entries) > _MOST_PARTS:
        raise InputError(f"{len(entries)} parts, want at most {_MOST_PARTS}", place=place)
    parts: dict[str, bytes] = {}
    left = len(content)
    for entry in entries:
        if _NAME.fullmatch(entry.orig_filename) is None:
            raise InputError(f"{entry.orig_filename[:80]!r} is no name of a part", place=place)
        if entry.filename in parts:
            raise InputError(f"{entry.filename} is there twice", place=place)
        left -= entry.file_size
        if entry.compress_type != zipfile.ZIP_STORED or left < 0:
            raise InputError("is compressed: want it as it is", place=f"{place}:{entry.filename}")
        parts[entry.filename] = _part(content, entry, place)
    _refuse_mass(parts, place)
    return parts


def out_of_place(content: bytes, parts: Mapping[str, bytes]) -> int | None:
    """First byte of a file that is not as `pack` writes these parts; None where there is none."""
    wanted = pack(parts)
    if wanted == content:
        return None
    both = min(len(wanted), len(content))
    view, seen = memoryview(wanted), memoryview(content)
    low, high = 0, both
    while low < high:  # the first byte that differs, by halves
        middle = (low + high) // 2
        if view[low : middle + 1] == seen[low : middle + 1]:
            low = middle + 1
        else:
            high = middle
    return low


def _refuse_directory(content: bytes, place: str) -> None:
    """A directory of a million entries fits in a small file: look before it is read."""
    size = _END.size
    end = content[-size:]
    if len(end) < size or end[:4] != b"PK\x05\x06":
        raise InputError("no bundle, or only a part of one: it has no end", place=place)
    long = content[-size - 20 : -size][:4] == _LONG_LOCATOR
    if long or _END.unpack(end)[5] > _MOST_DIRECTORY:
        raise InputError(f"its directory is larger than {_MOST_DIRECTORY} bytes", place=place)


def _refuse_mass(parts: Mapping[str, bytes], place: str) -> None:
    lines = sum(content.count(b"\n") + 1 for content in parts.values())
    if lines > MOST_LINES:
        raise InputError(f"{lines} lines, want at most {MOST_LINES}", place=place)
    for name, content in parts.items():
        large = name == "manifest.json" or name.endswith(".jsonl")
        most = MOST_MANIFEST_BYTES if large else _MOST_DOCUMENT_BYTES
        if name.endswith((".json", ".jsonl", ".toml")) and len(content) > most:
            reason = f"{len(content)} bytes, want at most {most}"
            raise InputError(reason, place=f"{place}:{name}")


def _part(content: bytes, entry: zipfile.ZipInfo, place: str) -> bytes:
    """The bytes as they are: what the checksum of the zip says is nobody's evidence."""
    place = f"{place}:{entry.filename}"
    try:
        header = _HEADER.unpack_from(content, entry.header_offset)
    except struct.error:
        raise InputError("begins outside the file", place=place) from None
    begin = entry.header_offset + _HEADER.size + header[-2] + header[-1]
    end = begin + entry.file_size
    if header[0] != b"PK\x03\x04" or end > len(content):
        raise InputError("is not where the file says it is", place=place)
    return content[begin:end]
