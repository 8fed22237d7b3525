"""The three tables at every step, against figures written out by hand."""

from decimal import Decimal

import pytest

from domain.errors import InputError
from domain.power_factor import power_factor
from domain.power_factor_file import power_factor_tables, read_power_factor_tables

D = Decimal
REDUCTIONS = {
    "0.90": "0 .15 .30 .45 .60 .75 .75 .75 .75 .75 .75",
    "0.85": "0 .1 .2 .3 .4 .5 .65 .80 .95 1.10 1.10 1.10 1.10 1.10 1.10 1.10",
    "0.80": "0 .1 .2 .3 .4 .5 .6 .7 .8 .9 1.0 1.15 1.30 1.30 1.30 1.30 1.30 1.30 1.30 1.30 1.30",
}
SURCHARGES = {
    "0.90": "0 .5 1 1.5 2 2.5 3 3.5 4 4.5 5 5.5 6 6.5 7 7.5 8 8.5 9 9.5 10 11 12 13 14 15 17 19",
    "0.85": "0 .5 1 1.5 2 2.5 3 3.5 4 4.5 5 5.5 6 6.5 7 7.5 8 8.5 9 9.5 10 11 12 13 14 15 17 19",
    "0.80": "0 .5 1 1.5 2 2.5 3 3.5 4 4.5 5 5.5 6 6.5 7 7.5 8 8.5 9 9.5 10 11 12 13 14 15 17 19",
}


@pytest.mark.parametrize("standard", ["0.90", "0.85", "0.80"])
def test_a_table_has_the_right_percent_at_every_step(standard: str) -> None:
    table = power_factor_tables()[standard]
    for step, percent in enumerate(REDUCTIONS[standard].split()):
        assert table.percent(D(standard) + step * D("0.01")) == -D(percent)
    for step, percent in enumerate(SURCHARGES[standard].split()):
        assert table.percent(D(standard) - step * D("0.01")) == D(percent)


def test_no_table_counts_as_checked() -> None:
    assert [table.checked for table in power_factor_tables().values()] == [False] * 3


@pytest.mark.parametrize(
    ("kwh", "kvarh", "factor"),
    [("1000", "0", "1.00"), ("900", "435.89", "0.90"), ("1000", "1000", "0.71"), ("0", "5", "0")],
)
def test_the_power_factor_is_rounded_half_up_to_two_decimals(
    kwh: str, kvarh: str, factor: str
) -> None:
    assert power_factor(D(kwh), D(kvarh)) == D(factor)


def test_without_energy_there_is_no_power_factor() -> None:
    with pytest.raises(ValueError, match="without energy"):
        power_factor(D(0), D(0))


TABLE = """
[[table]]
standard = 0.85
applies_to = "offices"
applies_to_zh = "办公"
reduction = [[0.90, 0.10], [0.94, 0.15]]
surcharge = [[0.65, 0.5], [0.00, 2.0]]
source = "printed rule"
"""


def test_the_digest_is_of_the_numbers_and_of_nothing_else() -> None:
    def of(text: str) -> str:
        [table] = read_power_factor_tables(text, place="file")
        return table.sha256

    told = TABLE.replace("printed rule", "hearsay").replace("0.15", "0.150").replace("offices", "x")
    assert of(told) == of(TABLE)
    assert of(TABLE.replace("0.15", "0.16")) != of(TABLE)


@pytest.mark.parametrize(
    ("seen", "instead", "told"),
    [
        ("0.85", "0.86", "table 1: standard = Decimal('0.86'): want 0.90 or 0.85 or 0.80"),
        ("[0.94, 0.15]", "[0.88, 0.15]", "want power factors that go up from 0.85"),
        ("[0.94, 0.15]", "[1.01, 0.15]", "want power factors of two decimals, up to 1"),
        ("[0.65, 0.5]", "[0.655, 0.5]", "want power factors of two decimals, up to 1"),
        ("[0.00, 2.0]", "[0.10, 2.0]", "want power factors of two decimals, up to 1"),
        ("0.10]", "-0.10]", "want percents above 0 and up to 10"),
        ("[0.65, 0.5]", "0.5", "surcharge = "),
        ('source = "printed rule"', "", "file, table 1: source is missing"),
        ("source", "checked = true\nsource", "file, table 1: nobody knows checked"),
        ("[[table]]", TABLE + "[[table]]", "tables of 0.85, 0.85: want some, one of each standard"),
        ("[[table]]", "[[rule]]", "nobody knows rule"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_place(
    seen: str, instead: str, told: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_power_factor_tables(TABLE.replace(seen, instead, 1), place="file")
    assert told in str(refused.value)
