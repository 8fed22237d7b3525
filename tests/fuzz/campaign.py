"""Spoilt messages through one codec, and what came of them. Seeded: the same every time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from domain.errors import PayloadError
from domain.quantity import quantities
from domain.reading import Value
from ingest.codecs.decoded import Codec, Decoded
from ingest.codecs.value import checked, checked_code
from tests.fuzz.evidence import evidence
from tests.fuzz.golden import (
    ARRIVED,
    Sound,
    World,
    arrived,
    everything_that_decodes,
    golden,
    remembered,
)
from tests.fuzz.spoil import Spoiler

SEED = 20260701
_MOST_FAULTS = 20
_OTHER_TOPIC = 0.02
_PLACE = ("latitude_deg", "longitude_deg")
_MOST_SHIFTED = 0.02
"""No map of China shifts a place by more. [deg]"""


@dataclass(slots=True)
class Tally:
    """What came of the messages of one codec.

    Attributes
    ----------
    codes : Counter
        Errors, by their code.
    faults : list of str
        Exceptions that escaped and readings that stand in no payload, with the message.
    """

    name: str
    payloads: int = 0
    readings: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line of the campaign's table."""
        codes = ", ".join(f"{code} {count}" for code, count in self.codes.most_common())
        return f"{self.name:22} {self.payloads:8} payloads {self.readings:8} readings  {codes}"


def campaign(name: str, payloads: int, part: int = 0) -> Tally:
    """Send `payloads` spoilt messages through codec or profile `name`.

    Parameters
    ----------
    part : int
        Which part of a campaign that several processes share: each spoils in its own way.
    """
    return ordeal(everything_that_decodes()[name], golden()[name], payloads, part)


def ordeal(codec: Codec, sound: list[Sound], payloads: int, part: int = 0) -> Tally:
    """Send `payloads` spoilt messages like the `sound` ones through any codec."""
    random = Random(f"{SEED} {codec.name} {part}")  # noqa: S311 - the same every time, no secret
    spoiler = Spoiler(codec.name, [message.payload for message in sound], random)
    worlds = [World(speaks, remembered(codec, sound)) for speaks in (False, True)]
    tally = Tally(codec.name)
    for _ in range(payloads):
        like = random.choice(sound)
        topic = random.choice(sound).topic if random.random() < _OTHER_TOPIC else like.topic
        spoilt = Sound(topic, spoiler.spoilt(like.payload))
        tally.payloads += 1
        for fault in _faults(codec, spoilt, random.choice(worlds), tally):
            if len(tally.faults) < _MOST_FAULTS:
                tally.faults.append(f"{codec.name}: {fault}: {topic} {spoilt.payload.hex()}")
    return tally


def _faults(codec: Codec, spoilt: Sound, world: World, tally: Tally) -> Iterator[str]:
    try:
        decoded = codec.decode(arrived(spoilt), world)
    except PayloadError as error:
        tally.codes[error.code] += 1
        return
    except Exception as error:  # noqa: BLE001 - that none escapes is what is to be shown
        yield f"{type(error).__name__} escaped: {error}"
        return
    tally.codes.update(error.code for error in decoded.errors)
    tally.readings += sum(len(sample.values) for sample in decoded.samples)
    yield from badly_made(decoded)
    yield from _invented(codec.name, decoded, spoilt)


def badly_made(decoded: Decoded) -> Iterator[str]:
    """What the store could not take as it is: a value of a quantity also has to be of its type.

    Codecs that make values right by construction do not check each of them; this does.
    """
    for sample in decoded.samples:
        try:
            if sample.device:
                checked_code(sample.device)
            for name, value in sample.values.items():
                stored = checked(name, value)
                is_typed = type(stored) is type(value) or name not in quantities()
                if stored != value or not is_typed:
                    yield f"{name} is {value!r}, which is not as it is stored"
        except PayloadError as error:
            yield f"let through: {error}"
        if sample.ts.utcoffset() is None:
            yield f"{sample.ts} has no zone"


def _invented(name: str, decoded: Decoded, spoilt: Sound) -> Iterator[str]:
    if not decoded.samples:
        return
    known = evidence(name, spoilt.topic, spoilt.payload, ARRIVED)
    for sample in decoded.samples:
        if not known.has_time(sample.ts):
            yield f"invented the time {sample.ts}"
        doubted = {quantity for quantity, _ in sample.suspect}
        for quantity, value in sample.values.items():
            if _is_converted(quantity, sample.values):
                continue
            if not known.has(value, doubted=quantity in doubted):
                yield f"invented {quantity} = {value!r}"


def _is_converted(quantity: str, values: Mapping[str, Value]) -> bool:
    """Whether it is a place made of one in GCJ-02 that stands beside it, so not far from it."""
    value, sent = values[quantity], values.get(quantity.replace("_deg", "_gcj02_deg"))
    if quantity not in _PLACE or not isinstance(value, float) or not isinstance(sent, float):
        return False
    return abs(value - sent) < _MOST_SHIFTED
