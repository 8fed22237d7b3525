"""The worker: runs the jobs of a PostgreSQL queue (Procrastinate), on as many machines as wanted.

Every job finds its work in the database, so the queue only says when to look.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection, Connection

from analytics.jobs.baselines import update_baselines
from analytics.jobs.bill_comparisons import compare_bills
from analytics.jobs.charge_matches import match_charges
from analytics.jobs.consumption import update_consumption
from analytics.jobs.day_alerts import judge_days
from analytics.jobs.interval_costs import update_costs
from analytics.jobs.maintenance import maintain
from analytics.jobs.meter_years import update_meter_years
from analytics.jobs.outcomes import measure_outcomes
from analytics.jobs.overdue import mark_overdue
from analytics.jobs.statements import update_statements
from analytics.jobs.upkeep_alerts import judge_upkeep
from analytics.jobs.use_suspicions import judge_silence, judge_use
from analytics.jobs.vehicles import update_vehicles
from analytics.jobs.virtual import update_virtual_meters
from analytics.jobs.weather_pull import pull_weather
from analytics.jobs.worker_connection import KeptConnection, open_connection
from analytics.settings import WorkerSettings
from store.become import Role, become_async
from store.places.weather_hour import follow_weather
from store.telemetry.sequence import unite

_EVERY_5_SECONDS = "* * * * * */5"
_EVERY_HOUR = "7 * * * *"
_EVERY_TEN_MINUTES = "4-59/10 * * * *"

_QUEUE_GIVEN_UP_S = 10.0
"""Longest wait for the queue's database; one that is stopped may wait for it twice. [s]"""


class _Job(Protocol):
    """Finds its work in the database; `now` is when it looks."""

    def __call__(self, conn: Connection, *, now: datetime) -> object: ...


def _tend(conn: Connection, *, now: datetime) -> None:  # noqa: ARG001 - what every job is called with
    maintain(conn)


_JOBS: Mapping[str, tuple[str, tuple[_Job, ...]]] = {
    "consumption": (
        _EVERY_5_SECONDS,
        (update_consumption, follow_weather, update_virtual_meters, update_costs),
    ),
    "alerts": (_EVERY_5_SECONDS, (judge_days,)),
    "gaps": (_EVERY_5_SECONDS, (unite,)),
    "vehicles": (_EVERY_5_SECONDS, (update_vehicles, match_charges, judge_use)),
    # By the clock: a terminal that fell silent touches nothing.
    "silence": (_EVERY_HOUR, (judge_silence,)),
    "maintenance": (_EVERY_HOUR, (_tend,)),
    "baselines": (_EVERY_5_SECONDS, (update_baselines,)),
    "meter_years": (_EVERY_TEN_MINUTES, (update_meter_years,)),
    "statements": (_EVERY_5_SECONDS, (update_statements,)),
    # By the hour, not by the day: midnight is elsewhere at another time.
    "overdue": (_EVERY_HOUR, (mark_overdue,)),
    "weather": (_EVERY_TEN_MINUTES, (pull_weather, judge_upkeep)),
    "bills": (_EVERY_TEN_MINUTES, (compare_bills,)),
    "outcomes": (_EVERY_HOUR, (measure_outcomes,)),
}
"""When each task looks, and what it does then, in this order."""


def work(settings: WorkerSettings) -> None:
    """Run jobs until SIGTERM or SIGINT; a running job is finished first.

    Raises
    ------
    StoreError
        If the database cannot be used.
    """
    open_connection(
        settings.database_url
    ).close()  # refuse a wrong database in one line, before the queue retries it
    with closing(KeptConnection(settings.database_url)) as kept:
        app = queue(settings, kept)
        app.run_worker(name="work", concurrency=1, delete_jobs="successful")


def queue(settings: WorkerSettings, kept: KeptConnection) -> App:
    """The queue with its jobs, on the worker's database."""

    async def configure(conn: AsyncConnection) -> None:
        await become_async(conn, Role.WORK)
        await conn.commit()

    connector = PsycopgConnector(
        conninfo=settings.database_url,
        kwargs={"options": "-c search_path=queue,public"},
        timeout=_QUEUE_GIVEN_UP_S,
        configure=configure,
    )
    app = App(connector=connector)

    for name, (cron, jobs) in _JOBS.items():
        # Maintenance locks out others by its connection; and what runs seldom need not be quick.
        often = cron == _EVERY_5_SECONDS
        opened = kept.lent if often else partial(open_connection, settings.database_url)
        task = app.task(name=name, queueing_lock=name)(_run(opened, jobs))
        app.periodic(cron=cron, periodic_id=name)(task)
    return app


def _run(
    opened: Callable[[], AbstractContextManager[Connection]], jobs: tuple[_Job, ...]
) -> Callable[[int], None]:
    """One after the other, each on what it finds to do."""

    def run(timestamp: int) -> None:  # noqa: ARG001 - what a periodic job is called with
        with opened() as conn:
            for job in jobs:
                job(conn, now=datetime.now(UTC))

    return run
