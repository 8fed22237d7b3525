"""Outdoor temperature by the hour in the store: of every station that can serve a place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from domain.weather_hour import SourceKind, StationHour
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A station that can serve a place, and what it said last.

    Attributes
    ----------
    step : int
        How far above the place it stands.
    station : str
        Code of the sensor, or of the place for which it was pulled or imported.
    newest_c : float or None
        Newest temperature, of the instant or hour `newest_at`. [degC]
    taken_at : datetime or None
        When that was received, fetched or imported.
    """

    step: int
    kind: str
    station: str
    place: str
    source: str
    newest_at: datetime | None
    newest_c: float | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class PullRow:
    """Address from which hourly weather of a place is pulled, and how that went."""

    organisation_id: int
    place: str
    address: str
    latitude_deg: float
    longitude_deg: float
    set_at: datetime
    tried_at: datetime | None
    succeeded_at: datetime | None
    fault: str


@dataclass(frozen=True, slots=True)
class ImportedHour:
    """An hour that was imported for a place. [degC]."""

    place: str
    zone: str | None
    hour: datetime
    temperature_c: float
    source: str


def station_hours(
    conn: Connection,
    organisation_id: int,
    first: datetime,
    last: datetime,
    *,
    as_of: datetime | None = None,
) -> Iterator[StationHour]:
    """Hours in [first, last) of stations at a place, above it, and of neighbours in its city.

    Parameters
    ----------
    as_of : datetime or None
        Hours that had come until then, as they were told by then; None for all that is known.
    """
    arguments = {"organisation_id": organisation_id, "first": first, "last": last, "as_of": as_of}
    for hour, step, kind, *rest in conn.execute(sql("weather", "hours"), arguments):
        yield StationHour(hour, step, SourceKind(kind), *rest)


def weather_sources(conn: Connection, organisation_id: int) -> list[SourceRow]:
    """Stations that can serve a place, the nearest and of those the preferred kind first."""
    arguments = {"organisation_id": organisation_id}
    with conn.cursor(row_factory=class_row(SourceRow)) as cursor:
        rows = cursor.execute(sql("weather", "sources"), arguments).fetchall()
    order = list(SourceKind)
    return sorted(rows, key=lambda row: (row.step, order.index(SourceKind(row.kind)), row.station))


def newest_of_places(conn: Connection) -> list[tuple[int, datetime | None]]:
    """Places with a sensor or server of their own, and up to when one told of the weather."""
    return conn.execute(sql("weather", "newest_of_places")).fetchall()


def pulls(conn: Connection, organisation_id: int | None = None) -> list[PullRow]:
    """Addresses weather is pulled from, of a place or of all."""
    arguments = {"organisation_id": organisation_id}
    with conn.cursor(row_factory=class_row(PullRow)) as cursor:
        return cursor.execute(sql("weather", "pulls"), arguments).fetchall()


def set_pull(
    conn: Connection, organisation_id: int, address: str, latitude_deg: float, longitude_deg: float
) -> None:
    """Pull the weather of a place from an address from now on, instead of any other."""
    clear_pull(conn, organisation_id)
    arguments = {
        "organisation_id": organisation_id,
        "address": address,
        "latitude_deg": latitude_deg,
        "longitude_deg": longitude_deg,
    }
    conn.execute(sql("weather", "set_pull"), arguments)


def clear_pull(conn: Connection, organisation_id: int) -> bool:
    """Pull nothing for a place any more; False when nothing was."""
    arguments = {"organisation_id": organisation_id}
    return conn.execute(sql("weather", "clear_pull"), arguments).rowcount == 1


def note_pull(conn: Connection, organisation_id: int, *, now: datetime, fault: str) -> None:
    """Note how an attempt to pull went; an empty fault says that it went well."""
    arguments = {"organisation_id": organisation_id, "now": now, "fault": fault}
    conn.execute(sql("weather", "note_pull"), arguments)


def put_hours(
    conn: Connection,
    organisation_id: int,
    kind: SourceKind,
    temperatures: Mapping[datetime, float],
    *,
    source: str,
) -> int:
    """Keep hours of a place; one that says something else supersedes what stood there.

    Their days are noted in the same transaction, for `follow_weather`.

    Parameters
    ----------
    temperatures : mapping of datetime to float
        By the beginning of the hour. [degC]

    Returns
    -------
    int
        Hours that are new or differ.
    """
    arguments = {
        "organisation_id": organisation_id,
        "kind": kind.value,
        "hours": list(temperatures),
        "temperatures": [float(each) for each in temperatures.values()],
        "source": source,
    }
    with conn.transaction():
        conn.execute(sql("weather", "supersede"), arguments)
        return conn.execute(sql("weather", "put_hours"), arguments).rowcount


def follow_weather(conn: Connection, *, now: datetime) -> int:
    """Put the days of meters on the work list that lean on weather which came since.

    A day of weather is followed once it is over where it was told; until then the meter's own next
    reading brings it in. Running this twice changes nothing.

    Parameters
    ----------
    now : datetime
        Aware.

    Returns
    -------
    int
        Days touched.
    """
    row = one_row(conn, sql("weather", "follow"), {"now": now})
    return int(row[0])


def imported_hours(conn: Connection) -> list[ImportedHour]:
    """Every imported hour that counts, by place and time."""
    with conn.cursor(row_factory=class_row(ImportedHour)) as cursor:
        return cursor.execute(sql("weather", "imported")).fetchall()


def places_of_meter(conn: Connection, meter_id: int) -> list[tuple[int, datetime | None]]:
    """Where a meter hung, and so whose weather and calendar its days have, and since when."""
    return conn.execute(sql("weather", "places_of_meter"), {"meter_id": meter_id}).fetchall()
