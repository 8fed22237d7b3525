"""What a foreign message costs to decode, beside a native one with as many values.

``python -m bench.profiles [--full]``. Each codec and each profile reads that one of its sound
messages, of the cases in ``tests/data`` and of the simulator, which has the most values; the native
one has as many samples, with as many values each. Both take turns, and the least time of each
counts: whatever else the machine does can only add to it.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.result import CheckError, Result
from domain.quantity import quantities
from domain.reading import Message
from ingest.codecs.decoded import Around, Codec, Decoded
from ingest.codecs.native import Native
from tests.fuzz.golden import World, arrived, everything_that_decodes, golden, remembered

TURNS = 200
TURNS_FULL = 1000
MESSAGES = 50
"""Messages in a turn."""
NAMES = tuple(name for name, one in quantities().items() if one.column_type == "double precision")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one message. [us]."""

    foreign: float
    native: float
    ratio: float


def main(arguments: Sequence[str]) -> int:
    """Measure everything that decodes and print it."""
    turns = TURNS_FULL if "--full" in arguments else TURNS
    for name, codec in sorted(everything_that_decodes().items()):
        if name == Native.name:
            continue
        around = World(memory=remembered(codec, golden()[name]))
        message, sizes = _widest(codec, around)
        # As if it came next: a gap in a sequence is asked about, which is not what is measured
        around.memory |= codec.decode(message, around).kept
        cost = _cost(codec, message, _native(sizes), around, turns)
        conditions = {
            "values": sum(sizes),
            "samples": len(sizes),
            "bytes": len(message.payload),
            "native_us": float(f"{cost.native:.3g}"),
            "turns": turns,
        }
        Result(
            f"decode_{name}", cost.foreign, "us/message", conditions, "native", cost.ratio
        ).print()
    return 0


def _widest(codec: Codec, around: Around) -> tuple[Message, list[int]]:
    """The sound message with the most values, and how many each of its samples has."""
    found = [
        ([len(sample.values) for sample in decoded.samples if sample.values], message)
        for message, decoded in _measuring(codec, around)
    ]
    if not found:
        raise CheckError(f"no message of {codec.name} measures anything")
    sizes, widest = max(found, key=lambda one: sum(one[0]))
    return widest, sizes


def _measuring(codec: Codec, around: Around) -> Iterator[tuple[Message, Decoded]]:
    """Sound messages that are measurements alone: no birth, no login, nothing that is refused."""
    for sound in golden()[codec.name]:
        message = arrived(sound)
        decoded = codec.decode(message, around)
        if decoded.samples and not (decoded.errors or decoded.notices):
            yield message, decoded


def _native(sizes: Sequence[int]) -> Message:
    samples = [
        {
            "ts": 1782864000000,
            "seq": 812,
            "values": {name: 230.12 + place for place, name in enumerate(NAMES[:size])},
        }
        for size in sizes
    ]
    whole = {"samples": samples} if len(samples) > 1 else samples[0]
    return _message("cw/v1/bench-0001/up", json.dumps(whole, separators=(",", ":")).encode())


def _message(topic: str, payload: bytes) -> Message:
    return Message(1, 1, topic, payload, retained=False, received_at=datetime.now(UTC))


def _cost(codec: Codec, message: Message, native: Message, around: Around, turns: int) -> Cost:
    plain = Native()
    foreign_s, native_s = [], []
    for _ in range(turns):
        native_s.append(_time(lambda: plain.decode(native, around)))
        foreign_s.append(_time(lambda: codec.decode(message, around)))
    least = min(foreign_s), min(native_s)
    return Cost(1e6 * least[0], 1e6 * least[1], least[0] / least[1])


def _time(decode: Callable[[], object]) -> float:
    """Time of one call. [s]."""
    began = time.perf_counter()
    for _ in range(MESSAGES):
        decode()
    return (time.perf_counter() - began) / MESSAGES


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
