"""Limits by which a vehicle is called idle and a fleet too large: added to, never changed."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from store.queries import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetLimitRow:
    """Limits of a place from a local day on, and why; see `analytics.fleet.utilisation`.

    Attributes
    ----------
    spare_hours : Decimal
        Hours in which a fleet may have been too small. [h]
    away_hours : Decimal
        Who drives on within so long was out all the while. [h]
    """

    organisation_id: int
    holds_from: date
    used_days: Decimal
    km_day: Decimal
    least_known: Decimal
    spare_hours: Decimal
    away_hours: Decimal
    reason: str


def limits_in_force(conn: Connection, place_id: int, day: date) -> FleetLimitRow | None:
    """Newest limits in force on a day, of the place or the nearest above it that has any."""
    arguments = {"place_id": place_id, "day": day}
    with conn.cursor(row_factory=class_row(FleetLimitRow)) as cursor:
        return cursor.execute(sql("fleet_limit", "limits_of"), arguments).fetchone()


def add_limits(conn: Connection, row: FleetLimitRow) -> None:
    """Add limits of a place."""
    conn.execute(sql("fleet_limit", "add"), asdict(row))
