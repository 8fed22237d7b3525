"""Sound messages spoilt, as wires, memories, careless makers and enemies do it."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.frame import OPEN, SEAL

_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, 0x23, 0x68, 0x7E, 0x16, 0x22, 0x5B, 0x7B)
_TEXTS = ("", "-", "nan", "error", "null", "NaN", "inf", "1e999", "12abc", "0x10", "1_000", "\x00")
_NODES: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    0,
    -1,
    1e308,
    -0.0,
    2**63,
    10**30,
    1e-300,
    65535,
    *_TEXTS,
    "９９",
    "\ud800",
    "a" * 600,
)
_DEEPEST = 40


class Spoiler:
    """Spoils the messages of one codec, the same way for the same seed.

    Parameters
    ----------
    name : str
        Of the codec, to know its checksum.
    payloads : list of bytes
        Sound ones, also to splice from.
    """

    def __init__(self, name: str, payloads: list[bytes], random: Random) -> None:
        self._payloads = payloads
        self._random = random
        self._seal = SEAL.get(name)
        self._open = OPEN.get(name)
        self._in_place = (self._flip, self._set, self._set, self._blank)
        self._anyhow: tuple[Callable[[bytearray], None], ...] = (
            *self._in_place,
            self._cut,
            self._repeat,
            self._insert,
            self._splice,
            self._end,
        )

    def spoilt(self, payload: bytes) -> bytes:
        """A payload like `payload`, but."""
        if payload[:1] in (b"{", b"[") and self._random.random() < 0.6:
            try:
                return self._restructured(payload)
            except ValueError:
                pass
        broken = bytearray(payload)
        if self._open is not None and self._random.random() < 0.7:
            broken = self._open(payload)
        # Where no byte moves, lengths stay right and more of the content is reached
        ways = self._random.choice((self._in_place, self._anyhow))
        for _ in range(self._random.choice((1, 1, 1, 2, 3, 6))):
            self._random.choice(ways)(broken)
        if self._seal is not None and self._random.random() < 0.7:
            self._seal(broken)
        return bytes(broken)

    def _at(self, broken: bytearray) -> int:
        return self._random.randrange(len(broken) + 1)

    def _flip(self, broken: bytearray) -> None:
        if broken:
            broken[self._random.randrange(len(broken))] ^= 1 << self._random.randrange(8)

    def _set(self, broken: bytearray) -> None:
        if broken:
            byte = self._random.choice((*_BYTES, self._random.randrange(256)))
            broken[self._random.randrange(len(broken))] = byte

    def _cut(self, broken: bytearray) -> None:
        start = self._at(broken)
        del broken[start : start + self._random.randrange(1, 9)]

    def _repeat(self, broken: bytearray) -> None:
        start = self._at(broken)
        piece = broken[start : start + self._random.randrange(1, 33)]
        broken[start:start] = piece * self._random.choice((1, 1, 2, 20))

    def _insert(self, broken: bytearray) -> None:
        start = self._at(broken)
        broken[start:start] = self._random.randbytes(self._random.randrange(1, 9))

    def _splice(self, broken: bytearray) -> None:
        other = self._random.choice(self._payloads)
        broken[self._at(broken) :] = other[self._random.randrange(len(other) + 1) :]

    def _blank(self, broken: bytearray) -> None:
        """What a sensor that is not there sends."""
        start = self._at(broken)
        stop = min(start + self._random.choice((1, 2, 4, 16)), len(broken))
        broken[start:stop] = self._random.choice((b"\xff", b"\xfe", b"\x00")) * (stop - start)

    def _end(self, broken: bytearray) -> None:
        del broken[self._at(broken) :]

    def _restructured(self, payload: bytes) -> bytes:
        root = [json.loads(payload)]
        for _ in range(self._random.choice((1, 1, 2, 4))):
            self._change(root)
        text = json.dumps(root[0], ensure_ascii=self._random.random() < 0.5)
        return text.encode(errors="surrogatepass")

    def _change(self, root: list[Any]) -> None:
        """Change one place, found by walking down at random."""
        node: Any = root
        key: Any = 0
        for _ in range(_DEEPEST):
            inner = node[key]
            if not isinstance(inner, dict | list) or not inner or self._random.random() < 0.15:
                break
            node = inner
            key = self._random.choice([*inner] if isinstance(inner, dict) else range(len(inner)))
        what = self._random.randrange(6)
        if what == 0 and node is not root:
            del node[key]
        elif what == 1 and isinstance(node, dict):
            node[self._random.choice((*_TEXTS, key + "_", key.upper()))] = node.pop(key)
        elif what == 2:
            node[key] = [node[key]] * self._random.choice((1, 2, 30))
        elif what == 3 and isinstance(node[key], int | float):
            node[key] = self._random.choice((str(node[key]), -node[key], node[key] * 1e6))
        else:
            node[key] = self._random.choice(_NODES)
