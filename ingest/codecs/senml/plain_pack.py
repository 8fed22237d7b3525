"""The usual SenML pack, numbers and nothing else, read in one pass. Pure.

Decoding into records of known fields checks their types on the way. Whatever is not usual (a sum, a
text, a field unknown here, a value that cannot be kept) is left to the careful reading of `codec`,
which finds out what it is, record by record.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from domain.errors import PayloadError
from domain.reading import Quality, Sample, Value
from ingest.codecs.senml.number import OWN_POINTS, POINTS_REMEMBERED, Point, number
from ingest.codecs.senml.pack import Labelled, cbor_maps, is_cbor
from ingest.codecs.senml.point import instant, own_part, parted
from ingest.codecs.value import GREATEST, MOST_SAMPLES, checked_code

_Number = Annotated[float, msgspec.Meta(ge=-GREATEST, le=GREATEST)]
_Places = dict[tuple[datetime, Quality], dict[str, dict[str, Value]]]
"""Values by instant and code of the device."""


class _Record(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    v: _Number
    n: str = ""
    u: str = ""
    t: _Number = 0.0
    bn: str | None = None
    bt: _Number | None = None
    bu: str | None = None
    bver: Literal[10, 26] = 10


class _Row(_Record, array_like=True):
    """The same from CBOR, where labels are numbers."""


_Size = msgspec.Meta(min_length=1, max_length=MOST_SAMPLES)
_decode_json = msgspec.json.Decoder(Annotated[list[_Record], _Size]).decode
_Rows = Annotated[list[_Row], _Size]
_LABELS = frozenset((2, 0, 1, 6, -2, -3, -4, -1))
_UNUSUAL = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, PayloadError)


def plain_samples(payload: bytes, sender: str, received_at: datetime) -> list[Sample] | None:
    """Samples of a pack of plain numbers; None for any other, which may be sound all the same."""
    try:
        pack = _decode_cbor(payload) if is_cbor(payload) else _decode_json(payload)
        places = _gathered(pack, sender, received_at)
        samples = [
            Sample(ts, values, "" if code == sender else checked_code(code), quality)
            for (ts, quality), by_code in places.items()
            for code, values in by_code.items()
        ]
    except _UNUSUAL:
        return None
    return samples


def _decode_cbor(payload: bytes) -> list[_Row]:
    return msgspec.convert([_row(record) for record in cbor_maps(payload)], _Rows)


def _row(record: Labelled) -> tuple[Any, ...]:
    """Fields of a record in the order of `_Record`."""
    if not record.keys() <= _LABELS or bool in map(type, record):  # true is no 1 here
        raise PayloadError("another field", code="unusual")
    get = record.get
    return get(2), get(0, ""), get(1, ""), get(6, 0.0), get(-2), get(-3), get(-4), get(-1, 10)


def _gathered(pack: Sequence[_Record], sender: str, received_at: datetime) -> _Places:  # noqa: C901 - one loop, few calls: it runs for every value
    places: _Places = {}
    here: dict[str, dict[str, Value]] = {}
    base, own, base_unit, base_s, last_s = "", False, "", 0.0, None
    for record in pack:
        if record.bn is not None:
            below = own_part(record.bn, sender)
            own = below is not None
            base = record.bn if below is None else below
        if record.bt is not None:
            base_s = record.bt
        if record.bu is not None:
            base_unit = record.bu
        time_s = base_s + record.t
        if time_s != last_s:
            last_s = time_s
            here = places.setdefault(instant(time_s, received_at), {})
        unit = record.u or base_unit
        if own:  # points are called alike by all senders, and so remembered without their sender
            channel, name, conversion = OWN_POINTS[base, record.n, unit]
            code = sender + channel
        else:
            code, name, conversion = _point(base, record.n, unit, sender)
        value = record.v
        if conversion is not None:
            value = conversion(value)
            if not -GREATEST <= value <= GREATEST:
                raise PayloadError(f"{name} is {value}", code="too_great")
        values = here.get(code)
        if values is None:
            values = here[code] = {}
        if values.setdefault(name, value) != value:
            raise PayloadError(f"{name} has two values for one instant", code="conflict")
    return places


@lru_cache(maxsize=POINTS_REMEMBERED)  # the same few points, message after message
def _point(base: str, name: str, unit: str, sender: str) -> Point:
    code, text = parted(base + name, sender)
    return (code, *number(text, unit))
