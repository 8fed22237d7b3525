"""Charging piles, what their meters counted, and the charges matched to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True)
class PileRow:
    """A pile and where its meter hangs.

    Attributes
    ----------
    latitude_deg, longitude_deg : float or None
        WGS-84. [deg]
    organisation_id, parent_meter : int or None, str or None
        Where its meter hangs now, and the code of the meter above.
    """

    id: int
    code: str
    name_zh: str
    name_en: str
    meter_id: int
    meter_code: str
    latitude_deg: float | None
    longitude_deg: float | None
    organisation_id: int | None
    parent_meter: str | None


@dataclass(frozen=True, slots=True)
class PlugRow:
    """A current charge; kwh into the battery, None where not told."""

    vehicle_id: int
    segment_id: str
    start_at: datetime
    end_at: datetime
    kwh: float | None
    latitude_deg: float | None
    longitude_deg: float | None


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A charge and the pile that gave it."""

    vehicle_id: int
    segment_id: str
    pile_id: int
    start_at: datetime
    grid_kwh: float
    loss: float | None
    away_m: float | None
    how: list[str]


@dataclass(frozen=True, slots=True)
class PileUse:
    """What a pile gave over a span: to known charges, and to nobody known.

    Attributes
    ----------
    metered_kwh : float or None
        By its meter; None where that has no figure of the span. [kWh]
    matched_kwh : float
        Of it, given to charges that are matched. [kWh]
    unseen_kwh : float
        Of it, given to matched charges of vehicles that the person may not see. [kWh]
    covered_s : int
        Of the span, that its meter has figures for. [s]
    inside, twice : list of str
        Contracts in whose boundary its energy is counted; of those, where its own meter and one
        above it are both in the boundary, so that it is counted twice.
    """

    pile_id: int
    code: str
    name_zh: str
    name_en: str
    meter_id: int
    meter_code: str
    above: list[str]
    metered_kwh: float | None
    matched_kwh: float
    charges: int
    unseen_kwh: float
    covered_s: int
    inside: list[str]
    twice: list[str]

    @property
    def unmatched_kwh(self) -> float | None:
        """Given to nobody known; None where its meter tells nothing. [kWh]."""
        if self.metered_kwh is None:
            return None
        return max(self.metered_kwh - self.matched_kwh - self.unseen_kwh, 0.0)


def piles(conn: Connection) -> list[PileRow]:
    """Piles that may be seen, by code."""
    with conn.cursor(row_factory=class_row(PileRow)) as cursor:
        return cursor.execute(sql("pile", "piles")).fetchall()


def add_pile(conn: Connection, row: dict[str, Any]) -> bool:
    """Add a pile at a meter; False when its code or the meter is taken.

    Parameters
    ----------
    row : dict
        code, name_zh, name_en, meter_id, latitude_deg, longitude_deg.
    """
    return conn.execute(sql("pile", "add"), row).rowcount == 1


def span_to_match(conn: Connection) -> tuple[datetime, datetime] | None:
    """Span of the charges and of the piles' figures that are known since the last look."""
    row = conn.execute(sql("pile", "span_to_match")).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def note_run(conn: Connection, *, now: datetime) -> None:
    """Note that all is matched that was known by now."""
    conn.execute(sql("pile", "note_run"), {"now": now})


def plugs(conn: Connection, first: datetime, end: datetime) -> list[PlugRow]:
    """Current charges of which a part lies in [first, end)."""
    with conn.cursor(row_factory=class_row(PlugRow)) as cursor:
        return cursor.execute(sql("pile", "plugs"), {"first": first, "end": end}).fetchall()


def metered(
    conn: Connection, pile_ids: Sequence[int], first: datetime, end: datetime
) -> list[tuple[int, datetime, datetime, float]]:
    """Pile, start, end and energy [kWh] of intervals of piles' meters that touch [first, end).

    Intervals of nothing are among them; what has none was not counted.
    """
    arguments = {"pile_ids": list(pile_ids), "first": first, "end": end}
    return conn.execute(sql("pile", "metered"), arguments).fetchall()


def matches_between(
    conn: Connection, first: datetime, end: datetime, *, vehicle_id: int | None = None
) -> list[MatchRow]:
    """Current matches of charges that begin in [first, end), of one vehicle or of all."""
    arguments = {"first": first, "end": end, "vehicle_id": vehicle_id}
    with conn.cursor(row_factory=class_row(MatchRow)) as cursor:
        return cursor.execute(sql("pile", "matches"), arguments).fetchall()


def replace_matches(
    conn: Connection, gone: Sequence[MatchRow], anew: Sequence[MatchRow], *, now: datetime
) -> None:
    """End matches and add others that are known from now on."""
    with conn.cursor() as cursor:
        ended = [{"vehicle": row.vehicle_id, "segment": row.segment_id, "now": now} for row in gone]
        cursor.executemany(sql("pile", "supersede"), ended)
        added = [
            {
                "vehicle": row.vehicle_id,
                "segment": row.segment_id,
                "pile": row.pile_id,
                "start_at": row.start_at,
                "grid_kwh": row.grid_kwh,
                "loss": row.loss,
                "away_m": row.away_m,
                "how": row.how,
                "now": now,
            }
            for row in anew
        ]
        cursor.executemany(sql("pile", "add_match"), added)


def charging_balance(conn: Connection, first: datetime, end: datetime) -> list[PileUse]:
    """What each pile gave over [first, end), to whom it is known, and whose bill it is in."""
    with conn.cursor(row_factory=class_row(PileUse)) as cursor:
        return cursor.execute(sql("pile", "balance"), {"first": first, "end": end}).fetchall()
