"""A factor gets into a set only if its unit, its size and its source stand up to it."""

from datetime import date
from decimal import Decimal

import pytest

from domain.errors import FactorError, InputError
from domain.factor import ElectricityBasis, FactorSet
from domain.factor_file import read_sets, shipped_sets
from domain.factor_key import factor_keys
from domain.grid_region import PROVINCES, province_of

TABLE = """
[[table]]
key = "{key}"
unit = "{unit}"
year = {year}
source = "{source}"
evidence = "{evidence}"
checked = {checked}
regions = {{ {region} = {value} }}
"""
ELECTRICITY = {"key": "coal.electricity_calorific", "unit": "kgce/kWh", "value": "0.1229"}
SETS = """
[[set]]
code = "own"
version = 1
name_zh = "本地"
name_en = "own"
electricity = "{electricity}"
counts_water = false
tables = ["own"]
"""


def table(**told: str) -> str:
    usual = {"year": "2020", "source": "a document", "evidence": "background", "region": "CN"}
    return TABLE.format(**{"checked": "false", **usual, **told})


def own_set(*tables: str, electricity: str = "calorific") -> FactorSet:
    text = "\n".join([table(**ELECTRICITY), *tables])
    (found,) = read_sets({"sets": SETS.format(electricity=electricity), "own": text})
    return found


def grid(region: str, year: int, value: str) -> str:
    return table(key="co2.grid", unit="kgCO2/kWh", region=region, year=str(year), value=value)


def shipped(code: str) -> FactorSet:
    return next(each for each in shipped_sets() if each.code == code)


