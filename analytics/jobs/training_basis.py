"""What trainings are read with: meters of the time, and what drives their days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.baseline.bills import BillTraining
from analytics.baseline.hours import HourTraining
from analytics.baseline.training import Training
from analytics.models.estimator import Floats
from analytics.place.day_drivers import (
    Kinds,
    Warmth,
    heated_days,
    kinds_of_days,
    region_of_place,
    warmth,
)
from analytics.place.total import counted_meters
from analytics.place.tree_days import whole_days
from domain.local_day import day_start
from domain.quantity import quantities
from domain.registry import REGISTER_OF_MEDIUM, Medium
from domain.school_term import term_days
from store.contracts.baseline_work import Stretch, WantedDays
from store.meters.meter_tree import names
from store.places.fact import fact_keys
from store.places.occasion import terms_of_places

Work = TypeVar("Work", bound=WantedDays)
Kept = TypeVar("Kept", Training, HourTraining, BillTraining)


@dataclass(frozen=True, slots=True)
class ReadTraining(Generic[Work, Kept]):
    """A training as the store has it now.

    Attributes
    ----------
    shares : hashable
        Baselines of which this is equal share days, temperatures, kinds of day and heating.
    basis : mapping
        Where it comes from: zone, unit, meters, calendar, weather, heating.
    """

    work: Work
    training: Kept
    shares: tuple[object, ...]
    basis: Mapping[str, Any]


def zone_of(work: WantedDays) -> ZoneInfo:
    """Clock of the place."""
    return ZoneInfo(work.zone or "UTC")


def stretches_of(conn: Connection, work: WantedDays) -> list[Stretch]:
    """Meters whose sum is wanted, from when to when."""
    if work.meter_id is not None:
        return [Stretch((work.meter_id,), work.first_day, work.end_day)]
    zone = zone_of(work)
    span = day_start(work.first_day, zone), day_start(work.end_day, zone)
    return [*whole_days(counted_meters(conn, work.organisation_id, work.medium, *span), zone)]


def share_of(unmeasured: float, use: Floats) -> float:
    """Part of the use that is not measured. [1]."""
    total = float(np.nansum(use))
    return unmeasured / total if total > 0 else 0.0


class Told(NamedTuple):
    """What drives the use of days."""

    outdoors: Warmth
    kinds: Kinds
    region: str | None
    heated: frozenset[Any] | None
    kinds_in_order: str
    """Kinds of the days in one text, for comparing."""
    in_term: Mapping[date, bool] | None
    """Whether each day lies in a term of the school; None where that is not known of every day."""


def shared(work: WantedDays, told: Told) -> tuple[object, ...]:
    """What baselines that are fitted together must have in common."""
    days = (work.weather_key, work.zone, work.first_day, work.end_day)
    taught = None if told.in_term is None else tuple(told.in_term.values())
    return (*days, told.heated, told.kinds_in_order, taught)


def bases(
    conn: Connection,
    work: Sequence[WantedDays],
    parts: Sequence[Sequence[Stretch]],
    told: Sequence[Told],
) -> list[dict[str, Any]]:
    """Where trainings come from."""
    codes = names(conn, {meter for each in parts for stretch in each for meter in stretch.terms})
    return [
        _basis(
            each,
            [
                {
                    "first_day": str(stretch.first_day),
                    "end_day": str(stretch.end_day),
                    "meters": [codes[meter].code for meter in stretch.meters],
                    **({"less": [codes[m].code for m in stretch.less]} if stretch.less else {}),
                }
                for stretch in stretches
            ],
            by,
        )
        for each, stretches, by in zip(work, parts, told, strict=True)
    ]


def _basis(work: WantedDays, meters: list[dict[str, Any]], told: Told) -> dict[str, Any]:
    kinds = told.kinds
    return {
        "zone": zone_of(work).key,
        "unit": quantities()[REGISTER_OF_MEDIUM[Medium(work.medium)]].unit,
        "meters": meters,
        "calendar": {"code": kinds.calendar, "years": kinds.years, "missing": [*kinds.missing]},
        "weather": told.outdoors.sources,
        "heating": None if told.heated is None else {"region": told.region},
        "terms": told.in_term is not None,
    }


class Drivers:
    """What drives the days of one batch, by what places share."""

    def __init__(self, conn: Connection, work: Sequence[WantedDays]) -> None:
        self._conn = conn
        self._warmth: dict[tuple[object, ...], Warmth] = {}
        self._told: dict[tuple[object, ...], Told] = {}
        places = {each.organisation_id for each in work}
        self._facts = fact_keys(conn, places)
        self._terms = terms_of_places(conn, places)

    def of(self, work: WantedDays) -> Told:
        """Of the days of a training."""
        zone, days = zone_of(work), (work.first_day, work.end_day)
        outdoors = (work.weather_key, zone.key, *days)
        if outdoors not in self._warmth:
            self._warmth[outdoors] = warmth(self._conn, work.organisation_id, zone, *days)
        terms = self._terms.get(work.organisation_id, ())
        place = (self._facts[work.organisation_id], terms, *outdoors)
        if place not in self._told:
            kinds = kinds_of_days(self._conn, work.organisation_id, *days)
            at = day_start(work.first_day, zone)
            region = region_of_place(self._conn, work.organisation_id, at)
            heated = heated_days(self._conn, region, *days)
            named = ",".join(f"{day}{kind}" for day, kind in kinds.kinds.items())
            taught = term_days(terms, *days)
            whole = taught if len(taught) == (days[1] - days[0]).days else None
            self._told[place] = Told(self._warmth[outdoors], kinds, region, heated, named, whole)
        return self._told[place]
