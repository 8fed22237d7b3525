"""Random numbers that are a function of their place, so that any window of time gives the same.

A generator of numbers in sequence would make the value of an instant depend on where one began. A
hash of (key, index) does not: SplitMix64, Steele, Lea and Flood, OOPSLA 2014.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from device_sim.arrays import Floats, Seconds


def key(*parts: str | int) -> int:
    """64-bit key of a stream of numbers, such as ``key(seed, "school", "hvac")``."""
    digest = blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def uniform(stream: int, index: Seconds) -> Floats:
    """Independent numbers in [0, 1), one per index [1]."""
    z: NDArray[np.uint64] = index.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64(stream)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def fraction(*parts: str | int) -> float:
    """One number in [0, 1) that belongs to a name [1]."""
    return float(uniform(key(*parts), np.zeros(1, np.int64))[0])


def smooth(stream: int, at: Seconds, period_s: int) -> Floats:
    """A wave in [-1, 1] without jumps, which forgets itself after about one period [1].

    Parameters
    ----------
    at : Seconds, shape (n,)
        Instants, in any order.
    period_s : int
        Time from one random value to the next. [s]
    """
    if not len(at):
        return np.zeros(0)
    node, within = np.divmod(at, period_s)
    first = node.min()
    values = 2.0 * uniform(stream, np.arange(first, node.max() + 2)) - 1.0
    node -= first
    share = within / period_s
    share = share * share * (3.0 - 2.0 * share)
    wave: Floats = values[node] + (values[node + 1] - values[node]) * share
    return wave
