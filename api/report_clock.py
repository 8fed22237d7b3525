"""Scheduled reports: each made when its day has come, as the person who ordered it would make it.

The server makes them, for it alone sees as a person sees. Several servers may look at once: a
schedule is taken by one, and what is made or refused is not made again.
"""

import asyncio
import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from analytics.institution.asked_report import AskedReport
from analytics.institution.drawn_report import make_report
from api.paper.words import word_list
from domain.errors import CivicwattError, FactorError, MissingInputError
from store.institution.factor import factor_set
from store.institution.report import reports
from store.institution.report_schedule import (
    Due,
    ScheduleRow,
    alone,
    due,
    lost,
    note,
    schedules,
    tell,
)
from store.people.session import act_for, audit
from store.places.place import OrganisationRow, organisations

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

_LOG = logging.getLogger(__name__)
_EVERY_S = 60.0
"""Between two looks. [s]"""


async def keep_schedules(pool: "ConnectionPool[Connection]", unmetered_limit: Decimal) -> None:
    """Look every so often until cancelled; a database that is away is waited for."""
    while True:
        await asyncio.sleep(_EVERY_S)
        try:
            await asyncio.to_thread(_look, pool, unmetered_limit)
        except (psycopg.Error, CivicwattError, TimeoutError) as error:
            _LOG.warning("scheduled reports wait: %s", error)


def _look(pool: "ConnectionPool[Connection]", unmetered_limit: Decimal) -> None:
    with pool.connection() as conn:
        make_due(conn, unmetered_limit, now=datetime.now(UTC))


def make_due(conn: Connection, unmetered_limit: Decimal, *, now: datetime) -> int:
    """Make each report whose day has come; returns how many were.

    Parameters
    ----------
    conn : Connection
        Of the API's role, in no transaction.
    """
    with conn.transaction():
        waiting = due(conn, now)
    return sum(_make(conn, each, unmetered_limit, now) for each in waiting)


def _make(conn: Connection, each: Due, unmetered_limit: Decimal, now: datetime) -> bool:
    with conn.transaction():
        if not alone(conn, each.schedule_id) or each not in due(conn, now):
            return False
        act_for(conn, each.person_id)
        row = next(iter(schedules(conn, schedule_id=each.schedule_id, at_most=1)), None)
        place = None if row is None else _place(conn, row)
        if row is None or place is None:
            lost(conn, each.schedule_id)
            return False
        try:
            with conn.transaction():
                report_id = _made(conn, row, place, each, (unmetered_limit, now))
        except InsufficientPrivilege:
            lost(conn, each.schedule_id)
        except (MissingInputError, FactorError) as error:
            note(conn, each, "refused", told=str(error))
        except (psycopg.Error, CivicwattError, ArithmeticError, ValueError) as error:
            _LOG.exception("scheduled report %d", each.schedule_id)
            note(conn, each, "failed", told=str(error) or type(error).__name__)
        else:
            note(conn, each, "made", report_id=report_id)
            _tell(conn, row, report_id)
            return True
    return False


def _place(conn: Connection, row: ScheduleRow) -> OrganisationRow | None:
    return next((each for each in organisations(conn) if each.id == row.organisation_id), None)


def _made(
    conn: Connection,
    row: ScheduleRow,
    place: OrganisationRow,
    each: Due,
    surroundings: tuple[Decimal, datetime],
) -> int:
    factors = factor_set(conn, row.factor_set)
    if factors is None:
        raise FactorError(f"there is no factor set {row.factor_set}")
    month = each.first_day.month if row.span == "month" else None
    return make_report(
        conn, row.kind, AskedReport(place, each.first_day.year, month, factors, *surroundings)
    )


def _tell(conn: Connection, row: ScheduleRow, report_id: int) -> None:
    (made,) = reports(conn, report_id=report_id)
    chinese, english = word_list("report")[f"kind_{row.kind}"]
    period = f"{made.first_day:%Y-%m}" if row.span == "month" else f"{made.first_day:%Y}"
    told = {
        "report_zh": chinese,
        "report_en": english,
        "period": period,
        "version": str(made.version),
        "sha256": made.sha256,
        "page": f"/reports?organisation={row.organisation_id}&report={report_id}",
    }
    tell(conn, row.id, report_id, told)
    audit(conn, "report_made", period, {"schedule": row.id, "sha256": made.sha256})
