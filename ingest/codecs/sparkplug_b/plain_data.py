"""The usual data message, numbers with their times, read from its bytes. Pure.

To ask a parsed payload for a field takes longer than to read a whole metric here. The payload has
been parsed before, so its sizes are right, and a metric is read here only if all its bytes are
accounted for: ``12`` and its size, the name or alias of a metric of the birth, ``18`` and the time,
perhaps ``20`` and the datatype, and the value to the end. A message with anything else in it (a
null, a quality, history, a text) is left to `measured`.

Source: Eclipse Sparkplug specification 3.0.0, section 6.4; Protocol Buffers, "Encoding".
"""

from collections.abc import Mapping
from datetime import datetime
from struct import Struct

from domain.errors import PayloadError
from domain.reading import Sample, Value
from ingest.codecs.instant import from_epoch_ms
from ingest.codecs.sparkplug_b.datatype import FLOATS, from_integer, shortest
from ingest.codecs.sparkplug_b.number import Number
from ingest.codecs.sparkplug_b.topic import Topic
from ingest.codecs.value import GREATEST

_SENT, _METRIC, _TIME, _DATATYPE = 0x08, 0x12, 0x18, 0x20
_DOUBLE, _FLOAT = 0x69, 0x65
_WIRE_BITS = {0x50: 32, 0x58: 64}
_MORE = 0x80
"""Set in every byte of a number but its last, which have 7 bits each."""
_MORE_IN_SIX, _MORE_BUT_LAST = 0x80_80_80_80_80_80, 0x80_80_80_80_80_00
_TIME_SIZE = 7
"""Of the tag and six bytes, as times from 1971 to 2109 have them."""
_SHORTEST = 9
"""A name or an alias, a time and a value are longer: there is nothing to look at in less."""
_double = Struct("<d").unpack_from
_float = Struct("<f").unpack_from
_Places = dict[datetime, dict[str, dict[str, Value]]]
"""Values by instant and folder."""


def plain_samples(
    raw: bytes, count: int, numbers: Mapping[bytes, Number], topic: Topic
) -> list[Sample] | None:
    """Samples of a message of plain numbers; None for any other, which may be sound all the same.

    Parameters
    ----------
    raw : bytes
        A payload that can be parsed, with `count` metrics.
    numbers : Mapping
        Of the birth in force, by the bytes with which they begin.
    """
    try:
        return [
            Sample(ts, values, topic.sample_device(folder))
            for ts, by_folder in _gathered(raw, count, numbers).items()
            for folder, values in by_folder.items()
        ]
    except PayloadError:
        return None


def _gathered(raw: bytes, count: int, numbers: Mapping[bytes, Number]) -> _Places:
    places: _Places = {}
    here: dict[str, dict[str, Value]] = {}
    last_time = b""
    at = _first_metric(raw)
    for _ in range(count):
        if raw[at] != _METRIC or not _SHORTEST <= raw[at + 1] < _MORE:
            raise PayloadError("another field, or a long or empty metric", code="unusual")
        end = at + 2 + raw[at + 1]
        # A guess: bytes that only look like this tag leave a beginning that is no metric's
        tag = end - 9 if raw[end - 9] == _DOUBLE else _tag_before(raw, end)
        time_at = (tag - 2 if raw[tag - 2] == _DATATYPE else tag) - _TIME_SIZE
        number = numbers.get(raw[at + 2 : time_at]) if time_at > at else None
        if number is None:
            raise PayloadError("no plain number of the birth", code="unusual")
        folder, name, datatype, conversion = number
        time = raw[time_at : time_at + _TIME_SIZE]
        if time != last_time:
            last_time = time
            here = places.setdefault(from_epoch_ms(_ms(time)), {})
        if tag == end - 9 and datatype in FLOATS:
            (value,) = _double(raw, tag + 1)
        else:
            value = _other(raw, tag, end, datatype)
        if conversion is not None:
            value = conversion(value)
        values = here.get(folder)
        if values is None:
            values = here[folder] = {}
        # The first is true of NaN too
        if not -GREATEST <= value <= GREATEST or values.setdefault(name, value) != value:
            raise PayloadError("too great, or two values for one instant", code="unusual")
        at = end
    return places


def _first_metric(raw: bytes) -> int:
    if not raw or raw[0] != _SENT:
        return 0
    at = 1
    while raw[at] >= _MORE:
        at += 1
    return at + 1


def _tag_before(raw: bytes, end: int) -> int:
    """Place of the tag of a value that is no double."""
    if raw[end - 5] == _FLOAT:
        return end - 5
    tag = end - 2
    while raw[tag] >= _MORE:
        tag -= 1
    return tag


def _ms(time: bytes) -> int:
    if time[0] != _TIME or int.from_bytes(time[1:]) & _MORE_IN_SIX != _MORE_BUT_LAST:
        raise PayloadError("no time of six bytes", code="unusual")
    return _whole(time[1:])


def _whole(raw: bytes) -> int:
    number = 0
    for byte in reversed(raw):
        number = number << 7 | byte & ~_MORE
    return number


def _other(raw: bytes, tag: int, end: int, datatype: int) -> float:
    kind = raw[tag]
    if kind == _FLOAT and tag == end - 5 and datatype in FLOATS:
        return shortest(_float(raw, tag + 1)[0])
    if kind in _WIRE_BITS and raw[end - 1] < _MORE:
        bits = _WIRE_BITS[kind]
        return float(from_integer(_whole(raw[tag + 1 : end]) % (1 << bits), datatype, bits))
    raise PayloadError("no plain number", code="unusual")
