"""The bytes of a message as something to look names up in. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from domain.errors import ConfigurationError, PayloadError

_decode_json = msgspec.json.Decoder().decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoders raise for bytes that are no text or no JSON, or nested too deep."""
JSON = "json"
"""A kind of payload."""
_MOST_POSITIONS = 500

Reader = Callable[[bytes], Any]


def json(payload: bytes) -> Any:
    """An object or a list; a number or a word alone is JSON too, but no message in JSON.

    Raises
    ------
    PayloadError
        If it is none.
    """
    try:
        whole = _decode_json(payload)
    except _UNREADABLE as error:
        raise PayloadError(f"not JSON: {error}", code="not_json") from None
    if whole.__class__ is dict or whole.__class__ is list:
        return whole
    got = type(whole).__name__
    raise PayloadError(f"want a JSON object or list, got {got}", code="bad_shape")


def text(payload: bytes) -> str:
    """Text as it is.

    Raises
    ------
    PayloadError
        If it is not UTF-8.
    """
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise PayloadError(f"not UTF-8: {error}", code="not_text") from None


def csv(payload: bytes) -> dict[str, str]:
    """Values with commas between them, by their position from 0.

    Raises
    ------
    PayloadError
        If it is not UTF-8, or there are too many.
    """
    words = text(payload).split(",")
    if len(words) > _MOST_POSITIONS:
        reason = f"{len(words)} values with commas between: want at most {_MOST_POSITIONS}"
        raise PayloadError(reason, code="too_many_names")
    return {str(place): word.strip() for place, word in enumerate(words)}


def reader_of(kinds: Sequence[str]) -> Reader:
    """Reader that tries several kinds in turn.

    Raises
    ------
    ConfigurationError
        If there is no such kind.
    """
    known: dict[str, Reader] = {JSON: json, "text": text, "csv": csv}
    for kind in kinds:
        if kind not in known:
            raise ConfigurationError(f"payload {kind!r}: want one of {', '.join(known)}")
    *firsts, last = [known[kind] for kind in kinds]
    if not firsts:
        return last

    def read(payload: bytes) -> Any:
        for reader in firsts:
            try:
                return reader(payload)
            except PayloadError:
                continue  # the next kind may fit; the last one has the last word
        return last(payload)

    return read
