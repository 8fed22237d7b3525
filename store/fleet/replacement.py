"""How long petrol cars that might be replaced stood near piles."""

from collections.abc import Collection
from datetime import date, datetime

from psycopg import Connection

from store.queries import sql


def hours_near_piles(
    conn: Connection,
    vehicles: Collection[int],
    piles: Collection[int],
    span: tuple[datetime, datetime],
    *,
    zone: str,
    near_m: float,
) -> dict[int, dict[date, float]]:
    """Hours that vehicles stood near any of some piles, by local day. [h].

    A day on which no stop has a position is absent: it is not known where the vehicle stood.
    """
    arguments = {
        "vehicle_ids": list(vehicles),
        "pile_ids": list(piles),
        "first": span[0],
        "until": span[1],
        "zone": zone,
        "near_m": near_m,
    }
    found: dict[int, dict[date, float]] = {vehicle: {} for vehicle in vehicles}
    for vehicle_id, day, hours in conn.execute(sql("replacement", "standing"), arguments):
        found[vehicle_id][day] = hours
    return found
