"""A gap keeps its total and spreads as the meter's own days do: by kind of day and temperature."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.ledger.attribution import Use
from analytics.ledger.local_grid import Around, LocalGrid, Surroundings, by_weekday, local_grid
from analytics.ledger.readings import DAY, Floats, in_order
from analytics.ledger.register import use_of_register
from domain.consumption_flag import ConsumptionFlag
from tests.unit.ledger.synthetic_meter import FIRST, HOUR, T0

DAYS = 21
HOT, MILD = 9, 10
"""A Wednesday and a Thursday, on which the meter is silent."""
RESPONSE = 0.05
"""Planted: so much more is used for each degree. [1/K]"""


def air(days: int = DAYS, seed: int = 3) -> Floats:
    """Temperature by the hour: days between 24 and 36 degC, nights 8 K cooler. [degC]."""
    of_day = np.random.default_rng(seed).uniform(24, 36, days)
    of_day[HOT], of_day[MILD] = 35.5, 24.5
    hour = np.arange(24 * days)
    return np.asarray(of_day[hour // 24] + 4 * np.cos(2 * np.pi * (hour % 24 - 15) / 24) - 4)


def hourly_kwh(temperature: Floats, response: float) -> Floats:
    """30 kW, 60 kW from 8 to 18 o'clock, half at week-ends, following the temperature. [kWh]."""
    hour = np.arange(len(temperature))
    base = 30 + 30 * ((hour % 24 >= 8) & (hour % 24 < 18))
    weekend = (hour // 24) % 7 >= 5
    noise = np.random.default_rng(5).normal(1, 0.02, len(hour))
    usual = np.array([temperature[hour % 24 == each].mean() for each in range(24)])[hour % 24]
    return np.asarray(
        base * np.where(weekend, 0.5, 1) * (1 + response * (temperature - usual)) * noise
    )


def used(kwh: Floats, silent: tuple[int, ...], surroundings: Surroundings | None) -> Use:
    """Use by the hour of a meter that is silent on some days."""
    register = np.concatenate(([0.0], np.cumsum(kwh)))
    at = T0 + np.arange(len(register)) * HOUR
    day = (at - T0 - 1) // DAY
    heard = ~np.isin(day, silent) | (at == T0 + (max(silent) + 1) * DAY)
    grid = local_grid(
        FIRST, FIRST + timedelta(days=DAYS), ZoneInfo("UTC"), step=HOUR, surroundings=surroundings
    )
    return use_of_register(in_order(at[heard], register[heard]), grid)


def surrounded(temperature: Floats, holidays: tuple[int, ...] = ()) -> Surroundings:
    """Tell temperatures, and holidays by their number."""

    def tell(first: date, end: date) -> Around:
        days = [first + timedelta(days=n) for n in range((end - first).days)]
        off = {FIRST + timedelta(days=n) for n in holidays}
        kind = np.array([int(day in off or by_weekday(day)) for day in days], dtype=np.int64)
        return Around(kind, T0 + np.arange(len(temperature)) * HOUR, temperature)

    return tell


def of_day(use: Use, day: int) -> float:
    return float(use.value[24 * day : 24 * day + 24].sum())


def test_of_a_hot_and_a_mild_day_the_hot_one_gets_its_share_and_the_total_stays() -> None:
    temperature = air()
    kwh = hourly_kwh(temperature, RESPONSE)
    true = kwh[24 * HOT : 24 * HOT + 24].sum()
    total = kwh[24 * HOT : 24 * MILD + 24].sum()
    told = used(kwh, (HOT, MILD), surrounded(temperature))
    plain = used(kwh, (HOT, MILD), None)
    for use in (told, plain):
        assert of_day(use, HOT) + of_day(use, MILD) == pytest.approx(total, abs=1e-6)
        assert use.allocated[24 * HOT + 1 : 24 * MILD + 23].all()
    assert of_day(told, HOT) == pytest.approx(true, rel=0.02)
    assert abs(of_day(plain, HOT) / true - 1) > 0.15


def test_weather_that_a_meter_does_not_follow_changes_nothing() -> None:
    temperature = air()
    kwh = hourly_kwh(temperature, 0.0)
    told = used(kwh, (HOT, MILD), surrounded(temperature))
    plain = used(kwh, (HOT, MILD), None)
    assert told.value.tobytes() == plain.value.tobytes()


def served_by(
    temperature: Floats, unknown: tuple[int, ...], *, served: bool = True
) -> Surroundings:
    """Tell temperatures but those of some days, at a place with a source of weather."""
    known = ~np.isin(np.arange(len(temperature)) // 24, unknown)

    def tell(first: date, end: date) -> Around:
        kinds = [by_weekday(first + timedelta(days=n)) for n in range((end - first).days)]
        hour = (T0 + np.arange(len(temperature)) * HOUR)[known]
        return Around(np.array(kinds, dtype=np.int64), hour, temperature[known], served=served)

    return tell


def lacking(use: Use) -> set[int]:
    """Days with an hour that says its weather was missing."""
    flagged = (use.flags & ConsumptionFlag.WEATHER_MISSING) != 0
    return set((np.flatnonzero(flagged) // 24).tolist())


def test_a_gap_whose_weather_is_missing_says_so_and_a_known_day_of_it_does_not() -> None:
    temperature = air()
    kwh = hourly_kwh(temperature, RESPONSE)
    told = used(kwh, (HOT, MILD), served_by(temperature, (HOT,)))
    assert lacking(told) == {HOT}
    assert lacking(used(kwh, (HOT, MILD), served_by(temperature, (HOT, MILD)))) == {HOT, MILD}
    assert lacking(used(kwh, (HOT, MILD), served_by(temperature, ()))) == set()


def test_a_source_that_was_silent_all_the_while_is_missing_too_and_none_at_all_is_not() -> None:
    temperature = air()
    kwh = hourly_kwh(temperature, RESPONSE)
    every = tuple(range(DAYS))
    assert lacking(used(kwh, (HOT, MILD), served_by(temperature, every))) == {HOT, MILD}
    assert lacking(used(kwh, (HOT, MILD), served_by(temperature, every, served=False))) == set()


def test_a_meter_that_does_not_follow_the_weather_misses_none() -> None:
    temperature = air()
    told = used(hourly_kwh(temperature, 0.0), (HOT, MILD), served_by(temperature, (HOT,)))
    assert lacking(told) == set()


def test_unknown_weather_leaves_the_usual_shape() -> None:
    temperature = air()
    kwh = hourly_kwh(temperature, RESPONSE)
    nothing = Around(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))

    def tell(first: date, end: date) -> Around:
        kinds = [by_weekday(first + timedelta(days=n)) for n in range((end - first).days)]
        return Around(np.array(kinds, dtype=np.int64), nothing.hour, nothing.temperature_c)

    told, plain = used(kwh, (HOT, MILD), tell), used(kwh, (HOT, MILD), None)
    assert told.value.tobytes() == plain.value.tobytes()


def test_it_is_never_taken_for_hotter_than_the_days_around_ever_were() -> None:
    temperature = air()
    kwh = hourly_kwh(temperature, RESPONSE)
    beyond = temperature.copy()
    beyond[24 * HOT : 24 * HOT + 24] = 55.0  # a sensor in the sun, say
    told = used(kwh, (HOT, MILD), surrounded(beyond))
    true = kwh[24 * HOT : 24 * HOT + 24].sum()
    assert 1.0 < of_day(told, HOT) / true < 1.25


def test_a_holiday_in_a_gap_gets_the_use_of_a_day_off() -> None:
    temperature = np.full(24 * DAYS, 25.0)
    kwh = hourly_kwh(temperature, 0.0)
    kwh[24 * HOT : 24 * HOT + 24] *= 0.5  # the Wednesday is a holiday
    true = kwh[24 * HOT : 24 * HOT + 24].sum()
    told = used(kwh, (HOT, MILD), surrounded(temperature, holidays=(HOT,)))
    assert of_day(told, HOT) == pytest.approx(true, rel=0.03)
    assert of_day(used(kwh, (HOT, MILD), None), HOT) / true > 1.3


def test_nobody_is_asked_about_a_meter_without_a_gap() -> None:
    def refuse(first: date, end: date) -> Around:
        raise AssertionError(f"asked about {first} to {end}")

    kwh = hourly_kwh(air(), RESPONSE)
    register = np.concatenate(([0.0], np.cumsum(kwh)))
    at = T0 + np.arange(len(register)) * HOUR
    grid: LocalGrid = local_grid(
        FIRST, FIRST + timedelta(days=DAYS), ZoneInfo("UTC"), step=HOUR, surroundings=refuse
    )
    assert use_of_register(in_order(at, register), grid).exact.all()
