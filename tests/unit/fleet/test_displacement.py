"""Fuel displaced, checked against a published report and worked out by hand."""

from decimal import Decimal

import pytest

from analytics.fleet.displacement import (
    BaselineSource,
    CostItem,
    Driven,
    FuelBaseline,
    compared_cost,
    displaced,
    energy_item,
    grid_kwh,
    spared_co2,
    spared_coal,
)
from domain.errors import FactorError
from domain.factor_file import shipped_sets

STATISTICS, SHANDONG = shipped_sets()
ASSUMED = {"sedan": FuelBaseline(Decimal("8.0"), BaselineSource.ASSUMED)}
KM = Decimal(680_000)
TRIPS = 25_000


def nanan(kwh: Decimal) -> Driven:
    """The 34 cars of the report of 2024, with energy that it does not tell."""
    return Driven("sedan", KM, kwh, efficiency=Decimal("0.90"))


def test_the_report_of_nanan_is_met_to_the_digit_and_called_notional() -> None:
    kwh = grid_kwh(KM * Decimal("14.0") / 100, Decimal("0.90"))
    found = displaced([nanan(kwh)], ASSUMED)
    assert found.litres == Decimal(54400)
    assert found.electric_km / TRIPS == Decimal("27.2")
    assert not found.measured
    assert not found.energy_measured
    cost = compared_cost(KM, [energy_item(found, Decimal("7.60"), Decimal("0.80"))])
    assert cost is not None
    assert cost.items == ("energy",)
    assert cost.fuel_cny_100km == Decimal("60.80")
    assert round(cost.electric_cny_100km, 2) == Decimal("12.44")
    assert round(-100 * cost.reduction, 1) == Decimal("-79.5")


@pytest.mark.parametrize(
    ("litre", "kwh_100", "kwh"),
    [("7.5", "15.0", "0.82"), ("7.8", "16", "0.80"), ("8.0", "16", "0.82")],
)
def test_other_prices_fit_as_well(litre: str, kwh_100: str, kwh: str) -> None:
    found = displaced([nanan(KM * Decimal(kwh_100) / 100)], ASSUMED)
    cost = compared_cost(KM, [energy_item(found, Decimal(litre), Decimal(kwh))])
    assert cost is not None
    assert round(100 * cost.reduction, 1) == pytest.approx(Decimal("79.5"), abs=Decimal("0.1"))


def test_net_co2_stands_beside_gross_with_the_factor_of_the_province() -> None:
    spared = spared_co2(
        displaced([nanan(Decimal(106_080))], ASSUMED), STATISTICS, year=2024, province="CN-CQ"
    )
    assert spared is not None
    assert spared.gross.value == Decimal("118537.6")
    assert spared.charging.value == Decimal(106080) * Decimal("0.5581")
    assert round(spared.net / 1000, 1) == Decimal("59.3")
    assert spared.overstated is not None
    assert round(spared.overstated, 1) == Decimal("2.0")
    assert spared.gross.set_id == spared.charging.set_id == STATISTICS.id
    grid = spared.charging.grid
    assert grid is not None
    assert (grid.factor.region, grid.fell_back) == ("CN-CQ", False)
    assert "co2.gasoline" in spared.gross.unchecked


def test_coal_equivalent_says_its_basis_and_differs_by_it() -> None:
    found = displaced([nanan(Decimal(106_080))], ASSUMED)
    by_heat = spared_coal(found, STATISTICS, year=2024)
    by_plant = spared_coal(found, SHANDONG, year=2024)
    assert by_heat is not None
    assert by_plant is not None
    assert round(by_heat.charging.value / 1000, 1) == Decimal("13.0")
    assert round(by_plant.charging.value / 1000, 1) == Decimal("32.9")
    assert by_heat.charging.electricity != by_plant.charging.electricity
    assert by_heat.net == by_heat.gross.value - by_heat.charging.value


def test_full_cost_names_what_is_inside_and_what_is_not() -> None:
    found = displaced([nanan(Decimal(106_080))], ASSUMED)
    energy = energy_item(found, Decimal("7.60"), Decimal("0.80"))
    rent = CostItem("rent", None, Decimal(34 * 20_950))
    care = CostItem("maintenance", Decimal(170_000), Decimal(68_000))
    cost = compared_cost(KM, [energy, care, rent])
    assert cost is not None
    assert cost.items == ("energy", "maintenance")
    assert cost.left_out == ("rent",)
    assert cost.fuel_cny_100km == Decimal("85.80")
    lease = CostItem("rent", Decimal(0), Decimal(34 * 20_950))
    dear = compared_cost(KM, [energy, lease])
    assert dear is not None
    assert dear.reduction < 0
    assert compared_cost(Decimal(0), [energy]) is None
    assert compared_cost(KM, [rent]) is None


def test_a_class_without_baseline_has_no_litres_and_the_sum_has_none() -> None:
    van = Driven("van", Decimal(1000), Decimal(200))
    found = displaced([nanan(Decimal(106_080)), van], ASSUMED)
    assert [line.litres for line in found.lines] == [Decimal(54400), None]
    assert found.litres is None
    assert spared_co2(found, STATISTICS, year=2024, province=None) is None
    assert spared_coal(found, STATISTICS, year=2024) is None
    assert energy_item(found, Decimal("7.60"), Decimal("0.80")).fuel_cny is None
    book = {"van": FuelBaseline(Decimal("11.2"), BaselineSource.FUEL_BOOK, "fuel book 2023")}
    measured = displaced([van], book)
    assert measured.litres == Decimal(112)
    assert measured.measured
    assert measured.energy_measured


def test_a_dirty_grid_may_leave_no_net_reduction() -> None:
    found = displaced([Driven("sedan", Decimal(100), Decimal(60))], ASSUMED)
    spared = spared_co2(found, STATISTICS, year=2024, province="CN-CQ")
    assert spared is not None
    assert spared.net < 0
    assert spared.overstated is None


@pytest.mark.parametrize("efficiency", ["0", "1.1", "-0.9"])
def test_an_efficiency_that_cannot_be_is_refused(efficiency: str) -> None:
    with pytest.raises(FactorError, match="want more than 0 and at most 1"):
        grid_kwh(Decimal(100), Decimal(efficiency))
