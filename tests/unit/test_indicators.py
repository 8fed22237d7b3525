"""Intensities over what was there, bands of quotas, ranks among peers, changes and targets."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.carbon import carbon, coal_equivalent
from analytics.ledger.energy_use import Carrier, EnergyUse
from analytics.ledger.indicator import Indicator, Why, indicators, relative_change
from analytics.ledger.institution_year import InstitutionYear, Place, institution_year
from analytics.ledger.peer import FEWEST, Rank, ranks
from domain.errors import InputError
from domain.factor_file import shipped_sets
from domain.indicator import IndicatorName
from domain.limit import Institution, Sphere
from domain.quota import Band, read_quotas, shipped_quotas
from domain.target import shipped_levels, shipped_targets, target_of
from domain.timeline import Mean, Spell, time_weighted_mean

STATISTICS = shipped_sets()[0]
D = Decimal
YEAR = date(2025, 1, 1), date(2026, 1, 1)
OFFICE = EnergyUse(
    {Carrier.ELECTRICITY: D(1_000_000), Carrier.HEAT: D(500), Carrier.WATER: D(9_000)}
)
PERSONS = time_weighted_mean([[Spell(D(450))]], *YEAR)


def of(
    name: IndicatorName, area: Mean, use: EnergyUse = OFFICE, persons: Mean = PERSONS
) -> Indicator:
    energy = coal_equivalent(use, STATISTICS, year=2025)
    co2 = carbon(use, STATISTICS, year=2025, province="CN-TJ")
    found = indicators(use, energy, co2, area_m2=area, persons=persons)
    return next(each for each in found if each.name is name)


def test_the_area_is_that_of_the_days_it_was_there() -> None:
    """10,000 m2 for 73 days, 20,000 m2 for 292: a fifth and four fifths of the year."""
    grown = [Spell(D(10_000), None, date(2025, 3, 15)), Spell(D(20_000), date(2025, 3, 15))]
    area = time_weighted_mean([grown], *YEAR)
    assert area.value == 18_000
    # (1,000,000 x 0.1229 + 500 x 34.12) / 18,000
    assert of(IndicatorName.ENERGY_PER_AREA, area).value == D("7.775556")
    # (1,000,000 x 0.6796 + 500 x 110) / 18,000
    assert of(IndicatorName.CO2_PER_AREA, area).value == D("40.811111")
    assert of(IndicatorName.ENERGY_PER_PERSON, area).value == D("311.022222")
    assert of(IndicatorName.WATER_PER_PERSON, area).value == D(20)
    assert of(IndicatorName.HEAT_PER_AREA, area).value == D("0.947778")


@pytest.mark.parametrize(
    ("area", "why"),
    [
        (Mean(None, 0, 365), Why.NO_DENOMINATOR),
        (time_weighted_mean([[Spell(D(0))]], *YEAR), Why.NO_DENOMINATOR),
        (time_weighted_mean([[Spell(D(9), date(2025, 2, 1))]], *YEAR), Why.DENOMINATOR_HAS_GAPS),
    ],
)
def test_without_a_whole_denominator_there_is_no_indicator_and_a_reason(
    area: Mean, why: Why
) -> None:
    found = of(IndicatorName.ENERGY_PER_AREA, area)
    assert (found.value, found.why) == (None, why)


def test_what_was_not_measured_is_not_zero() -> None:
    area = time_weighted_mean([[Spell(D(100))]], *YEAR)
    dry = EnergyUse({Carrier.ELECTRICITY: D(1)})
    assert of(IndicatorName.WATER_PER_PERSON, area, dry).why is Why.NO_AMOUNT
    assert of(IndicatorName.HEAT_PER_AREA, area, dry).why is Why.NO_AMOUNT
    assert of(IndicatorName.ENERGY_PER_AREA, area, EnergyUse({})).why is Why.NO_AMOUNT


def test_a_figure_with_a_part_that_has_no_factor_gives_no_indicator() -> None:
    area = time_weighted_mean([[Spell(D(100))]], *YEAR)
    cooled = EnergyUse({Carrier.ELECTRICITY: D(1), Carrier.COOLING: D(1)})
    assert of(IndicatorName.ENERGY_PER_AREA, area, cooled).why is Why.NO_FACTOR
    assert of(IndicatorName.ELECTRICITY_PER_AREA, area, cooled).value == D("0.01")


@given(st.integers(1, 10**6), st.integers(1, 1000))
def test_twice_the_area_halves_the_intensity(area: int, times: int) -> None:
    once = of(IndicatorName.ELECTRICITY_PER_AREA, time_weighted_mean([[Spell(D(area))]], *YEAR))
    more = time_weighted_mean([[Spell(D(area * times))]], *YEAR)
    found = of(IndicatorName.ELECTRICITY_PER_AREA, more)
    assert once.value is not None
    assert found.value is not None
    assert abs(found.value * times - once.value) <= D("0.000001") * times


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("12.71", Band.ABOVE_CONSTRAINT),
        ("12.7", Band.WITHIN_CONSTRAINT),
        ("11.1", Band.WITHIN_BASE),
        ("8.4", Band.WITHIN_BASE),
        ("8.3", Band.WITHIN_GUIDE),
    ],
)
def test_a_value_at_a_limit_keeps_it(value: str, band: Band) -> None:
    quota = next(each for each in shipped_quotas() if each.code == "db37_2672_heating")
    assert quota.band(D(value)) is band


def test_a_quota_holds_for_its_kind_zone_and_province_only() -> None:
    def codes(province: str, use: str, zone: str | None = None) -> list[str]:
        of = Institution(province=province)
        return [q.code for q in shipped_quotas() if q.holds_for(of, 2026, use=use, zone=zone)]

    office = ["gbt51161_office_government_a", "gbt51161_office_government_b"]
    assert codes(province="CN-TJ", use="office", zone="cold") == office
    assert codes(province="CN-SD", use="education", zone="cold") == ["db37_2672_heating"]
    assert codes(province="CN-SD", use="education") == []


def test_limits_out_of_order_are_refused_with_their_place() -> None:
    text = (
        '[[quota]]\ncode = "c"\nname_zh = "c"\nname_en = "c"\nindicator = "heat_per_area"\n'
        'source = "s"\nevidence = "background"\nchecked = false\n'
        "[quota.zones]\ncold = { constraint = 8, base = 9, guide = 7 }\n"
    )
    with pytest.raises(InputError, match=r"quotas\.toml: quota 1: cold: limits 7, 9, 8"):
        read_quotas(text)


def test_ranks_among_peers_and_their_number() -> None:
    values = {"a": D(10), "b": D(20), "c": D(20), "d": D(30), "e": D(50)}
    found = ranks(values)
    assert found["a"] == Rank(1, 5, D(1), D(20))
    assert found["b"] == found["c"] == Rank(2, 5, D("0.625"), D(20))  # two use more, one the same
    assert found["e"] == Rank(5, 5, D(0), D(20))


def test_too_few_peers_are_not_ranked() -> None:
    found = ranks({n: D(n) for n in range(FEWEST - 1)})
    assert set(found.values()) == {Rank(None, FEWEST - 1, None, None)}
    assert ranks({}) == {}


def test_the_median_of_an_even_group_lies_between_its_two_middle_ones() -> None:
    found = ranks({n: D(n) for n in (10, 20, 31, 50, 60, 70)})
    assert {rank.median for rank in found.values()} == {D("40.5")}


@given(st.dictionaries(st.integers(), st.decimals(0, 100, places=1), min_size=FEWEST, max_size=40))
def test_shares_of_a_whole_group_are_one_half_on_average(values: dict[int, Decimal]) -> None:
    shares = [rank.better_than for rank in ranks(values).values()]
    assert abs(sum(share for share in shares if share is not None) / len(values) - D("0.5")) < D(
        "1e-20"
    )


def test_a_change_needs_both_values() -> None:
    assert relative_change(D("17.55"), D("18.48")) == D("-0.050325")
    assert relative_change(None, D(1)) is None
    assert relative_change(D(1), None) is None
    assert relative_change(D(1), D(0)) is None


def test_the_national_level_of_2022_is_two_and_a_half_percent_below_that_of_2020() -> None:
    levels = {level.year: level.values for level in shipped_levels()}
    name = IndicatorName.ENERGY_PER_AREA
    assert relative_change(levels[2022][name], levels[2020][name]) == D("-0.024351")
    assert {target.change for target in shipped_targets()} == {D("-0.05"), D("-0.06"), D("-0.07")}


def test_the_nearest_limit_comes_first_and_a_target_is_of_one_sphere() -> None:
    of = Institution("school", "CN-TJ", "education")
    nation = shipped_targets()[0]
    spheres = {
        "province": Sphere("CN-TJ"),
        "class": Sphere(institution_class="education"),
        "class of the province": Sphere("CN-TJ", "education"),
        "own": Sphere(organisation="school"),
        "another's": Sphere(organisation="hospital"),
        "another class": Sphere("CN-TJ", "health"),
    }
    named = {name: replace(nation, sphere=sphere) for name, sphere in spheres.items()}
    years = nation.base_year, nation.year

    def nearest(*names: str) -> object:
        return target_of([nation, *map(named.__getitem__, names)], nation.indicator, years, of)

    assert nearest("another's", "another class") is nation
    assert nearest("province", "another's") is named["province"]
    assert nearest("class", "province") is named["class"]
    assert nearest("class", "class of the province") is named["class of the province"]
    assert nearest(*named) is named["own"]
    assert target_of([nation], nation.indicator, (2020, 2024), of) is None


def test_a_quota_holds_in_its_years_and_its_digest_is_of_its_numbers() -> None:
    quota = replace(shipped_quotas()[0], first_year=2027, last_year=2030)
    place = {"use": "office", "zone": quota.zone and quota.zone.value}
    held = [year for year in range(2025, 2033) if quota.holds_for(Institution(), year, **place)]
    assert held == [2027, 2028, 2029, 2030]
    assert replace(quota, constraint=quota.constraint * 1).sha256 == quota.sha256
    assert replace(quota, guide=quota.guide - 1).sha256 != quota.sha256


def test_a_year_whose_use_is_refused_has_no_figure_and_not_nothing() -> None:
    """Retiring certificates for more than was bought is impossible, whatever was used."""
    place = Place("CN-TJ", "office", "cold")
    metered = {"electricity": D(1_000), "water": D(9), "gas": D(7)}
    amounts = metered, {"green_retired_kwh": D(2_000)}
    year = institution_year(
        2025,
        YEAR,
        place,
        amounts,
        STATISTICS,
        area_m2=Mean(Fraction(100), 365, 365),
        persons=PERSONS,
    )
    assert (year.energy, year.co2) == (None, None)
    assert len(year.missing) == 1
    assert year.use.amounts == {Carrier.WATER: D(9), Carrier.NATURAL_GAS: D(7)}
    known = {each.name: each for each in year.indicators if each.value is not None}
    assert list(known) == [IndicatorName.WATER_PER_PERSON], "water is known all the same"
    told = {each.why for each in year.indicators if each.name not in known}
    assert told == {Why.USE_REFUSED}


def test_a_year_without_the_gas_is_no_base_for_one_with_it() -> None:
    """Gas that was not measured in 2025 was not zero: 26 % more energy per area is no change."""

    def year(number: int, **metered: D) -> InstitutionYear:
        days = date(number, 1, 1), date(number + 1, 1, 1)
        denominators = {"area_m2": Mean(Fraction(100), 365, 365), "persons": PERSONS}
        place = Place("CN-TJ", "office", "cold")
        return institution_year(number, days, place, (metered, {}), STATISTICS, **denominators)

    base = year(2025, electricity=D(10_000), water=D(9))
    both, plain = (
        year(2026, electricity=D(9_000), gas=D(300), water=D(9)),
        year(2026, electricity=D(9_000), water=D(9)),
    )
    for name in (IndicatorName.ENERGY_PER_AREA, IndicatorName.CO2_PER_AREA):
        assert plain.change_since(name, base) == D("-0.1")
        assert both.change_since(name, base) is None
        assert not both.is_alike(name, base)
    assert both.change_since(IndicatorName.WATER_PER_PERSON, base) == 0
    assert both.change_since(IndicatorName.ELECTRICITY_PER_AREA, base) == D("-0.1")
