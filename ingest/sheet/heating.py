"""Tables of heating: what is statutory in a region, and the real days of its seasons.

A statutory row adds a region, and never changes one that is there: what people checked would no
longer be what stands. A season named again is recorded anew, unchecked.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from psycopg import Connection

from domain.fact import FactKind, checked_fact
from domain.heating_season import LONGEST
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, parse_day, parse_text
from store.places.heating import (
    RuleRow,
    SeasonRow,
    add_rule,
    heating_rules,
    heating_seasons,
    put_season,
)
from store.places.organisation import may_put_organisations

_MONTH_DAY = re.compile(r"(\d{1,2})[-/](\d{1,2})")
_REGION = Column("region", "行政区划代码", partial(checked_fact, FactKind.REGION), "not_a_region")
_SOURCE = Column("source", "来源", parse_text, "not_text")
_DAY = timedelta(days=1)


def parse_month_day(text: str) -> tuple[int, int]:
    """A day of every year, as 11-15; never 29 February."""
    wanted = "11-15"
    match = _MONTH_DAY.fullmatch(text)
    if match is None:
        raise ValueError(wanted)
    month, day = int(match[1]), int(match[2])
    try:
        date(2001, month, day)  # no leap year
    except ValueError:
        raise ValueError(wanted) from None
    return month, day


class HeatingRules:
    """Statutory first and last day of heating, by region; both empty where there is none."""

    form = Form(
        "heating_rules",
        (
            _REGION,
            Column("first", "法定开始日", parse_month_day, "not_a_month_day", required=False),
            Column("last", "法定结束日", parse_month_day, "not_a_month_day", required=False),
            _SOURCE,
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Half of a season, regions twice, and regions that stand otherwise."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("region", "not_administered", "")]
        known = {each.region: each for each in heating_rules(conn)}
        faults, first = [], dict[str, int]()
        for row in rows:
            region = str(row.values["region"])
            if (row.values["first"] is None) != (row.values["last"] is None):
                faults.append(row.fault("last", "limits_incomplete", "11-15, 03-15"))
            if region in first:
                faults.append(row.fault("region", "twice", str(first[region])))
            first.setdefault(region, row.number)
            stands = known.get(region)
            if stands is not None and _rule_texts(stands) != _rule_texts(_rule(row)):
                faults.append(
                    row.fault("region", "stands_otherwise", ", ".join(_rule_texts(stands)))
                )
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add the regions that are new."""
        known = {each.region for each in heating_rules(conn)}
        for row in rows:
            if str(row.values["region"]) not in known:
                add_rule(conn, _rule(row))

    def export(self, conn: Connection) -> list[list[str]]:
        """Every region."""
        return [[each.region, *_rule_texts(each)] for each in heating_rules(conn)]


class HeatingSeasons:
    """The real days of seasons, the last one included."""

    form = Form(
        "heating_seasons",
        (
            _REGION,
            Column("first_day", "起始日期", parse_day, "not_a_day"),
            Column("last_day", "截止日期", parse_day, "not_a_day"),
            _SOURCE,
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Regions of which nothing is known, days backwards, a year's season twice."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("region", "not_administered", "")]
        known = {each.region for each in heating_rules(conn)}
        faults, first = [], dict[tuple[str, int], int]()
        for row in rows:
            season = _season(row)
            if season.region not in known:
                faults.append(row.fault("region", "unknown_region", " | ".join(sorted(known))))
            if season.end_day <= season.first_day:
                wanted = season.first_day.isoformat()
                faults.append(row.fault("last_day", "ends_before_it_begins", wanted))
            if season.end_day - season.first_day > LONGEST:
                latest = season.first_day + LONGEST - _DAY
                faults.append(row.fault("last_day", "season_long", f"<= {latest}"))
            key = season.region, season.year
            if key in first:
                faults.append(row.fault("first_day", "twice", str(first[key])))
            first.setdefault(key, row.number)
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Record what differs from what is recorded."""
        known = {(each.region, each.year): each for each in heating_seasons(conn)}
        for season in map(_season, rows):
            stands = known.get((season.region, season.year))
            if stands is None or _season_texts(stands) != _season_texts(season):
                put_season(conn, season)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every recorded season."""
        return [_season_texts(each) for each in heating_seasons(conn)]


def _rule(row: FormRow) -> RuleRow:
    first, last = row.values["first"], row.values["last"]
    begin = first if isinstance(first, tuple) else (None, None)
    end = last if isinstance(last, tuple) else (None, None)
    return RuleRow(str(row.values["region"]), *begin, *end, source=str(row.values["source"]))


def _rule_texts(rule: RuleRow) -> list[str]:
    days = (rule.first_month, rule.first_day), (rule.last_month, rule.last_day)
    return [
        *("" if month is None or day is None else f"{month:02}-{day:02}" for month, day in days),
        rule.source,
    ]


def _season(row: FormRow) -> SeasonRow:
    first, last = row.values["first_day"], row.values["last_day"]
    assert isinstance(first, date) and isinstance(last, date)  # noqa: S101, PT018 - the form has parsed them
    source = str(row.values["source"])
    return SeasonRow(str(row.values["region"]), first.year, first, last + _DAY, source=source)


def _season_texts(season: SeasonRow) -> list[str]:
    last = season.end_day - _DAY
    return [season.region, season.first_day.isoformat(), last.isoformat(), season.source]
