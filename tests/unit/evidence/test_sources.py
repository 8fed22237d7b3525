"""Weather, models and calendars of a bundle: planted truths come out, and a change is found."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from analytics.baseline.training import Training, digest, written
from analytics.evidence.bundle import Evidence, packed
from analytics.evidence.model import KeptModel, fitted
from analytics.evidence.surroundings import Surroundings
from analytics.evidence.tariff import KeptTariff
from analytics.models.day import felt_c
from domain.calendar import DayKind
from domain.contract_line import WeatherClause, WeatherMethod
from domain.errors import InputError
from domain.settlement_file import Book
from tests.unit.evidence.office import FIRST, TARIFF, book, checked, forged, made, parts

_HOT_C, _FROM_C, _BASE, _SLOPE = 30, 20, 5000, 100
_SATURDAY = 5


def kind(day: date) -> DayKind:
    return DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKDAY


def july() -> Surroundings:
    """30 degC in every hour from the day before July to its end, and the kinds of its days."""
    start: datetime = FIRST - timedelta(days=1)
    hours = {start + timedelta(hours=n): Decimal(_HOT_C) for n in range(32 * 24)}
    days = [date(2026, 6, 30) + timedelta(days=n) for n in range(32)]
    return Surroundings({day: kind(day) for day in days}, hours)


@cache
def training() -> str:
    """A year in which 5,000 kWh a day are used, and 100 more for each degree above 20."""
    first = date(2025, 1, 1)
    air = 14 - 16 * np.cos(np.arange(365) * 2 * np.pi / 365) + np.sin(np.arange(365) * 1.7)
    use = _BASE + _SLOPE * np.maximum(felt_c(air) - _FROM_C, 0)
    kinds = {first + timedelta(days=n): kind(first + timedelta(days=n)) for n in range(365)}
    return written(Training(first, use, air, kinds))


@cache
def model() -> KeptModel:
    return fitted("electricity", training())


def following_the_model(*, degree_days: bool = False) -> Book:
    """The office, whose electricity follows a model; nobody has entered weather or figures."""
    given = book()
    lines = tuple(
        replace(line, weather=WeatherClause(WeatherMethod.MODEL))
        if line.code == "electricity"
        else line
        for line in given.contract.lines
    )
    month = given.months[0]
    kept = month.degree_days if degree_days else None
    return replace(
        given,
        contract=replace(given.contract, lines=lines),
        months=(replace(month, degree_days=kept),),
    )


@cache
def with_model() -> Evidence:
    return made(following_the_model(), surroundings=july(), models={"electricity": model()})


def test_the_baseline_is_what_the_model_says_of_the_months_weather() -> None:
    (figure,) = with_model().inputs.month.models
    expected = 31 * (_BASE + _SLOPE * (_HOT_C - _FROM_C))
    assert float(figure.quantity) == pytest.approx(expected, rel=2e-3)
    assert figure.data_sha256 == digest(training())
    lines = checked(packed(with_model()))
    assert [line["model"] for line in lines if line["record"] == "fit"] == [figure.model]
    assert "model of electricity" not in lines[-1]["stated"]
    assert "degree days" not in lines[-1]["stated"]


def test_degree_days_follow_from_the_hours_of_the_station() -> None:
    found = with_model().inputs.month.degree_days
    assert found is not None
    assert (found.heating, found.cooling, found.missing_days) == (0, 31 * (_HOT_C - 26), 0)


def test_degree_days_that_the_hours_do_not_come_to_make_no_bundle() -> None:
    with pytest.raises(InputError, match=r"weather.csv: the month says 0 heating and 150 cooling"):
        made(following_the_model(degree_days=True), surroundings=july())


def forged_model(changed: dict[str, bytes]) -> bytes:
    return forged(changed, packed(with_model()))


def test_parameters_that_the_training_does_not_lead_to_are_found() -> None:
    told = json.loads(parts(packed(with_model()))["model/electricity.json"])
    told["parameters"]["base"][0] *= 1.01
    content = forged_model({"model/electricity.json": json.dumps(told).encode()})
    with pytest.raises(InputError, match=r"model/electricity.json: "):
        checked(content)


def test_a_changed_day_of_the_training_is_found() -> None:
    other = training().replace(f"{_BASE}.0,", f"{_BASE + 900}.0,", 1)
    assert other != training()
    with pytest.raises(InputError, match="the model comes to"):
        checked(forged_model({"model/electricity.csv": other.encode()}))


def test_a_model_without_weather_makes_no_bundle() -> None:
    with pytest.raises(InputError, match="the calendar tells no kind of day of 2026-07-01"):
        made(following_the_model(), models={"electricity": model()})


def test_periods_that_go_by_the_kind_of_day_want_a_calendar() -> None:
    by_kind = TARIFF.replace('period = "peak"', 'period = "peak"\ndays = ["workday"]')
    with pytest.raises(InputError, match="the calendar does not name 2026-07-01"):
        made(tariffs={"electricity": KeptTariff(by_kind)})
    with pytest.raises(InputError, match=r"main-e: the month says 68200 in peak, its readings"):
        made(
            tariffs={"electricity": KeptTariff(by_kind)},
            surroundings=Surroundings(july().kinds, {}),
        )


def test_periods_that_change_inside_the_readings_are_allocated_not_measured() -> None:
    """Half-hourly readings do not tell what was used until a quarter past."""
    late = TARIFF.replace("00:00-08:00", "00:00-08:15").replace("08:00-16:00", "08:15-16:00")
    with pytest.raises(InputError, match="its readings come to"):
        made(tariffs={"electricity": KeptTariff(late)})
    odd = TARIFF.replace("00:00-08:00", "00:00-08:07").replace("08:00-16:00", "08:07-16:00")
    with pytest.raises(InputError, match="change inside a quarter of an hour"):
        made(tariffs={"electricity": KeptTariff(odd)})
