"""The application: routes under ``/api/v1``, health, metrics, and the console."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api import health
from api.bell import Bell
from api.console import add_console
from api.headers import SecurityHeaders
from api.pool import open_pool
from api.problem import Problem, add_handlers
from api.routes import consumption, devices, organisations, readings, series, session, stream, today
from api.settings import ApiSettings

_ROUTES = (session, organisations, today, devices, readings, series, consumption, stream)


def create_app(settings: ApiSettings) -> FastAPI:
    """Make the application of one server process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings = settings
        app.state.bell = Bell(settings.database_url)
        app.state.pool = open_pool(settings.database_url)
        listening = asyncio.create_task(app.state.bell.run())
        try:
            yield
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            app.state.pool.close()

    app = FastAPI(
        title="Civicwatt",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    add_handlers(app)
    v1 = APIRouter(
        prefix="/api/v1", responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}}
    )
    for module in _ROUTES:
        v1.include_router(module.router)
    app.include_router(v1)
    app.include_router(health.router)
    add_console(app)
    app.add_middleware(health.RequestTimer)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SecurityHeaders)
    return app
