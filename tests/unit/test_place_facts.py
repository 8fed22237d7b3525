"""What may be said of a place, and when a city is heated."""

import re
from dataclasses import replace
from datetime import date

import pytest

from domain.errors import ConfigurationError
from domain.fact import FactKind, checked_fact
from domain.heating_season import (
    HeatingRule,
    HeatingSeason,
    is_checked,
    season_beginning,
    season_on,
)

RULES = {
    "120000": HeatingRule("120000", (11, 15), (3, 15)),
    "500000": HeatingRule("500000", None, None),
}
EARLY = HeatingSeason("120000", 2022, date(2022, 11, 1), date(2023, 3, 16), recorded=True)


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (FactKind.FLOOR_AREA, "20000.50", "20000.5"),
        (FactKind.FLOOR_AREA, "2e4", "20000"),
        (FactKind.HEADCOUNT, "612.0", "612"),
        (FactKind.USE, "office", "office"),
        (FactKind.CLIMATE_ZONE, "cold", "cold"),
        (FactKind.REGION, "120101", "120101"),
        (FactKind.CALENDAR, "school-7", "school-7"),
    ],
)
def test_a_fact_is_kept_in_one_form(kind: FactKind, text: str, kept: str) -> None:
    assert checked_fact(kind, text) == kept


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        (FactKind.FLOOR_AREA, "0", "0 < m2 <="),
        (FactKind.FLOOR_AREA, "-1", "0 < m2 <="),
        (FactKind.FLOOR_AREA, "NaN", "0 < m2 <="),
        (FactKind.FLOOR_AREA, "1e999999", "0 < m2 <="),
        (FactKind.FLOOR_AREA, "wide", "0 < m2 <="),
        (FactKind.HEADCOUNT, "0", "1 .. 10,000,000"),
        (FactKind.HEADCOUNT, "3.5", "1 .. 10,000,000"),
        (FactKind.HEADCOUNT, "Infinity", "1 .. 10,000,000"),
        (FactKind.HEADCOUNT, "many", "1 .. 10,000,000"),
        (FactKind.USE, "palace", "office | education"),
        (FactKind.CLIMATE_ZONE, "hot", "severe_cold | cold"),
        (FactKind.REGION, "12", "six digits"),
        (FactKind.CALENDAR, "C N", "cn"),
    ],
)
def test_what_is_no_such_fact_is_refused_with_what_is_wanted(
    kind: FactKind, text: str, wanted: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(wanted)):
        checked_fact(kind, text)


def test_the_recorded_start_of_a_season_comes_before_the_statutory_one() -> None:
    assert season_beginning("120101", 2022, RULES, [EARLY]) == EARLY
    statutory = season_beginning("120101", 2024, RULES, [EARLY])
    assert statutory == HeatingSeason(
        "120000", 2024, date(2024, 11, 15), date(2025, 3, 16), recorded=False
    )


@pytest.mark.parametrize(
    ("day", "runs"),
    [
        (date(2022, 10, 31), False),
        (date(2022, 11, 1), True),
        (date(2023, 3, 15), True),
        (date(2023, 3, 16), False),
        (date(2023, 11, 14), False),
        (date(2023, 11, 15), True),
    ],
)
def test_a_season_runs_over_the_turn_of_the_year(day: date, runs: bool) -> None:
    assert (season_on("120000", day, RULES, [EARLY]) is not None) is runs


def test_a_day_is_checked_when_every_season_it_may_lie_in_is() -> None:
    checked = {"120000": replace(RULES["120000"], checked=True)}
    june = date(2023, 6, 1)
    assert not is_checked("120101", june, RULES, [])
    assert is_checked("120101", june, checked, [])
    assert not is_checked("120101", june, checked, [EARLY])
    assert is_checked("120101", june, checked, [replace(EARLY, checked=True)])
    assert is_checked("120101", date(2025, 6, 1), checked, [EARLY])
    assert not is_checked("500000", june, RULES, [])
    with pytest.raises(ConfigurationError, match="no heating season is known for region 110000"):
        is_checked("110000", june, RULES, [])


def test_a_city_without_heating_is_known_to_have_none_and_an_unknown_city_is_an_error() -> None:
    assert season_on("500108", date(2026, 1, 15), RULES, []) is None
    with pytest.raises(ConfigurationError, match="no heating season is known for region 110000"):
        season_on("110000", date(2026, 1, 15), RULES, [])
