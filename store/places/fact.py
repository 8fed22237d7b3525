"""Dated facts of places in the store: set for a span of days, withdrawn, looked up, averaged."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Identifier

from domain.fact import FactKind
from domain.local_day import day_start, local_day
from domain.summed_fact import Parts, summed_mean
from domain.timeline import Mean, Spell
from store.places.place import OrganisationRow, organisations
from store.queries import sql

_TABLE = {
    FactKind.FLOOR_AREA: ("floor_area", "area_m2"),
    FactKind.HEADCOUNT: ("headcount", "persons"),
    FactKind.USE: ("place_use", "place_use"),
    FactKind.CLIMATE_ZONE: ("climate_zone", "climate_zone"),
    FactKind.REGION: ("place_region", "region"),
    FactKind.CALENDAR: ("place_calendar", "calendar"),
}


@dataclass(frozen=True, slots=True)
class FactRow:
    """A value that holds at a place over the half-open range of local days [first_day, end_day)."""

    organisation_id: int
    code: str
    kind: FactKind
    value: str
    first_day: date | None
    end_day: date | None
    source: str


@dataclass(frozen=True, slots=True)
class _Stored:
    organisation_id: int
    code: str
    kind: str
    value: str
    since: datetime | None
    until: datetime | None
    source: str
    zone: str | None

    def row(self) -> FactRow:
        zone = ZoneInfo(self.zone or "UTC")
        return FactRow(
            self.organisation_id,
            self.code,
            FactKind(self.kind),
            self.value,
            None if self.since is None else local_day(self.since, zone),
            None if self.until is None else local_day(self.until, zone),
            self.source,
        )


def facts(
    conn: Connection, organisation_id: int | None = None, kind: FactKind | None = None
) -> list[FactRow]:
    """Facts of a place, or of all that the person may see, by place, kind and time."""
    arguments = {"organisation_id": organisation_id, "kind": kind}
    with conn.cursor(row_factory=class_row(_Stored)) as cursor:
        return [row.row() for row in cursor.execute(sql("fact", "facts"), arguments)]


def set_fact(conn: Connection, fact: FactRow, zone: str | None) -> list[FactRow]:
    """Let a fact hold over its days, whatever stood there; outside them nothing changes.

    Parameters
    ----------
    fact : FactRow
        Its value has passed `checked_fact`.
    zone : str or None
        IANA zone of the place, in which its days begin; UTC where it has none.

    Returns
    -------
    list of FactRow
        What it replaces, whole, for the audit log.
    """
    replaced = withdraw_fact(conn, fact, zone)
    arguments = _span(fact, zone) | {"value": _typed(fact), "source": fact.source}
    conn.execute(_statement("put", fact.kind), arguments)
    return replaced


def withdraw_fact(conn: Connection, fact: FactRow, zone: str | None) -> list[FactRow]:
    """Let nothing of a kind hold at a place over the days of `fact`; its value is not looked at.

    Returns
    -------
    list of FactRow
        What stood there, whole.
    """
    span = _span(fact, zone)
    gone = conn.execute(_statement("take_out", fact.kind), span).fetchall()
    stood = []
    for value, during, source in gone:
        old = _Stored(
            fact.organisation_id, fact.code, fact.kind, value, during.lower, during.upper, source,
            zone,
        ).row()  # fmt: skip
        kept = span | {"value": _typed(old), "during": during, "source": source}
        conn.execute(_statement("put_back", fact.kind), kept)
        stood.append(old)
    return stood


def nearest_fact(
    conn: Connection, organisation_id: int, kind: FactKind, at: datetime
) -> str | None:
    """Value that holds at a place: its own, else that of the nearest place above; None if none.

    Of uses, climate zones, regions and calendars only; areas and headcounts are not inherited.
    """
    arguments = {"organisation_id": organisation_id, "kind": kind, "at": at}
    row = conn.execute(sql("fact", "nearest"), arguments).fetchone()
    return None if row is None else str(row[0])


def fact_keys(conn: Connection, organisation_ids: Collection[int]) -> dict[int, str]:
    """Keys of places: those with the same one work by the same calendar and lie in one region."""
    arguments = {"organisation_ids": sorted(organisation_ids)}
    return dict(conn.execute(sql("fact", "keys"), arguments).fetchall())


def mean_fact(
    conn: Connection, organisation_id: int, kind: FactKind, first_day: date, end_day: date
) -> Mean:
    """Time-weighted mean of a floor area or headcount over the days [first_day, end_day).

    A place's own record is its figure; one that has none at all is the sum of those below it, each
    for the days on which it stood there.
    """
    places = parts_below(conn, organisation_id)
    known: dict[int, list[Spell]] = {}
    for row in facts(conn, None if places else organisation_id, kind):
        spell = Spell(Decimal(row.value), row.first_day, row.end_day)
        known.setdefault(row.organisation_id, []).append(spell)
    rows = organisations(conn) if places else []
    return summed_mean(
        organisation_id,
        known,
        places,
        (first_day, end_day),
        codes={row.id: row.code for row in rows},
        needed=needed_by(kind, rows),
    )


def needed_by(kind: FactKind, rows: Iterable[OrganisationRow]) -> set[int]:
    """Places of which a fact of a kind must be noted: a building without an area is a fault."""
    if kind is not FactKind.FLOOR_AREA:
        return set()
    return {row.id for row in rows if row.kind == "building"}


def parts_below(conn: Connection, organisation_id: int | None = None) -> Parts:
    """Days on which places stood directly below others, by parent and place.

    Parameters
    ----------
    organisation_id : int or None
        Only what stood at this place or below it at any time; None for all the person may see.
    """
    rows = conn.execute(sql("fact", "below"), {"organisation_id": organisation_id}).fetchall()
    found: dict[int, dict[int, list[tuple[date | None, date | None]]]] = {}
    for place, parent, first, end, zone in rows:
        at = ZoneInfo(zone or "UTC")
        days = (
            None if first is None else local_day(first, at),
            None if end is None else local_day(end, at),
        )
        found.setdefault(parent, {}).setdefault(place, []).append(days)
    return found


def administered_codes(conn: Connection) -> set[str]:
    """Codes of the places whose facts the current person may change."""
    return {code for (code,) in conn.execute(sql("fact", "administered"))}


def _statement(name: str, kind: FactKind) -> Composed:
    table, column = _TABLE[kind]
    statements = {
        "put": sql("fact", "put"),
        "put_back": sql("fact", "put_back"),
        "take_out": sql("fact", "take_out"),
    }
    return SQL(statements[name]).format(table=Identifier(table), column=Identifier(column))


def _typed(fact: FactRow) -> float | int | str:
    if fact.kind is FactKind.FLOOR_AREA:
        return float(fact.value)
    if fact.kind is FactKind.HEADCOUNT:
        return int(fact.value)
    return fact.value


def _span(fact: FactRow, zone: str | None) -> dict[str, object]:
    at = ZoneInfo(zone or "UTC")
    return {
        "organisation_id": fact.organisation_id,
        "since": None if fact.first_day is None else day_start(fact.first_day, at),
        "until": None if fact.end_day is None else day_start(fact.end_day, at),
    }
