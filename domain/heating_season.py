"""Heating seasons: from which day to which a city's district heating runs, per year.

The statutory dates are a rule of the city; in a cold autumn the real start is moved. What is
recorded of a year therefore comes first, and a city of which nothing is known is an error, not a
city without heating.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from domain.calendar import days
from domain.errors import ConfigurationError

LONGEST = timedelta(days=300)
"""No season is longer: where China is coldest it takes 260 days. More is a slip of the year."""
_MOVED = timedelta(days=16)
"""So far cities moved a first or last day: Tianjin to 1 November, and to 31 March."""


class Heating(IntEnum):
    """Whether a day lies in a heating season."""

    OUT = 0
    IN = 1
    UNSURE = 2
    """Next to a season of which nobody has checked when it really began and ended."""


@dataclass(frozen=True, slots=True)
class HeatingRule:
    """What is statutory in a region.

    Attributes
    ----------
    region : str
        Administrative code of six digits.
    first, last : tuple of (int, int), or None
        Month and day of the first and the last day of heating; None where there is none.
    checked : bool
        Whether a named person has compared it with its document.
    """

    region: str
    first: tuple[int, int] | None
    last: tuple[int, int] | None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class HeatingSeason:
    """One season, over the half-open range of local days [first_day, end_day).

    Attributes
    ----------
    year : int
        In which it begins.
    recorded : bool
        Whether its days were recorded, rather than taken from the rule.
    checked : bool
        Whether a named person has checked them against a document.
    """

    region: str
    year: int
    first_day: date
    end_day: date
    recorded: bool
    checked: bool = False


def regions_of(region: str) -> tuple[str, str, str]:
    """A region and those it lies in: district, city, province."""
    return region, f"{region[:4]}00", f"{region[:2]}0000"


def season_beginning(
    region: str,
    year: int,
    rules: Mapping[str, HeatingRule],
    recorded: Collection[HeatingSeason],
) -> HeatingSeason | None:
    """Season of a region that begins in a year; None where there is no district heating.

    Raises
    ------
    ConfigurationError
        If nothing is known of the region.
    """
    within = regions_of(region)
    for code in within:
        for season in recorded:
            if season.region == code and season.year == year:
                return season
    rule = _rule_of(region, rules)
    if rule.first is None or rule.last is None:
        return None
    first = date(year, *rule.first)
    last = date(year + (rule.last < rule.first), *rule.last)
    end = last + timedelta(days=1)
    return HeatingSeason(rule.region, year, first, end, recorded=False, checked=rule.checked)


def season_on(
    region: str,
    day: date,
    rules: Mapping[str, HeatingRule],
    recorded: Collection[HeatingSeason],
) -> HeatingSeason | None:
    """Season that runs on a day; None out of season.

    Raises
    ------
    ConfigurationError
        If nothing is known of the region.
    """
    for year in (day.year, day.year - 1):
        season = season_beginning(region, year, rules, recorded)
        if season is not None and season.first_day <= day < season.end_day:
            return season
    return None


def heating_of_days(
    region: str,
    first_day: date,
    end_day: date,
    rules: Mapping[str, HeatingRule],
    recorded: Collection[HeatingSeason],
) -> dict[date, Heating]:
    """Tell which days of [first_day, end_day) lie in a season, or may; empty where there is none.

    Cities lengthen the statutory season and do not shorten it. Days within 16 of one are therefore
    unsure, until its real days are recorded and checked.

    Raises
    ------
    ConfigurationError
        If nothing is known of the region.
    """
    years = range(first_day.year - 1, end_day.year + 2)
    begun = [season_beginning(region, year, rules, recorded) for year in years]
    known = [each for each in begun if each is not None]
    if not known:
        return {}
    inside, near = set[date](), set[date]()
    for season in known:
        inside.update(days(season.first_day, season.end_day))
        if not (season.recorded and season.checked):
            near.update(days(season.first_day - _MOVED, season.end_day + _MOVED))
    return {
        day: Heating.IN if day in inside else Heating.UNSURE if day in near else Heating.OUT
        for day in days(first_day, end_day)
    }


def is_checked(
    region: str,
    day: date,
    rules: Mapping[str, HeatingRule],
    recorded: Collection[HeatingSeason],
) -> bool:
    """Whether people have checked all by which a day is in season or out of it.

    Raises
    ------
    ConfigurationError
        If nothing is known of the region.
    """
    rule = _rule_of(region, rules)
    begun = (season_beginning(region, year, rules, recorded) for year in (day.year, day.year - 1))
    return all(rule.checked if season is None else season.checked for season in begun)


def _rule_of(region: str, rules: Mapping[str, HeatingRule]) -> HeatingRule:
    rule = next((rules[code] for code in regions_of(region) if code in rules), None)
    if rule is None:
        raise ConfigurationError(f"no heating season is known for region {region}")
    return rule
