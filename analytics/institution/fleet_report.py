"""The fleet report of an institution: use, accounts of each vehicle, and what was displaced."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from psycopg import Connection

from analytics.fleet.coverage import WHOLE_PCT, Coverage
from analytics.fleet.displacement import CostComparison, Spared
from analytics.fleet.displacement_ledger import DisplacementLedger
from analytics.fleet.utilisation import Use
from analytics.fleet.vehicle_account import OWN_PILES, VehicleAccount
from analytics.fleet_accounts.costs import FleetCosts, total_of
from analytics.fleet_accounts.displacement import FleetDisplacement
from analytics.fleet_accounts.period import FleetPeriod, known, months_of
from analytics.fleet_accounts.use import limits_of, use_of
from analytics.institution.asked_report import AskedReport
from analytics.reports.paper import Cell, Drawn, Table, figure, listed, named, say
from domain.errors import FactorError, MissingInputError
from domain.local_day import local_day
from domain.sentence import Sentence
from store.fleet.vehicle_stint import StintRow
from store.institution.factor import factor_set

_TONNE = Decimal(1000)
_HUNDRED = Decimal(100)


def draw_fleet(conn: Connection, asked: AskedReport) -> Drawn:
    """Draw the report from what is known now.

    Raises
    ------
    MissingInputError
        If the institution had no vehicle, or no day of the period is over.
    """
    firmness = asked.firmness
    months = months_of(asked.institution, *asked.days)
    period = FleetPeriod(conn, asked.institution, months, now=asked.now)
    if not period.vehicles:
        template = "{place} had no vehicle in {period}"
        reason = Sentence(
            "no_vehicle_in_period", template, place=asked.institution.code, period=asked.name
        )
        raise MissingInputError(reason, code="vehicle")
    costs = FleetCosts(period)
    unpriced = any(account.unpriced for account in costs.accounts)
    said, displaced = displaced_in(conn, asked, period)
    return Drawn(
        [firmness, *([say("fleet_unpriced")] if unpriced else [])],
        said,
        (
            Table("fleet_displacement", ("what", "value", "unit", "basis"), displaced),
            _vehicles(period),
            _accounts(period, costs),
            _items(costs),
            _months(period, asked),
            _open_points(costs),
        ),
        frozenset(period.vehicles),
    )


def displaced_in(
    conn: Connection, asked: AskedReport, period: FleetPeriod
) -> tuple[list[dict[str, Any]], list[Sequence[Cell]]]:
    """Sentences and rows of what was displaced; where that cannot be told, why not."""
    standing = [*_standing(period, period.whole_coverage)]
    try:
        found = FleetDisplacement(period)
        factors = factor_set(conn, found.terms.factor_set)
        if factors is None:
            why = f"factor set {found.terms.factor_set}"
            return [say("displacement_untold", why=why), *standing], []
        ledger = found.whole(factors)
    except (MissingInputError, FactorError) as error:
        return [say("displacement_untold", why=str(error)), *standing], []
    return [*_sentences(asked, ledger), *_standing(period, ledger.coverage)], [*_rows(ledger)]


def _standing(period: FleetPeriod, coverage: Coverage) -> Iterator[dict[str, Any]]:
    """How far and of how many vehicles it is told; that a period runs, the report says itself."""
    share = coverage.told_pct
    if share is not None and share < WHOLE_PCT:
        yield say("displacement.told_share", told_share=figure(share))
    if coverage.waiting:
        yield say("displacement.waiting", waiting=str(len(coverage.waiting)))
    if period.unseen:
        yield say("displacement.unseen", unseen=str(period.unseen))


def _sentences(asked: AskedReport, ledger: DisplacementLedger) -> Iterator[dict[str, Any]]:
    """In the words of the page of displaced fuel."""
    row, km = asked.institution, ledger.displaced.electric_km
    yield say(
        "displacement.use",
        place=named(row.name_zh, row.name_en),
        period=asked.name,
        vehicles=str(ledger.vehicles),
        trips=str(ledger.trips),
        km=figure(km),
    )
    if ledger.displaced.litres is not None:
        lines = ledger.displaced.lines
        sources = {line.baseline.source.value for line in lines if line.baseline is not None}
        kind = sources.pop() if len(sources) == 1 else "mixed"
        yield say(
            "displacement.fuel",
            baseline=say(f"displacement.{kind}_baseline"),
            litres=figure(ledger.displaced.litres),
        )
    if ledger.energy_cost is not None:
        cost, basis = ledger.energy_cost, ledger.basis
        doubts = [
            *([] if basis.measured else ["assumed_kwh"]),
            *([] if basis.priced else ["assumed_price"]),
        ]
        yield say(
            "displacement.energy_cost",
            fuel_cost=figure(cost.fuel_cny_100km),
            electric_cost=figure(cost.electric_cny_100km),
            reduction=figure(-_HUNDRED * cost.reduction),
            cost_basis=_words(doubts or ["measured_cost"]),
        )
    if ledger.full_cost is not None and len(ledger.full_cost.items) > 1:
        cost = ledger.full_cost
        yield say(
            "displacement.full_cost",
            full_fuel=figure(cost.fuel_cny_100km),
            full_electric=figure(cost.electric_cny_100km),
            full_reduction=figure(-_HUNDRED * cost.reduction),
            items=_words(cost.items),
            left_out=_words(cost.left_out or ["nothing"]),
        )
    if ledger.co2 is not None:
        yield _co2(ledger.co2)
    if ledger.lacking:
        yield say("displacement.lacking", lacking=_words(ledger.lacking))


def _words(names: Sequence[str]) -> Mapping[str, Any]:
    return listed([say(f"displacement.{name}") for name in names])


def _co2(co2: Spared) -> dict[str, Any]:
    grid: Cell = ""
    if co2.charging.grid is not None:
        factor = co2.charging.grid.factor
        grid = say(
            "displacement.grid",
            region=factor.region,
            year=str(factor.year),
            value=str(factor.value),
        )
    return say(
        "displacement.co2",
        factor_set=co2.gross.set_id,
        gross=figure(co2.gross.value / _TONNE),
        charging=figure(co2.charging.value / _TONNE),
        net=figure(co2.net / _TONNE),
        grid=grid,
    )


def _rows(ledger: DisplacementLedger) -> Iterator[Sequence[Cell]]:
    displaced, basis = ledger.displaced, ledger.basis
    sure = not ledger.trips_estimated and not ledger.trips_untold
    measured = displaced.measured and not ledger.trips_untold
    yield say("electric_km"), figure(displaced.electric_km), "km", _basis(sure)
    yield say("displaced_l"), figure(displaced.litres), "L", _basis(measured)
    yield from _cost("energy_cost", ledger.energy_cost, ledger)
    yield from _cost("full_cost", ledger.full_cost, ledger)
    both = measured and basis.measured
    for name, found in (("co2", ledger.co2), ("coal", ledger.coal)):
        unit = "tCO2" if name == "co2" else "tce"
        for part in ("gross", "charging", "net"):
            value = None if found is None else _part(found, part) / _TONNE
            yield say(f"{name}_{part}"), figure(value), unit, _basis(both)


def _part(found: Spared, part: str) -> Decimal:
    return found.net if part == "net" else getattr(found, part).value


def _cost(
    name: str, cost: CostComparison | None, ledger: DisplacementLedger
) -> Iterator[Sequence[Cell]]:
    sure = ledger.basis.measured and ledger.basis.priced and ledger.displaced.measured
    told = (
        ("fuel", None if cost is None else cost.fuel_cny_100km, "CNY/100 km"),
        ("electric", None if cost is None else cost.electric_cny_100km, "CNY/100 km"),
        ("reduction", None if cost is None else -_HUNDRED * cost.reduction, "%"),
    )
    for part, value, unit in told:
        yield say(f"{name}_{part}"), figure(value), unit, _basis(sure)


def _basis(sure: bool) -> Cell:
    return say("basis_measured" if sure else "basis_assumed")


def _vehicle(use: Use, stint: StintRow, idle: bool | None) -> Sequence[Cell]:
    return (
        stint.code,
        stint.plate,
        say(f"acquired_{stint.acquisition}"),
        Decimal(use.days),
        Decimal(use.days_known),
        Decimal(use.days_used),
        Decimal(use.trips),
        figure(use.km),
        Decimal(use.trips_without_km),
        figure(use.hours),
        say("unknown") if idle is None else say("yes" if idle else "no"),
    )


def _account(account: VehicleAccount, codes: Mapping[int, str]) -> Sequence[Cell]:
    levels = {each.level: each.cny for each in account.per_100_km()}
    return (
        codes[account.vehicle_id],
        figure(account.km),
        figure(account.fuel_l),
        figure(account.public_kwh),
        figure(account.own_kwh),
        Decimal(account.unpriced),
        figure(account.total) if account.items and not account.unpriced else None,
        *(figure(levels[level]) for level in ("energy", "running", "full")),
    )


def _vehicles(period: FleetPeriod) -> Table:
    limits = limits_of(period).limits
    last = {stint.vehicle_id: stint for stint in period.stints}
    return Table(
        "fleet_vehicles",
        ("code", "plate", "acquisition", "days", "days_known", "days_used", "trips", "km",
         "trips_without_km", "hours", "idle"),
        [_vehicle(use, last[use.vehicle_id], use.idle(limits)) for use in use_of(period)],
        sums=("trips", "km"),
    )  # fmt: skip


def _accounts(period: FleetPeriod, costs: FleetCosts) -> Table:
    """Accounts of the vehicles; costs are summed where each is known."""
    rows = [_account(each, period.vehicles) for each in costs.accounts]
    heads = (
        "code", "km", "fuel_l", "public_kwh", "own_kwh", "unpriced", "cost_cny", "energy_100km",
        "running_100km", "full_100km",
    )  # fmt: skip
    known_all = all(row[heads.index("cost_cny")] is not None for row in rows)
    sums = ("km", "fuel_l", "public_kwh", "own_kwh", *(("cost_cny",) if known_all else ()))
    return Table("fleet_costs", heads, rows, sums=sums)


def _items(costs: FleetCosts) -> Table:
    """Items of cost; of own piles none while one of their charges has no price."""
    found: dict[str, Decimal | None] = {**total_of(costs.accounts)}
    if any(account.unpriced for account in costs.accounts):
        found[OWN_PILES] = None
    rows = [(say(f"item_{name}"), cny) for name, cny in sorted(found.items())]
    sums = () if None in found.values() else ("cost_cny",)
    return Table("fleet_items", ("item", "cost_cny"), rows, sums=sums)


def _open_points(costs: FleetCosts) -> Table:
    counts = (
        ("orders", sum(each.stretch is None for each in costs.matches)),
        ("doubtful", sum(bool(each.perhaps) for each in costs.matches)),
        ("refunds", len(costs.refunds_alone)),
        ("unpaid", len(costs.charges_unpaid)),
        ("unpriced", sum(account.unpriced for account in costs.accounts)),
    )
    rows = [(say(f"open_{name}"), Decimal(n)) for name, n in counts if n]
    return Table("fleet_open", ("what", "number"), rows, nothing="no_open_points")


def _months(period: FleetPeriod, asked: AskedReport) -> Table:
    """Of a year: trips by the local month in which they began."""
    trips: dict[str, list[Decimal]] = defaultdict(list)
    for trip in period.trips if asked.month is None else ():
        month = f"{local_day(trip.start_at, period.months.zone):%Y-%m}"
        trips[month].append(known(trip.km) or Decimal(0))
    rows = [
        (month, Decimal(len(kms)), figure(sum(kms, Decimal(0))))
        for month, kms in sorted(trips.items())
    ]
    return Table("fleet_months", ("month", "trips", "km"), rows, sums=("trips", "km"))
