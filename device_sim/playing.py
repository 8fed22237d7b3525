"""Publishes messages when they are due."""

from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Event
from typing import Protocol

from device_sim.faults.stream import Dispatch
from device_sim.publisher import StoppedError


class Outlet(Protocol):
    """Where messages go: a broker or, as frames, a listener."""

    def send(self, topic: str, payload: bytes, samples: int, *, retain: bool = False) -> None:
        """Send one message as soon as there is room."""

    def drain(self) -> None:
        """Wait until everything has arrived."""


def play(
    messages: Iterable[Dispatch],
    outlet: Outlet,
    *,
    until: datetime | None,
    stop: Event,
    clock: Callable[[], datetime],
    note: Callable[[Dispatch], None],
) -> None:
    """Publish each message at its instant, at once if that is over.

    Parameters
    ----------
    until : datetime or None
        Leave off before this instant; None for never.
    clock : callable
        The instant it is now; aware.
    note : callable
        Told each message that was published.

    Raises
    ------
    StoppedError
        If asked to stop meanwhile.
    """
    for one in messages:
        if until is not None and one.send_at >= until:
            break
        wait_s = (one.send_at - clock()).total_seconds()
        if wait_s > 0 and stop.wait(wait_s):
            raise StoppedError
        sent = one.sent
        outlet.send(sent.topic, sent.payload, len(sent.said) or 1, retain=sent.retain)
        note(one)
    outlet.drain()
