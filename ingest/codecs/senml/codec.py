"""SenML: packs of records to samples. Pure.

The name of a record is that of the device and of the quantity in one. The device is the sender, as
the topic ``senml/<device>`` names it, when the record's name begins with it; else what stands
before the last ``:`` or ``/`` or, in a ``urn:dev:``, before the first ``_`` of its last part
(RFC 9039). A name without any of these is the sender's. What is left is the quantity, by its name
and unit; a path before it is a channel.

A sum is the value integrated over time. Of a power it is an energy, of a flow a volume.
Binary data is not kept. Times below 2**28 seconds are relative to the message's arrival.

Source: RFC 8428, RFC 8798, RFC 9039.
"""

from datetime import datetime
from functools import lru_cache

from domain.errors import PayloadError
from domain.reading import Message, Quality, Sample, Value
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.native import PREFIX
from ingest.codecs.raw_topic import link_of, raw_filter
from ingest.codecs.senml.layout import Layouts
from ingest.codecs.senml.pack import is_cbor, records
from ingest.codecs.senml.plain_pack import plain_samples
from ingest.codecs.senml.point import instant, parted, point_meaning, sum_meaning
from ingest.codecs.senml.resolved import Resolved, resolved
from ingest.codecs.value import checked, checked_code
from ingest.codecs.wording import Meaning

_TOPIC = "senml/"
_Place = tuple[str, datetime, Quality]


class SenML:
    """Reads SenML packs, in JSON or CBOR."""

    name = "senml"
    filters = (f"{_TOPIC}+", raw_filter(name))

    def __init__(self) -> None:
        self._layouts = Layouts()

    def decode(self, message: Message, around: Around) -> Decoded:  # noqa: ARG002 - of the Codec
        """Read one pack.

        Raises
        ------
        PayloadError
            If it is none, or of a version or with fields that must be understood and are not.
        """
        sender = _sender_of(message.topic)
        raw = message.payload
        if is_cbor(raw) and (alike := self._layouts.read(raw, sender, message.received_at)):
            return Decoded(sender, [alike])
        plain = plain_samples(raw, sender, message.received_at)
        if plain is not None:
            if is_cbor(raw):
                self._layouts.learn(raw, sender)
            return Decoded(sender, plain)
        decoded = Decoded(sender)
        places: dict[_Place, list[dict[str, Value]]] = {}
        for found in resolved(records(raw)):
            try:
                if isinstance(found, PayloadError):
                    raise found
                _put(found, sender, message.received_at, places)
            except PayloadError as error:
                decoded.errors.append(error)
        decoded.samples = [
            Sample(ts, values, "" if code == sender else code, quality)
            for (code, ts, quality), several in places.items()
            for values in several
        ]
        return decoded


@lru_cache(maxsize=10_000)  # the same few topics, message after message
def _sender_of(topic: str) -> str:
    if topic.startswith(PREFIX):
        return link_of(topic, SenML.name)
    if topic and not topic.startswith(_TOPIC):
        raise PayloadError(f"want {_TOPIC}<device>, got {topic!r}", code="bad_topic")
    return checked_code(topic.removeprefix(_TOPIC)) if topic else ""


def _put(
    found: Resolved,
    sender: str,
    received_at: datetime,
    places: dict[_Place, list[dict[str, Value]]],
) -> None:
    code, text = parted(found.name, sender)
    ts, quality = instant(found.time_s, received_at)
    values: dict[str, Value] = {}
    if found.value is not None:
        point = point_meaning(text, found.unit)
        values[point.name] = checked(point.name, _converted(found.value, point))
    if found.sum is not None:
        point = sum_meaning(text, found.unit)
        values[point.name] = checked(point.name, _converted(found.sum, point))
    several = places.setdefault((checked_code(code), ts, quality), [{}])
    # Another value for the same instant is another sample, and a conflict for the store to keep
    if any(several[-1].get(name, value) != value for name, value in values.items()):
        several.append({})
    several[-1].update(values)


def _converted(value: Value, point: Meaning) -> Value:
    if point.conversion is None or isinstance(value, str):
        return value
    return point.conversion(value)
