"""Whether the server lives, whether it can answer, and what it counts."""

import time
from http import HTTPStatus

import psycopg
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from psycopg_pool import PoolTimeout
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pool import Pool
from api.problem import refuse
from domain.sentence import Sentence
from store.migrate import pending

router = APIRouter(tags=["health"])

_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
_SECONDS = Histogram(
    "civicwatt_request_seconds",
    "Time until the answer begins, by route and status",
    ["method", "route", "status"],
)


@router.get("/healthz")
def health() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    responses={503: {"content": {"application/problem+json": {}}, "description": "Not yet."}},
)
def ready(pool: Pool) -> dict[str, str]:
    """The database answers and has this version's schema."""
    try:
        with pool.connection(timeout=3) as conn:
            missing = pending(conn)
    except (psycopg.OperationalError, PoolTimeout):
        raise refuse(
            HTTPStatus.SERVICE_UNAVAILABLE,
            Sentence("database_unavailable", "the database is not available"),
        ) from None
    if missing:
        detail = f"the database lacks {', '.join(missing)}: run civicwatt migrate"
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    return {"status": "ready"}


@router.get("/metrics", response_class=PlainTextResponse)
def metrics() -> Response:
    """Counts for Prometheus; nothing of any institution."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class RequestTimer:
    """ASGI middleware that times requests under the name of their route, never of their path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note when its answer begins."""
        began = time.perf_counter()

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                labels = (method, route, str(message["status"]))
                _SECONDS.labels(*labels).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, send_and_note if scope["type"] == "http" else send)
