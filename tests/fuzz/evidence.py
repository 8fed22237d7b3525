"""Whether what a codec made of a payload stands in that payload: the proof against invention.

A number out must be a number in, times one of the factors between units, or of its sum with another
where the format adds. A time out must be one in, or that of arrival. For frames with a checksum,
only what stands in sound frames counts. The factors and formats are those of the standards and
vendors, not asked of the codecs: so that what a codec makes up has nothing to agree with.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from math import isclose, isfinite
from typing import Any

from domain.reading import Value
from ingest.profile.load import shipped_texts
from tests.fuzz.content import leaves, numbers
from tests.fuzz.frame import SOUND, joined_jt808
from tests.fuzz.golden import ZONE

_FACTORS = (1.0, 1e3, 1e-3, 1e-2, 1e2, 10.0, 0.1, 1e6, 1e-6, 3600.0, 1 / 3600, 3.6, 1 / 3.6, 3.6e6)
_FACTORS += (1 / 3.6e6, 60.0, 1 / 60, 16.6666666666667, 0.06, 1 / 3.6e9, 0.0036, 1.609344, 3.6e-6)
"""What one of our units may be of a vendor's, and the other way round."""
_ADDS = ("senml",)
_DIGITS = re.compile(r"\D")
_NEAR = 1e-9


def _key(number: float) -> str:
    return f"{number:.10e}"


@cache
def _codes() -> tuple[frozenset[float], frozenset[str]]:
    """Numbers and texts that profiles put in place of words, which stand in no payload."""
    found: list[Any] = []

    def collect(node: Any) -> None:
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if key == "codes":
                found.extend(value.values())
            elif isinstance(value, dict | list):
                collect(value)

    for text in shipped_texts().values():
        collect(tomllib.loads(text))
    return (
        frozenset(float(code) for code in found if not isinstance(code, str)),
        frozenset(code for code in found if isinstance(code, str)),
    )


class TextEvidence:
    """What stands in a payload without frames."""

    def __init__(self, name: str, topic: str, payload: bytes, received_at: datetime) -> None:
        self._leaves = list(leaves(name, payload))
        self._numbers = sorted({abs(number) for number in numbers(self._leaves)})
        self._keys = {_key(number) for number in self._numbers}
        self._in_topic = [abs(number) for number in numbers(topic.split("/"))]
        self._received_at = received_at
        self._adds = name in _ADDS
        self._truths = any(isinstance(leaf, bool) for leaf in self._leaves)

    def has(self, value: Value, *, doubted: bool) -> bool:
        """Whether a value stands in the payload, in some unit."""
        del doubted  # the sender says so itself, of a value that stands there
        if isinstance(value, str):
            return value in self._leaves or value in _codes()[1] or self._has_iso(value)
        if value in _codes()[0] or (self._truths and value in (0, 1)):
            return True
        if any(_key(abs(value) * factor) in self._keys for factor in _FACTORS):
            return True
        return any(
            isclose(abs(shifted), number * factor, rel_tol=_NEAR, abs_tol=1e-9)
            for shifted in (value, value + 273.15, (value - 32) / 1.8, value * 1.8 + 32)
            for number in self._summed()
            for factor in _FACTORS
        )

    def has_time(self, ts: datetime) -> bool:
        """Whether an instant stands in the message, or is that of arrival or so far from it."""
        if ts == self._received_at:
            return True
        seconds, apart = ts.timestamp(), abs((ts - self._received_at).total_seconds())
        if any(_key(seconds * factor) in self._keys for factor in (1.0, 1e3, 1e6)):
            return True
        if ts in self._written():
            return True
        return any(
            isclose(number * factor, there, abs_tol=1e-3)
            for number in (*self._in_topic, *self._summed())
            for factor in (1.0, 1e-3)
            for there in (seconds, apart)
        )

    def _summed(self) -> Iterable[float]:
        yield from self._numbers
        if self._adds:
            for one in self._numbers:
                for other in self._numbers:
                    yield one + other
                    yield abs(one - other)

    def _has_iso(self, text: str) -> bool:
        try:
            return self.has_time(datetime.fromisoformat(text))
        except (ValueError, TypeError):
            return False

    def _written(self) -> Iterator[datetime]:
        for leaf in self._leaves:
            if isinstance(leaf, str | int):
                yield from _instants(str(leaf))


