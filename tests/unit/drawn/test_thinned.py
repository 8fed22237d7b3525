"""Readings are left out only where the use between half hours stays the same to the last digit."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.drawn.thinned import QUARTER, thinned
from analytics.evidence.counted import Counted, counted
from analytics.evidence.register_days import Days
from analytics.evidence.registers import Reading, registers
from analytics.ledger.timetable import lay_out
from domain.calendar import DayKind
from domain.contract_term import Meter
from domain.epoch import from_us, to_us
from domain.tariff_file import read_tariff
from tests.unit.evidence.office import TARIFF

MINUTE = 60_000_000
START = 1_751_299_200_000_000


@pytest.mark.parametrize("seconds", [5, 60, 300])
def test_registers_at_half_hours_are_the_same(seconds: int) -> None:
    pause = seconds * 1_000_000
    ts = START + 1_234_567 + np.arange(3 * 24 * 3600 // seconds, dtype=np.int64) * pause
    value = np.cumsum(1 + np.sin(np.arange(len(ts)) / 50))
    kept = thinned(ts, np.zeros(0, np.int64))
    assert kept.sum() < 0.6 * len(ts)
    halves = np.arange(START + 2 * QUARTER, ts[-1], 2 * QUARTER)
    whole = np.interp(halves, ts, value)
    assert np.array_equal(np.interp(halves, ts[kept], value[kept]), whole)
    pauses = np.diff(ts[kept])
    assert pauses.max() <= QUARTER + pause
    assert np.median(pauses) > QUARTER / 2


def test_a_meter_that_speaks_each_quarter_keeps_all() -> None:
    ts = START + np.arange(1000, dtype=np.int64) * QUARTER
    assert thinned(ts, np.zeros(0, np.int64)).all()


def test_readings_that_somebody_edited_stay() -> None:
    ts = START + np.arange(10_000, dtype=np.int64) * MINUTE
    edited = ts[[1234, 4321]]
    assert thinned(ts, edited)[[1234, 4321]].all()


def test_what_a_meter_counted_by_period_is_the_same_from_fewer_readings() -> None:
    """A register told each minute at odd seconds, whose use differs from minute to minute."""
    zone = ZoneInfo("Asia/Shanghai")
    span = Days(date(2026, 7, 1), date(2026, 7, 4), zone)
    first = datetime(2026, 6, 20, 0, 0, 17, tzinfo=zone)
    minutes = np.arange(24 * 24 * 60)
    value = np.cumsum(1 + 0.9 * np.sin(minutes / 37.0)).round(3)
    ts = to_us(first) + minutes * MINUTE
    timetable = lay_out(
        read_tariff(TARIFF, place="test"),
        span.first_day,
        span.end_day,
        zone=zone,
        calendar=lambda _: DayKind.WORKDAY,
        weather=lambda _: Decimal(20),
    )

    def counted_from(kept: NDArray[np.bool_]) -> Counted:
        pairs = zip(ts[kept].tolist(), value[kept].tolist(), strict=True)
        readings = [Reading(from_us(at), Decimal(repr(told))) for at, told in pairs]
        own = registers({("m", None): readings}, {}, {})
        return counted(Meter("m", "electricity"), own, span, timetable)

    kept = thinned(ts, np.zeros(0, np.int64))
    assert kept.sum() < len(ts) / 8
    fewer, whole = counted_from(kept), counted_from(np.ones(len(ts), np.bool_))
    assert fewer.use == whole.use
    assert fewer.use.missing_days == 0
    assert fewer.days == whole.days
