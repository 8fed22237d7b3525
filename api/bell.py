"""Tells waiting streams that something changed: one LISTEN connection per server process."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import AsyncConnection

from store.become import Role, become_async
from store.event import listen

log = logging.getLogger(__name__)

_PAUSE_S = 2.0


class Bell:
    """Rings for every stream when the outbox has something new."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: set[asyncio.Event] = set()

    @contextmanager
    def waiter(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever the bell rings."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)

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
            self._ring()  # whatever was missed
            async for _ in conn.notifies():
                self._ring()

    def _ring(self) -> None:
        for event in self._waiting:
            event.set()
