"""The petrol cars of a place held against the candidates in force, from what is kept of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import numpy as np

from analytics.fleet.displacement_terms import terms_of
from analytics.fleet.pile_match import NEAR_M
from analytics.fleet.replacement_terms import Candidate, ReplacementTerms, replacement_of
from analytics.fleet.suitability import Driving, Suitability, suitability
from analytics.fleet_accounts.costs import FleetCosts
from analytics.fleet_accounts.period import FleetPeriod
from analytics.fleet_accounts.use import days_held
from analytics.place.day_drivers import warmth
from domain.errors import MissingInputError
from domain.local_day import local_day
from domain.money import exact
from domain.sentence import Sentence
from store.fleet.fleet_terms import Terms, terms_in_force
from store.fleet.pile import piles
from store.fleet.replacement import hours_near_piles
from store.fleet.vehicle_stint import StintRow, days_heard

_NOTHING = Decimal(0)
_DAY = timedelta(days=1)
_TENTH, _HUNDREDTH, _THOUSANDTH = Decimal("0.1"), Decimal("0.01"), Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Option:
    """A petrol car and one candidate; the vehicle as it is at the end of the months."""

    stint: StintRow
    driving: Driving
    candidate: Candidate
    found: Suitability


@dataclass(frozen=True, slots=True)
class Price:
    """What a kWh costs at the pile.

    Attributes
    ----------
    cny_kwh : Decimal or None
        None where neither a pile of our own nor the terms tell one. [CNY/kWh]
    kwh : Decimal
        That our own piles gave at it; 0: it is the terms', and assumed. [kWh]
    """

    cny_kwh: Decimal | None
    kwh: Decimal


def petrol_cars(period: FleetPeriod) -> list[StintRow]:
    """Petrol cars of a place at the end of the months, by code, as they are then."""
    end = period.months.instants[1]
    return [each for each in period.stints if each.powertrain == "fuel" and each.end_at >= end]


class FleetSuitability:
    """Petrol cars that a place has at the end of some months.

    Raises
    ------
    MissingInputError
        If no candidates are in force.
    """

    def __init__(self, period: FleetPeriod) -> None:
        months = period.months
        row = terms_in_force(period.conn, Terms.REPLACEMENT, period.place.id, months.end_day - _DAY)
        if row is None:
            template = "no candidates to replace petrol cars hold at {place} on {day}"
            reason = Sentence(
                "no_replacement_terms",
                template,
                place=period.place.code,
                day=months.end_day - _DAY,
            )
            raise MissingInputError(reason, code="terms")
        self.period, self.terms_row, self._costs = period, row, FleetCosts(period)
        self.terms: ReplacementTerms = replacement_of(row.terms, place=f"terms {row.terms_id}")

    @cached_property
    def cars(self) -> list[StintRow]:
        """Petrol cars at the end of the months."""
        return petrol_cars(self.period)

    @cached_property
    def measured_coldest_c(self) -> Decimal | None:
        """Mean of the coldest day of the months by the place's weather; None: none. [degC]."""
        months = self.period.months
        days = (self.period.place.id, months.zone, months.first_day, months.end_day)
        means = warmth(self.period.conn, *days).mean_c
        return None if np.isnan(means).all() else exact(float(np.nanmin(means))).quantize(_TENTH)

    @property
    def coldest_c(self) -> Decimal:
        """Mean of the day to reckon with: the stated one, or a colder one measured. [degC]."""
        measured = self.measured_coldest_c
        stated = self.terms.coldest_day_c
        return stated if measured is None else min(stated, measured)

    @cached_property
    def price(self) -> Price:
        """What charging at our own piles came to, fees and all; else what the terms state."""
        months = [
            month
            for each in self._costs.own
            for month in each.cost.months
            if month.amount is not None
        ]
        kwh = sum((month.kwh for month in months), _NOTHING)
        if not kwh:
            return Price(self.terms.electricity_cny_kwh, _NOTHING)
        paid = sum((month.amount or _NOTHING for month in months), _NOTHING)
        return Price((paid / kwh).quantize(Decimal("0.0001")), kwh.quantize(_THOUSANDTH))

    def options(self) -> Iterator[Option]:
        """Each petrol car with each candidate of its class; by code, and as the terms name them."""
        for stint in self.cars:
            driving = self._driving(stint)
            for candidate in self.terms.candidates_of(stint.vehicle_class):
                found = suitability(
                    driving,
                    candidate,
                    self.terms,
                    coldest_c=self.coldest_c,
                    cny_kwh=self.price.cny_kwh,
                )
                yield Option(stint, driving, candidate, found)

    def without_candidate(self) -> list[StintRow]:
        """Petrol cars of a class for which the terms name no candidate."""
        return [each for each in self.cars if not self.terms.candidates_of(each.vehicle_class)]

    def _driving(self, stint: StintRow) -> Driving:
        vehicle, period = stint.vehicle_id, self.period
        held = days_held(period, vehicle)
        account = self._costs.account(vehicle, period.held(vehicle))
        book = self._litres_100km.get(stint.vehicle_class)
        litres = account.fuel_l
        return Driving(
            self._km(vehicle, held & self._heard[vehicle]),
            {
                day: exact(hours).quantize(_HUNDREDTH)
                for day, hours in self._near[vehicle].items()
                if day in held
            },
            len(held),
            {item.name: item.amount for item in account.items},
            litres * 100 / book / len(held) if book and litres else None,
        )

    def _km(self, vehicle: int, days: set[date]) -> dict[date, Decimal]:
        """Kilometres of some local days; a day with a trip of unknown length is not known. [km]."""
        km = dict.fromkeys(days, _NOTHING)
        for trip in self.period.trips:
            day = local_day(trip.start_at, self.period.months.zone)
            if trip.vehicle_id != vehicle or day not in km:
                continue
            if trip.km is None:
                del km[day]
            else:
                km[day] += exact(trip.km)
        return {day: each.quantize(_TENTH) for day, each in km.items()}

    @cached_property
    def _ids(self) -> list[int]:
        return [stint.vehicle_id for stint in self.cars]

    @cached_property
    def _heard(self) -> dict[int, set[date]]:
        months = self.period.months
        return days_heard(self.period.conn, self._ids, *months.instants, months.zone.key)

    @cached_property
    def _near(self) -> dict[int, dict[date, float]]:
        months, conn = self.period.months, self.period.conn
        own = [pile.id for pile in piles(conn)]
        return hours_near_piles(
            conn, self._ids, own, months.instants, zone=months.zone.key, near_m=NEAR_M
        )

    @cached_property
    def _litres_100km(self) -> Mapping[str, Decimal]:
        """Consumption of each class that a fuel book has measured. [L/100 km]."""
        period = self.period
        row = terms_in_force(
            period.conn, Terms.DISPLACEMENT, period.place.id, period.months.end_day - _DAY
        )
        if row is None:
            return {}
        told = terms_of(row.terms, place=f"terms {row.terms_id}").baselines()
        return {name: each.litres_100km for name, each in told.items() if each.measured}
