"""The application: routes under ``/api/v1``, health, metrics, and the console."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api import health
from api.allowance import Allowances
from api.bell import Bell
from api.body_limit import BodyLimit
from api.console import add_console
from api.document import add_document, operation_name
from api.etag import Etag
from api.headers import SecurityHeaders
from api.once import Once, Replay, replay
from api.openid.provider import provider_of
from api.pool import open_pool
from api.problem import add_handlers
from api.report_clock import keep_schedules
from api.request_id import RequestId
from api.routes.alerts import (
    acknowledgements,
    alert_ledger,
    alert_rules,
    alert_thresholds,
    alerts,
    channels,
    evaluation,
    hand_overs,
    night_shift,
    rosters,
    stream,
    work_orders,
)
from api.routes.contracts import (
    contract_events,
    contract_figures,
    contract_parties,
    contracts,
    disputes,
    drawn_statements,
    statement_corrections,
    statement_files,
    statements,
)
from api.routes.fleet import (
    fleet_suitability,
    fleet_summary,
    fleet_use,
    order_charges,
    piles,
    suspicions,
    tracks,
    vehicle_battery,
    vehicle_changes,
    vehicle_costs,
    vehicles,
)
from api.routes.institution import (
    declarations,
    entry_board,
    entry_photos,
    entry_reviews,
    factor_versions,
    factors,
    indicators,
    ledger_months,
    manual_entries,
    report_schedules,
    reports,
    sheets,
    statistics,
)
from api.routes.meters import (
    certificates,
    consumption,
    correction_effects,
    edits,
    meter_entry,
    meter_tree,
    metrology,
    register_events,
    register_findings,
    seals,
    tolerance,
    virtual_meters,
)
from api.routes.money import (
    bills,
    costs,
    month_prices,
    place_cost,
    power_factor,
    supply_accounts,
    supply_terms,
    tariff_meters,
    tariff_versions,
    tariffs,
)
from api.routes.people import audit, keys, people, provider_session, security_rules, session
from api.routes.places import (
    calendars,
    heating,
    limits,
    moves,
    occasions,
    organisations,
    place_facts,
    place_series,
    place_use,
    today,
    water,
    weather,
)
from api.routes.savings import (
    baseline_curve,
    baselines,
    non_routine_events,
    portfolio_savings,
    savings,
)
from api.routes.telemetry import (
    credentials,
    devices,
    heard_messages,
    profiles,
    punctuality,
    quality,
    quantities,
    quarantine,
    readings,
    registration,
    series,
    vehicle_heard,
)
from api.settings import ApiSettings
from api.unforeseen import Unforeseen

_ROUTES = (
    session,
    provider_session,
    audit,
    security_rules,
    people,
    keys,
    alerts,
    alert_rules,
    alert_thresholds,
    alert_ledger,
    evaluation,
    organisations,
    today,
    devices,
    heard_messages,
    registration,
    report_schedules,
    reports,
    credentials,
    profiles,
    quantities,
    readings,
    series,
    consumption,
    meter_entry,
    meter_tree,
    virtual_meters,
    correction_effects,
    edits,
    register_events,
    register_findings,
    factor_versions,
    factors,
    indicators,
    limits,
    declarations,
    statistics,
    quality,
    punctuality,
    quarantine,
    calendars,
    heating,
    place_cost,
    place_facts,
    place_series,
    place_use,
    portfolio_savings,
    water,
    weather,
    occasions,
    sheets,
    entry_photos,
    entry_reviews,
    manual_entries,
    entry_board,
    tariffs,
    power_factor,
    supply_accounts,
    supply_terms,
    tariff_meters,
    tariff_versions,
    month_prices,
    moves,
    costs,
    bills,
    certificates,
    seals,
    tolerance,
    metrology,
    ledger_months,
    baseline_curve,
    baselines,
    non_routine_events,
    savings,
    contracts,
    contract_events,
    contract_figures,
    contract_parties,
    statements,
    statement_files,
    disputes,
    drawn_statements,
    statement_corrections,
    rosters,
    channels,
    night_shift,
    hand_overs,
    acknowledgements,
    work_orders,
    order_charges,
    vehicle_costs,
    fleet_suitability,
    fleet_summary,
    fleet_use,
    vehicles,
    vehicle_battery,
    vehicle_heard,
    vehicle_changes,
    tracks,
    suspicions,
    piles,
    stream,
)

_COMPRESSION = 5
"""Of gzip: 9, its own default, takes three times as long and saves a few percent."""


def create_app(settings: ApiSettings) -> FastAPI:
    """Make the application of one server process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings = settings
        app.state.allowances = Allowances(settings)
        app.state.bell = Bell(settings.database_url)
        app.state.pool = open_pool(settings.database_url)
        listening = asyncio.create_task(app.state.bell.run())
        scheduled = asyncio.create_task(keep_schedules(app.state.pool, settings.unmetered_limit))
        try:
            yield
        finally:
            for task in (listening, scheduled):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            app.state.pool.close()

    app = FastAPI(
        title="Civicwatt",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=operation_name,
    )
    app.state.provider = provider_of(settings)
    add_handlers(app)
    for module in _ROUTES:
        app.include_router(module.router, prefix="/api/v1")
    app.include_router(health.router)
    add_document(app)
    add_console(app)
    app.add_exception_handler(Replay, replay)
    app.add_middleware(Once)
    app.add_middleware(Etag)
    app.add_middleware(BodyLimit)
    app.add_middleware(Unforeseen)
    app.add_middleware(health.RequestTimer)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=_COMPRESSION)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestId)
    return app
