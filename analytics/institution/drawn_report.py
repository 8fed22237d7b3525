"""Reports of every kind: drawn from what is known, and kept as versions."""

from collections.abc import Callable, Mapping
from datetime import date

from psycopg import Connection

from analytics.institution import report as monthly
from analytics.institution.annual_report import draw_annual
from analytics.institution.asked_report import AskedReport
from analytics.institution.evidence_pack import draw_pack
from analytics.institution.fleet_report import draw_fleet
from analytics.institution.month import Asked
from analytics.institution.savings_report import draw_savings
from analytics.institution.water_report import draw_water
from analytics.reports.paper import Drawn, paper
from domain.canonical import canonical
from domain.errors import MissingInputError
from domain.sentence import Sentence
from store.institution import report

DRAWN: Mapping[str, Callable[[Connection, AskedReport], Drawn]] = {
    "water": draw_water,
    "fleet": draw_fleet,
    "savings": draw_savings,
    "annual_text": draw_annual,
    "evidence_pack": draw_pack,
}
KINDS = (monthly.KIND, *DRAWN)
"""Every kind of report, the monthly one first."""
MONTHLY = frozenset({monthly.KIND})
"""Kinds that are of a month and never of a year."""
YEARLY = frozenset({"annual_text", "evidence_pack"})
"""Kinds that are of a year and never of a month."""


def make_report(conn: Connection, kind: str, asked: AskedReport) -> int:
    """Draw a report and keep it; gives the id of its newest version.

    Parameters
    ----------
    conn : Connection
        Within the scope of a person who sees the whole institution.

    Raises
    ------
    MissingInputError
        If what it is about is not known, or it is of a month and not of a year, or the reverse.
    psycopg.errors.InsufficientPrivilege
        If the person does not see the whole institution in that time.
    """
    if kind in (YEARLY if asked.month else MONTHLY):
        reason = Sentence(
            "report_of_other_period",
            "a report {kind} is of a {wanted}",
            kind=kind,
            wanted="year" if asked.month else "month",
        )
        raise MissingInputError(reason, code="period")
    if asked.month and kind == monthly.KIND:
        month = date(asked.year, asked.month, 1)
        return monthly.make_month_report(
            conn, Asked(asked.institution, month, asked.factors, asked.unmetered_limit)
        )
    row = asked.institution
    institution = {
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "zone": asked.zone.key,
    }
    drawn = DRAWN[kind](conn, asked)
    document = canonical(paper(kind, institution, asked.name, drawn))
    return report.keep(conn, kind, asked.period, document, vehicles=drawn.vehicles)
