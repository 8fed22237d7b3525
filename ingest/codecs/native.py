"""The native profile: JSON on ``cw/v1/<device>/up``. Pure; no input or output.

One sample ``{"ts": .., "seq": 812, "values": {..}}`` or several ``{"samples": [{..}, ..]}``. ``ts``
is RFC 3339 with offset, or epoch milliseconds. Names in ``values`` are those of the list of
quantities. Source: the project's interfaces, "MQTT, native profile".
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any

import msgspec

from domain.errors import PayloadError
from domain.quantity import quantities
from domain.reading import Sample, Value

PREFIX = "cw/v1/"
FILTERS = (f"{PREFIX}+/up", f"{PREFIX}+/status")

LONGEST_CODE = 200
"""Longest device code and quantity name. [bytes of UTF-8]"""
LONGEST_TEXT = 500
"""Longest text value; several of them make a key of the store. [bytes of UTF-8]"""
MOST_NAMES = 500
"""Most values of a sample. No device has as many; each odd one is a row of its own."""
MOST_SAMPLES = 20_000
"""Most samples of a message."""
GREATEST = 1e15
"""Greatest number, either way: beyond it a register has no fraction left, and sums overflow."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST_MS = 253_402_300_799_999  # 9999-12-31, the last day a datetime can hold
_INTEGERS = {"smallint": 2**15, "bigint": 2**63}

_Instant = Annotated[datetime, msgspec.Meta(tz=True)] | int


class _One(msgspec.Struct):
    """The usual message, decoded and checked in one pass."""

    ts: _Instant
    values: dict[str, Value]
    seq: int | None = None


class _Many(msgspec.Struct):
    samples: list[_One]


