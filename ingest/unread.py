"""Fields of a message that its codec does not read: what a profile leaves out. Pure."""

import json
from collections.abc import Iterator
from typing import Any

from domain.errors import PayloadError
from domain.reading import Message
from ingest.codecs.decoded import Around, Codec

MOST = 300
"""Of more fields than this none is asked for: each costs a reading of the message."""


def unread_fields(codec: Codec, message: Message, around: Around) -> list[tuple[str, str]] | None:
    """Fields without which the message says just the same.

    Parameters
    ----------
    codec : Codec
        Reads the message; it is asked once for each field.

    Returns
    -------
    list of (str, str), or None
        Path and value as JSON, in the order of the message. A field that only repeats another is
        among them. None for what is no JSON, or has too many fields.
    """
    try:
        whole = json.loads(message.payload)
    except (ValueError, RecursionError):
        return None
    fields = list(_fields(whole))
    if not isinstance(whole, dict | list) or len(fields) > MOST:
        return None
    said = _said(codec, message, whole, around)
    found = []
    for path in fields:
        above: Any = whole
        for step in path[:-1]:
            above = above[step]
        value = above[path[-1]]
        # One of a list only becomes nothing: what follows it keeps its place.
        if isinstance(above, dict):
            # In its old order afterwards, as readers may go by the first of several.
            before = dict(above)
            del above[path[-1]]
            same = _said(codec, message, whole, around) == said
            above.clear()
            above.update(before)
        else:
            above[path[-1]] = None
            same = _said(codec, message, whole, around) == said
            above[path[-1]] = value
        if same:
            found.append((".".join(map(str, path)), json.dumps(value, ensure_ascii=False)))
    return found


def _fields(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths of all values that hold no others."""
    inside: Iterator[tuple[str | int, Any]]
    if isinstance(value, dict) and value:
        inside = iter(value.items())
    elif isinstance(value, list) and value:
        inside = iter(enumerate(value))
    else:
        yield path
        return
    for name, below in inside:
        yield from _fields(below, (*path, name))


def _said(codec: Codec, message: Message, whole: Any, around: Around) -> object:
    """What the codec makes of a message, in a form that can be compared."""
    payload = json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogatepass")
    changed = Message(
        message.mid,
        message.connection,
        message.topic,
        payload,
        message.retained,
        message.received_at,
    )
    try:
        decoded = codec.decode(changed, around)
    except PayloadError as error:
        return str(error)
    errors = [str(error) for error in decoded.errors]
    return decoded.sender, decoded.samples, errors, decoded.notices
