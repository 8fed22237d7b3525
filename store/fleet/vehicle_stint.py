"""What vehicles of a place did in a period: their time there, trips and charges."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import class_row

from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class StintRow:
    """A vehicle at a place and described in one way, in [start_at, end_at).

    Attributes
    ----------
    institution_id : int
        To which the place belonged then; the place itself where it belonged to none.
    """

    vehicle_id: int
    code: str
    plate: str
    vehicle_class: str
    powertrain: str
    acquisition: str
    place_id: int
    department: str
    institution_id: int
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class TripRow:
    """A trip that counts.

    Attributes
    ----------
    km, electric_km : float or None
        [km]
    kwh : float or None
        Net out of the battery. [kWh]
    known_at : datetime
        Of its present version.
    """

    vehicle_id: int
    id: str
    start_at: datetime
    end_at: datetime
    km: float | None
    electric_km: float | None
    kwh: float | None
    estimated: bool
    known_at: datetime


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A plug-in.

    Attributes
    ----------
    kwh : float or None
        Into the battery. [kWh]
    pile_id, pile_kwh : int and float, or None
        Pile of our own it came from, and what its meter counted over the plug-in. [kWh]
    meter_id, pile : int and str, or None
        Of the pile; None also where the person may not see it.
    """

    vehicle_id: int
    id: str
    start_at: datetime
    end_at: datetime
    kwh: float | None
    pile_id: int | None
    pile_kwh: float | None
    meter_id: int | None
    pile: str | None


@dataclass(frozen=True, slots=True)
class Nameable:
    """A vehicle that bore a plate in [start_at, end_at); None: without a bound."""

    vehicle_id: int
    code: str
    plate: str
    start_at: datetime | None
    end_at: datetime | None
    zone: str | None


def stints(conn: Connection, place_id: int, first: datetime, until: datetime) -> list[StintRow]:
    """Vehicles at a place or below it in [first, until), by code and time."""
    arguments = {"place_id": place_id, "first": first, "until": until}
    with conn.cursor(row_factory=class_row(StintRow)) as cursor:
        return cursor.execute(sql("vehicle_stint", "stints"), arguments).fetchall()


def institutions_at(conn: Connection, place_id: int, at: datetime) -> set[int]:
    """Institutions at a place or below it at an instant."""
    arguments = {"place_id": place_id, "at": at}
    return {row[0] for row in conn.execute(sql("vehicle_stint", "institutions"), arguments)}


def trips_of(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime
) -> list[TripRow]:
    """Trips that count, begun in [first, until), by vehicle and time."""
    arguments = {"vehicle_ids": list(vehicles), "first": first, "until": until}
    with conn.cursor(row_factory=class_row(TripRow)) as cursor:
        return cursor.execute(sql("vehicle_stint", "trips"), arguments).fetchall()


def charges_of(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime
) -> list[ChargeRow]:
    """Plug-ins that touch [first, until), by vehicle and time."""
    arguments = {"vehicle_ids": list(vehicles), "first": first, "until": until}
    with conn.cursor(row_factory=class_row(ChargeRow)) as cursor:
        return cursor.execute(sql("vehicle_stint", "charges"), arguments).fetchall()


def pile_taken(
    conn: Connection, rows: Collection[ChargeRow], pile_id: int, first: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """Spans in which a pile charged in [first, until) beside `rows`, whoever had the vehicle.

    Also of vehicles that the person may not see. None of a pile whose meter they may not see.
    """
    arguments = {
        "pile_id": pile_id,
        "first": first,
        "until": until,
        "vehicle_ids": [row.vehicle_id for row in rows],
        "ids": [row.id for row in rows],
    }
    return conn.execute(sql("vehicle_stint", "pile_taken"), arguments).fetchall()


def seen(
    conn: Connection, vehicles: Collection[int]
) -> dict[int, list[tuple[datetime | None, datetime | None]]]:
    """Spans in which the person may see what each vehicle did; None: without a bound."""
    found: dict[int, list[tuple[datetime | None, datetime | None]]] = {}
    arguments = {"vehicle_ids": list(vehicles)}
    for vehicle_id, start, end in conn.execute(sql("vehicle_stint", "seen"), arguments):
        found.setdefault(vehicle_id, []).append((start, end))
    return found


def told_spans(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    """Spans that touch [first, until) over which it is told what each vehicle did, in order."""
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    arguments = {"vehicle_ids": list(vehicles), "first": first, "until": until}
    for vehicle_id, start, end in conn.execute(sql("vehicle_stint", "told"), arguments):
        found.setdefault(vehicle_id, []).append((start, end))
    return found


def waiting_vehicles(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime, *, end_day: date
) -> set[int]:
    """Vehicles of which days before `end_day` are to be cut, or charges not held against piles.

    Of charges those that touch [first, until).
    """
    arguments = {
        "vehicle_ids": list(vehicles),
        "first": first,
        "until": until,
        "end_day": end_day,
    }
    return {row[0] for row in conn.execute(sql("vehicle_stint", "waiting"), arguments)}


def vehicles_unseen(conn: Connection, place_id: int, first: datetime, until: datetime) -> int:
    """How many vehicles stood at or below a place in [first, until) that the person may not see."""
    arguments = {"place_id": place_id, "first": first, "until": until}
    return int(one_row(conn, sql("vehicle_stint", "unseen"), arguments)[0])


def days_heard(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime, zone: str
) -> dict[int, set[date]]:
    """Local days of [first, until) on which anything is known of each vehicle."""
    arguments = {"vehicle_ids": list(vehicles), "first": first, "until": until, "zone": zone}
    found: dict[int, set[date]] = {vehicle: set() for vehicle in vehicles}
    for vehicle_id, day in conn.execute(sql("vehicle_stint", "days_heard"), arguments):
        found[vehicle_id].add(day)
    return found


def nameable(conn: Connection) -> list[Nameable]:
    """Vehicles whose entries the person may make, by each plate they bore."""
    with conn.cursor(row_factory=class_row(Nameable)) as cursor:
        return cursor.execute(sql("vehicle_stint", "nameable")).fetchall()


def vehicle_codes(conn: Connection) -> dict[int, str]:
    """Codes of the vehicles the person may see."""
    return dict(conn.execute(sql("vehicle_stint", "codes")).fetchall())
