"""The evidence pack of a demonstration unit: figures of a year and the documents that prove them.

Documents are told by what they are known by, number or digest, so that whoever gets the pack can
ask for each and see that it is the same.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from psycopg import Connection

from analytics.contracts.statement_course import signed_of
from analytics.institution.annual_report import totals, uses, year_and_before
from analytics.institution.asked_report import AskedReport
from analytics.ledger.institution_year import quotas_of
from analytics.ledger.timetable import next_month
from analytics.portfolio.figures import Member
from analytics.reports.paper import Cell, Drawn, Table, because, figure, named, say
from domain.contract_book import DocumentKind
from domain.ledger_month import standing
from domain.limit import Institution
from domain.local_day import day_start
from store.contracts.contract import contracts
from store.institution import ledger
from store.institution.report import ReportRow, reports
from store.institution.statistics import submissions
from store.meters.certificate import certificates
from store.places.limit import classes, quotas_in_force
from store.places.place import meters

_ALL = 10_000
"""Reports of one institution that are looked through."""


def draw_pack(conn: Connection, asked: AskedReport) -> Drawn:
    """Draw the pack from what is known now.

    Raises
    ------
    MissingInputError
        If nothing is known of the institution in that year, or no day of it is over.
    """
    firmness = asked.firmness
    member, before = year_and_before(conn, asked)
    months = [*_months(conn, asked)]
    unclosed = [month for month, state, *_ in months if state != say("ledger_closed")]
    opened = Table(
        "open_points",
        ("why",),
        [
            *((because(why),) for why in member.figures.missing),
            *_untold(member),
            *((say("month_open", month=month),) for month in unclosed),
        ],
        nothing="no_open_points",
    )
    row = asked.institution
    return Drawn(
        [firmness, *([] if member.is_comparable else [say("year_not_whole")])],
        [
            say(
                "said_pack",
                year=asked.name,
                name=named(row.name_zh, row.name_en),
                closed=str(len(months) - len(unclosed)),
                months=str(len(months)),
            )
        ],
        (*_figures(conn, asked, member, before), *_documents(conn, asked, months), opened),
    )


def _figures(
    conn: Connection, asked: AskedReport, member: Member, before: Member | None
) -> tuple[Table, ...]:
    return (
        Table(
            "annual_use",
            ("what", "amount_of_year", "unit", "covered_pct", "by_hand", "year_before"),
            uses(member, before),
        ),
        Table(
            "annual_totals",
            ("what", "value", "unit", "year_before", "change_pct"),
            totals(member, before),
        ),
        Table(
            "pack_quotas",
            ("indicator", "value", "unit", "quota", "constraint", "guide", "judged", "source"),
            _quotas(conn, asked, member),
            nothing="no_quota",
        ),
    )


def _documents(
    conn: Connection, asked: AskedReport, months: Sequence[Sequence[Cell]]
) -> tuple[Table, ...]:
    return (
        Table("pack_months", ("month", "state", "sequence", "sha256", "signed_by"), months),
        Table(
            "pack_statistics",
            ("model_version", "sha256", "signed_by", "at"),
            [
                (Decimal(each.version), each.sha256, each.person, _at(asked, each.at))
                for each in submissions(conn, [asked.institution.id], asked.year)
            ],
            nothing="none_kept",
        ),
        Table(
            "pack_statements",
            ("contract", "period", "revision", "sha256"),
            _statements(conn, asked),
            nothing="none_kept",
        ),
        Table(
            "pack_certificates",
            ("meter", "document", "issuer", "certified_from", "certified_until"),
            _certificates(conn, asked),
            nothing="none_kept",
        ),
        Table(
            "pack_reports",
            ("report", "period", "model_version", "sha256"),
            _reports(conn, asked),
            nothing="none_kept",
        ),
    )


def _untold(member: Member) -> Iterator[Sequence[Cell]]:
    for each in member.figures.indicators:
        if each.why is not None:
            why = say(f"why_{each.why}")
            yield (say("indicator_untold", what=say(each.name.value), why=why),)


def _months(conn: Connection, asked: AskedReport) -> Iterator[Sequence[Cell]]:
    """Months of the year that are over, with the entry that closes each."""
    closed = standing(ledger.entries(conn, asked.institution.id))
    month, end = asked.over
    while next_month(month) <= end:
        entry = closed.get(month)
        if entry is None:
            yield f"{month:%Y-%m}", say("ledger_open"), None, None, None
        else:
            yield (
                f"{month:%Y-%m}", say("ledger_closed"), Decimal(entry.sequence), entry.sha256,
                entry.person,
            )  # fmt: skip
        month = next_month(month)


def _quotas(conn: Connection, asked: AskedReport, member: Member) -> Iterator[Sequence[Cell]]:
    place = member.figures.place
    kind = classes(conn, asked.year).get(asked.institution.id)
    of = Institution(asked.institution.code, place.province, kind)
    judged = member.figures.is_over and member.is_comparable
    for quota in quotas_of(place, of, asked.year, quotas_in_force(conn)):
        value = member.figures.value(quota.indicator)
        known = judged and value is not None
        yield (
            say(quota.indicator.value),
            figure(value),
            quota.indicator.unit,
            named(quota.name_zh, quota.name_en),
            quota.constraint,
            quota.guide,
            say(f"quota_{quota.band(value)}") if known and value is not None else say("not_judged"),
            quota.origin.source,
        )


def _statements(conn: Connection, asked: AskedReport) -> Iterator[Sequence[Cell]]:
    """Statements of months of the year that both parties have signed and nobody has reversed."""
    over = day_start(asked.over[1], asked.zone)
    for contract in contracts(conn, at=over, organisation_id=asked.institution.id):
        signed = signed_of(conn, contract.id, DocumentKind.MONTH)
        for period, row in sorted(signed.items()):
            if period.startswith(asked.name):
                yield row.contract_code, period, Decimal(row.revision), row.sha256


def _certificates(conn: Connection, asked: AskedReport) -> Iterator[Sequence[Cell]]:
    first, end = asked.days
    here = [meter.id for meter in meters(conn, organisation_id=asked.institution.id)]
    for each in certificates(conn, meter_ids=here):
        until = min(each.end_day, each.ended_on or date.max)
        if each.first_day < end and until > first:
            yield (
                each.meter_code, each.number, each.issuer, each.first_day.isoformat(),
                until.isoformat(),
            )  # fmt: skip


def _reports(conn: Connection, asked: AskedReport) -> Iterator[Sequence[Cell]]:
    """The newest version of every other report of the year and its months."""
    first, end = asked.days
    newest: dict[tuple[str, date, date], ReportRow] = {}
    for row in reports(conn, organisation_id=asked.institution.id, at_most=_ALL):
        if row.first_day >= first and row.end_day <= end and row.kind != "evidence_pack":
            newest.setdefault((row.kind, row.first_day, row.end_day), row)
    for _, row in sorted(newest.items()):
        whole = (row.first_day, row.end_day) == (first, end)
        period = f"{row.first_day:%Y}" if whole else f"{row.first_day:%Y-%m}"
        yield say(f"kind_{row.kind}"), period, Decimal(row.version), row.sha256


def _at(asked: AskedReport, at: datetime) -> str:
    return f"{at.astimezone(asked.zone):%Y-%m-%d}"
