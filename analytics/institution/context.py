"""Calendar, area, headcount, approved entries and corrections of a month, as the store has them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from psycopg import Connection

from analytics.ledger.month_facts import NOT_ENTERED, ManualAmount, MonthFacts
from domain.calendar import Calendar
from domain.entry_rule import rule_of
from domain.errors import CalendarMissingError
from domain.fact import FactKind
from domain.manual_entry import EntryKind
from store.contracts.baseline import baselines, versions
from store.institution.entry_reminder import entry_rules
from store.institution.manual_entry import approved, entry_marks
from store.meters.edit import edits
from store.meters.register_event import declared
from store.places.calendar import calendar_of_place, calendar_years
from store.places.fact import mean_fact
from store.places.place import ALL


def month_facts(
    conn: Connection,
    institution_id: int,
    days: tuple[date, date],
    span: tuple[datetime, datetime],
    boundary: Mapping[int, str],
    known_at: datetime,
) -> MonthFacts:
    """Read what a month's figures are seen against.

    Parameters
    ----------
    days, span : tuple
        The month, half-open, as local days and as instants.
    boundary : mapping
        Codes of the boundary meters by id, whose corrections are told.
    known_at : datetime
        As of when models count.
    """
    calendar: Calendar | None = None
    missing, entered = "", dict[str, str]()
    try:
        calendar = calendar_of_place(conn, institution_id, *days)
        entered = _entered(conn, calendar, days[0].year)
    except CalendarMissingError as error:
        missing = error.reason
    return MonthFacts(
        calendar=calendar,
        calendar_missing=missing,
        calendar_entered=entered,
        area_m2=mean_fact(conn, institution_id, FactKind.FLOOR_AREA, *days),
        persons=mean_fact(conn, institution_id, FactKind.HEADCOUNT, *days),
        manual=_manual(conn, institution_id, days[0]),
        awaited=_awaited(conn, institution_id, days),
        edits=tuple(
            edit for meter in sorted(boundary) for edit in _edits(conn, meter, boundary, span)
        ),
        events=tuple(
            event for meter in sorted(boundary) for event in _events(conn, meter, boundary, span)
        ),
        models=tuple(_models(conn, institution_id, days, known_at)),
    )


def _models(
    conn: Connection, institution_id: int, days: tuple[date, date], known_at: datetime
) -> Iterator[dict[str, object]]:
    """Baselines of the institution that report in the month, by the version that counts."""
    for row in reversed(baselines(conn, organisation_id=institution_id, as_of=known_at)):
        if row.counting_id is None or row.ended_at is not None or row.reporting_from >= days[1]:
            continue
        if row.reporting_end is not None and row.reporting_end <= days[0]:
            continue
        [model] = versions(conn, row.id, version_id=row.counting_id)
        yield {
            "baseline": row.id,
            "place": row.place_code,
            "meter": row.meter_code,
            "medium": row.medium,
            "model": model.model,
            "version": model.number,
            "data_sha256": model.sha256,
            "made_at": model.made_at.isoformat(),
        }


def _entered(conn: Connection, calendar: Calendar, year: int) -> dict[str, str]:
    [row] = [each for each in calendar_years(conn, calendar.code) if each.year == year]
    return {"source": row.source, "entered_at": row.entered_at.isoformat()}


def _manual(conn: Connection, institution_id: int, month: date) -> tuple[ManualAmount, ...]:
    return tuple(
        ManualAmount(
            row.entry_id,
            row.version,
            row.kind,
            EntryKind(row.kind).medium,
            row.amount,
            row.cost,
            row.source,
            row.submitted_by,
            row.approved_by,
            row.approved_at,
        )
        for row in approved(conn, [institution_id], month.year)
        if row.month == month
    )


def _awaited(conn: Connection, institution_id: int, days: tuple[date, date]) -> dict[str, str]:
    """Kinds asked for or begun of which nothing is approved: how each stands."""
    rule = rule_of(entry_rules(conn, [institution_id]).get(institution_id, ()), days[0])
    marks = {mark.kind: mark for mark in entry_marks(conn, [institution_id], days)}
    begun = {kind: mark.state for kind, mark in sorted(marks.items()) if not mark.counts}
    return {**{kind: NOT_ENTERED for kind in rule.kinds if kind not in marks}, **begun}


def _edits(
    conn: Connection, meter: int, codes: Mapping[int, str], span: tuple[datetime, datetime]
) -> list[dict[str, object]]:
    """Edits in force that lie within the month."""
    return [
        {
            "meter": codes[meter],
            "id": edit.id,
            "device": edit.device_code,
            "ts": edit.ts.isoformat(),
            "until": None if edit.until is None else edit.until.isoformat(),
            "was": None if edit.was is None else repr(edit.was),
            "value": None if edit.value is None else repr(edit.value),
            "person": edit.person,
            "at": edit.at.isoformat(),
            "reason": edit.reason,
        }
        for edit in edits(conn, meter_id=meter, at_most=ALL)
        if edit.undone_at is None and edit.ts <= span[1] and (edit.until or edit.ts) >= span[0]
    ]


def _events(
    conn: Connection, meter: int, codes: Mapping[int, str], span: tuple[datetime, datetime]
) -> list[dict[str, object]]:
    """Register events in force up to the month's end: a ratio holds until the next."""
    return [
        {
            "meter": codes[meter],
            "id": event.id,
            "at": event.at.isoformat(),
            "until": None if event.until is None else event.until.isoformat(),
            "kind": event.kind,
            "value": repr(event.value),
            "previous": None if event.previous is None else repr(event.previous),
            "person": event.person,
            "declared_at": event.declared_at.isoformat(),
            "note": event.note,
        }
        for event in declared(conn, meter)
        if event.withdrawn_at is None and event.at <= span[1]
    ]
