"""Sends a district: its history first, week by week, then what happens now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from device_sim.district import District
from device_sim.payload import encoded, packed
from device_sim.publisher import Publisher

WINDOW = timedelta(days=7)
"""Length of history sent for all devices before the next: time moves on for all together."""
HOLE = timedelta(minutes=10)
"""A longer hole is filled with the coarse step of history, a shorter one as if live."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Steps:
    """How often devices send.

    Attributes
    ----------
    history : timedelta
        Of meters in history; vehicles follow from it, see `District.samples`.
    vehicle, meter : timedelta
        Live.
    """

    history: timedelta = timedelta(minutes=15)
    vehicle: timedelta = timedelta(seconds=5)
    meter: timedelta = timedelta(seconds=10)


Reached = Callable[[datetime], None]
"""Told, each time, up to which instant all is acknowledged."""


class Transmission:
    """Sends a district's samples in order of time. Raises `StoppedError` when asked to stop.

    Parameters
    ----------
    clock : callable
        The instant it is now; aware.
    """

    def __init__(
        self,
        district: District,
        publisher: Publisher,
        *,
        steps: Steps,
        clock: Callable[[], datetime],
        reached: Reached,
    ) -> None:
        self._district = district
        self._publisher = publisher
        self._steps = steps
        self._clock = clock
        self._reached = reached

    def fill(self, start: datetime, end: datetime) -> None:
        """Send [start, end) with the step of history."""
        while start < end:
            stop = min(start + WINDOW, end)
            for device in self._district.devices:
                self._send(device, start, stop, self._steps.history)
            self._publisher.drain()
            self._reached(stop)
            start = stop

    def live(self, start: datetime, stop: Event) -> None:
        """Go on from `start` with what happens now, until asked to stop."""
        sent = start
        while not stop.is_set():
            now = self._clock().replace(microsecond=0) + _SECOND  # what is now is sent too
            if now - sent > HOLE:
                self.fill(sent, now)
            else:
                for device in self._district.devices:
                    vehicle = device in self._district.vehicles
                    step = self._steps.vehicle if vehicle else self._steps.meter
                    self._send(device, sent, now, step)
                self._publisher.drain()
                self._reached(now)
            sent = max(sent, now)
            stop.wait(self._seconds_to_next_tick())

    def _send(self, device: str, start: datetime, end: datetime, step: timedelta) -> None:
        samples = self._district.samples(device, start, end, step)
        for payload, count in packed(encoded(samples)):
            self._publisher.publish(device, payload, count)

    def _seconds_to_next_tick(self) -> float:
        tick_s = min(self._steps.vehicle, self._steps.meter).total_seconds()
        return tick_s - self._clock().timestamp() % tick_s