@pytest.mark.parametrize(
    ("key", "unit", "value", "reason"),
    [
        ("coal.heat", "kgce/MJ", "0.03412", r"coal\.heat is in 'kgce/MJ', want kgce/GJ"),
        ("coal.heat", "tce/GJ", "0.03412", r"coal\.heat is in 'tce/GJ', want kgce/GJ"),
        ("coal.heat", "kgce/GJ", "0.03412", r"coal\.heat is 0\.03412 kgce/GJ, want 33 to 50"),
        ("coal.heat", "kgce/GJ", "34120", r"coal\.heat is 34120 kgce/GJ, want 33 to 50"),
        ("co2.diesel", "kgCO2/L", "0.718", r"co2\.diesel is 0\.718 kgCO2/L, want 2\.45 to 2\.85"),
        ("co2.natural_gas", "tCO2/10^4 m3", "2.162", r"'tCO2/10\^4 m3', want kgCO2/m3"),
        ("co2.natural_gas", "kgCO2/m3", "21.62", r"co2\.natural_gas is 21\.62 kgCO2/m3, want 1\.8"),
        ("co2.heat", "tCO2/GJ", "0.11", r"co2\.heat is in 'tCO2/GJ', want kgCO2/GJ"),
        ("co2.grid", "kgCO2/kWh", "558.1", r"co2\.grid is 558\.1 kgCO2/kWh, want 0\.03 to 1"),
        ("co2.grid", "kgCO2/kWh", "-0.5", r"co2\.grid is -0\.5"),
        ("co2.grid", "kgCO2/kWh", "nan", r"co2\.grid is NaN"),
        ("co2.peat", "kgCO2/kg", "1.1", r"'co2\.peat' is no factor; there are coal\."),
        ("co2.grid", "kgCO2/kWh", '"0.5"', r"'0\.5' is no number"),
    ],
)
def test_a_factor_in_the_wrong_unit_or_size_is_refused_with_its_place(
    key: str, unit: str, value: str, reason: str
) -> None:
    with pytest.raises(InputError, match=reason) as refused:
        own_set(table(key=key, unit=unit, value=value))
    assert str(refused.value).startswith("own.toml: table 2, CN: ")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"source": " "}, "names no source"),
        ({"evidence": "hearsay"}, "evidence 'hearsay', want one of document"),
        ({"region": "CN-XX"}, "'CN-XX' is no region"),
        ({"year": '"2020"'}, "year is '2020', want a int"),
        ({"checked": "true"}, r"checked_by is None, want a str"),
    ],
)
def test_a_factor_without_a_foundation_is_refused(told: dict[str, str], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        own_set(table(**{"key": "coal.diesel", "unit": "kgce/kg", "value": "1.4571", **told}))


def test_a_checked_factor_names_document_person_and_day() -> None:
    body = table(key="coal.diesel", unit="kgce/kg", value="1.4571", checked="true")
    who = 'checked_by = "Li"\nchecked_on = 2026-11-01\n'
    with pytest.raises(InputError, match="want evidence 'document'"):
        own_set(body + who)
    found = own_set(body.replace('"background"', '"document"') + who)
    factor = found.find("coal.diesel", year=2025, province=None).factor
    assert (factor.checked, factor.checked_by) == (True, "Li")
    assert factor.checked_on == date(2026, 11, 1)


def test_nothing_that_is_shipped_passes_for_checked() -> None:
    assert not any(factor.checked for each in shipped_sets() for factor in each.factors)


def test_a_set_has_electricity_on_one_basis() -> None:
    other = table(key="coal.electricity_equivalent", unit="kgce/kWh", value="0.31")
    with pytest.raises(InputError, match="calorific and equivalent, want calorific alone"):
        own_set(other)
    with pytest.raises(InputError, match="on calorific, want equivalent alone"):
        own_set(electricity="equivalent")
    with pytest.raises(InputError, match="electricity 'both', want calorific or equivalent"):
        own_set(electricity="both")


def test_two_values_for_one_thing_are_refused() -> None:
    with pytest.raises(InputError, match=r"co2\.grid for CN of 2022 twice: 0\.5366 .* 0\.5368"):
        own_set(grid("CN", 2022, "0.5366"), grid("CN", 2022, "0.5368"))


def test_the_province_comes_first_then_its_grid_then_the_nation() -> None:
    nation, region = grid("CN", 2023, "0.5306"), grid("grid-southwest", 2023, "0.2472")
    province = grid("CN-CQ", 2023, "0.5581")
    for tables, expected, value in (
        ((nation, region, province), "CN-CQ", "0.5581"),
        ((nation, region), "grid-southwest", "0.2472"),
        ((nation,), "CN", "0.5306"),
    ):
        chosen = own_set(*tables).find("co2.grid", year=2025, province="CN-CQ")
        assert (chosen.factor.region, chosen.factor.value) == (expected, Decimal(value))
        assert (chosen.wanted_region, chosen.fell_back) == ("CN-CQ", expected != "CN-CQ")


def test_the_latest_year_up_to_the_reporting_year_is_taken_and_told() -> None:
    found = own_set(*(grid("CN", year, f"0.{year}") for year in (2021, 2022, 2023)))
    for reporting, used in ((2021, 2021), (2022, 2022), (2025, 2023)):
        chosen = found.find("co2.grid", year=reporting, province=None)
        assert (chosen.factor.year, chosen.wanted_year) == (used, reporting)


def test_amounts_before_the_first_day_of_a_factor_are_not_computed_with_it() -> None:
    """A factor that may be used from 1 July on is none of June, nor of the whole year."""
    lpg = {"key": "coal.lpg", "unit": "kgce/kg"}
    old = table(**lpg, value="1.7", year="2008")
    new = table(**lpg, value="1.8") + "effective_from = 2025-07-01\n"
    both = own_set(old, new)
    for first_day, value in (
        (date(2025, 6, 1), "1.7"),
        (date(2025, 7, 1), "1.8"),
        (None, "1.7"),
    ):
        chosen = both.find("coal.lpg", year=2025, province=None, first_day=first_day)
        assert chosen.factor.value == Decimal(value)
    assert both.find("coal.lpg", year=2026, province=None).factor.value == Decimal("1.8")
    with pytest.raises(FactorError, match="from 2025-07-01 on, the amounts begin on 2025-06-01"):
        own_set(new).find("coal.lpg", year=2025, province=None, first_day=date(2025, 6, 1))


def test_a_factor_of_a_later_year_never_stands_in() -> None:
    with pytest.raises(
        FactorError, match=r"own/1 has no co2\.grid for CN-TJ, grid-north, the nation in 2020"
    ):
        own_set(grid("CN", 2021, "0.55")).find("co2.grid", year=2020, province="CN-TJ")


def test_a_province_nobody_knows_is_refused() -> None:
    with pytest.raises(FactorError, match="'Chongqing' is no province"):
        shipped("statistics").find("co2.grid", year=2023, province="Chongqing")


@pytest.mark.parametrize(
    ("province", "year", "value", "region"),
    [
        ("CN-CQ", 2021, "0.4743", "CN-CQ"),
        ("CN-CQ", 2023, "0.5581", "CN-CQ"),
        ("CN-TJ", 2022, "0.7041", "CN-TJ"),
        ("CN-XZ", 2023, "0.2472", "grid-southwest"),
        (None, 2022, "0.5366", "CN"),
    ],
)
def test_shipped_grid_factors_are_those_published(
    province: str | None, year: int, value: str, region: str
) -> None:
    chosen = shipped("statistics").find("co2.grid", year=year, province=province).factor
    assert (str(chosen.value), chosen.region) == (value, region)


def test_shipped_sets_differ_in_what_a_kilowatt_hour_stands_for() -> None:
    for code, basis, value in (
        ("statistics", ElectricityBasis.CALORIFIC, "0.1229"),
        ("shandong_quota", ElectricityBasis.EQUIVALENT, "0.31"),
    ):
        found = shipped(code).find(basis.key, year=2025, province=None).factor
        assert (shipped(code).electricity, str(found.value)) == (basis, value)


def test_the_digest_follows_the_content() -> None:
    assert own_set().sha256 == own_set().sha256
    assert own_set().sha256 != own_set(grid("CN", 2023, "0.5306")).sha256


def test_every_key_has_a_range_and_names() -> None:
    for keys in factor_keys().values():
        for key in keys:
            assert 0 < key.least < key.greatest
            assert key.zh
            assert key.en


def test_an_administrative_code_tells_the_province() -> None:
    assert province_of("500108") == "CN-CQ"
    assert province_of("120000") == "CN-TJ"
    assert province_of("710000") is None
    assert province_of(None) is None
    numbers = {province_of(f"{n}0000") for n in range(11, 66)} - {None}
    assert numbers == PROVINCES
