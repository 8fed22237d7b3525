"""Yearly tables: nothing counts twice, nothing that is missing is zero, and what is odd is told."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.ledger.statistics_cell import (
    Cell,
    Grade,
    MonthAmount,
    Source,
    YearAmount,
    summed,
    year_cell,
)
from analytics.ledger.statistics_check import Finding, Weight, findings
from analytics.ledger.statistics_source import (
    COAL_OF_KIND,
    ITEM_OF_KIND,
    converted,
    item_of_kind,
)
from analytics.ledger.statistics_table import Identity, Tables, summaries
from domain.credit_code import check_character
from domain.factor_file import shipped_sets
from domain.manual_entry import EntryKind
from domain.statistics_item import ItemKind, Table, statistics_items

ITEMS = statistics_items()
FACTORS = next(each for each in shipped_sets() if each.code == "statistics")
CODE = "121" + "0" * 14
WHO = Identity(
    7, "school", "学校", "School", CODE + check_character(CODE), "education", "市教育局", "500108"
)


def metered(months: Iterable[int], amount: str, **said: object) -> list[MonthAmount]:
    plain = MonthAmount(1, Decimal(amount), Source.METERS, Grade.MEASURED)
    return [replace(plain, month=month, **said) for month in months]


def entered(months: Iterable[int], amount: str, **said: object) -> list[MonthAmount]:
    plain = MonthAmount(1, Decimal(amount), Source.ENTRIES, Grade.MANUAL, Decimal(amount))
    return [replace(plain, month=month, **said) for month in months]


def declared(amount: str) -> YearAmount:
    return YearAmount(Decimal(amount), Source.DECLARATION, Grade.MANUAL, "bill no. 7")


def cell(
    metered: Iterable[MonthAmount] = (),
    entered: Iterable[MonthAmount] = (),
    year: YearAmount | None = None,
    item: str = "electricity",
) -> Cell:
    return year_cell(ITEMS[item], metered, entered, year)


YEAR = range(1, 13)


def test_a_metered_month_counts_once_and_tells_what_was_entered_beside() -> None:
    found = cell(metered(YEAR, "100.5"), entered([3, 4], "99"))
    assert found.amount == Decimal("1206.0")
    assert found.months[3].difference == Decimal("1.5")
    assert found.months[3].cost == Decimal(99)  # the meter knows of no payment
    assert found.sources == (Source.METERS,)
    assert found.is_whole


@pytest.mark.parametrize("weak", [{"is_whole": False}, {"grade": Grade.ESTIMATED}])
def test_an_approved_entry_counts_before_half_a_month_and_before_an_estimate(
    weak: dict[str, object],
) -> None:
    found = cell([*metered(range(1, 12), "100"), *metered([12], "40", **weak)], entered([12], "90"))
    assert found.amount == Decimal(1190)
    assert found.grade is Grade.MANUAL
    assert found.months[12].difference == Decimal(50)
    assert found.is_whole


def test_months_that_are_missing_are_told_and_are_not_zero() -> None:
    found = cell(entered([1, 2, 4], "10"))
    assert (found.amount, found.is_whole) == (Decimal(30), False)
    assert found.missing_months == (3, 5, 6, 7, 8, 9, 10, 11, 12)
    nothing = cell()
    assert (nothing.amount, nothing.cost, nothing.grade) == (None, None, Grade.MISSING)


def test_a_month_that_is_covered_in_part_is_in_the_sum_and_not_whole() -> None:
    found = cell([*metered(range(1, 12), "100"), *metered([12], "40", is_whole=False)])
    assert found.amount == Decimal(1140)
    assert found.missing_months == (12,)


def test_a_document_of_the_year_counts_before_fewer_months_and_after_twelve() -> None:
    assert cell((), entered([1, 2], "10"), declared("200")).amount == Decimal(200)
    whole = cell((), entered(YEAR, "10"), declared("200"))
    assert (whole.amount, whole.year) == (Decimal(120), declared("200"))


def test_months_that_come_to_more_than_the_stated_zero_are_not_hidden_by_it() -> None:
    stated = YearAmount(Decimal(0), Source.RECORD, Grade.MANUAL, "statement", Decimal(0))
    used = cell((), entered([5], "10"), stated)
    assert (used.amount, used.is_whole) == (Decimal(10), False)
    unused = cell((), (), stated)
    assert (unused.amount, unused.is_whole, unused.has_whole_cost) == (Decimal(0), True, True)


def test_coal_is_told_in_tonnes_to_the_last_digit() -> None:
    said = entered([1], "1234.567", price=Decimal("0.8"))
    found = converted({"raw_coal_kg": said}, {}, FACTORS, 2025)
    assert found.months["raw_coal_kg"][0].amount == Decimal("1.234567")
    assert found.months["raw_coal_kg"][0].price == Decimal(800)


def other(kind: str, said: list[MonthAmount], year: YearAmount | None = None) -> Cell:
    found = converted({kind: said}, {}, FACTORS, 2025)
    assert found.items == {kind: "other_energy"}
    return cell((), found.months[kind], year, "other_energy")


def test_gas_in_bottles_is_other_energy_by_a_factor_that_nobody_has_checked() -> None:
    bottles = entered([1, 2], "1000")
    assert converted({"lpg_kg": bottles}, {}, FACTORS, 2025).factors_unchecked == ("coal.lpg",)
    found = summed([other("lpg_kg", bottles), other("other_tce", entered([1], "0.5"))])
    rate = FACTORS.find("coal.lpg", year=2025, province=None).factor.value
    first, second = found.months[1].counted, found.months[2].counted
    assert first.amount == rate + Decimal("0.5")
    assert (first.grade, first.is_whole) == (Grade.MANUAL, True)
    assert (second.amount, second.is_whole) == (rate, False)  # of the other nobody said anything
    assert (found.amount, found.whole_months) == (2 * rate + Decimal("0.5"), (1,))


def test_a_cold_meter_does_not_take_the_place_of_gas_in_bottles() -> None:
    """A meter tells 2 tce of cooling a month, people 1 tce of LPG: 3 tce, and nothing beside."""
    cold = cell(metered(YEAR, "2"), (), None, "other_energy")
    found = summed([cold, cell((), entered(YEAR, "1"), None, "other_energy")])
    assert (found.amount, found.is_whole, found.grade) == (Decimal(36), True, Grade.MANUAL)
    assert found.sources == (Source.METERS, Source.ENTRIES)
    assert {each.difference for each in found.months.values()} == {None}
    assert not found.has_whole_cost, "nobody said what the cooling cost"


def test_a_document_about_one_kind_leaves_the_months_of_another() -> None:
    """LPG of 20 tce is declared of the year, 1 tce of something else a month entered."""
    whole = cell((), (), declared("20"), "other_energy")
    found = summed([whole, other("other_tce", entered([3, 4], "1"))])
    assert (found.amount, found.is_whole) == (Decimal(22), False)
    assert found.missing_months == (1, 2, 5, 6, 7, 8, 9, 10, 11, 12)


def test_what_is_entered_and_in_no_table_belongs_to_no_item() -> None:
    """Neither a certificate nor what PV made for the house itself, whatever month it is of."""
    found = {kind.value: item_of_kind(kind) for kind in EntryKind}
    assert {key for key, item in found.items() if item is None} == set(EntryKind) - {
        *ITEM_OF_KIND,
        *COAL_OF_KIND,
    }
    assert found["green_retired_kwh"] is None
    assert (found["lpg_kg"], found["raw_coal_kg"]) == ("other_energy", "coal")


def test_what_has_no_factor_is_told_and_not_counted() -> None:
    found = converted({"cooling_gj": metered(YEAR, "5")}, {}, FACTORS, 2025)
    assert (found.months, found.factors_missing) == ({}, ("coal.cooling",))


FACTS = {"area_m2": "10000", "persons": "200", "nev_count": "3", "data_centre_area_m2": "0"}


def tables(year: int = 2025, who: Identity = WHO, **cells: Cell) -> Tables:
    """Plain tables in which nothing is wrong, with some cells of one's own."""
    found = {}
    for key, item in ITEMS.items():
        if item.kind is ItemKind.FACT:
            said = YearAmount(Decimal(FACTS[key]), Source.FACTS, Grade.MANUAL, "deed")
        else:
            said = YearAmount(Decimal(0), Source.RECORD, Grade.MANUAL, "statement", Decimal(0))
        found[key] = cell((), (), said, key)
    months = entered(YEAR, "50000", cost=Decimal(40000), price=Decimal("0.8"))
    found["electricity"] = cell((), months)
    found["water"] = cell((), entered(YEAR, "300", cost=Decimal(1500)), None, "water")
    return Tables(year, who, found | cells)


