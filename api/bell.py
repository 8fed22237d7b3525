"""Tells waiting streams that something changed: one LISTEN connection per server process."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import AsyncConnection, Notify

from store.alerts.event import ALERTS, READINGS, listen
from store.become import Role, become_async

log = logging.getLogger(__name__)

_PAUSE_S = 2.0
_MOST_DEVICES = 2000
"""More ids than this are not kept for a stream: it is told that they are many."""


@dataclass(slots=True, eq=False)
class Ear:
    """What one stream has not been told yet. Bounded, however slow the stream is.

    Attributes
    ----------
    rung : asyncio.Event
        Set when there is anything.
    outbox : bool
        The outbox has something new.
    devices : set of int
        Devices with new readings; whether the person may hear of them is not known here.
    many : bool
        So many that their ids are not kept.
    alerts : bool
        Something happened to an alert, of which people are to know at once.
    """

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    outbox: bool = True
    devices: set[int] = field(default_factory=set)
    many: bool = False
    alerts: bool = False

    def hear_of(self, devices: set[int]) -> None:
        """Take note of new readings; of no device in particular means of many."""
        if not self.many:
            self.devices |= devices
            self.many = not devices or len(self.devices) > _MOST_DEVICES
        if self.many:
            self.devices.clear()
        self.rung.set()

    def take(self) -> tuple[set[int], bool]:
        """What was heard of readings since the last time: devices, or that they are many."""
        devices, many = self.devices, self.many
        self.devices, self.many = set(), False
        return devices, many

    def hear_of_outbox(self, *, alerts: bool = False) -> None:
        """Take note that the outbox has something new."""
        self.outbox = True
        self.alerts |= alerts
        self.rung.set()


class Bell:
    """Rings for every stream when there are readings, or the outbox has something new."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ears: set[Ear] = set()

    @contextmanager
    def ear(self) -> Iterator[Ear]:
        """What a stream listens with."""
        ear = Ear()
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is opened again."""
        while True:
            try:
                await self._listen()
            except psycopg.OperationalError as error:
                log.warning("lost the database's notifications, trying again: %s", error)
            await asyncio.sleep(_PAUSE_S)

    async def _listen(self) -> None:
        conn = await AsyncConnection.connect(
            self._url, autocommit=True, application_name="civicwatt stream"
        )
        async with conn:
            await become_async(conn, Role.API)
            await listen(conn)
            for ear in self._ears:  # whatever was missed
                ear.hear_of_outbox()
                ear.hear_of(set())
            async for notice in conn.notifies():
                self._ring(notice)

    def _ring(self, notice: Notify) -> None:
        if notice.channel != READINGS:
            for ear in self._ears:
                ear.hear_of_outbox(alerts=notice.channel == ALERTS)
            return
        devices = {int(part) for part in notice.payload.split(",") if part.isdecimal()}
        for ear in self._ears:
            ear.hear_of(devices)
