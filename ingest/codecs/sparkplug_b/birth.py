"""Birth certificates: what the metrics of an edge node or device are, as data messages need it.

They are kept between messages, packed, so that a collector can read data after a restart, and data
of an edge node whose birth another collector has seen. Pure.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec

from domain.errors import PayloadError
from ingest.codecs.instant import from_epoch_ms
from ingest.codecs.sparkplug_b.datatype import SCALARS
from ingest.codecs.sparkplug_b.layout import Layouts
from ingest.codecs.sparkplug_b.number import (
    Number,
    begins_with_alias,
    begins_with_name,
    number_of,
)
from ingest.codecs.sparkplug_b.topic import SEQUENCE, heard
from ingest.codecs.wording import Meaning, is_wording, meaning

DEATH_NUMBER = "bdSeq"
"""Metric that ties the death certificate of an edge node to its birth."""
_CONTROLS = ("Node Control/", "Device Control/")
_FACTS = "Properties/"
_BIRTHS_REMEMBERED = 2_000


class Metric(msgspec.Struct, array_like=True, frozen=True):
    """One metric of a birth.

    Attributes
    ----------
    alias : int or None
        Number that stands for `name` in data messages.
    unit : str
        Its property ``engUnit``; empty without.
    """

    name: str
    alias: int | None
    datatype: int
    unit: str


class Birth(msgspec.Struct, array_like=True, frozen=True):
    """The newest birth certificate of an edge node's own metrics, or of one device.

    Attributes
    ----------
    received_ms : int
        When the collector got it: of two births the later one holds, whatever the sender's clock.
    ts_ms : int
        When the sender says it was, by the clock its data messages go by.
    first_received_ms, first_ts_ms : int
        Of the first of the births in a row that said what it says; 0 in those that were kept
        before this was noted.
    """

    received_ms: int
    ts_ms: int
    metrics: list[Metric]
    first_received_ms: int = 0
    first_ts_ms: int = 0

    @property
    def since(self) -> tuple[int, int]:
        """When what it says was first received, and sent, in ms since 1970."""
        if self.first_received_ms:
            return self.first_received_ms, self.first_ts_ms
        return self.received_ms, self.ts_ms


class Session(msgspec.Struct, array_like=True, frozen=True):
    """What is known of an edge node since its birth.

    Attributes
    ----------
    bd_seq : int or None
        Number the death certificate of the same session carries.
    alive : bool
        No death certificate since.
    devices : list of str
        Ids of the devices born below it.
    """

    received_ms: int
    ts_ms: int
    bd_seq: int | None
    alive: bool
    devices: list[str]


@dataclass(frozen=True, slots=True)
class Point:
    """What a metric measures.

    Attributes
    ----------
    folder : str
        Path above the metric's own name; a device of its own. Empty for none.
    meaning : Meaning or None
        None if it is not kept: its datatype is no scalar, another metric of the folder is the same
        quantity, or it is no measurement.
    fact : str
        Name of what it tells of the device itself; empty for a measurement.
    """

    folder: str
    datatype: int
    meaning: Meaning | None
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """The metrics of one birth, resolved.

    Attributes
    ----------
    numbers : dict of bytes to Number
        Those that are plain numbers, by the bytes with which they begin in a message.
    left_out : tuple of str
        Names of metrics that cannot be kept.
    """

    by_alias: dict[int, Point]
    by_name: dict[str, Point]
    numbers: dict[bytes, Number]
    left_out: tuple[str, ...]
    layouts: Layouts


pack = msgspec.msgpack.Encoder().encode
_unpack_session = msgspec.msgpack.Decoder(Session).decode
_unpack_birth = msgspec.msgpack.Decoder(Birth).decode


@lru_cache(maxsize=_BIRTHS_REMEMBERED)  # as of births
def unpack_session(packed: bytes) -> Session:
    """Open what `pack` has made of a session."""
    return _unpack_session(packed)


def following(birth: Birth, before: Birth | None) -> Birth:
    """A birth that knows since when what it says has been so.

    Where it says all that the one before said, and of no alias anything else, what came between
    the two means the same by either.
    """
    same = before is not None and set(before.metrics) <= set(birth.metrics)
    received_ms, ts_ms = before.since if before is not None and same else birth.since
    return msgspec.structs.replace(birth, first_received_ms=received_ms, first_ts_ms=ts_ms)


def is_sure(birth: Birth, heard_since_ms: int, received_ms: int) -> bool:
    """Whether no other birth can have been missed between a birth and a message.

    Parameters
    ----------
    heard_since_ms : int
        From when on no message of the edge node is missing. [ms]
    received_ms : int
        When the message came; before the birth if it was set aside to wait for it. [ms]
    """
    return received_ms < birth.received_ms or heard_since_ms <= birth.received_ms


def in_force(birth: Birth, session: Session | None, sent_ms: int, received_ms: int) -> bool:
    """Whether a birth says what the numbers of a data message mean.

    A number means what the birth before it says, and nothing else.
    """
    first_received_ms, first_ts_ms = birth.since
    if received_ms < first_received_ms or sent_ms < first_ts_ms:
        return False
    # Else the edge node has been born again since, and its device not yet
    return session is None or (session.alive and birth.ts_ms >= session.ts_ms)


@lru_cache(maxsize=_BIRTHS_REMEMBERED)  # the bytes of the same, message after message
def layouts_since(
    packed: bytes, session: bytes | None
) -> tuple[Layouts, int, datetime, bytes] | None:
    """Layouts of the data of a birth, and since when it holds; None if it does not any more.

    Parameters
    ----------
    packed, session : bytes
        What `pack` has made of the birth, and of the session if one is known.

    Returns
    -------
    tuple of (Layouts, int, datetime, bytes)
        A message is read with the birth if it was sent no earlier than the second says, in ms since
        1970 by the sender's clock, and received no earlier than the third, see `in_force`; and if
        what is remembered of the sequence is not greater than the last, see `is_sure`.
    """
    birth, points = unpack_birth(packed)
    known = unpack_session(session) if session else None
    if not in_force(birth, known, birth.ts_ms, birth.received_ms):
        return None
    received_ms, ts_ms = birth.since
    latest = heard(SEQUENCE - 1, birth.received_ms)
    return points.layouts, ts_ms, from_epoch_ms(received_ms), latest


@lru_cache(maxsize=_BIRTHS_REMEMBERED)  # as of layouts
def unpack_birth(packed: bytes) -> tuple[Birth, Points]:
    """Open what `pack` has made of a birth, and say what its metrics measure."""
    birth = _unpack_birth(packed)
    return birth, points_of(birth)


def points_of(birth: Birth) -> Points:
    """What the metrics of a birth measure.

    Two metrics of a folder that mean one quantity are both left out: which of them the quantity is
    would be a guess, and one column for both would mix two measurements. An alias of two metrics
    stands for neither.
    """
    found = {metric.name: _point(metric) for metric in birth.metrics}
    taken = Counter((p.folder, p.meaning.name) for p in found.values() if p.meaning)
    for name, point in found.items():
        if point.meaning and taken[point.folder, point.meaning.name] > 1:
            found[name] = Point(point.folder, point.datatype, None)
    aliases = Counter(metric.alias for metric in birth.metrics)
    by_alias = {
        metric.alias: found[metric.name]
        for metric in birth.metrics
        if metric.alias is not None and aliases[metric.alias] == 1
    }
    silent = (name for name, point in found.items() if point.meaning is None and not point.fact)
    left_out = tuple(name for name in silent if not _is_control(name))
    numbers = _numbers(by_alias, found)
    return Points(by_alias, found, numbers, left_out, Layouts(numbers))


def _numbers(by_alias: dict[int, Point], by_name: dict[str, Point]) -> dict[bytes, Number]:
    begins = {begins_with_name(name): point for name, point in by_name.items()}
    begins |= {begins_with_alias(alias): point for alias, point in by_alias.items()}
    found = {
        begin: number_of(point.folder, point.datatype, point.meaning)
        for begin, point in begins.items()
    }
    return {begin: number for begin, number in found.items() if number is not None}


def _is_control(name: str) -> bool:
    return name == DEATH_NUMBER or name.startswith(_CONTROLS)


def _point(metric: Metric) -> Point:
    folder, text = _parted(metric.name)
    if metric.datatype not in SCALARS or _is_control(metric.name):
        return Point(folder, metric.datatype, None)
    try:
        if metric.name.startswith(_FACTS):
            fact = meaning(metric.name.removeprefix(_FACTS), metric.unit).name
            return Point("", metric.datatype, None, fact)
        return Point(folder, metric.datatype, meaning(text, metric.unit))
    except PayloadError:  # no name to keep it under
        return Point(folder, metric.datatype, None)


def _parted(name: str) -> tuple[str, str]:
    # The last name of a path is the metric, and the last two where together they are a quantity's:
    # "Meter1/Voltage/L1". It depends on the name alone, so a meter keeps its code whatever metrics
    # the next birth adds.
    above, _, last = name.rpartition("/")
    folder, _, group = above.rpartition("/")
    together = f"{group} {last}"
    return (folder, together) if group and is_wording(together) else (above, last)
