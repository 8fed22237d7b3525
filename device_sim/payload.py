"""Samples as messages of the native profile: JSON, several samples to a message."""

from collections.abc import Iterator

import msgspec
import numpy as np

from device_sim.samples import Samples

LARGEST_PAYLOAD = 16_000
"""The demo's broker drops whoever sends more than 20,480 bytes. [bytes]"""

_encode = msgspec.json.Encoder().encode
_OPEN, _COMMA, _CLOSE = b'{"samples":[', b",", b"]}"


def encoded(samples: Samples) -> list[bytes]:
    """Each sample as JSON ``{"ts": epoch milliseconds, "values": {..}}``."""
    names = tuple(samples.values)
    columns = [
        column.tolist() if isinstance(column, np.ndarray) else column
        for column in samples.values.values()
    ]
    instants = (samples.at_s * 1000).tolist()
    return [
        _encode({"ts": ts, "values": dict(zip(names, row, strict=True))})
        for ts, row in zip(instants, zip(*columns, strict=True), strict=True)
    ]


def packed(samples: list[bytes], largest: int = LARGEST_PAYLOAD) -> Iterator[tuple[bytes, int]]:
    """Messages of one or several encoded samples, in order, with the number in each.

    Parameters
    ----------
    largest : int
        No message is longer, unless a single sample is. [bytes]
    """
    start, size = 0, 0
    for index, sample in enumerate(samples):
        more = len(sample) + len(_COMMA)
        if index > start and size + more > largest:
            yield _message(samples[start:index]), index - start
            start, size = index, 0
        size += more if size else more + len(_OPEN) + len(_CLOSE)
    if samples[start:]:
        yield _message(samples[start:]), len(samples) - start


def _message(samples: list[bytes]) -> bytes:
    return samples[0] if len(samples) == 1 else _OPEN + _COMMA.join(samples) + _CLOSE
