"""The native profile: JSON on ``cw/v1/<device>/up``. Pure; no input or output.

One sample ``{"ts": .., "seq": 812, "values": {..}}`` or several ``{"samples": [{..}, ..]}``. ``ts``
is RFC 3339 with offset, or epoch milliseconds. ``seq`` counts the device's samples, so that a
missing one is noticed; a device that begins again at every start says with ``boot`` which start it
was. Names in ``values`` are those of the list of quantities. ``cw/v1/<device>/status`` is
``online`` or ``offline``. Source: the project's interfaces, "MQTT, native profile".
"""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from domain.errors import PayloadError
from domain.quantity import quantities
from domain.reading import Message, Sample, Value
from ingest.codecs.decoded import Around, Decoded, Notice, NoticeKind
from ingest.codecs.instant import from_aware, from_epoch_ms
from ingest.codecs.value import GREATEST, LONGEST_CODE, MOST_SAMPLES, checked_values

PREFIX = "cw/v1/"
Instant = Annotated[datetime, msgspec.Meta(tz=True)] | int
Sequence = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
Boot = Annotated[str, msgspec.Meta(max_length=50)] | Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
Number = Annotated[float, msgspec.Meta(ge=-GREATEST, le=GREATEST)]


class One(msgspec.Struct):
    """The usual sample, all numbers, decoded and checked in one pass."""

    ts: Instant
    values: dict[str, Number]
    seq: Sequence | None = None
    boot: Boot | None = None


class _Many(msgspec.Struct):
    samples: list[One]


decode_one = msgspec.json.Decoder(One).decode
_decode_many = msgspec.json.Decoder(_Many).decode
_decode_any = msgspec.json.Decoder().decode
NUMBERS = frozenset(n for n, q in quantities().items() if q.column_type == "double precision")
"""Names of the values that are numbers, and have a column."""
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises for bytes that are no message: invalid UTF-8 and deep nesting are not its
own error."""


@lru_cache(maxsize=100_000)  # the same few topics, message after message
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


class Native:
    """The native profile as a codec."""

    name = "native"
    filters = (f"{PREFIX}+/up", f"{PREFIX}+/status")

    def decode(self, message: Message, _around: Around) -> Decoded:
        """Read one message; see `Codec.decode`."""
        device, kind = device_of(message.topic)
        if kind == "status":
            return _status(device, message.payload)
        try:
            samples, errors = decode(message.payload)
        except PayloadError as error:
            return Decoded(device, errors=[error])  # whose it is, is known all the same
        return Decoded(device, samples, errors)


def _status(device: str, payload: bytes) -> Decoded:
    try:
        kind = NoticeKind(payload.decode("ascii", "replace"))
    except ValueError:
        reason = f"status {payload[:50]!r}: want online or offline"
        raise PayloadError(reason, code="bad_status") from None
    return Decoded(device, notices=[Notice(kind)])


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
            plain = [_plain(decode_one(payload))]
    except (*UNREADABLE, PayloadError):
        return _decode_slowly(payload)  # something is unusual: find out what, sample by sample
    if not 0 < len(plain) <= MOST_SAMPLES:
        reason = f"{len(plain)} samples in one message: want 1 to {MOST_SAMPLES}"
        raise PayloadError(reason, code="no_sample" if not plain else "too_many_samples")
    return plain, []


def _plain(one: One) -> Sample:
    values: dict[str, Value] = one.values  # type: ignore[assignment]  # narrower, and ours alone
    if not values or not NUMBERS.issuperset(values):
        values = checked_values(values)
    if one.seq is None:
        return Sample(_instant(one.ts), values)
    return Sample(_instant(one.ts), values, seq=one.seq, boot=boot_name(one.boot))


def _decode_slowly(payload: bytes) -> tuple[list[Sample], list[PayloadError]]:
    try:
        whole = _decode_any(payload)
    except UNREADABLE as error:
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
        ts = msgspec.convert(item.get("ts"), Instant)
    except msgspec.ValidationError as error:
        given = item.get("ts")
        shown = repr(given)[:50] if isinstance(given, str | int | float) else type(given).__name__
        reason = f"ts {shown}: want RFC 3339 with offset or epoch milliseconds ({error})"
        raise PayloadError(reason, code="bad_time") from None
    seq, boot = _numbered(item)
    return Sample(_instant(ts), checked_values(item["values"]), seq=seq, boot=boot)


def _numbered(item: dict[str, Any]) -> tuple[int | None, str]:
    """Read `seq` and `boot`."""
    try:
        seq = msgspec.convert(item.get("seq"), Sequence | None)
        return seq, "" if seq is None else boot_name(msgspec.convert(item.get("boot"), Boot | None))
    except msgspec.ValidationError as error:
        reason = f"seq or boot: want a whole number from 0, and a short name ({error})"
        raise PayloadError(reason, code="bad_sequence") from None


def boot_name(boot: str | int | None) -> str:
    """Name of the start that a sample's number counts from; empty when nothing says.

    Raises
    ------
    PayloadError
        If it cannot be a name.
    """
    if boot is None:
        return ""
    name = str(boot)
    if not name.isprintable():
        raise PayloadError(f"boot {name!a} cannot be a name", code="bad_sequence")
    return name


def _instant(ts: datetime | int) -> datetime:
    return from_aware(ts) if isinstance(ts, datetime) else from_epoch_ms(ts)
