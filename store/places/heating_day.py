"""Whether a place is heated on a day, by the season of the region it lies in."""

from collections.abc import Iterable
from datetime import date, datetime

from psycopg import Connection

from domain.errors import ConfigurationError
from domain.fact import FactKind
from domain.heating_season import is_checked, season_on
from store.places.fact import nearest_fact
from store.places.heating import heating_rules, heating_seasons


class HeatingDays:
    """The heating season of a place, asked day by day.

    Parameters
    ----------
    at : datetime
        When the region is looked up.
    """

    def __init__(self, conn: Connection, organisation_id: int, at: datetime) -> None:
        self._region = nearest_fact(conn, organisation_id, FactKind.REGION, at)
        self._rules = {row.region: row.rule() for row in heating_rules(conn)}
        self._seasons = [row.season() for row in heating_seasons(conn)]

    def on(self, day: date) -> bool | None:
        """Whether the season runs on a day; None where nothing is known of one."""
        if self._region is None:
            return None
        try:
            return season_on(self._region, day, self._rules, self._seasons) is not None
        except ConfigurationError:
            return None

    def checked(self, days: Iterable[date]) -> bool | None:
        """Whether people have checked the seasons of some days; None where nothing is known."""
        if self._region is None:
            return None
        try:
            return all(is_checked(self._region, day, self._rules, self._seasons) for day in days)
        except ConfigurationError:
            return None
