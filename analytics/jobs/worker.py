"""The worker: runs the jobs of a PostgreSQL queue (Procrastinate), on as many machines as wanted.

Every job finds its work in the database, so the queue only says when to look.
"""

from datetime import UTC, datetime

from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection, Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.maintenance import maintain
from analytics.settings import WorkerSettings
from store.become import Role, become, become_async
from store.server import connect, inspect

_EVERY_5_SECONDS = "* * * * * */5"
_EVERY_HOUR = "7 * * * *"


def work(settings: WorkerSettings) -> None:
    """Run jobs until SIGTERM or SIGINT; a running job is finished first.

    Raises
    ------
    StoreError
        If the database cannot be used.
    """
    _open(settings).close()  # refuse a wrong database in one line, before the queue retries it
    queue(settings).run_worker(name="work", concurrency=1, delete_jobs="successful")


def queue(settings: WorkerSettings) -> App:
    """The queue with its jobs, on the worker's database."""

    async def configure(conn: AsyncConnection) -> None:
        await become_async(conn, Role.WORK)
        await conn.commit()

    connector = PsycopgConnector(
        conninfo=settings.database_url,
        kwargs={"options": "-c search_path=queue,public"},
        configure=configure,
    )
    app = App(connector=connector)

    @app.periodic(cron=_EVERY_5_SECONDS, periodic_id="consumption")
    @app.task(name="consumption", queueing_lock="consumption")
    def consumption(timestamp: int) -> None:  # noqa: ARG001 - what a periodic job is called with
        with _open(settings) as conn:
            update_consumption(conn, now=datetime.now(UTC))

    @app.periodic(cron=_EVERY_HOUR, periodic_id="maintenance")
    @app.task(name="maintenance", queueing_lock="maintenance")
    def maintenance(timestamp: int) -> None:  # noqa: ARG001 - what a periodic job is called with
        with _open(settings) as conn:
            maintain(conn)

    return app


def _open(settings: WorkerSettings) -> Connection:
    conn = connect(settings.database_url, name="civicwatt work")
    inspect(conn)
    become(conn, Role.WORK)
    return conn
