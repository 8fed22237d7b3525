"""Displaced fuel of the vehicles of a place, drawn from what is kept, by the terms in force."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from analytics.fleet.displacement_ledger import DisplacementLedger, Spell, displacement_ledger
from analytics.fleet.displacement_terms import DisplacementTerms, terms_of
from analytics.fleet.vehicle_account import ENERGY
from analytics.fleet_accounts.costs import FleetCosts
from analytics.fleet_accounts.period import FleetPeriod, known
from domain.errors import MissingInputError
from domain.factor import FactorSet
from domain.money import exact
from domain.sentence import Sentence
from store.fleet.fleet_terms import Terms, terms_in_force
from store.fleet.vehicle_stint import StintRow, TripRow

_NOTHING = Decimal(0)
_DAY = timedelta(days=1)


class GroupBy(StrEnum):
    """What the figures are told of."""

    VEHICLE = "vehicle"
    DEPARTMENT = "department"
    INSTITUTION = "institution"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of a group; `key` names it: a vehicle, department or institution, or nothing."""

    key: str
    name: str
    ledger: DisplacementLedger


class FleetDisplacement:
    """Displaced fuel of a period.

    Raises
    ------
    MissingInputError
        If no terms are in force, or the period touches two calendar years.
    """

    def __init__(self, period: FleetPeriod) -> None:
        months = period.months
        row = terms_in_force(period.conn, Terms.DISPLACEMENT, period.place.id, months.first_day)
        if row is None:
            template = "no parameters of displaced fuel hold at {place} on {day}"
            reason = Sentence(
                "no_displacement_terms", template, place=period.place.code, day=months.first_day
            )
            raise MissingInputError(reason, code="terms")
        if (months.end_day - _DAY).year != months.first_day.year:
            template = "CO2 is told by the factors of one year: take months of one"
            raise MissingInputError(Sentence("displacement_two_years", template), code="months")
        self.period, self.costs, self.terms_row = period, FleetCosts(period), row
        self.terms: DisplacementTerms = terms_of(row.terms, place=f"terms {row.terms_id}")

    @property
    def year(self) -> int:
        """Whose factors count."""
        return self.period.months.first_day.year

    def groups(self, by: GroupBy, factors: FactorSet) -> list[Group]:
        """Figures of each group, by its name."""
        spells: dict[tuple[str, str], list[Spell]] = {}
        for spell in self.spells:
            spells.setdefault(self._named(spell, by), []).append(spell)
        return [
            Group(key, name, displacement_ledger(found, self.terms, factors, year=self.year))
            for (key, name), found in sorted(spells.items(), key=lambda each: each[0][::-1])
        ]

    def whole(self, factors: FactorSet) -> DisplacementLedger:
        """Figures of all of it."""
        return displacement_ledger(self.spells, self.terms, factors, year=self.year)

    def evidence_digest(self) -> str:
        """SHA-256 of the trips behind the figures: vehicle, name, version and distance of each."""
        lines = (
            f"{row.vehicle_id},{row.id},{row.known_at.isoformat()},{row.km}"
            for _, trips in self._driving
            for row in trips
        )
        return sha256("\n".join(lines).encode()).hexdigest()

    def other_costs(self) -> dict[str, Decimal]:
        """What the same vehicles cost beside energy, by item. [CNY]."""
        paid: dict[str, Decimal] = {}
        for spell in self.spells:
            for name, cny in (spell.costs or {}).items():
                paid[name] = paid.get(name, _NOTHING) + cny
        return dict(sorted(paid.items()))

    @cached_property
    def spells(self) -> list[Spell]:
        """What each vehicle that drives electrically did and cost at each place and department.

        A vehicle that moved has a spell at each of them: its trips, energy and cost of each instant
        are those of whoever had it then.
        """
        return [
            self._paid(self._driven(stint, trips), stint, trips) for stint, trips in self._driving
        ]

    @cached_property
    def _driving(self) -> list[tuple[StintRow, list[TripRow]]]:
        """Times of vehicles that drive electrically, each with its trips; no others count."""
        trips: dict[StintRow, list[TripRow]] = {}
        for trip in self.period.trips:
            stint = self.period.stint_at(trip.vehicle_id, trip.start_at)
            if stint is not None:
                trips.setdefault(stint, []).append(trip)
        return [
            (stint, trips.get(stint, []))
            for stint in self.period.stints
            if stint.powertrain != "fuel"
        ]

    def _driven(self, stint: StintRow, trips: list[TripRow]) -> Spell:
        km = [trip.electric_km for trip in trips]
        return Spell(
            stint.vehicle_id,
            stint.vehicle_class,
            stint.department,
            stint.institution_id,
            sum((exact(each) for each in km if each is not None), _NOTHING),
            sum((_on_fuel(trip) for trip in trips), _NOTHING),
            trips=len(trips),
            trips_untold=sum(each is None for each in km),
            trips_estimated=sum(trip.estimated for trip in trips),
            driven_kwh=_whole_sum(known(trip.kwh) for trip in trips),
            coverage=self.period.coverage(stint.vehicle_id, [(stint.start_at, stint.end_at)]),
        )

    def _paid(self, spell: Spell, stint: StintRow, trips: list[TripRow]) -> Spell:
        vehicle, spans = stint.vehicle_id, [(stint.start_at, stint.end_at)]
        account = self.costs.account(vehicle, spans)
        own = self.costs.own_charging(vehicle, spans)
        amounts = {item.name: item.amount for item in account.items}
        battery, untold = self._battery(stint, trips)
        return replace(
            spell,
            charges_untold=untold + own.untold,
            pile_kwh=own.kwh,
            order_kwh=account.public_kwh,
            battery_kwh=battery,
            pile_cny=own.amount,
            order_cny=amounts.get("charging", _NOTHING),
            unpriced_kwh=own.unpriced_kwh,
            orders_doubtful=account.doubtful,
            costs={name: cny for name, cny in amounts.items() if name not in ENERGY},
        )

    def _battery(self, stint: StintRow, trips: list[TripRow]) -> tuple[Decimal, int]:
        """Energy that only the battery tells [kWh], and what tells none.

        By the charges nobody counted; of a vehicle without any sign of a charge in these months by
        its trips.
        """
        amounts = [known(trip.kwh) for trip in trips]
        if stint.vehicle_id in self._charged:
            amounts = [
                known(row.kwh)
                for row in self.costs.charges_unpaid
                if row.vehicle_id == stint.vehicle_id
                and stint.start_at <= row.start_at < stint.end_at
            ]
        return sum((each for each in amounts if each is not None), _NOTHING), amounts.count(None)

    @cached_property
    def _charged(self) -> set[int]:
        """Vehicles with any sign of a charge in these months, wherever they stood here."""
        told = {each.row.vehicle_id for each in self.costs.own}
        told |= {row.vehicle_id for row in self.costs.charges_unpaid}
        return told | {each.vehicle_id for each in self.costs.accounts if each.public_kwh}

    def _named(self, spell: Spell, by: GroupBy) -> tuple[str, str]:
        if by is GroupBy.VEHICLE:
            return str(spell.vehicle_id), self.period.vehicles[spell.vehicle_id]
        if by is GroupBy.DEPARTMENT:
            return f"{spell.institution_id}/{spell.department}", spell.department
        if by is GroupBy.INSTITUTION:
            row = self.period.places.get(spell.institution_id)
            return str(spell.institution_id), row.code if row else ""
        return "", self.period.place.code


def _whole_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Sum of amounts that are all known; else None."""
    told = list(amounts)
    return None if None in told else sum((each for each in told if each is not None), _NOTHING)


def _on_fuel(trip: TripRow) -> Decimal:
    """What of a trip was not driven in electric mode; nothing where it does not tell. [km]."""
    if trip.km is None or trip.electric_km is None:
        return _NOTHING
    return max(exact(trip.km) - exact(trip.electric_km), _NOTHING)
