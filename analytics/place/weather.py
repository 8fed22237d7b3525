"""How hot the days of a place were, for prices that depend on it, and by whose word."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.local_day import day_end, day_start
from domain.time_of_use import HOT_DAYS_MOST
from domain.weather_hour import SourceKind, StationHour, chosen, highest_c, unknown_hours
from store.places.weather_hour import station_hours


class PlaceWeather:
    """Highest temperature of local days, read from the store when the first one is asked for.

    Parameters
    ----------
    first_day, end_day : date
        Days that may be asked for, and those before them that a row of hot days reaches back to.
    as_of : datetime or None
        Only what was known then counts; None for all that is known.
    """

    def __init__(
        self,
        conn: Connection,
        place: int,
        zone: ZoneInfo,
        first_day: date,
        end_day: date,
        *,
        as_of: datetime | None = None,
    ) -> None:
        self._conn, self._place, self._zone, self._as_of = conn, place, zone, as_of
        self._days = first_day - timedelta(days=HOT_DAYS_MOST), end_day
        self._hours: dict[datetime, StationHour] | None = None
        self._asked: dict[date, Decimal] = {}

    def __call__(self, day: date, /) -> Decimal:
        """Highest temperature of a local day. [degC].

        Raises
        ------
        MissingInputError
            If too many of its hours are unknown.
        """
        if day not in self._asked:
            hours = self._known()
            self._asked[day] = highest_c(hours, *self._span(day))
        return self._asked[day]

    def missing_h(self, day: date) -> int:
        """Hours of a local day that are not known. [h]."""
        return unknown_hours(self._known(), *self._span(day))

    def partly_known(self) -> dict[date, int]:
        """Days asked for of which some hours are not known, and how many. [h]."""
        found = {day: self.missing_h(day) for day in sorted(self._asked)}
        return {day: hours for day, hours in found.items() if hours}

    def undocumented(self) -> list[str]:
        """Sources but imported ones that told of the days asked for; an import names a document."""
        known = self._hours or {}
        spans = [self._span(day) for day in self._asked]
        told = {
            f"{one.kind} {one.station}"
            for hour, one in known.items()
            if one.kind is not SourceKind.IMPORTED and any(a <= hour < b for a, b in spans)
        }
        return sorted(told)

    def _known(self) -> dict[datetime, StationHour]:
        if self._hours is None:
            span = day_start(self._days[0], self._zone), day_start(self._days[1], self._zone)
            hours = station_hours(self._conn, self._place, *span, as_of=self._as_of)
            self._hours = chosen(hours)
        return self._hours

    def _span(self, day: date) -> tuple[datetime, datetime]:
        return day_start(day, self._zone), day_end(day, self._zone)
