"""Trips, stops and charges in versions: what changed supersedes, nothing is overwritten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.queries import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFigures:
    """What a segment says; see `analytics.fleet.segment.Segment` for each.

    Attributes
    ----------
    km_ways, kwh_ways : mapping of str to float
        Every way that tells something. [km], [kWh]
    """

    id: str
    kind: str
    start_at: datetime
    end_at: datetime
    start_after: datetime | None
    end_before: datetime | None
    km: float | None
    km_by: str | None
    km_ways: Mapping[str, float]
    kwh: float | None
    kwh_by: str | None
    kwh_ways: Mapping[str, float]
    kwh_spread: float | None
    recovered_kwh: float | None
    grid_kwh: float | None
    electric_km: float | None
    soc_start: float | None
    soc_end: float | None
    evidence: list[str]
    estimated: bool
    doubts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow(SegmentFigures):
    """A segment as it is kept.

    Attributes
    ----------
    start_latitude_deg, end_latitude_deg : float or None
        Where it began and ended, WGS-84; None where not told, or expired. [deg]
    """

    start_latitude_deg: float | None = None
    start_longitude_deg: float | None = None
    end_latitude_deg: float | None = None
    end_longitude_deg: float | None = None


_FIELDS = [each.name for each in fields(SegmentRow)]


@dataclass(frozen=True, slots=True)
class CutVehicle:
    """What decides how the samples of a vehicle are cut.

    Attributes
    ----------
    code : str
        Goes into the names of segments.
    parking_s, least_km : float
        Of its class.
    battery_kwh : float or None
        Usable capacity.
    hybrid : bool
        Burns fuel as well.
    zone : str
        IANA zone in which its days begin.
    """

    vehicle_id: int
    code: str
    parking_s: float
    least_km: float
    battery_kwh: float | None
    hybrid: bool
    zone: str


def touched_vehicles(conn: Connection, *, but: Collection[int], at_most: int) -> list[int]:
    """Vehicles with samples to be cut, longest waiting first, but for those named."""
    arguments = {"but": list(but), "at_most": at_most}
    rows = conn.execute(sql("vehicle_segment", "touched_vehicles"), arguments)
    return [vehicle_id for (vehicle_id,) in rows]


def claim(conn: Connection, vehicle_id: int) -> bool:
    """Claim a vehicle for this transaction; False while another worker has it."""
    found = conn.execute(sql("vehicle_segment", "claim"), {"vehicle_id": vehicle_id}).fetchone()
    return found == (True,)


def take_touched(conn: Connection, vehicle_id: int) -> set[date | None]:
    """Claim a vehicle for this transaction and take its days off the list.

    Returns
    -------
    set of date or None
        None among them: all days. Empty also when another worker has the vehicle.
    """
    if not claim(conn, vehicle_id):
        return set()
    rows = conn.execute(sql("vehicle_segment", "take_touched"), {"vehicle_id": vehicle_id})
    return {day for (day,) in rows}


def cut_vehicle(conn: Connection, vehicle_id: int) -> CutVehicle | None:
    """How a vehicle is cut, by its newest description; None while it is not described."""
    with conn.cursor(row_factory=class_row(CutVehicle)) as cursor:
        arguments = {"vehicle_id": vehicle_id}
        return cursor.execute(sql("vehicle_segment", "cut_vehicle"), arguments).fetchone()


def emptied_until(conn: Connection) -> datetime | None:
    """Until when raw positions have been emptied; None: never yet."""
    row = conn.execute(sql("vehicle_segment", "emptied_until")).fetchone()
    return None if row is None else row[0]


def trips_around(
    conn: Connection, vehicle_id: int, earliest: datetime, latest: datetime, *, count: int
) -> list[SegmentRow]:
    """The last `count` sound trips before an instant and the first ones after another."""
    return _rows(
        conn,
        "trips_around",
        {"vehicle_id": vehicle_id, "earliest": earliest, "latest": latest, "count": count},
    )


def current(
    conn: Connection, vehicle_id: int, first: datetime | None, last: datetime | None
) -> list[SegmentRow]:
    """Current versions of segments that lie wholly in [first, last], in order of start."""
    return _rows(conn, "current", {"vehicle_id": vehicle_id, "first": first, "last": last})


def overlapping(
    conn: Connection, vehicle_id: int, first: datetime | None, last: datetime | None
) -> list[SegmentRow]:
    """Current versions of segments of which a part lies in [first, last], in order of start."""
    return _rows(conn, "overlapping", {"vehicle_id": vehicle_id, "first": first, "last": last})


def supersede(conn: Connection, vehicle_id: int, names: Sequence[str], *, now: datetime) -> None:
    """End the current versions of segments."""
    if names:
        arguments = {"vehicle_id": vehicle_id, "names": list(names), "now": now}
        conn.execute(sql("vehicle_segment", "supersede"), arguments)


def add_versions(
    conn: Connection, vehicle_id: int, rows: Sequence[SegmentRow], *, now: datetime
) -> None:
    """Add versions that are known from now on."""
    told = [
        {name: getattr(row, name) for name in _FIELDS}
        | {
            "km_ways": Jsonb(dict(row.km_ways)),
            "kwh_ways": Jsonb(dict(row.kwh_ways)),
            "vehicle_id": vehicle_id,
            "now": now,
        }
        for row in rows
    ]
    with conn.cursor() as cursor:
        cursor.executemany(sql("vehicle_segment", "add_version"), told)


def announce(conn: Connection, vehicle_id: int, first_day: date, end_day: date) -> None:
    """Tell the consoles that trips and charges of these days changed; last in a transaction."""
    conn.execute(sql("consumption", "lock_outbox"))
    arguments = {"vehicle_id": vehicle_id, "first_day": first_day, "end_day": end_day}
    conn.execute(sql("vehicle_segment", "announce"), arguments)
    conn.execute(sql("consumption", "notify"))


def _rows(conn: Connection, name: str, arguments: Mapping[str, object]) -> list[SegmentRow]:
    with conn.cursor(row_factory=class_row(SegmentRow)) as cursor:
        return cursor.execute(sql("vehicle_segment", name), arguments).fetchall()
