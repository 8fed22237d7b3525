"""The table of outdoor temperatures by the hour, of places that have neither sensor nor server.

A time is RFC 3339, or local without an offset; of an hour that comes twice the first row is the
first pass. Hours that the table does not name stay as they are.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.weather_hour import HOUR, SourceKind
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, parse_text
from store.places.fact import administered_codes
from store.places.place import OrganisationRow, organisations
from store.places.weather_hour import imported_hours, put_hours

_POSSIBLE_C = 100
"""Beyond it is a slip of the pen; what is merely doubtful is kept and marked. [degC]"""
_Key = tuple[str, datetime]


def parse_time(text: str) -> datetime:
    """A whole hour, as 2026-07-01 13:00 or 2026-07-01T13:00+08:00; aware only with an offset."""
    wanted = "2026-07-01 13:00"
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(wanted) from None
    if at != at.replace(minute=0, second=0, microsecond=0) or not 1949 <= at.year < 2200:  # noqa: PLR2004 - as days
        raise ValueError(wanted)
    return at


def parse_temperature(text: str) -> float:
    """A temperature in degrees Celsius."""
    wanted = f"-{_POSSIBLE_C}..{_POSSIBLE_C}"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not math.isfinite(value) or abs(value) > _POSSIBLE_C:
        raise ValueError(wanted)
    return value


class WeatherHours:
    """Hourly temperatures of many places."""

    form = Form(
        "weather_hours",
        (
            Column("organisation", "机构编码", parse_text, "not_text"),
            Column("time", "时间", parse_time, "not_an_hour"),
            Column("temperature_c", "气温 ℃", parse_temperature, "not_a_temperature", numeric=True),
            Column("source", "来源", parse_text, "not_text"),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Places that are not there or not the person's; hours twice, skipped, or not over."""
        places = {row.code: row for row in organisations(conn)}
        own, now = administered_codes(conn), datetime.now(UTC)
        faults, first = [], dict[_Key, int]()
        for row in rows:
            code = str(row.values["organisation"])
            if code not in places:
                faults.append(row.fault("organisation", "unknown_organisation", ""))
                continue
            if code not in own:
                faults.append(row.fault("organisation", "not_administered", ""))
            hour = _hour(row, places[code], first)
            if hour is None:
                faults.append(row.fault("time", "skipped_hour", ""))
            elif (code, hour) in first:
                faults.append(row.fault("time", "twice", str(first[code, hour])))
            elif hour + HOUR > now:
                faults.append(row.fault("time", "not_over", ""))
            else:
                first[code, hour] = row.number
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Keep the hours; what they say otherwise than before supersedes that."""
        places = {row.code: row for row in organisations(conn)}
        seen: dict[_Key, int] = {}
        of_source: dict[tuple[int, str], dict[datetime, float]] = {}
        for row in rows:
            place = places[str(row.values["organisation"])]
            hour, value = _hour(row, place, seen), row.values["temperature_c"]
            assert hour is not None  # noqa: S101 - `check` has refused it
            assert isinstance(value, float)  # noqa: S101 - the form has parsed it
            seen[place.code, hour] = row.number
            of_source.setdefault((place.id, str(row.values["source"])), {})[hour] = value
        for (place_id, source), hours in of_source.items():
            put_hours(conn, place_id, SourceKind.IMPORTED, hours, source=source)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every imported hour, in local time with its offset."""
        return [
            [
                row.place,
                row.hour.astimezone(ZoneInfo(row.zone or "UTC")).isoformat(timespec="minutes"),
                f"{Decimal(repr(row.temperature_c)):f}".removesuffix(".0"),
                row.source,
            ]
            for row in imported_hours(conn)
        ]


def _hour(row: FormRow, place: OrganisationRow, seen: dict[_Key, int]) -> datetime | None:
    """Instant of a row's hour; None for one that the clocks of the place skip."""
    at = row.values["time"]
    assert isinstance(at, datetime)  # noqa: S101 - the form has parsed it
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    local = at.replace(tzinfo=ZoneInfo(place.zone or "UTC"))
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) != at:
        return None
    again = local.replace(fold=1).astimezone(UTC)
    return again if (place.code, instant) in seen else instant
