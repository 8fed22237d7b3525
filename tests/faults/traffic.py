"""Vehicles that speak over TCP whatever happens: behind a platform, and each by itself."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from ssl import SSLContext
from threading import Event, Thread

from civicwatt.loopback import HOST
from device_sim.answered_link import AnsweredLink, Speech
from device_sim.faults.stream import Dispatch
from device_sim.publisher import StoppedError
from device_sim.vendors.gb32960 import Edition, heartbeat
from device_sim.vendors.gb32960_platform import Gb32960Platform
from device_sim.vendors.gb32960_sealed import signature
from device_sim.vendors.jt808_car import Jt808Car
from tests.unit.ingest_codecs.sm2_vectors import PRIVATE, PUBLIC

PLATFORM, PASSWORD = "city", "geheim"
SIGN = partial(signature, PRIVATE, PUBLIC)
"""What vehicles of 2025 sign with, and .."""
KEYS = f'[default]\npublic_key = "04{PUBLIC.hex()}"\n'
""".. the file of keys with which it is verified."""


class Traffic:
    """Sends the frames of a stream at a steady pace, from a thread of its own.

    Parameters
    ----------
    ports : mapping
        By codec, where its listener can be reached.
    tls : SSLContext
        How the platform makes sure of the listener of gb32960.
    rate : float
        Frames a second. [1/s]
    """

    def __init__(
        self, ports: Mapping[str, int], tls: SSLContext, stream: Sequence[Dispatch], rate: float
    ) -> None:
        self._stream, self._rate = stream, rate
        self._stop = Event()
        self._ends = ExitStack()
        platform = Gb32960Platform(PLATFORM, PASSWORD, lambda: datetime.now(UTC))
        self._links = {PLATFORM: self._link(ports["gb32960"], platform, tls)}
        for code in terminals(stream):
            self._links[code] = self._link(ports["jt808"], Jt808Car(code), None)
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Connect and begin."""
        for link in self._links.values():
            self._ends.enter_context(link)
        self._thread.start()

    def finish(self) -> None:
        """Send the rest without a pause, and wait until all of it has been answered."""
        self._rate = float("inf")
        self._thread.join()
        # A broken frame has no answer; it is stored when what came after it is.
        beat = heartbeat(Edition.OF_2025, "LCWSIM00000000000")
        self._links[PLATFORM].send(PLATFORM, beat, 1)
        for link in self._links.values():
            link.drain()

    def wait_until_settled(self, within_s: float) -> None:
        """Wait until everything sent so far has been answered."""
        wanted = {link: link.handed for link in self._links.values()}
        deadline = time.monotonic() + within_s
        while any(link.settled < handed - 1 for link, handed in wanted.items()):
            if time.monotonic() > deadline:
                raise TimeoutError("frames have not been answered")
            time.sleep(0.05)

    def close(self) -> None:
        """Stop at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._ends.close()

    def _link(self, port: int, speech: Speech, tls: SSLContext | None) -> AnsweredLink:
        return AnsweredLink(HOST, port, speech, stop=self._stop, tls=tls)

    def _run(self) -> None:
        due_s = time.monotonic()
        try:
            for one in self._stream:
                due_s = max(due_s + 1 / self._rate, time.monotonic() - 1)
                self._stop.wait(max(0.0, due_s - time.monotonic()))
                link = self._links[one.sent.topic.split("/")[2]]
                link.send(one.sent.topic, one.sent.payload, 1)
        except StoppedError:
            return


def terminals(stream: Sequence[Dispatch]) -> list[str]:
    """Those in a stream that come by themselves."""
    return sorted({one.sent.topic.split("/")[2] for one in stream} - {PLATFORM})
