"""The newest each device has said, on its way to the table that consoles read. Pure.

At the rates of a flood, a row a message would cost as much as the readings do. So a device's row is
written at most once a second, and no more than some hundred rows a second in all, those that wait
longest first. The rest goes with a later batch, or when the flood ends; what a collector that is
killed has not written, the device's next message mends.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias

from domain.epoch import from_us, to_us
from domain.reading import Value
from store.telemetry.arrival import Newest

WRITE_EVERY_S = 1.0
MOST_ROWS_A_SECOND = 500


Names: TypeAlias = tuple[str, ...]
Heard: TypeAlias = tuple[int, int, Sequence[Value]]
"""Instant and arrival in us since 1970, and the values of a kind's names."""


class NewestValues:
    """Gathers the newest values of every device."""

    def __init__(self) -> None:
        self._of_kind: dict[Names, dict[int, Heard]] = {}
        self._waiting: dict[int, list[Names]] = {}
        self._written_s: dict[int, float] = {}
        self._budget = float(MOST_ROWS_A_SECOND)
        self._taken_s = 0.0

    def hear(self, names: Names, samples: Iterable[tuple[int, Heard]]) -> None:
        """Take note of samples that are about to be stored, all with values of these names.

        Parameters
        ----------
        samples : iterable of (int, Heard)
            Device and what it said.
        """
        heard = self._of_kind.setdefault(names, {})
        for device_id, said in samples:
            known = heard.get(device_id)
            if known is None:
                heard[device_id] = said
                self._waiting.setdefault(device_id, []).append(names)
            else:
                later = said[0] > known[0] and said[1] >= known[1]
                heard[device_id] = said if later else _both(known, said)

    def take(self, now_s: float) -> dict[int, Newest]:
        """Rows to be written now; give them back if they could not be.

        Parameters
        ----------
        now_s : float
            A clock that only rises. [s]
        """
        more = MOST_ROWS_A_SECOND * (now_s - self._taken_s)
        self._budget, self._taken_s = min(self._budget + more, MOST_ROWS_A_SECOND), now_s
        latest_s = now_s - WRITE_EVERY_S
        ripe = (d for d in self._waiting if self._written_s.get(d, latest_s) <= latest_s)
        due = list(islice(ripe, int(self._budget)))
        self._budget -= len(due)
        self._written_s |= dict.fromkeys(due, now_s)
        return {device_id: _united(device_id, self._leave(device_id)) for device_id in due}

    def give_back(self, rows: dict[int, Newest]) -> None:
        """Let rows wait again that were not written."""
        for device_id, row in rows.items():
            self._written_s.pop(device_id, None)
            self._budget += 1
            received_us = to_us(row.received_at)
            for name, (value, at_ms) in row.said.items():
                self.hear((name,), [(device_id, (1000 * at_ms, received_us, (value,)))])

    def forget(self) -> None:
        """Give up what waits."""
        self._of_kind.clear()
        self._waiting.clear()

    def _leave(self, device_id: int) -> list[tuple[Names, Heard]]:
        """What a device has said since its row was written; it waits no longer."""
        left = []
        for names in self._waiting.pop(device_id):
            heard = self._of_kind[names]
            left.append((names, heard.pop(device_id)))
            if not heard:
                del self._of_kind[names]
        return left


def _both(known: Heard, said: Heard) -> Heard:
    """Of two sayings of the same names the newer; of those of one instant the greater values."""
    (known_us, one_us, known_values), (instant_us, other_us, values) = known, said
    received_us = max(one_us, other_us)
    if instant_us < known_us:
        return known_us, received_us, known_values
    if instant_us == known_us and values != known_values:
        values = tuple(map(_greater, values, known_values))
    return instant_us, received_us, values


def _united(device_id: int, heard_of: list[tuple[Names, Heard]]) -> Newest:
    said: dict[str, tuple[Value, int]] = {}
    newest_us = latest_us = 0
    for names, (instant_us, received_us, values) in sorted(heard_of, key=lambda one: one[1][0]):
        newest_us, at_ms = instant_us, instant_us // 1000
        latest_us = max(latest_us, received_us)
        heard = {name: (value, at_ms) for name, value in zip(names, values, strict=True)}
        for name in said.keys() & heard.keys():
            value, other_ms = said[name]
            if other_ms == at_ms:
                heard[name] = (_greater(value, heard[name][0]), at_ms)
        said |= heard
    # A sample may hold nothing but parts that nobody has described.
    oldest_ms = min((at_ms for _, at_ms in said.values()), default=newest_us // 1000)
    oldest = from_us(1000 * oldest_ms)
    return Newest(device_id, from_us(newest_us), from_us(latest_us), oldest, said)


def _greater(one: Value, other: Value) -> Value:
    """Of two values of one instant the greater, and a number before a text, as `newest_said`."""
    if isinstance(one, str) is isinstance(other, str):
        return max(one, other)
    return other if isinstance(one, str) else one
