"""Synthetic weather: the year, the day, and passing weather that depends on the seed alone."""

import tomllib
from functools import cache
from importlib import resources

import msgspec
import numpy as np

from device_sim.arrays import Floats, Seconds
from device_sim.noise import key, smooth

_YEAR_S = 31_556_952
_DAY_S = 86_400
_WARMEST_S = 201 * _DAY_S  # 21 July: the air lags a month behind the sun
_WARMEST_HOUR = 15.0
_SOLSTICE_S = 172 * _DAY_S
_CLEAR_SKY_WM2 = 1000.0
_TILT_RAD = 0.4091  # of the earth's axis


class Climate(msgspec.Struct, frozen=True):
    """One zone of ``climates.toml``, where the units of the fields stand."""

    place: tuple[float, float]
    mean_c: float
    swing_c: float
    daily_swing_c: float
    humidity_pct: float
    heating: tuple[str, str] | None = None


@cache
def climates() -> dict[str, Climate]:
    """Every climate by name."""
    text = (resources.files("device_sim") / "climates.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Climate])


def solar_hour(at: Seconds, east_h: float) -> Floats:
    """Hour of the sun's day in [0, 24) at a place `east_h` hours east of Greenwich [h]."""
    hours: Floats = (at / 3600.0 + east_h) % 24.0
    return hours


def outdoor_c(climate: Climate, seed: int, at: Seconds, east_h: float) -> Floats:
    """Outdoor air temperature [degC]."""
    year = np.cos(2 * np.pi * (at % _YEAR_S - _WARMEST_S) / _YEAR_S)
    day = np.cos(2 * np.pi * (solar_hour(at, east_h) - _WARMEST_HOUR) / 24.0)
    # Fronts pass within days, air masses within a day, gusts and clouds within hours.
    passing = sum(
        swing_c * smooth(key(seed, "air", period_h), at, period_h * 3600)
        for period_h, swing_c in ((96, 5.5), (24, 2.0), (3, 0.6))
    )
    temperature: Floats = (
        climate.mean_c + climate.swing_c * year + climate.daily_swing_c * day + passing
    )
    return temperature


def irradiance_wm2(climate: Climate, seed: int, at: Seconds, east_h: float) -> Floats:
    """Global horizontal irradiance under passing clouds [W/m2]."""
    latitude = np.radians(climate.place[0])
    declination = _TILT_RAD * np.cos(2 * np.pi * (at % _YEAR_S - _SOLSTICE_S) / _YEAR_S)
    angle = 2 * np.pi * (solar_hour(at, east_h) - 12.0) / 24.0
    height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(
        declination
    ) * np.cos(angle)
    cloud = 0.5 + 0.35 * smooth(key(seed, "cloud", 30), at, 30 * 3600)
    cloud += 0.15 * smooth(key(seed, "cloud", 1), at, 3600)
    sun: Floats = _CLEAR_SKY_WM2 * np.clip(height, 0.0, None) * (1.0 - 0.75 * cloud)
    return sun


def humidity_pct(climate: Climate, seed: int, at: Seconds, east_h: float) -> Floats:
    """Relative humidity: low in the warm afternoon, high before dawn [%]."""
    day = np.cos(2 * np.pi * (solar_hour(at, east_h) - _WARMEST_HOUR) / 24.0)
    passing = 18.0 * smooth(key(seed, "humidity"), at, 48 * 3600)
    humidity: Floats = np.clip(climate.humidity_pct - 14.0 * day + passing, 8.0, 100.0)
    return humidity
