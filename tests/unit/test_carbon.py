"""Coal equivalent and CO2 come out to the gram, on one basis, and their changes add up exactly."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.ledger.carbon import Figure, add, carbon, change, coal_equivalent
from analytics.ledger.energy_use import Carrier, EnergyUse
from analytics.ledger.exact import amount
from domain.errors import FactorError
from domain.factor import FactorSet
from domain.factor_file import shipped_sets

STATISTICS, SHANDONG = shipped_sets()
D = Decimal
AMOUNTS = st.decimals(0, 10**9, allow_nan=False, places=6)
USES = st.fixed_dictionaries(
    {carrier: AMOUNTS for carrier in Carrier if carrier is not Carrier.COOLING}
)


def office(**told: str) -> EnergyUse:
    """A year of an office: 199,600 kWh, 12,000 m3 gas, 850.5 GJ heat, 1,010 m3 water, 3,000 L."""
    amounts = {
        Carrier.ELECTRICITY: D("199600"),
        Carrier.NATURAL_GAS: D("12000"),
        Carrier.HEAT: D("850.5"),
        Carrier.GASOLINE: D("3000"),
        Carrier.WATER: D("1010"),
    }
    return EnergyUse(amounts, **{name: D(value) for name, value in told.items()})


def test_coal_equivalent_of_an_office_to_the_gram() -> None:
    figure = coal_equivalent(office(), STATISTICS, year=2025)
    assert {line.carrier: line.value for line in figure.lines} == {
        Carrier.ELECTRICITY: D("24530.84"),  # 199600 x 0.1229
        Carrier.NATURAL_GAS: D("15960"),  # 12000 x 1.33
        Carrier.HEAT: D("29019.06"),  # 850.5 x 34.12
        Carrier.GASOLINE: D("3288.579"),  # 3000 L x 0.745 kg/L x 1.4714
    }
    assert figure.value == D("72798.479")
    assert (figure.unit, figure.set_id) == ("kgce", "statistics/1")
    assert figure.excluded == {Carrier.WATER: "by_rule"}


def test_co2_of_an_office_in_tianjin_to_the_gram() -> None:
    figure = carbon(office(), STATISTICS, year=2025, province="CN-TJ")
    # 199600 x 0.6796 + 12000 x 2.184 + 850.5 x 110 + 3000 x 2.179
    assert figure.value == D("135648.16") + D(26208) + D(93555) + D(6537)
    assert figure.grid is not None
    assert (figure.grid.factor.region, figure.grid.factor.year) == ("CN-TJ", 2023)
    assert figure.grid.wanted_year == 2025


def test_the_equivalent_basis_gives_another_figure_that_is_never_added() -> None:
    calorific = coal_equivalent(office(), STATISTICS, year=2025)
    equivalent = coal_equivalent(office(), SHANDONG, year=2025)
    assert equivalent.lines[0].value == D("61876")  # 199600 x 0.31
    assert add([calorific, calorific]) == 2 * D("72798.479")
    with pytest.raises(
        FactorError, match=r"cannot be added: kgce shandong_quota/1 equivalent 2025; kgce stat"
    ):
        add([calorific, equivalent])
    with pytest.raises(FactorError, match="factor set of 2025: statistics"):
        change(calorific, equivalent)


def test_water_counts_only_when_asked_for_and_the_figure_says_which() -> None:
    without = coal_equivalent(office(), STATISTICS, year=2025)
    counted = coal_equivalent(office(), STATISTICS, year=2025, counts_water=True)
    assert counted.value - without.value == D("259.671")  # 1010 x 0.2571
    assert counted.excluded == {}


def test_self_used_pv_is_energy_and_no_carbon() -> None:
    sunny = office(pv_self_used_kwh="40000")
    plain = carbon(office(), STATISTICS, year=2025, province="CN-TJ")
    assert (
        coal_equivalent(sunny, STATISTICS, year=2025).value
        == coal_equivalent(office(), STATISTICS, year=2025).value
    )
    saved = plain.value - carbon(sunny, STATISTICS, year=2025, province="CN-TJ").value
    assert saved == D(40000) * D("0.6796")


def test_green_certificates_count_only_when_retired() -> None:
    plain = carbon(office(), STATISTICS, year=2025, province="CN-CQ").value
    held = office(green_held_kwh="100000")
    retired = office(green_retired_kwh="100000")
    assert carbon(held, STATISTICS, year=2025, province="CN-CQ").value == plain
    assert carbon(retired, STATISTICS, year=2025, province="CN-CQ").value == plain - D("55810")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"pv_self_used_kwh": "199601"}, "self-used PV of 199601 kWh, use of 199600"),
        (
            {"green_retired_kwh": "199600", "pv_self_used_kwh": "1"},
            "certificates of 199600 kWh retired, 199599 kWh bought only",
        ),
        ({"green_held_kwh": "-1"}, "is -1, want an amount of 0 or more"),
        ({"pv_self_used_kwh": "NaN"}, "is NaN"),
    ],
)
def test_impossible_amounts_are_refused(told: dict[str, str], reason: str) -> None:
    with pytest.raises(FactorError, match=reason):
        office(**told)


def test_what_has_no_factor_is_left_out_and_told() -> None:
    use = EnergyUse({Carrier.ELECTRICITY: D(1), Carrier.COOLING: D(5)})
    for figure in (
        coal_equivalent(use, STATISTICS, year=2025),
        carbon(use, STATISTICS, year=2025, province=None),
    ):
        assert figure.excluded == {Carrier.COOLING: "no_factor"}
        assert not figure.is_whole


def test_every_figure_names_its_unchecked_factors() -> None:
    figure = carbon(office(), STATISTICS, year=2025, province="CN-TJ")
    assert figure.unchecked == ("co2.gasoline", "co2.grid", "co2.heat", "co2.natural_gas")
    checked = tuple(replace(each, checked=True) for each in STATISTICS.factors)
    assert (
        carbon(office(), replace(STATISTICS, factors=checked), year=2025, province=None).unchecked
        == ()
    )


def test_a_factor_per_kilogram_weighs_the_litres_and_shows_the_density() -> None:
    line = next(
        line
        for line in coal_equivalent(office(), STATISTICS, year=2025).lines
        if line.carrier is Carrier.GASOLINE
    )
    assert [each.factor.key for each in line.factors] == ["coal.gasoline", "density.gasoline"]
    assert line.rate == D("1.4714") * D("0.745")


def test_a_change_of_the_factor_is_told_apart_from_a_change_of_use() -> None:
    then = carbon(
        EnergyUse({Carrier.ELECTRICITY: D(1000)}), STATISTICS, year=2021, province="CN-CQ"
    )
    now = carbon(EnergyUse({Carrier.ELECTRICITY: D(900)}), STATISTICS, year=2023, province="CN-CQ")
    found = change(now, then)
    assert found.activity == D("-47.43")  # -100 kWh x 0.4743
    assert found.factor == D("75.42")  # 900 kWh x (0.5581 - 0.4743)
    assert found.difference == D("27.99")


def test_a_carrier_measured_in_one_year_only_is_no_change() -> None:
    then = carbon(EnergyUse({Carrier.ELECTRICITY: D(1)}), STATISTICS, year=2022, province=None)
    both = {Carrier.ELECTRICITY: D(1), Carrier.NATURAL_GAS: D(1)}
    now = carbon(EnergyUse(both), STATISTICS, year=2023, province=None)
    with pytest.raises(FactorError, match=r"carriers of 2023: electricity, natural_gas, of 2022"):
        change(now, then)


def figures(use: Mapping[Carrier, Decimal], factors: FactorSet, year: int) -> tuple[Figure, Figure]:
    given_use = EnergyUse(use)
    return (
        coal_equivalent(given_use, factors, year=year, counts_water=True),
        carbon(given_use, factors, year=year, province="CN-CQ"),
    )


@given(now=USES, then=USES, years=st.tuples(st.sampled_from([2022, 2025]), st.just(2021)))
@settings(max_examples=200)
def test_the_two_effects_add_up_to_the_difference_exactly(
    now: dict[Carrier, Decimal], then: dict[Carrier, Decimal], years: tuple[int, int]
) -> None:
    for a, b in zip(
        figures(now, STATISTICS, years[0]), figures(then, STATISTICS, years[1]), strict=True
    ):
        found = change(a, b)
        with localcontext(prec=60):
            assert found.activity + found.factor == found.difference
            assert found.difference == a.value - b.value


@given(a=USES, b=USES, times=st.integers(0, 1000))
@settings(max_examples=100)
def test_figures_are_linear_in_the_amounts(
    a: dict[Carrier, Decimal], b: dict[Carrier, Decimal], times: int
) -> None:
    both = {carrier: a[carrier] + times * b[carrier] for carrier in a}
    for one, other, sum_ in zip(
        figures(a, SHANDONG, 2025), figures(b, SHANDONG, 2025), figures(both, SHANDONG, 2025),
        strict=True,
    ):  # fmt: skip
        with localcontext(prec=60):
            assert sum_.value == one.value + times * other.value


@given(st.floats(0, 1e9))
def test_an_amount_keeps_six_decimals_of_what_was_counted(value: float) -> None:
    assert abs(amount(value) - Decimal(value)) <= Decimal("0.0000006")
