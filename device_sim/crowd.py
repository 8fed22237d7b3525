"""Many plain devices of several vendors, and the faults that befall them. Pure.

What happens depends on the settings and the instant alone: a run that was stopped goes on where
it would have been, and a second run with the same settings says the same again. Only the numbers
that edge nodes give what they publish begin anew with each run, as after a birth they do.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from device_sim.faults.afflicted import afflicted
from device_sim.faults.stream import Dispatch, Taken
from device_sim.plain_device import PlainDevice
from device_sim.vendor import Commanded, Leaving, Sent, Vendor
from device_sim.vendors.sparkplug_sequence import Sequences

_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
"""When number 0 was measured."""
_AT_ONCE = 60
"""Measurements of a device that are worked out together: each fault happens once among them."""


@dataclass(frozen=True)
class Crowd:
    """Plain devices, each measuring at the same steps.

    Attributes
    ----------
    devices : int
        Of each vendor.
    faults : sequence of str
        Names of `device_sim.faults.afflicted.FAULTS`. Each befalls a device of each vendor, again
        and again.
    """

    vendors: Sequence[Vendor]
    devices: int
    step: timedelta
    zone: ZoneInfo
    faults: Sequence[str] = ()
    seed: int = 1
    _sequences: Sequences = field(default_factory=Sequences, init=False, compare=False)

    def hello(self, at: datetime) -> Iterator[Dispatch]:
        """What all of them publish when they have connected."""
        for device in self._all():
            for sent in device.vendor.hello(device.code, at, self.zone):
                yield Dispatch(at, self._sequences.publish(sent))

    def goodbye(self, at: datetime) -> Iterator[Dispatch]:
        """What those of them publish, or the broker in their name, that say when they go."""
        for device in self._all():
            if isinstance(device.vendor, Leaving):
                for sent in device.vendor.goodbye(device.code, at, self.zone):
                    yield Dispatch(at, self._sequences.publish(sent))

    def answer(self, topic: str, command: bytes, at: datetime) -> list[Sent]:
        """What they publish when they are told something."""
        return [
            self._sequences.publish(sent)
            for vendor in self.vendors
            if isinstance(vendor, Commanded)
            for sent in vendor.answer(topic, command, at, self.zone)
        ]

    @property
    def commands(self) -> list[str]:
        """Topic filters of what they are told."""
        return [vendor.commands for vendor in self.vendors if isinstance(vendor, Commanded)]

    def messages(self, start: datetime) -> Iterator[Dispatch]:
        """Everything they send of what they measure from `start` on, in order of sending, for ever.

        What a fault holds back comes when its time has come.
        """
        waiting: list[tuple[datetime, int, Dispatch]] = []
        number, count = -(-(start - _FIRST) // self.step), 0
        while True:
            for dispatch in self._block(number):
                heapq.heappush(waiting, (dispatch.send_at, count, dispatch))
                count += 1
            number += _AT_ONCE
            until = _FIRST + number * self.step
            while waiting and waiting[0][0] < until:
                due = heapq.heappop(waiting)[2]
                # What is broken on its way was broken behind its number
                yield due if due.broken else replace(due, sent=self._sequences.publish(due.sent))

    def _block(self, first: int) -> Iterator[Dispatch]:
        random = Random(f"{self.seed} {first}")  # noqa: S311 - to be repeated, not to be secret
        for vendor in self.vendors:
            befallen: dict[int, list[str]] = {}
            for fault in self.faults:
                befallen.setdefault(random.randrange(self.devices), []).append(fault)
            for number in range(self.devices):
                device = PlainDevice(vendor, number, self.zone)
                measured = device.measured(_FIRST, self.step, first, _AT_ONCE)
                taken = [Taken(one.at, one) for one in measured]
                yield from afflicted(vendor, taken, befallen.get(number, ()), random)

    def _all(self) -> Iterator[PlainDevice]:
        for vendor in self.vendors:
            for number in range(self.devices):
                yield PlainDevice(vendor, number, self.zone)
