"""Tables of what explains a place's use: school terms, and events.

A term is known by its name, an event by kind, name and beginning: named again it takes the new
days; what a table does not name stays.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from psycopg import Connection

from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from store.places.fact import administered_codes
from store.places.occasion import (
    EVENT_KINDS,
    EventRow,
    TermRow,
    add_event,
    add_term,
    every_event,
    every_term,
    remove_event,
    remove_term,
)
from store.places.place import OrganisationRow, organisations

_DAY = timedelta(days=1)
_YEARS = range(1949, 2200)


def parse_moment(text: str) -> datetime:
    """A minute, as 2026-07-01 13:30 by the clock of the place, or with its offset."""
    wanted = "2026-07-01 13:30"
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(wanted) from None
    if at.year not in _YEARS:
        raise ValueError(wanted)
    return at


class SchoolTerms:
    """Days on which schools are in term, the last one included."""

    form = Form(
        "school_terms",
        (
            Column("organisation", "机构编码", parse_text, "not_text"),
            Column("name", "名称", parse_text, "not_text"),
            Column("first_day", "起始日期", parse_day, "not_a_day"),
            Column("last_day", "截止日期", parse_day, "not_a_day"),
            Column("source", "来源", parse_text, "not_text", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Places that are not the person's, days backwards, terms twice or over each other."""
        faults = _place_faults(conn, rows)
        named = {_term_key(row): row for row in rows}
        of_place: dict[str, list[tuple[TermRow, FormRow | None]]] = {}
        for code, term in every_term(conn):
            if (code, term.name) not in named:
                of_place.setdefault(code, []).append((term, None))
        first = dict[tuple[str, str], int]()
        for row in rows:
            term = _term(row)
            if term.end_day <= term.first_day:
                wanted = term.first_day.isoformat()
                faults.append(row.fault("last_day", "ends_before_it_begins", wanted))
                continue
            key = _term_key(row)
            if key in first:
                faults.append(row.fault("name", "twice", str(first[key])))
            first.setdefault(key, row.number)
            of_place.setdefault(key[0], []).append((term, row))
        for terms in of_place.values():
            for (one, _), (other, later) in combinations(terms, 2):
                meet = one.first_day < other.end_day and other.first_day < one.end_day
                if later is not None and meet:
                    faults.append(later.fault("first_day", "overlaps_term", one.name))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what differs, in place of a term of the same name."""
        known = {(code, term.name): term for code, term in every_term(conn)}
        places = {row.code: row.id for row in organisations(conn)}
        new = [(_term_key(row), _term(row)) for row in rows]
        changed = [
            (key, term)
            for key, term in new
            if key not in known or _term_texts(*key, known[key]) != _term_texts(*key, term)
        ]
        for key, _ in changed:  # all of them first: two terms may have changed their days
            if key in known:
                remove_term(conn, places[key[0]], known[key].id)
        for (code, _), term in changed:
            add_term(conn, places[code], term)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every term."""
        return [_term_texts(code, term.name, term) for code, term in every_term(conn)]


class Events:
    """What happened at places, from when to when."""

    form = Form(
        "events",
        (
            Column("organisation", "机构编码", parse_text, "not_text"),
            Column("kind", "类型", choice(*EVENT_KINDS), "not_one_of"),
            Column("name", "名称", parse_text, "not_text"),
            Column("start", "开始", parse_moment, "not_a_moment"),
            Column("end", "结束", parse_moment, "not_a_moment"),
            Column("source", "来源", parse_text, "not_text", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Places that are not the person's, times skipped or backwards, events twice."""
        faults = _place_faults(conn, rows)
        places = {row.code: row for row in organisations(conn)}
        first = dict[object, int]()
        for row in rows:
            place = places.get(str(row.values["organisation"]))
            if place is None:
                continue
            start, end = (_instant(row, name, place) for name in ("start", "end"))
            faults += [
                row.fault(name, "skipped_hour", "")
                for name, at in (("start", start), ("end", end))
                if at is None
            ]
            if start is None or end is None:
                continue
            if end <= start:
                faults.append(row.fault("end", "ends_before_it_begins", start.isoformat()))
            key = place.code, row.values["kind"], row.values["name"], start
            if key in first:
                faults.append(row.fault("name", "twice", str(first[key])))
            first.setdefault(key, row.number)
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what differs, in place of the same event with another end."""
        places = {row.code: row for row in organisations(conn)}
        known = {
            (each.place, each.kind, each.name, each.start_at): each for each in every_event(conn)
        }
        for row in rows:
            place = places[str(row.values["organisation"])]
            start, end = (_instant(row, name, place) for name in ("start", "end"))
            assert start is not None and end is not None  # noqa: S101, PT018 - `check` has refused it
            kind, name = str(row.values["kind"]), str(row.values["name"])
            new = EventRow(0, place.code, kind, name, start, end, str(row.values["source"] or ""))
            stands = known.get((place.code, kind, name, start))
            if stands is not None:
                if (stands.end_at, stands.source) == (new.end_at, new.source):
                    continue
                remove_event(conn, place.id, stands.id)
            add_event(conn, place.id, new)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every event, in local time with its offset."""
        zones = {row.code: ZoneInfo(row.zone or "UTC") for row in organisations(conn)}
        return [
            [
                *(each.place, each.kind, each.name),
                each.start_at.astimezone(zones[each.place]).isoformat(timespec="minutes"),
                each.end_at.astimezone(zones[each.place]).isoformat(timespec="minutes"),
                each.source,
            ]
            for each in every_event(conn)
        ]


def _place_faults(conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
    known, own = {row.code for row in organisations(conn)}, administered_codes(conn)
    return [
        row.fault(
            "organisation",
            "not_administered" if row.values["organisation"] in known else "unknown_organisation",
            "",
        )
        for row in rows
        if row.values["organisation"] not in own
    ]


def _term_key(row: FormRow) -> tuple[str, str]:
    return str(row.values["organisation"]), str(row.values["name"])


def _term(row: FormRow) -> TermRow:
    first, last = row.values["first_day"], row.values["last_day"]
    assert isinstance(first, date) and isinstance(last, date)  # noqa: S101, PT018 - the form has parsed them
    source = str(row.values["source"] or "")
    return TermRow(0, str(row.values["name"]), first, last + _DAY, source)


def _term_texts(code: str, name: str, term: TermRow) -> list[str]:
    last = term.end_day - _DAY
    return [code, name, term.first_day.isoformat(), last.isoformat(), term.source]


def _instant(row: FormRow, name: str, place: OrganisationRow) -> datetime | None:
    """Instant of a cell; None for one that the clocks of the place skip."""
    at = row.values[name]
    assert isinstance(at, datetime)  # noqa: S101 - the form has parsed it
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    zone = ZoneInfo(place.zone or "UTC")
    instant = at.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == at else None
