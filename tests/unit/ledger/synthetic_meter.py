"""A meter whose use is known, and everything its register may do to us."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.ledger.attribution import Use
from analytics.ledger.local_grid import local_grid
from analytics.ledger.readings import DAY, MINUTE, Floats, Instants, in_order
from analytics.ledger.register import use_of_register
from domain.register_event import RegisterEvent

HOUR = 60 * MINUTE
FIRST = date(2026, 6, 1)  # a Monday
BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
T0 = int(BEGIN.timestamp()) * 1_000_000
DAYS = 14


def minutes_kwh(days: int = DAYS, seed: int = 7) -> Floats:
    """Energy per minute: 30 kW, 50 kW from 8 to 18 o'clock, noise of 2 kW. [kWh]."""
    minute = np.arange(days * 1440)
    busy = (minute // 60 % 24 >= 8) & (minute // 60 % 24 < 18)
    noise = np.random.default_rng(seed).normal(0, 2, len(minute))
    return np.asarray(np.clip(30 + 20 * busy + noise, 0, None) / 60)


def readings_of(kwh: Floats, every: int = 1) -> tuple[Instants, Floats]:
    """Instants and energy counted since the beginning, a reading each `every` minutes."""
    counted = np.concatenate(([0.0], np.cumsum(kwh)))
    return (T0 + np.arange(len(counted)) * MINUTE)[::every], counted[::every]


def at(day: int, hour: float = 0) -> int:
    """Instant of an hour of a day, both from 0. [us]."""
    return T0 + day * DAY + round(hour * HOUR)


def event(day: int, kind: str, value: float, previous: float | None = None) -> RegisterEvent:
    """Something declared for the start of a day."""
    return RegisterEvent(BEGIN + timedelta(days=day), kind, value, previous)  # type: ignore[arg-type] # a word of the test's


def used(
    ts: Instants,
    register: Floats,
    events: tuple[RegisterEvent, ...] = (),
    *,
    days: int = DAYS,
    minutes: int = 60,
    ratio: float = 1.0,
    size: float | None = None,
) -> Use:
    """Use of the hours, or other intervals, of the meter's days."""
    grid = local_grid(FIRST, FIRST + timedelta(days=days), ZoneInfo("UTC"), step=minutes * MINUTE)
    return use_of_register(in_order(ts, register), grid, events, ratio=ratio, size=size)