_decode_one = msgspec.json.Decoder(_One).decode
_decode_many = msgspec.json.Decoder(_Many).decode
_decode_any = msgspec.json.Decoder().decode
_FLOATS = frozenset(n for n, q in quantities().items() if q.column_type == "double precision")
_NUMBERS = {float}
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises for bytes that are no message: invalid UTF-8 and deep nesting are not its
own error."""


@lru_cache(maxsize=10_000)  # the same few topics, message after message
def device_of(topic: str) -> tuple[str, str]:
    """Device code and last level of a native topic.

    Raises
    ------
    PayloadError
        If the topic names no device, or one that cannot be a name.
    """
    device, _, kind = topic.removeprefix(PREFIX).rpartition("/")
    if not device or len(device.encode()) > LONGEST_CODE or not device.isprintable():
        raise PayloadError(f"topic names no device: {topic!r}", code="bad_topic")
    return device, kind


def decode(payload: bytes) -> tuple[list[Sample], list[PayloadError]]:
    """Read one message.

    Parameters
    ----------
    payload : bytes
        As it came from the broker.

    Returns
    -------
    samples : list of Sample
        The good ones, in order.
    errors : list of PayloadError
        One for each sample that cannot be read; the others of the message are not lost for it.

    Raises
    ------
    PayloadError
        If no sample can be told from another: not JSON, or not of the profile's shape.
    """
    try:
        if b'"samples"' in payload:
            plain = [_plain(one) for one in _decode_many(payload).samples]
        else:
            plain = [_plain(_decode_one(payload))]
    except (*_UNREADABLE, PayloadError):
        return _decode_slowly(payload)  # something is unusual: find out what, sample by sample
    if not 0 < len(plain) <= MOST_SAMPLES:
        reason = f"{len(plain)} samples in one message: want 1 to {MOST_SAMPLES}"
        raise PayloadError(reason, code="no_sample" if not plain else "too_many_samples")
    return plain, []


def _plain(one: _One) -> Sample:
    # Numbers only, under names that want numbers, none too great: nothing is left to check.
    values = one.values.values()
    if (
        _FLOATS.issuperset(one.values)
        and set(map(type, values)) == _NUMBERS
        and min(values) >= -GREATEST  # type: ignore[operator]  # all are numbers by now
        and max(values) <= GREATEST  # type: ignore[operator]  # all are numbers by now
    ):
        return Sample(_instant(one.ts), one.values)
    return Sample(_instant(one.ts), _values(one.values))


def _decode_slowly(payload: bytes) -> tuple[list[Sample], list[PayloadError]]:
    try:
        whole = _decode_any(payload)
    except _UNREADABLE as error:
        raise PayloadError(f"not JSON: {error}", code="not_json") from None
    if not isinstance(whole, dict):
        raise PayloadError(f"want a JSON object, got {type(whole).__name__}", code="bad_shape")
    items = whole.get("samples", [whole])
    if not isinstance(items, list) or not items:
        raise PayloadError('"samples" is not a list with something in it', code="no_sample")
    if len(items) > MOST_SAMPLES:
        reason = f"{len(items)} samples in one message: want at most {MOST_SAMPLES}"
        raise PayloadError(reason, code="too_many_samples")
    samples, errors = [], []
    for index, item in enumerate(items):
        try:
            samples.append(_sample(item))
        except PayloadError as error:
            errors.append(PayloadError(f"sample {index}: {error}", code=error.code))
    return samples, errors


def _sample(item: Any) -> Sample:
    if not isinstance(item, dict) or not isinstance(item.get("values"), dict):
        raise PayloadError('want {"ts": .., "values": {..}}', code="bad_shape")
    try:
        ts = msgspec.convert(item.get("ts"), _Instant)
    except msgspec.ValidationError as error:
        given = item.get("ts")
        shown = repr(given)[:50] if isinstance(given, str | int | float) else type(given).__name__
        reason = f"ts {shown}: want RFC 3339 with offset or epoch milliseconds ({error})"
        raise PayloadError(reason, code="bad_time") from None
    return Sample(_instant(ts), _values(item["values"]))


def _instant(ts: datetime | int) -> datetime:
    if isinstance(ts, datetime):
        try:
            return ts.astimezone(UTC)
        except OverflowError:
            raise PayloadError(f"ts {ts} is outside the calendar", code="bad_time") from None
    if not 0 <= ts <= _LAST_MS:
        raise PayloadError(f"ts {ts} is no epoch milliseconds", code="bad_time")
    return _EPOCH + ts * _MILLISECOND


def _values(items: Mapping[str, Any]) -> dict[str, Value]:
    """Check values of any name; null is "not measured" and makes no number."""
    if len(items) > MOST_NAMES:
        reason = f"{len(items)} values in one sample: want at most {MOST_NAMES}"
        raise PayloadError(reason, code="too_many_names")
    values = {name: _value(name, value) for name, value in items.items() if value is not None}
    if not values:
        raise PayloadError("no value in it", code="no_value")
    return values


def _value(name: str, value: Any) -> Value:
    if not name or len(name.encode()) > LONGEST_CODE or not name.isprintable():
        raise PayloadError(f"name {name[:LONGEST_CODE]!r} cannot be a name", code="bad_name")
    quantity = quantities().get(name)
    column_type = quantity.column_type if quantity else None
    if isinstance(value, str):
        if column_type not in (None, "text"):
            raise PayloadError(f"{name} is the text {value[:50]!r}: want a number", code="bad_type")
        if len(value.encode()) > LONGEST_TEXT or "\0" in value:
            raise PayloadError(f"{name} is no text to be kept: {value[:50]!r}", code="bad_text")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        got = type(value).__name__
        raise PayloadError(f"{name} is a {got}: want a number or a text", code="bad_type")
    if column_type == "text":
        raise PayloadError(f"{name} is the number {value}: want a code", code="bad_type")
    return _number(name, value, _INTEGERS.get(column_type or ""))


def _number(name: str, value: float, limit: int | None) -> Value:
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise PayloadError(f"{name} is not a finite number", code="not_finite")
    if abs(number) > GREATEST:
        raise PayloadError(f"{name} is {number}: want at most {GREATEST:g}", code="too_great")
    if limit is None:
        return number
    if number != int(number) or not -limit <= number < limit:
        raise PayloadError(f"{name} is {value}: want a whole number of its size", code="bad_type")
    return int(value)
