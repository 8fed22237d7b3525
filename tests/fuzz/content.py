"""What stands in a payload: every number, text and truth, whatever they mean.

Read without the codecs, and without the libraries they read JSON and protobuf with.
"""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from struct import error, unpack_from
from typing import Any

import cbor2

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_CBOR_ARRAYS = range(0x80, 0xA0)
_WIDTHS = (8, 16, 32, 64)
_DEEPEST = 5


def leaves(name: str, payload: bytes) -> Iterator[Any]:
    """Numbers, truths and texts of a payload for codec `name`; of a text also those within it."""
    if name == "sparkplug_b":
        yield from _in_protobuf(payload)
    elif name == "senml" and payload[:1] and payload[0] in _CBOR_ARRAYS:
        try:
            yield from _leaves(cbor2.loads(payload))
        except cbor2.CBORError:
            return
    else:
        yield from _in_text(payload.decode(errors="replace"))


def numbers(found: Iterable[Any]) -> Iterator[float]:
    """Every number among leaves, also as a text or in one."""
    for leaf in found:
        if isinstance(leaf, str):
            yield from _in_words(leaf)
        elif not isinstance(leaf, bytes):
            try:
                yield float(leaf)
            except OverflowError:
                continue


def _in_words(text: str) -> Iterator[float]:
    for word in (text, *_NUMBER.findall(text)):
        try:
            yield float(word)
        except ValueError:
            continue


def _in_text(text: str) -> Iterator[Any]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from text.split(",")
    else:
        yield from _leaves(whole)
    yield text


def _leaves(node: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += [*node, *node.values()]
        elif isinstance(node, list | tuple):
            waiting += node
        elif isinstance(node, str | bool | int | float | Decimal):
            yield node


def _in_protobuf(payload: bytes, depth: int = 0) -> Iterator[Any]:
    """Numbers and texts of every field, in whatever message it may be, as far as it can be read."""
    at = 0
    try:
        while at < len(payload):
            tag, at = _varint(payload, at)
            wire = tag & 7
            if wire == 0:
                value, at = _varint(payload, at)
                yield from _signed(value)
            elif wire == 1:
                yield unpack_from("<d", payload, at)[0]
                at += 8
            elif wire == 5:
                value = unpack_from("<f", payload, at)[0]
                yield from (value, *(float(f"{value:.{digits}g}") for digits in (6, 7, 8)))
                at += 4
            elif wire == 2:
                length, at = _varint(payload, at)
                inner = payload[at : at + length]
                yield inner.decode(errors="replace")
                if depth < _DEEPEST:
                    yield from _in_protobuf(inner, depth + 1)
                at += length
            elif wire > 4:  # 3 and 4 begin and end a group of fields
                return
    except (IndexError, error):
        return


def _varint(payload: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = payload[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _signed(value: int) -> Iterator[int]:
    for width in _WIDTHS:
        part = value % (1 << width)
        yield part
        yield part - (1 << width)
