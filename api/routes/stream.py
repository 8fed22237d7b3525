"""Server-sent events: what changed, as ids, under the recipient's scope.

The outbox is the queue: a stream keeps nothing but the id it has come to, and after a break the
browser says which that was (``Last-Event-ID``). One that has fallen too far behind is told to
reload.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from psycopg_pool import ConnectionPool

from api.bell import Bell
from api.problem import refuse
from api.scope import COOKIE, token_hash
from store.event import Event, events, last_event
from store.session import resume

router = APIRouter(prefix="/stream", tags=["stream"])

HEARTBEAT_S = 15.0
_BREATH_S = 1.0
"""Pause after news, so that a burst is told at once and not a hundred times. [s]"""
_MOST = 500
_BUSY = "event: resync\ndata: {}\n\n"


@router.get(
    "", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}}
)
async def stream(request: Request) -> StreamingResponse:
    """Follow changes: events `consumption` (meter_ids, days) and `readings` (device_ids)."""
    token = request.cookies.get(COOKIE, "")
    pool: ConnectionPool = request.app.state.pool
    started = await run_in_threadpool(_start, pool, token, request.headers.get("Last-Event-ID"))
    if started is None:
        raise refuse(HTTPStatus.UNAUTHORIZED, "not signed in")
    return StreamingResponse(
        _follow(pool, request.app.state.bell, token, started),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _follow(pool: ConnectionPool, bell: Bell, token: str, at: int) -> AsyncIterator[str]:
    with bell.waiter() as rung:
        yield f"retry: 3000\nid: {at}\n\n"
        while True:
            rung.clear()
            news = await run_in_threadpool(_news, pool, token, at)
            if news is None:
                return  # the session has ended; the browser comes back and is refused
            if len(news) > _MOST:
                newest = await run_in_threadpool(_start, pool, token, None)
                at = news[-1].event_id if newest is None else newest
                yield f"id: {at}\n{_BUSY}"
            elif news:
                at = news[-1].event_id
                for text in _told(news):
                    yield text
            try:
                await asyncio.wait_for(rung.wait(), HEARTBEAT_S)
                await asyncio.sleep(_BREATH_S)
            except TimeoutError:
                yield ": still here\n\n"


def _start(pool: ConnectionPool, token: str, last_id: str | None) -> int | None:
    """Id to follow from: the one the browser knows, or now. None when not signed in."""
    with pool.connection() as conn, conn.transaction():
        if resume(conn, token_hash(token)) is None:
            return None
        newest = last_event(conn)
        if last_id is not None and last_id.isdecimal() and len(last_id) < len(str(2**63)):
            return min(int(last_id), newest)  # one beyond is of a database that is no more
        return newest


def _news(pool: ConnectionPool, token: str, at: int) -> list[Event] | None:
    with pool.connection() as conn, conn.transaction():
        if resume(conn, token_hash(token)) is None:
            return None
        return events(conn, after=at, at_most=_MOST + 1)


def _told(news: list[Event]) -> list[str]:
    """Events as text: one message per topic, with the ids of all it is about."""
    last = news[-1].event_id
    told = []
    devices = sorted({e.device_id for e in news if e.device_id is not None})
    if devices:
        told.append(f"id: {last}\nevent: readings\ndata: {json.dumps({'device_ids': devices})}\n\n")
    meters = [e for e in news if e.meter_id is not None]
    if meters:
        data = {
            "meter_ids": sorted({e.meter_id for e in meters if e.meter_id is not None}),
            "first_day": min(e.first_day for e in meters).isoformat(),
            "end_day": max(e.end_day for e in meters).isoformat(),
        }
        told.append(f"id: {last}\nevent: consumption\ndata: {json.dumps(data)}\n\n")
    return told
