"""The usual message, straight into columns: one sample of numbers, of a device that is known. Pure.

Nearly every message of a province is such a one. Read by its codec it would make a dozen objects
and calls; here a decoder made for the names a device sent last time reads it in one pass, types and
limits included, and a batch is checked and noted column by column (decision 0012). Whatever is
unusual in any way is left to its codec, which knows more and says why.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import astuple

from domain.coordinates import CoordinateSystem
from domain.epoch import to_us
from domain.errors import PayloadError
from domain.reading import Message
from ingest.codecs import native
from ingest.codecs.native import NUMBERS, UNREADABLE, Native
from ingest.columns import Line, Readings, in_columns
from ingest.layout import layout
from ingest.router import Router
from ingest.surroundings import Surroundings

_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


class _Said(msgspec.Struct, gc=False, kw_only=True):
    """A plain message; its `values` have a field for each name of their kind."""

    ts: native.Instant
    values: Any
    seq: native.Sequence | None = None
    boot: native.Boot | None = None
    samples: msgspec.UnsetType = msgspec.UNSET  # several samples are for the codec


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Messages with the same names, all of one table.

    Attributes
    ----------
    names : tuple of str
        In the order in which values are given out.
    read : callable
        Reads a payload that has these names and no others, and raises `UNREADABLE` at any other.
    """

    names: tuple[str, ...]
    read: Callable[[bytes], _Said]


@lru_cache(maxsize=1000)
def kind_of(names: frozenset[str]) -> Kind | None:
    """Kind of messages with these names; None when they are not plain."""
    ordered = tuple(sorted(names))
    tables = layout(ordered).wide if NUMBERS.issuperset(names) else ()
    if len(tables) != 1:
        return None
    fields = [(name, native.Number) for name in ordered]
    values = msgspec.defstruct("Values", fields, forbid_unknown_fields=True, gc=False)
    said = msgspec.defstruct("Said", [("values", values)], bases=(_Said,), kw_only=True, gc=False)
    read = cast("Callable[[bytes], _Said]", msgspec.json.Decoder(said).decode)
    return Kind(ordered, read)


def _nothing(_payload: bytes) -> _Said:
    raise msgspec.ValidationError


_NO_KIND = Kind((), _nothing)
"""Of a device that has not yet sent anything."""


@dataclass(slots=True)
class _Speaker:
    """A device under its topic, while the registry stays as it is.

    Attributes
    ----------
    back_us, ahead_us : int
        How far behind and ahead of its arrival a sample may lie.
    kind : Kind
        Of what it sent last.
    """

    device_id: int
    back_us: int
    ahead_us: int
    kind: Kind

    def read(self, payload: bytes) -> _Said | None:
        """Read a message of any kind, and remember which it was; None when it is not plain."""
        try:
            names = frozenset(native.decode_one(payload).values)
            self.kind = kind_of(names) or self.kind
            return self.kind.read(payload)
        except UNREADABLE:
            return None


class Sieve:
    """Takes the plain messages out of those that have arrived."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._devices: object = None
        self._speakers: dict[str, _Speaker | None] = {}
        self._zones: dict[int, ZoneInfo] = {}

    def sift(
        self, messages: Iterable[Message], world: Surroundings
    ) -> tuple[list[Readings], list[Message]]:
        """Read what is plain; the rest is given back, in order."""
        if world.devices is not self._devices:
            self._devices, self._speakers, self._zones = world.devices, {}, {}
        lines: defaultdict[Kind, list[Line]] = defaultdict(list)
        rest: list[Message] = []
        speaker_of, second = self._speaker_of, _Second()
        for message in messages:
            speaker = speaker_of(message.topic, world)
            if speaker is None or message.retained or message.is_copy:
                rest.append(message)
                continue
            try:
                said: _Said | None = speaker.kind.read(message.payload)
            except UNREADABLE:
                said = speaker.read(message.payload)
            line = None if said is None else _line(said, speaker, second.us(message.received_at))
            if line is None:
                rest.append(message)
            else:
                lines[speaker.kind].append(line)
        found = [in_columns(k.names, of_k, self._zones) for k, of_k in lines.items()]
        return found, rest

    def _speaker_of(self, topic: str, world: Surroundings) -> _Speaker | None:
        """Device that sends plain messages on a topic; None when a codec has to look at them."""
        if topic in self._speakers:
            return self._speakers[topic]
        speaker = self._speakers[topic] = self._look_up(topic, world)
        return speaker

    def _look_up(self, topic: str, world: Surroundings) -> _Speaker | None:
        codec = self._router.codec_of(topic)
        if codec is None or codec.name != Native.name:
            return None
        try:
            code, last = native.device_of(topic)
        except PayloadError:
            return None
        device = world.devices.get(code)
        if last != "up" or device is None:
            return None
        if device.profile != Native.name or device.status == "refused":
            return None
        if device.coordinate_system != CoordinateSystem.WGS84:
            return None
        back_us, ahead_us = (d // _MICROSECOND for d in (device.accept_back, device.accept_ahead))
        self._zones[device.device_id] = world.zone_of(code)
        return _Speaker(device.device_id, back_us, ahead_us, _NO_KIND)


class _Second:
    """Microseconds of instants that follow each other closely, cheaper than one by one."""

    def __init__(self) -> None:
        self._start = self._end = datetime.min.replace(tzinfo=UTC)
        self._start_us = 0

    def us(self, instant: datetime) -> int:
        """Microseconds since 1970."""
        if not self._start <= instant < self._end:
            self._start = instant.replace(microsecond=0)
            self._end = self._start + _SECOND
            self._start_us = to_us(self._start)
        return self._start_us + instant.microsecond


def _line(said: _Said, speaker: _Speaker, received_us: int) -> Line | None:
    """A reading; None when its instant or its number wants a closer look."""
    ts = said.ts
    instant_us = to_us(ts) if isinstance(ts, datetime) else ts * 1000
    if instant_us < 0 or not -speaker.ahead_us <= received_us - instant_us <= speaker.back_us:
        return None
    boot = ""
    if said.boot is not None:
        try:
            boot = native.boot_name(said.boot)
        except PayloadError:
            return None
    return speaker.device_id, instant_us, received_us, 0, said.seq, boot, astuple(said.values)
