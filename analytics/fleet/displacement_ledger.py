"""The ledger of displaced fuel: figures of a group of vehicles with what they rest on. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.fleet.coverage import NO_TIME, Coverage, coverage_of
from analytics.fleet.displacement import (
    CostComparison,
    CostItem,
    Displaced,
    Driven,
    Spared,
    compared_cost,
    displaced,
    energy_item,
    grid_kwh,
    spared_co2,
    spared_coal,
)
from analytics.fleet.displacement_terms import DisplacementTerms
from domain.factor import FactorSet
from domain.money import cents

_NOTHING = Decimal(0)
_BALANCE = (Decimal("0.6"), Decimal("1.7"))
"""Energy at the pile over that of the trips, beyond which batteries decide the cost. [1]"""


@dataclass(frozen=True, slots=True)
class Spell:
    """What a vehicle did at one place in a period.

    Attributes
    ----------
    electric_km : Decimal
        Of the trips that tell it. [km]
    fuel_km : Decimal
        Of the same trips, not in electric mode: of a plug-in hybrid. [km]
    trips, trips_untold, trips_estimated : int
        Trips; of these without electric kilometres; of these that lie in a silence.
    charges_untold : int
        Charges of which nothing tells the energy.
    pile_kwh, order_kwh : Decimal
        At the meters of our own piles; by the orders of public ones. [kWh]
    battery_kwh : Decimal
        Into or out of the battery, as far as neither pile nor order counted it. [kWh]
    pile_cny, order_cny : Decimal
        What those cost. [CNY]
    unpriced_kwh : Decimal
        Of `pile_kwh`, without a price.
    costs : mapping of str to Decimal
        Other items of the vehicle's account. [CNY]
    driven_kwh : Decimal or None
        Net out of the battery over the trips; None where one does not tell it. [kWh]
    coverage : Coverage
        Of which part of its time these are.
    orders_doubtful : int
        Charges that may have been counted by an order as well, or orders by a charge.
    """

    vehicle_id: int
    vehicle_class: str
    department: str
    institution_id: int
    electric_km: Decimal
    fuel_km: Decimal = _NOTHING
    trips: int = 0
    trips_untold: int = 0
    trips_estimated: int = 0
    charges_untold: int = 0
    pile_kwh: Decimal = _NOTHING
    order_kwh: Decimal = _NOTHING
    battery_kwh: Decimal = _NOTHING
    pile_cny: Decimal = _NOTHING
    order_cny: Decimal = _NOTHING
    unpriced_kwh: Decimal = _NOTHING
    costs: Mapping[str, Decimal] | None = None
    driven_kwh: Decimal | None = None
    coverage: Coverage = NO_TIME
    orders_doubtful: int = 0


@dataclass(frozen=True, slots=True)
class EnergyBasis:
    """Where the energy and its cost come from.

    Attributes
    ----------
    pile_kwh, order_kwh, assumed_kwh : Decimal
        Counted by our own piles; told by orders; worked out with the assumed efficiency. At the
        pile. [kWh]
    paid_cny, assumed_cny : Decimal
        By tariffs and orders; at the assumed price. [CNY]
    lacking : tuple of str
        What is not known of them: ``efficiency``, ``charge_energy``, ``electricity_price``.
    """

    pile_kwh: Decimal
    order_kwh: Decimal
    assumed_kwh: Decimal
    paid_cny: Decimal
    assumed_cny: Decimal
    lacking: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all energy is known, counted or assumed."""
        return not {"efficiency", "charge_energy"} & {*self.lacking}

    @property
    def measured(self) -> bool:
        """Whether every kWh is known, and none is assumed."""
        return self.whole and self.assumed_kwh == 0

    @property
    def priced(self) -> bool:
        """Whether every kWh has a price, and none is assumed."""
        return not self.lacking and self.assumed_cny == 0


@dataclass(frozen=True, slots=True)
class DisplacementLedger:
    """Figures of a group of vehicles; None where something they need is not known.

    Attributes
    ----------
    energy_cost, full_cost : CostComparison or None
        Per 100 km either way, energy alone and with every item known on both sides.
    co2, coal : Spared or None
        Gross and net, on one set of factors.
    lacking : tuple of str
        What is not known: ``baseline``, ``distance``, and what `basis` lacks. Without the distance
        of a trip or the energy of a charge the sums are of those that tell it: no cost per
        distance, no net and no comparison is drawn from them. ``hybrid_items``: what of the items
        beside energy belongs to the electric kilometres of hybrids that also drove on fuel, so
        that there is no full cost. ``being_cut``, ``coverage``: trips and charges are not all told
        yet. ``order_or_charge``: an order and a charge may be the same energy, or not.
        ``energy_balance``: what was charged is so far from what was driven that it tells of the
        state of the batteries, or of trips and charges nobody saw. With any of these four the
        sums are those told so far, and there is no cost per distance and no net.
    coverage : Coverage
        Of which part of their time these figures are.
    """

    displaced: Displaced
    basis: EnergyBasis
    energy_cost: CostComparison | None
    full_cost: CostComparison | None
    co2: Spared | None
    coal: Spared | None
    vehicles: int
    trips: int
    trips_untold: int
    trips_estimated: int
    lacking: tuple[str, ...]
    coverage: Coverage = NO_TIME


