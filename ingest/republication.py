"""Messages that say again what was said, without a time of their own. Pure.

Some devices send their whole cached state whenever any of it changes. Without a time in the
message the same values a moment later are no new measurement. With one, the key tells, and this is
not asked.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime

from domain.reading import Value

_REMEMBERED = 100_000


class Republications:
    """Remembers what each device said last."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[datetime, Mapping[str, Value]]] = OrderedDict()

    def repeats(
        self, device: str, received_at: datetime, values: Mapping[str, Value], within_s: float
    ) -> bool:
        """Whether a device says what it said within the last `within_s` seconds.

        Of one instant nothing is a repetition: it is the same reading, or the same message read
        again because its batch could not be written.
        """
        last = self._last.get(device)
        if last is not None and last[1] == values:
            since_s = (received_at - last[0]).total_seconds()
            if 0 < since_s < within_s:
                return True
        self._last[device] = (received_at, values)
        self._last.move_to_end(device)
        if len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)
        return False
