"""Which news of readings a stream may be told."""

import json
from collections.abc import Callable

from fastapi.concurrency import run_in_threadpool
from psycopg_pool import ConnectionPool

from api.credential import Credential
from store.alerts.event import followed

_FRESH_S = 5.0
"""How long what a person may see is taken to stay so. [s]"""
_MANY = 'event: readings\ndata: {"many": true}\n\n'


class Audience:
    """A signed-in person, and the devices of whose readings they may hear.

    Parameters
    ----------
    clock : callable
        Any clock that only goes forward. [s]
    """

    def __init__(self, pool: ConnectionPool, shown: Credential, clock: Callable[[], float]) -> None:
        self._pool = pool
        self._shown = shown
        self._clock = clock
        self._followed: frozenset[int] = frozenset()
        self._fresh_until = clock()

    async def may_hear(self, devices: set[int], many: bool) -> str | None:
        """Text of the event, empty when none of it is theirs; None when the session has ended."""
        if self._clock() >= self._fresh_until:
            found = await run_in_threadpool(self._look)
            if found is None:
                return None
            self._followed, self._fresh_until = found, self._clock() + _FRESH_S
        if many:
            return _MANY if self._followed else ""
        theirs = sorted(devices & self._followed)
        return f"event: readings\ndata: {json.dumps({'device_ids': theirs})}\n\n" if theirs else ""

    def _look(self) -> frozenset[int] | None:
        with self._pool.connection() as conn, conn.transaction():
            if self._shown.open(conn) is None:
                return None
            return followed(conn)
