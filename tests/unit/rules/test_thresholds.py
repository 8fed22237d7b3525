"""Thresholds are data: shipped by class, overridden for one meter, refused when unknown."""

import pytest

from analytics.rules.thresholds import MeterClass, thresholds
from domain.errors import ConfigurationError


@pytest.mark.parametrize("meter_class", list(MeterClass))
def test_every_class_has_every_threshold(meter_class: MeterClass) -> None:
    assert thresholds(meter_class).unlike_usual.fire > thresholds(meter_class).unlike_usual.clear


def test_a_class_differs_where_it_says_so() -> None:
    electricity, water = thresholds(MeterClass.ELECTRICITY), thresholds(MeterClass.WATER)
    assert electricity.stuck.hours < water.stuck.hours
    assert electricity.silent == water.silent


def test_a_meter_has_its_own() -> None:
    own = thresholds(MeterClass.ELECTRICITY, {"night_load": {"above": 0.5}})
    shipped = thresholds(MeterClass.ELECTRICITY)
    assert own.night_load.above == 0.5
    assert own.night_load.quantile == shipped.night_load.quantile
    assert own.stuck == shipped.stuck


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"night": {"above": 1}}, "no rule 'night'"),
        ({"night_load": {"over": 1}}, "no threshold 'over'"),
        ({"night_load": {"above": float("nan")}}, "want a number"),
        ({"night_load": {"above": True}}, "want a number"),
    ],
)
def test_what_there_is_not_is_refused(overrides: dict[str, dict[str, float]], reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        thresholds(MeterClass.GAS, overrides)