def told(found: Tables, earlier: Tables | None = None) -> list[tuple[str, str, str, str]]:
    return [(f.item, f.code, f.seen, f.wanted) for f in findings(found, earlier)]


def test_plain_tables_give_nothing_to_ask() -> None:
    assert told(tables(), tables(2024)) == []


def test_what_was_stated_for_an_earlier_year_is_to_be_stated_anew() -> None:
    found = replace(tables(heat=cell(item="heat")), stated_before={"heat": 2023, "coal": 2023})
    assert told(found) == [("heat", "stated_before", "2023", "2025")]  # coal is known of this year


def test_a_finding_names_institution_table_cell_seen_and_wanted() -> None:
    dear = cell((), entered(YEAR, "50000", cost=Decimal(400_000)))
    assert findings(tables(electricity=dear), None) == [
        Finding(
            7, Table.ENERGY, "electricity", "odd_price", "8.000 CNY/kWh", "0.2 .. 2 CNY/kWh",
            Weight.WANTS_COMMENT,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("item", "then", "now", "asked"),
    [
        ("electricity", "100", "115", False),
        ("electricity", "100", "115.1", True),
        ("electricity", "100", "84.9", True),
        ("water", "100", "125", False),
        ("water", "100", "74.9", True),
    ],
)
def test_a_change_beyond_the_bound_is_asked_about(
    item: str, then: str, now: str, asked: bool
) -> None:
    before = tables(2024, **{item: cell((), entered(YEAR, then), None, item)})
    after = tables(**{item: cell((), entered(YEAR, now), None, item)})
    found = [each[1] for each in told(after, before)]
    assert ("year_on_year" in found) is asked


JULY = date(2025, 7, 1)


def since_july(amount: str, **said: object) -> Cell:
    """Power of an institution founded on 1 July; what is known of May is not its own."""
    months = entered(range(5, 13), amount, **said)
    return year_cell(ITEMS["electricity"], (), months, None, JULY.month)


def test_who_was_founded_in_july_is_whole_with_six_months_and_lacks_none_before() -> None:
    found = since_july("50000")
    assert (found.amount, found.is_whole, found.missing_months) == (Decimal(300_000), True, ())
    gap = year_cell(ITEMS["electricity"], (), entered([7, 9], "10"), None, JULY.month)
    assert (gap.amount, gap.missing_months) == (Decimal(20), (8, 10, 11, 12))
    part = replace(tables(electricity=gap), founded_on=JULY)
    assert ("electricity", "incomplete", "2 / 6 (- 8, 10, 11, 12)", "6 / 6") in told(part)


def test_neither_the_part_of_a_year_nor_the_year_after_it_is_held_against_another() -> None:
    part = replace(tables(electricity=since_july("25000", cost=Decimal(20_000))), founded_on=JULY)
    assert part.is_part
    assert told(part, tables(2024)) == told(part, None) == []
    assert told(tables(2026), part) == []  # twice as much, and no question
    year = replace(tables(electricity=part.cells["electricity"]), founded_on=None)
    assert [each[1] for each in told(year, tables(2024))].count("year_on_year") == 1


def test_use_per_m2_of_a_part_of_the_year_is_held_against_that_part_of_the_bounds() -> None:
    """300 kWh/m2 in half a year, where 400 in a whole one want no comment."""
    power = since_july("500000", cost=Decimal(400_000))
    part = replace(tables(electricity=power), founded_on=JULY)
    assert ("electricity", "odd_intensity", "300.000 kWh/m2", "5 .. 400 x 184/365") in told(part)


def test_sums_say_how_many_are_in_them_with_a_part_of_the_year() -> None:
    part = replace(tables(who=replace(WHO, organisation_id=8)), founded_on=JULY)
    [row] = summaries([tables(), part], lambda who: who.department)
    assert (row.institutions, row.whole, row.part_year) == (2, 2, 1)


def test_half_a_year_is_not_compared_with_a_whole_one() -> None:
    half = tables(2024, electricity=cell((), entered(range(1, 7), "50000")))
    assert told(tables(), half) == []


@pytest.mark.parametrize(
    ("cells", "finding"),
    [
        (
            {"electricity": cell((), entered(range(1, 12), "50000", cost=Decimal(40000)))},
            ("electricity", "incomplete", "11 / 12 (- 12)", "12 / 12"),
        ),
        ({"heat": cell(item="heat")}, ("heat", "missing", "", "GJ")),
        (
            {"electricity": cell(
                [*metered(range(1, 12), "50000", cost=Decimal(40000)),
                 *metered([12], "50000", cost=Decimal(40000), grade=Grade.ESTIMATED)])},
            ("electricity", "estimated", "12", ""),
        ),
        (
            {"electricity": cell(metered(YEAR, "50000"))},
            ("electricity", "cost_missing", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12", "CNY"),
        ),
        (
            {"electricity": cell((), entered(
                YEAR, "50000", cost=Decimal("40000.02"), price=Decimal("0.8")))},
            ("electricity", "not_amount_times_price", "2025-01: 40000.02 CNY",
             "50000 x 0.8 = 40000.00 CNY"),
        ),
        (
            {"electricity": cell(
                (), entered(YEAR, "50000", cost=Decimal(40000)), declared("600001"))},
            ("electricity", "not_sum_of_months", "600001 kWh", "600000"),
        ),
        (
            {"water": cell((), entered(YEAR, "30000", cost=Decimal(150_000)), None, "water")},
            ("water", "odd_intensity", "36.000 m3/m2", "0.05 .. 10"),
        ),
        (
            {"data_centre_electricity": cell(
                (), (), declared("600000.5"), "data_centre_electricity")},
            ("data_centre_electricity", "more_than_the_whole", "600000.5 kWh", "<= 600000 kWh"),
        ),
        ({"area_m2": cell(item="area_m2")}, ("area_m2", "missing", "", "m2")),
        (
            {"persons": cell(
                (), (), YearAmount(Decimal(9), Source.FACTS, Grade.MANUAL, "", None, False),
                "persons")},
            ("persons", "not_every_day", "", ""),
        ),
    ],
    ids=lambda each: each[1] if isinstance(each, tuple) else "",
)  # fmt: skip
def test_what_was_planted_is_found(
    cells: dict[str, Cell], finding: tuple[str, str, str, str]
) -> None:
    assert finding in told(tables(**cells))


@pytest.mark.parametrize(
    ("who", "finding"),
    [
        (replace(WHO, credit_code=""), ("credit_code", "missing", "", "")),
        (replace(WHO, department=""), ("department", "missing", "", "")),
        (
            replace(WHO, credit_code=CODE + "0"),
            ("credit_code", "wrong_credit_code", CODE + "0", "check character F, seen 0"),
        ),
    ],
)
def test_who_is_not_known_by_its_code_is_told(
    who: Identity, finding: tuple[str, str, str, str]
) -> None:
    assert told(tables(who=who)) == [finding]


def test_groups_are_summed_and_say_whom_they_lack() -> None:
    other = replace(WHO, organisation_id=8, department="市卫健委")
    gap = tables(who=other, electricity=cell((), entered([1], "50000.001")))
    none = tables(who=replace(WHO, organisation_id=9), electricity=cell())
    rows = summaries([tables(), gap, none], lambda who: who.department)
    health, school = sorted(rows, key=lambda row: row.institutions)
    assert (health.group, health.institutions, health.whole) == ("市卫健委", 1, 0)
    power = health.cells["electricity"]
    assert (power.amount, power.whole, power.partial, power.missing) == (
        Decimal("50000.001"), 0, 1, 0,
    )  # fmt: skip
    power = school.cells["electricity"]
    assert (power.amount, power.whole, power.partial, power.missing) == (Decimal(600_000), 1, 0, 1)
    assert power.grade is Grade.MANUAL


def test_a_sum_of_costs_says_of_how_many_it_is_not_known_what_they_paid() -> None:
    paid = tables(electricity=cell((), entered(YEAR, "800")))
    partly = [*entered(range(1, 12), "500"), *entered([12], "500", cost=None)]
    rest = tables(who=replace(WHO, organisation_id=8), electricity=cell((), partly))
    never = tables(
        who=replace(WHO, organisation_id=9), electricity=cell((), entered(YEAR, "900", cost=None))
    )
    [row] = summaries([paid, rest, never], lambda _who: "")
    power = row.cells["electricity"]
    assert (power.amount, power.cost) == (Decimal(26_400), Decimal(9_600 + 5_500))
    assert (power.whole, power.missing, power.unpaid) == (3, 0, 2)