def displacement_ledger(
    spells: Iterable[Spell], terms: DisplacementTerms, factors: FactorSet, *, year: int
) -> DisplacementLedger:
    """Work out what a group displaced, by stated parameters.

    Raises
    ------
    FactorError
        If the set lacks a factor that a figure needs.
    """
    each = list(spells)
    found = displaced([_driven(spell, terms) for spell in each], terms.baselines())
    energy = _energy(each, terms)
    untold = sum(spell.trips_untold for spell in each)
    coverage = coverage_of(spell.coverage for spell in each)
    doubts = (*coverage.lacking, *_energy_doubts(each, found.grid_kwh))
    whole = energy.whole and not untold and not doubts
    fuel_side = energy_item(found, terms.petrol_cny_l, _NOTHING).fuel_cny
    paid = energy.paid_cny + energy.assumed_cny if whole and not energy.lacking else None
    item = CostItem("energy", fuel_side, paid)
    others = _other_items(each, terms, found.electric_km)
    mixed = bool(others) and any(spell.fuel_km > 0 for spell in each)
    return DisplacementLedger(
        found,
        energy,
        compared_cost(found.electric_km, [item]),
        None if paid is None or mixed else compared_cost(found.electric_km, [item, *others]),
        spared_co2(found, factors, year=year, province=terms.region) if whole else None,
        spared_coal(found, factors, year=year) if whole else None,
        len({spell.vehicle_id for spell in each}),
        sum(spell.trips for spell in each),
        untold,
        sum(spell.trips_estimated for spell in each),
        (
            *(("baseline",) if found.litres is None else ()),
            *energy.lacking,
            *(("distance",) if untold else ()),
            *(("hybrid_items",) if mixed else ()),
            *doubts,
        ),
        coverage,
    )


def _energy_doubts(spells: Sequence[Spell], grid: Decimal) -> tuple[str, ...]:
    """Why the energy charged may not be that of these kilometres."""
    driven = [spell.driven_kwh for spell in spells]
    known = sum((each for each in driven if each is not None), _NOTHING)
    low, high = _BALANCE
    apart = None not in driven and bool(grid) and not low * known <= grid <= high * known
    doubtful = any(spell.orders_doubtful for spell in spells)
    return (
        *(("order_or_charge",) if doubtful else ()),
        *(("energy_balance",) if apart else ()),
    )


def _driven(spell: Spell, terms: DisplacementTerms) -> Driven:
    counted = spell.pile_kwh + spell.order_kwh
    assumed = _at_pile(spell.battery_kwh, terms)
    return Driven(
        spell.vehicle_class,
        spell.electric_km,
        counted + (assumed or _NOTHING),
        terms.efficiency if spell.battery_kwh else None,
    )


def _at_pile(battery_kwh: Decimal, terms: DisplacementTerms) -> Decimal | None:
    """Energy at the pile of what only the battery tells, to the Wh; None without an efficiency."""
    if not battery_kwh:
        return _NOTHING
    if terms.efficiency is None:
        return None
    return grid_kwh(battery_kwh, terms.efficiency).quantize(Decimal("0.001"))


def _energy(spells: Sequence[Spell], terms: DisplacementTerms) -> EnergyBasis:
    lacking = ["charge_energy"] if any(spell.charges_untold for spell in spells) else []
    assumed, unpriced = _NOTHING, _NOTHING
    for spell in spells:
        at_pile = _at_pile(spell.battery_kwh, terms)
        if at_pile is None:
            lacking.append("efficiency")
        assumed += at_pile or _NOTHING
        unpriced += spell.unpriced_kwh + (at_pile or _NOTHING)
    price = terms.electricity_cny_kwh
    if unpriced and price is None:
        lacking.append("electricity_price")
    return EnergyBasis(
        sum((spell.pile_kwh for spell in spells), _NOTHING),
        sum((spell.order_kwh for spell in spells), _NOTHING),
        assumed,
        sum((spell.pile_cny + spell.order_cny for spell in spells), _NOTHING),
        cents(unpriced * price) if price is not None else _NOTHING,
        tuple(dict.fromkeys(lacking)),
    )


def _other_items(spells: Sequence[Spell], terms: DisplacementTerms, km: Decimal) -> list[CostItem]:
    """Items beside energy: of the cars replaced by the terms, of those driven by their accounts."""
    replaced = {each.name: cents(each.cny_100km * km / 100) for each in terms.item}
    paid: dict[str, Decimal] = {}
    for spell in spells:
        for name, amount in (spell.costs or {}).items():
            paid[name] = paid.get(name, _NOTHING) + amount
    names = dict.fromkeys([*replaced, *sorted(paid)])
    return [CostItem(name, replaced.get(name), paid.get(name)) for name in names]
