"""Tables of dated facts: floor areas, headcounts, uses, climate zones, regions, calendars.

A row says what holds from its first day to its last day, both included; without a last day it
holds on, but for the days of later rows. Days a table does not speak of stay as they are.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

from psycopg import Connection

from domain.fact import FactKind, checked_fact
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, parse_day, parse_text
from store.places.calendar import calendars
from store.places.fact import FactRow, administered_codes, facts, set_fact
from store.places.place import OrganisationRow, organisations

VALUE_COLUMN = {
    FactKind.FLOOR_AREA: ("area_m2", "建筑面积 m2"),
    FactKind.HEADCOUNT: ("persons", "用能人数"),
    FactKind.USE: ("use", "用途"),
    FactKind.CLIMATE_ZONE: ("climate_zone", "气候分区"),
    FactKind.REGION: ("region", "行政区划代码"),
    FactKind.CALENDAR: ("calendar", "日历"),
}


class PlaceFacts:
    """One kind of fact of many places."""

    def __init__(self, kind: FactKind) -> None:
        self._kind = kind
        self._value, value_zh = VALUE_COLUMN[kind]
        self.form = Form(
            f"{kind.value}s",
            (
                Column("organisation", "机构编码", parse_text, "not_text"),
                Column(
                    self._value,
                    value_zh,
                    partial(checked_fact, kind),
                    f"not_a_{kind.value}",
                    numeric=kind in {FactKind.FLOOR_AREA, FactKind.HEADCOUNT},
                ),
                Column("first_day", "起始日期", parse_day, "not_a_day", required=False),
                Column("last_day", "截止日期", parse_day, "not_a_day", required=False),
                Column("source", "来源", parse_text, "not_text", required=False),
            ),
        )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Places that are not there or not the person's, days in the wrong order or twice."""
        known = {row.code for row in organisations(conn)}
        own = administered_codes(conn)
        codes = {row.code for row in calendars(conn)} if self._kind is FactKind.CALENDAR else None
        faults, of_place = [], dict[str, list[FormRow]]()
        for row in rows:
            code = str(row.values["organisation"])
            if code not in known:
                faults.append(row.fault("organisation", "unknown_organisation", ""))
            elif code not in own:
                faults.append(row.fault("organisation", "not_administered", ""))
            if codes is not None and row.values[self._value] not in codes:
                faults.append(row.fault(self._value, "unknown_calendar", " | ".join(codes)))
            if _first(row) > _last(row):
                faults.append(row.fault("last_day", "ends_before_it_begins", str(_first(row))))
            else:
                of_place.setdefault(code, []).append(row)
        for group in of_place.values():
            for one, other in pairwise(sorted(group, key=_first)):
                if _first(other) <= _end(one):
                    faults.append(other.fault("first_day", "overlaps", str(one.number)))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Set every fact over its days, those that begin earlier first.

        A place of which the table says what stands already is left alone, and with it what
        follows from its facts.
        """
        places = {row.code: row for row in organisations(conn)}
        stored = {
            (row.code, checked_fact(row.kind, row.value), row.first_day, row.end_day, row.source)
            for row in facts(conn, kind=self._kind)
        }
        of_place: dict[str, list[FactRow]] = {}
        for row in sorted(rows, key=_first):
            place = places[str(row.values["organisation"])]
            of_place.setdefault(place.code, []).append(self._fact(row, place))
        for code, new in of_place.items():
            told = {(code, fact.value, fact.first_day, fact.end_day, fact.source) for fact in new}
            for fact in [] if told <= stored else new:
                set_fact(conn, fact, places[code].zone)

    def _fact(self, row: FormRow, place: OrganisationRow) -> FactRow:
        first, last = row.values["first_day"], row.values["last_day"]
        return FactRow(
            place.id,
            place.code,
            self._kind,
            str(row.values[self._value]),
            first if isinstance(first, date) else None,
            last + timedelta(days=1) if isinstance(last, date) else None,
            str(row.values["source"] or ""),
        )

    def export(self, conn: Connection) -> list[list[str]]:
        """Every fact of this kind."""
        return [
            [
                row.code,
                checked_fact(row.kind, row.value),
                "" if row.first_day is None else row.first_day.isoformat(),
                "" if row.end_day is None else (row.end_day - timedelta(days=1)).isoformat(),
                row.source,
            ]
            for row in facts(conn, kind=self._kind)
        ]


def _first(row: FormRow) -> date:
    first = row.values["first_day"]
    return first if isinstance(first, date) else date.min


def _last(row: FormRow) -> date:
    last = row.values["last_day"]
    return last if isinstance(last, date) else date.max


def _end(one: FormRow) -> date:
    """Last day that no later row may touch; a row without a last day gives way to them."""
    return _first(one) if one.values["last_day"] is None else _last(one)
