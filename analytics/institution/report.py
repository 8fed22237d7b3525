"""Reports of an institution, drawn from its ledger and kept as versions."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from psycopg import Connection

from analytics.institution.month import Asked, preview
from analytics.reports.institution_month import KnownMonth, institution_month
from domain.canonical import canonical
from domain.ledger_month import LedgerEntry, standing
from store.institution import ledger, report

KIND = "institution_month"


def make_month_report(conn: Connection, asked: Asked) -> int:
    """Draw the report of a month and keep it; gives the id of its newest version.

    Parameters
    ----------
    conn : Connection
        Within the scope of a person who sees the whole institution.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If the person does not see the whole institution in that month.
    """
    closed = standing(ledger.entries(conn, asked.institution.id))
    period = report.Period(asked.institution.id, *asked.days, *asked.span)
    before = _known(conn, replace(asked, month=_year_before(asked.month)), closed)
    document = institution_month(
        _known(conn, asked, closed),
        None if before.is_empty else before,
        (count._asdict() for count in report.alerts(conn, period)),
    )
    return report.keep(conn, KIND, period, canonical(document))


def _year_before(month: date) -> date:
    return month.replace(year=month.year - 1)


def _known(conn: Connection, asked: Asked, closed: Mapping[date, LedgerEntry]) -> KnownMonth:
    """The month as its standing entry has it, else as it would be closed now."""
    entry = closed.get(asked.month)
    if entry is not None:
        content: dict[str, Any] = entry.content()
        return KnownMonth(content, {"sequence": entry.sequence, "sha256": entry.sha256})
    found = preview(conn, asked)
    return KnownMonth(found.document, None, tuple(found.told))


def content(conn: Connection, report_id: int) -> dict[str, Any]:
    """The document of a report that may be seen."""
    found: dict[str, Any] = json.loads(report.document(conn, report_id))
    return found