def _instants(text: str) -> Iterator[datetime]:
    digits = _DIGITS.sub("", text)
    for written, pattern in (
        (text, ""),
        (digits[:17], "%Y%m%d%H%M%S%f"),
        (digits[:14], "%Y%m%d%H%M%S"),
        (digits[:12], "%y%m%d%H%M%S"),
    ):
        try:
            ts = datetime.strptime(written, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        try:
            local = ts.astimezone(UTC) if ts.tzinfo else ts.replace(tzinfo=ZONE).astimezone(UTC)
        except OverflowError:
            continue
        yield from (local, local.replace(microsecond=0))


class FrameEvidence:
    """What stands in the sound frames of a payload."""

    _RAW_FACTORS = (1, 10, 100, 1000, 10**4, 10**6, 0.5, 5)
    _PLUS = (0, 40, 100, 1000, 2000, 3000, 20_000, 32_000, 1 << 16)

    def __init__(self, name: str, _topic: str, payload: bytes, received_at: datetime) -> None:
        self.frames = list(SOUND[name](payload))
        if name == "jt808":
            self.frames.append(joined_jt808(self.frames))
        self._received_at = received_at
        self._decimal = name in ("dlt645", "cjt188")
        if self._decimal:
            bias = 0x33 if name == "dlt645" else 0
            plain = [bytes((b - bias) % 256 for b in frame[10:])[::-1] for frame in self.frames]
            self._raw = {
                int.from_bytes(f[at : at + 2], "little")
                for f in self.frames
                for at in range(len(f))
            }
            self._hex = " ".join([*(one.hex() for one in plain), *(f.hex() for f in self.frames)])
        else:
            # Of gb32960, the two greatest numbers of each width say "not measured"
            self._all = set(_integers(self.frames, 0))
            self._raw = set(_integers(self.frames, 2)) if name == "gb32960" else self._all

    def has(self, value: Value, *, doubted: bool) -> bool:
        """Whether a value stands in a sound frame, in some unit; a doubted one may say "none"."""
        if isinstance(value, str) or not self.frames:
            return bool(self.frames)
        if not isfinite(value):
            return False
        if self._decimal and self._has_digits(value):
            return True
        return self._has_integer(value, self._all if doubted else self._raw)

    def has_time(self, ts: datetime) -> bool:
        """Whether an instant stands in a sound frame, or is that of arrival."""
        if ts == self._received_at:
            return True
        local = ts.astimezone(ZONE)
        binary = (
            bytes([local.year - 2000, *local.timetuple()[1:6]])
            if 2000 <= local.year < 2256
            else b""
        )
        decimal = bytes.fromhex(local.strftime("%y%m%d%H%M%S"))
        forms = [form for form in (binary, decimal, decimal[::-1]) if form]
        return any(form in frame for frame in self.frames for form in forms)

    def _has_digits(self, value: float) -> bool:
        for factor in _FACTORS:
            digits = f"{abs(value) * factor:.10f}".replace(".", "").strip("0") or "0"
            # The highest bit of a field is the sign, so its first digit may be 8 more
            if digits in self._hex or f"{int(digits[0]) + 8:x}{digits[1:]}" in self._hex:
                return True
        return False

    def _has_integer(self, value: float, there: set[int]) -> bool:
        for plus in self._PLUS:
            for factor in self._RAW_FACTORS:
                raw = (abs(value) if not plus else value + plus) * factor
                if round(raw) in there and isclose(raw, round(raw), rel_tol=1e-9, abs_tol=1e-6):
                    return True
        return False


def _integers(frames: Iterable[bytes], but_greatest: int) -> Iterator[int]:
    """Every integer of 1, 2 or 4 bytes in frames; without so many of the greatest of a width."""
    for frame in frames:
        for width in (1, 2, 4):
            end = (1 << 8 * width) - but_greatest
            for at in range(len(frame) - width + 1):
                number = int.from_bytes(frame[at : at + width])
                if number < end:
                    yield number


def evidence(
    name: str, topic: str, payload: bytes, received_at: datetime
) -> TextEvidence | FrameEvidence:
    """What can be shown to stand in a message for codec `name`."""
    return (FrameEvidence if name in SOUND else TextEvidence)(name, topic, payload, received_at)
