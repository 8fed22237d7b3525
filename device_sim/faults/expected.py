"""What must be in the store once every message of a stream has arrived, exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from device_sim.faults.stream import Dispatch
from device_sim.vendor import Said
from domain.reading import Value

Instant = tuple[str, datetime]
"""A device's code and an instant."""


@dataclass
class Expected:
    """The truth about a stream.

    Attributes
    ----------
    values : dict
        By device and instant, what is to be read there: of several values of a quantity the
        greatest, whichever came first.
    disputed : dict of set
        By device and instant, the quantities that have several values.
    quarantine : set of (str, bytes)
        Topics and payloads nobody could read, or whose time cannot be.
    undated : set of (str, str, Value)
        Device, quantity and value of what came without a time.
    numbers : dict of set
        By device, its message numbers that have come and could be stored.
    messages, samples : int
        Sent altogether, each as often as it was sent; a message nobody can read is one sample.
    """

    values: dict[Instant, dict[str, Value]] = field(default_factory=dict)
    disputed: dict[Instant, set[str]] = field(default_factory=dict)
    quarantine: set[tuple[str, bytes]] = field(default_factory=set)
    undated: set[tuple[str, str, Value]] = field(default_factory=set)
    numbers: dict[str, set[int]] = field(default_factory=dict)
    messages: int = 0
    samples: int = 0

    @property
    def missing(self) -> dict[str, set[int]]:
        """By device, the message numbers between its first and its last that are not stored."""
        spans = {d: set(range(min(n), max(n) + 1)) - n for d, n in self.numbers.items()}
        return {device: numbers for device, numbers in spans.items() if numbers}

    def hear(self, said: Said) -> None:
        """Take note of what one message says of one device."""
        if said.at is None:
            self.undated.update((said.device, name, value) for name, value in said.values.items())
            return
        self.tell(said.device, said.at, said.values)

    def tell(self, device: str, at: datetime, values: Mapping[str, Value]) -> None:
        """Take note of values of an instant."""
        instant = (device, at)
        known = self.values.setdefault(instant, {})
        for name, value in values.items():
            other = known.setdefault(name, value)
            if other != value:
                self.disputed.setdefault(instant, set()).add(name)
                known[name] = max(other, value)


def expected(
    stream: Iterable[Dispatch], now: datetime, back: timedelta, ahead: timedelta
) -> Expected:
    """Work out the truth.

    Parameters
    ----------
    now : datetime
        About when the messages arrive. A stamp further than `back` before it or further than
        `ahead` after it cannot be.
    """
    truth = Expected()
    born: dict[str, datetime] = {}
    for one in stream:
        sent = one.sent
        if sent.born:
            # Each birth of a simulated node says what its first one said, and so holds since then.
            born.setdefault(*sent.born)
        truth.messages += 1
        truth.samples += len(sent.said) or 1
        if one.broken:
            truth.quarantine.add((sent.topic, sent.payload))
            continue
        for said in sent.said:
            in_time = said.at is None or now - back <= said.at <= now + ahead
            if in_time and not _is_before(sent.told_at, born.get(said.device)):
                truth.hear(said)
                if sent.number is not None:
                    truth.numbers.setdefault(said.device, set()).add(sent.number)
            else:
                truth.quarantine.add((sent.topic, sent.payload))
    return truth


def _is_before(told_at: datetime | None, born_at: datetime | None) -> bool:
    return told_at is not None and born_at is not None and told_at < born_at
