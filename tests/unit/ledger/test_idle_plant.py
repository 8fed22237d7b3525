"""A plant that is off, a closed building, and a boiler's pauses are no frozen registers."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.ledger.attribution import Use
from analytics.ledger.closed_days import Kinds, closed_days, weekdays
from analytics.ledger.local_grid import local_grid
from analytics.ledger.readings import MINUTE, Floats, in_order
from analytics.ledger.register import use_of_history
from analytics.ledger.segments import history, us
from domain.consumption_flag import ConsumptionFlag
from domain.local_day import day_start

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 3, 2)  # a Monday
DAYS = 60
HOURS = 24 * DAYS


def usual() -> Floats:
    """A boiler that always runs, by day more than by night. [m3/h]."""
    hour = np.arange(HOURS) % 24
    return 8.0 + 6.0 * ((hour >= 7) & (hour < 19)) + (np.arange(HOURS) % 7) / 8


def day(number: int, hour: int = 0) -> int:
    return 24 * number + hour


def use(counted: Floats, *, may_idle: bool = True, kinds: Kinds = weekdays) -> Use:
    register = 500.0 + np.concatenate(([0.0], np.cumsum(counted)))
    ts = us(day_start(FIRST, ZONE)) + 60 * MINUTE * np.arange(len(register))
    grid = local_grid(FIRST, FIRST + timedelta(days=len(counted) // 24), ZONE, step=60 * MINUTE)
    closed = closed_days(ZONE, kinds) if may_idle else None
    return use_of_history(history(in_order(ts, register), closed=closed), grid)


def check_known_zeros(found: Use, counted: Floats) -> None:
    """Every hour is measured, the zeros too."""
    assert not found.flags.any()
    assert not found.estimated.any()
    np.testing.assert_allclose(found.value, counted, atol=1e-9)


def frozen_hours(found: Use) -> list[int]:
    return np.flatnonzero(found.flags & ConsumptionFlag.FROZEN).tolist()


def test_a_boiler_that_is_off_from_a_day_on_counts_known_zeros_while_it_is_off() -> None:
    counted = usual()
    counted[day(20) :] = 0.0
    check_known_zeros(use(counted), counted)
    assert frozen_hours(use(counted, may_idle=False))  # of a meter that never idles, a fault


def test_a_summer_without_heat_is_known_when_the_boiler_runs_again() -> None:
    counted = usual()
    counted[day(20) : day(45, 9)] = 0.0
    check_known_zeros(use(counted), counted)


def test_a_warm_spell_at_the_end_of_the_season_is_no_fault() -> None:
    counted = usual()
    counted[day(18) : day(20)] *= 0.25  # the boiler runs low before it goes out
    counted[day(20) : day(24, 5)] = 0.0
    counted[day(24, 5) : day(26)] *= 0.25
    check_known_zeros(use(counted), counted)


def test_the_pauses_of_a_boiler_are_no_fault() -> None:
    counted = usual()
    for each in (3, 9, 10, 22, 41):
        counted[day(each, 1) : day(each, 5)] = 0.0
    check_known_zeros(use(counted), counted)


def test_a_building_closed_over_its_holidays_uses_nothing() -> None:
    counted = usual()
    counted[day(28) : day(33)] = 0.0  # from a Monday to the Friday, all at once
    off = range(28, 33)

    def kinds(first: date, end: date) -> Sequence[int]:
        return [int((first - FIRST).days + n in off) for n in range((end - first).days)]

    check_known_zeros(use(counted, kinds=kinds), counted)
    assert set(range(day(28), day(33))) <= set(frozen_hours(use(counted)))


@pytest.mark.parametrize("length", [26, 72, 150])
def test_a_register_that_stops_in_full_use_on_days_of_work_is_frozen(length: int) -> None:
    counted = usual()
    stuck = slice(day(28, 5), day(28, 5) + length)
    counted[stuck] = 0.0
    found = use(counted)
    assert (found.flags[stuck] & ConsumptionFlag.FROZEN).all()
    assert found.estimated[stuck].all()
    assert np.nansum(found.value) == pytest.approx(counted.sum())


def test_a_register_that_tells_nothing_new_and_catches_up_keeps_its_total() -> None:
    counted = usual()
    stuck = slice(day(28, 2), day(28, 14))
    counted[stuck.stop] += counted[stuck].sum()
    counted[stuck] = 0.0
    found = use(counted)
    assert (found.flags[stuck] & ConsumptionFlag.FROZEN).all()
    assert found.value.sum() == pytest.approx(counted.sum())
    assert not found.estimated.any()
    assert found.value[stuck].min() > 4.0
