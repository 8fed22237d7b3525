"""What people enter of the use of vehicles: fees, rentals, bookings, places, maintenance.

All of it is only added to; of what is entered anew the newest counts.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from json import dumps

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Json

from store.queries import sql

_DUMPS = partial(dumps, default=str)


@dataclass(frozen=True, slots=True)
class PileFeeRow:
    """Fees of a pile from a local day on. [CNY], [CNY/kWh]."""

    pile_id: int
    pile: str
    holds_from: date
    session_cny: Decimal
    service_cny_kwh: Decimal
    document: str


@dataclass(frozen=True, slots=True)
class RentalTermsRow:
    """Terms of a rental from a local day on. [CNY/h], [CNY/km], [CNY], [min], [km]."""

    vehicle_id: int
    holds_from: date
    hour_cny: Decimal
    km_cny: Decimal
    day_cap_cny: Decimal | None
    step_min: int
    free_km: Decimal
    document: str


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking or dispatch order for [start_at, end_at)."""

    vehicle_id: int
    number: str
    start_at: datetime
    end_at: datetime
    purpose: str
    driver: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """An entry of the ledger of places."""

    organisation_id: int
    kind: str
    day: date
    places: int
    receiver_id: int | None
    document: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What is to be done to a vehicle, how often, and when it last was. [km], [d]."""

    vehicle_id: int
    item: str
    every_km: Decimal | None
    every_days: int | None
    done_on: date


def pile_fees(conn: Connection) -> list[PileFeeRow]:
    """Fees by pile and day; entered later, counts."""
    with conn.cursor(row_factory=class_row(PileFeeRow)) as cursor:
        return cursor.execute(sql("fleet_entry", "pile_fees")).fetchall()


def add_pile_fee(conn: Connection, row: PileFeeRow) -> None:
    """Add fees of a pile."""
    conn.execute(sql("fleet_entry", "add_pile_fee"), asdict(row))


def piles(conn: Connection) -> dict[str, int]:
    """Piles the person may see, by code."""
    return dict(conn.execute(sql("fleet_entry", "piles")).fetchall())


def administered_piles(conn: Connection) -> set[int]:
    """Piles whose fees the person may enter."""
    return {row[0] for row in conn.execute(sql("fleet_entry", "administered_piles"))}


def rental_terms(conn: Connection) -> list[RentalTermsRow]:
    """Terms by vehicle and day; entered later, counts."""
    with conn.cursor(row_factory=class_row(RentalTermsRow)) as cursor:
        return cursor.execute(sql("fleet_entry", "rental_terms")).fetchall()


def add_rental_terms(conn: Connection, row: RentalTermsRow) -> None:
    """Add terms of a rental."""
    conn.execute(sql("fleet_entry", "add_rental_terms"), asdict(row))


def bookings(
    conn: Connection, vehicles: Collection[int], first: datetime, until: datetime
) -> list[BookingRow]:
    """Newest of each booking that touches [first, until), by time."""
    arguments = {"vehicle_ids": list(vehicles), "first": first, "until": until}
    with conn.cursor(row_factory=class_row(BookingRow)) as cursor:
        return cursor.execute(sql("fleet_entry", "bookings"), arguments).fetchall()


def add_booking(conn: Connection, row: BookingRow) -> None:
    """Add a booking, or what it is now."""
    conn.execute(sql("fleet_entry", "add_booking"), asdict(row))


def quota_entries(conn: Connection) -> list[QuotaRow]:
    """Entries of the ledger of places, by day."""
    with conn.cursor(row_factory=class_row(QuotaRow)) as cursor:
        return cursor.execute(sql("fleet_entry", "quota_entries")).fetchall()


def add_quota_entry(conn: Connection, row: QuotaRow) -> None:
    """Add an entry; one of the same institution, document, kind and receiver stays as it is."""
    conn.execute(sql("fleet_entry", "add_quota_entry"), asdict(row))


def maintenance_plans(conn: Connection) -> list[PlanRow]:
    """Newest plan of each vehicle and item."""
    with conn.cursor(row_factory=class_row(PlanRow)) as cursor:
        return cursor.execute(sql("fleet_entry", "maintenance_plans")).fetchall()


def add_maintenance_plan(conn: Connection, row: PlanRow) -> None:
    """Add a plan, or what it is now."""
    conn.execute(sql("fleet_entry", "add_maintenance_plan"), asdict(row))


def km_since(
    conn: Connection, plans: Iterable[tuple[int, str, datetime]]
) -> dict[tuple[int, str], float]:
    """Kilometres driven since an instant, by vehicle and item."""
    rows = [{"vehicle_id": vehicle, "item": item, "since": at} for vehicle, item, at in plans]
    found = conn.execute(sql("fleet_entry", "km_since"), {"plans": Json(rows, dumps=_DUMPS)})
    return {(vehicle, item): float(km) for vehicle, item, km in found}
