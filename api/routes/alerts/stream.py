"""Server-sent events: what changed, as ids, under the recipient's scope.

The outbox is the queue: a stream keeps nothing but the id it has come to, and after a break the
browser says which that was (``Last-Event-ID``). One that has fallen too far behind is told to
reload. Readings are told before that, as the collectors commit them, and without an id: who missed
that hears of it from the outbox.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from psycopg_pool import ConnectionPool

from api.allowance import allowances, want_allowance
from api.audience import Audience
from api.bell import Bell
from api.credential import Credential, credential_of
from api.problem import refuse
from api.scope import client_address
from domain.sentence import Sentence
from store.alerts.event import Event, events, last_event

router = APIRouter(prefix="/stream", tags=["stream"])

HEARTBEAT_S = 15.0
_BREATH_S = 0.1
"""Pause after news, so that a burst is told in few words; shorter than between two commits of a
collector, so that each is told at once. [s]"""
_OUTBOX_PAUSE_S = 1.0
"""Least time between two looks into the outbox, but for alerts. [s]"""
_MOST = 500
_BUSY = "event: resync\ndata: {}\n\n"


@router.get(
    "", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}}
)
async def stream(request: Request) -> StreamingResponse:
    """Follow changes: `alerts` (alert_ids), `consumption` (meter_ids, days) and `readings`."""
    shown = credential_of(request)
    pool: ConnectionPool = request.app.state.pool
    last_id = request.headers.get("Last-Event-ID")
    started = None if shown is None else await run_in_threadpool(_start, pool, shown, last_id)
    if shown is None or started is None:
        want_allowance(allowances(request).stranger, client_address(request))
        raise refuse(HTTPStatus.UNAUTHORIZED, Sentence("not_signed_in", "not signed in"))
    return StreamingResponse(
        _follow(pool, request.app.state.bell, shown, started),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _follow(
    pool: ConnectionPool, bell: Bell, shown: Credential, at: int
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    audience, looked = Audience(pool, shown, clock), -_OUTBOX_PAUSE_S
    with bell.ear() as ear:
        yield f"retry: 3000\nid: {at}\n\n"
        while True:
            ear.rung.clear()
            text = ""
            if ear.outbox and (ear.alerts or clock() >= looked + _OUTBOX_PAUSE_S):
                ear.outbox, ear.alerts, looked = False, False, clock()
                told = await run_in_threadpool(_news, pool, shown, at)
                if told is None:
                    return  # the session has ended; the browser comes back and is refused
                at, text = told
            if ear.many or ear.devices:
                heard = await audience.may_hear(*ear.take())
                if heard is None:
                    return
                text += heard
            if text:
                yield text
                await asyncio.sleep(_BREATH_S)
            pause = max(looked + _OUTBOX_PAUSE_S - clock(), 0.0) if ear.outbox else HEARTBEAT_S
            try:
                await asyncio.wait_for(ear.rung.wait(), pause)
            except TimeoutError:
                if not ear.outbox:
                    yield ": still here\n\n"
                    ear.outbox = True  # also asks whether the session still runs


def _start(pool: ConnectionPool, shown: Credential, last_id: str | None) -> int | None:
    """Id to follow from: the one the browser knows, or now. None when not signed in."""
    with pool.connection() as conn, conn.transaction():
        if shown.open(conn) is None:
            return None
        newest = last_event(conn)
        if last_id is not None and last_id.isdecimal() and len(last_id) < len(str(2**63)):
            return min(int(last_id), newest)  # one beyond is of a database that is no more
        return newest


def _news(pool: ConnectionPool, shown: Credential, at: int) -> tuple[int, str] | None:
    """Id the stream has come to, and the text that tells so; None when the session has ended."""
    with pool.connection() as conn, conn.transaction():
        if shown.open(conn) is None:
            return None
        news = events(conn, after=at, at_most=_MOST + 1)
        if len(news) > _MOST:
            newest = last_event(conn)
            return newest, f"id: {newest}\n{_BUSY}"
    return (news[-1].event_id, "".join(_told(news))) if news else (at, "")


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
            "first_day": min(e.first_day for e in meters if e.first_day).isoformat(),
            "end_day": max(e.end_day for e in meters if e.end_day).isoformat(),
        }
        told.append(f"id: {last}\nevent: consumption\ndata: {json.dumps(data)}\n\n")
    alerts = sorted({e.alert_id for e in news if e.alert_id is not None})
    if alerts:
        told.append(f"id: {last}\nevent: alerts\ndata: {json.dumps({'alert_ids': alerts})}\n\n")
    return told
