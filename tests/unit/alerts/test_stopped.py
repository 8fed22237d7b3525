"""What a repair really stopped is found again by the year before, with its band, or refused."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.alerts.stopped import Stopped, stopped
from analytics.models.record import Record
from analytics.models.series import Series, us

ZONE = ZoneInfo("UTC")
FIRST = date(2025, 1, 1)
BEGAN, MENDED = date(2026, 3, 2), date(2026, 3, 30)
WASTE_KWH_D = 240.0
NOTHING = Series(np.empty(0, np.int64), np.empty(0))


def measured(until: date, *, waste_after: float = 0.0, seed: int = 1) -> Stopped:
    """A building that heats with electricity, wastes from one day on, and is mended on another."""
    rng = np.random.default_rng(seed)
    days = (until - FIRST).days
    ts = us(datetime(2025, 1, 1, tzinfo=UTC)) + np.arange(days * 24, dtype=np.int64) * 3_600_000_000
    day = np.arange(days)
    air = 12 - 10 * np.cos(2 * np.pi * (day - 20) / 365) + rng.normal(0, 2, days)
    week = (day + FIRST.weekday()) % 7 < 5
    use = 1000 + 600 * week + 40 * np.maximum(15 - air, 0) + rng.normal(0, 30, days)
    began, mended = (BEGAN - FIRST).days, (MENDED - FIRST).days
    use[began:mended] += WASTE_KWH_D
    use[mended + 1 :] += waste_after
    record = Record(Series(ts, np.repeat(use / 24, 24)), Series(ts, np.repeat(air, 24)), NOTHING)
    return stopped(record, ZONE, {}, began=BEGAN, mended=MENDED, until=until)


def test_a_waste_that_stopped_is_found_within_its_band() -> None:
    told = measured(MENDED + timedelta(days=40))
    assert told.reason is None
    assert told.month == pytest.approx(30 * WASTE_KWH_D, rel=0.15)
    assert told.low is not None
    assert told.high is not None
    assert told.low < 30 * WASTE_KWH_D < told.high


def test_a_waste_that_only_halved_is_half_as_much_and_one_that_goes_on_is_nothing() -> None:
    half = measured(MENDED + timedelta(days=40), waste_after=WASTE_KWH_D / 2)
    none = measured(MENDED + timedelta(days=40), waste_after=WASTE_KWH_D)
    assert half.month == pytest.approx(15 * WASTE_KWH_D, rel=0.3)
    assert none.month == pytest.approx(0, abs=0.15 * 30 * WASTE_KWH_D)


def test_ten_days_after_it_is_too_soon_to_say() -> None:
    told = measured(MENDED + timedelta(days=10))
    assert (told.month, told.reason) == (None, "too_soon")
