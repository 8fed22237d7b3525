"""How far each device's clock is from ours. Pure; it is told and alarmed, and never corrects.

What a message's newest sample says against the moment it arrived is the clock's offset less the way
and the wait. Way and wait only ever make it look older, so of the last few messages a high one is
nearest the truth; not the highest, which one bad stamp would set. A burst after an outage looks
like a slow clock until as many live messages have followed as are kept.
"""

from collections import deque

_KEPT = 15
_HIGH = 0.8
_LEAST = 3
"""Messages before anything is said."""
_EVERY_US = 30_000_000
_CHANGE_S = 1.0
"""A smaller change is not worth a write. [s]"""


class ClockWatch:
    """Estimates clock offsets, device by device."""

    def __init__(self) -> None:
        self._heard: dict[int, tuple[int, int]] = {}
        self._last: dict[int, tuple[int, int]] = {}
        self._seen: dict[int, deque[float]] = {}
        self._told: dict[int, float] = {}

    def hear(self, device_id: int, instant_us: int, received_us: int) -> None:
        """Take note of the newest sample of a message; before `estimates` the last message counts.

        Of a device that speaks all the time one message in a while is enough.

        Parameters
        ----------
        instant_us, received_us : int
            When it says that it measured, and when the message arrived. [us since 1970]
        """
        last = self._last.get(device_id)
        if last is not None and last[1] < received_us < last[1] + _EVERY_US:
            return
        before = self._heard.get(device_id)
        if before is None or before[1] <= received_us:
            self._heard[device_id] = (instant_us, received_us)

    def estimates(self) -> dict[int, float]:
        """Offsets in seconds, ahead of us positive, that have changed since they were told.

        A message that is heard again, because its batch could not be written, counts once; and what
        was told with it is told again.
        """
        changed = {}
        for device_id, heard in self._heard.items():
            instant_us, received_us = heard
            seen = self._seen.setdefault(device_id, deque(maxlen=_KEPT))
            again = self._last.get(device_id) == heard
            if not again:
                seen.append((instant_us - received_us) / 1e6)
                self._last[device_id] = heard
            if len(seen) < _LEAST:
                continue
            offset_s = sorted(seen)[int(_HIGH * (len(seen) - 1))]
            if again or abs(offset_s - self._told.get(device_id, float("inf"))) >= _CHANGE_S:
                changed[device_id] = self._told[device_id] = offset_s
        self._heard.clear()
        return changed
