"""Outdoor sensors and their newest values, as far as the current person may see them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import Connection

from domain.weather import LIMITS, Observed
from store.queries import sql


@dataclass(frozen=True, slots=True)
class Station:
    """An outdoor sensor, where it stands, and the newest value of each quantity it sends."""

    device_id: int
    code: str
    place: str
    observed: tuple[Observed, ...]


def stations(conn: Connection) -> list[Station]:
    """Every outdoor sensor, by code; one that was never heard has no values."""
    found = []
    for device_id, code, place, said in conn.execute(sql("weather", "stations")):
        observed = tuple(
            Observed(code, name, float(said[name][0]), _instant(said[name][1]))
            for name in LIMITS
            if said and name in said
        )
        found.append(Station(device_id, code, place, observed))
    return found


def station_of(conn: Connection, organisation_id: int) -> str | None:
    """Code of the outdoor sensor of a place or the nearest one above it; None without any."""
    arguments = {"organisation_id": organisation_id}
    row = conn.execute(sql("weather", "nearest"), arguments).fetchone()
    return None if row is None else str(row[0])


def _instant(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
