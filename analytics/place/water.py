"""Water of a place and its buildings: use, what ran at night, and what no submeter counted."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.ledger.balance import Balance, balance
from analytics.ledger.night_minimum import NightMinimum, night_minimum
from analytics.place.total import hours_of
from domain.calendar import days
from domain.local_day import day_start
from domain.meter_tree import Counted, Forest, counted, forests
from domain.registry import Medium, MeterRole
from store.alerts.alert_list import AlertRow, Wanted, alerts
from store.meters.meter_tree import MeterName, names, positions, slots
from store.places.place import ALL, OrganisationRow, organisations

LEAK = "night_flow"
"""Rule whose alerts are suspicions of a leak."""


@dataclass(frozen=True, slots=True)
class WaterMeter:
    """A meter of a place.

    Attributes
    ----------
    use : float or None
        None without any figure. [m3]
    known_s : int
        Time of which that is. [s]
    """

    name: MeterName
    role: MeterRole
    use: float | None
    known_s: int
    nights: NightMinimum


@dataclass(frozen=True, slots=True)
class PlaceWater:
    """Water of one place over local days [first_day, end_day).

    Attributes
    ----------
    lasting_s : int
        Length of these days. [s]
    nights : NightMinimum
        Of the place as a whole: of nights in which all meters of its sum have figures. [m3/h]
    """

    place: OrganisationRow
    first_day: date
    end_day: date
    lasting_s: int
    balance: Balance
    nights: NightMinimum
    meters: tuple[WaterMeter, ...]

    @property
    def covered(self) -> float:
        """Share of the days of which the total is. [1]."""
        return self.balance.total_s / self.lasting_s

    @property
    def mean_flow(self) -> float | None:
        """Mean of the time that has a figure. [m3/h]."""
        known = self.balance
        return None if known.total is None else known.total / (known.total_s / 3600)

    @property
    def night_share(self) -> float | None:
        """Usual least flow of a night as a share of the mean flow. [1]."""
        mean, usual = self.mean_flow, self.nights.usual
        return usual / mean if usual is not None and mean else None


def water_of(
    conn: Connection, place: OrganisationRow, first_day: date, end_day: date
) -> PlaceWater | None:
    """Water of a place; None where no water meter hung there or below it."""
    zone = ZoneInfo(place.zone or "UTC")
    span = day_start(first_day, zone), day_start(end_day, zone)
    hung = positions(conn, place.id, Medium.WATER, *span)
    known = names(conn, {position.meter_id for position in hung if position.here})
    if not known:
        return None
    trees = forests(hung, *span)
    uses = slots(conn, list(known), (first_day, end_day))
    asked = list(days(first_day, end_day))

    def nights(stretches: list[Counted]) -> NightMinimum:
        return night_minimum(hours_of(conn, stretches), asked, zone)

    return PlaceWater(
        place,
        first_day,
        end_day,
        round((span[1] - span[0]).total_seconds()),
        balance(trees, uses),
        nights(counted(trees)),
        tuple(
            WaterMeter(
                name,
                _role(trees, meter),
                sum(uses[meter].values()) if uses[meter] else None,
                sum(length for _, length in uses[meter]),
                nights([Counted(*span, (meter,))]),
            )
            for meter, name in sorted(known.items(), key=lambda each: each[1].code)
        ),
    )


def water_below(
    conn: Connection, place: OrganisationRow, first_day: date, end_day: date
) -> list[PlaceWater]:
    """The place itself, then its buildings by code, of those that have water meters."""
    rows = [place, *(row for row in below(conn, place) if row.kind == "building")]
    found = (water_of(conn, row, first_day, end_day) for row in rows)
    return [each for each in found if each is not None]


def below(conn: Connection, place: OrganisationRow) -> list[OrganisationRow]:
    """Places below one that the person may see, as they stand now, by code."""
    rows, ids = organisations(conn), {place.id}
    while more := {row.id for row in rows if row.parent_id in ids} - ids:
        ids |= more
    found = (row for row in rows if row.id in ids and row.id != place.id)
    return sorted(found, key=lambda row: row.code)


def leak_suspicions(
    conn: Connection, place: OrganisationRow, first: datetime, end: datetime
) -> list[AlertRow]:
    """Suspicions of leaks that stood at a place or below it at any time in [first, end)."""
    rows = alerts(conn, Wanted("all", place.id, LEAK), at_most=ALL)
    return sorted(_within(rows, first, end), key=lambda row: (row.began_at, row.id))


def _within(rows: Collection[AlertRow], first: datetime, end: datetime) -> Iterator[AlertRow]:
    for row in rows:
        ended = row.resolved_at is not None and row.resolved_at <= first
        if not (row.shadow or ended) and row.began_at < end:
            yield row


def _role(trees: list[Forest], meter: int) -> MeterRole:
    """Its newest role in that time."""
    return next(tree.roles[meter] for tree in reversed(trees) if meter in tree.roles)
