"""Of few readings, as of a meter read once a day, one that cannot be true is found all the same."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.ledger.faults import judge
from analytics.ledger.readings import DAY
from domain.consumption_flag import ConsumptionFlag


def read_daily(used: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """A register read once a day."""
    register = np.array(list(accumulate(used, initial=1000)), float)
    return np.arange(len(register), dtype=np.int64) * DAY, register


@given(
    used=st.lists(st.integers(50, 150), min_size=12, max_size=40),
    at=st.floats(0, 1, exclude_max=True),
    height=st.sampled_from([2_000, 50_000, 90_000_000]),
)
@settings(deadline=None, max_examples=200)
def test_one_garbage_reading_is_a_spike_wherever_it_stands(
    used: list[int], at: float, height: int
) -> None:
    ts, register = read_daily(used)
    garbage = 2 + int(at * (len(register) - 4))
    register[garbage] += height
    verdict = judge(ts, register)
    assert verdict.breaks == {}
    assert np.flatnonzero(verdict.flags).tolist() == [garbage]
    assert verdict.flags[garbage] == ConsumptionFlag.SPIKE


@pytest.mark.parametrize("garbage", [(3, 9), (5, 6), (4, 12)])
def test_two_garbage_readings_of_a_fortnight_are_both_found(garbage: tuple[int, int]) -> None:
    ts, register = read_daily([100] * 14)
    register[list(garbage)] += 50_000
    verdict = judge(ts, register)
    assert (verdict.breaks, np.flatnonzero(verdict.flags).tolist()) == ({}, list(garbage))


@pytest.mark.parametrize("days", [4, 6, 8])
@pytest.mark.parametrize("height", [3_000, 900_000])
def test_a_reading_that_the_next_one_does_not_confirm_is_astray(days: int, height: int) -> None:
    ts, register = read_daily([100] * (days - 1))
    register[days // 2] += height
    verdict = judge(ts, register)
    assert (verdict.breaks, np.flatnonzero(verdict.flags).tolist()) == ({}, [days // 2])


def test_a_register_that_begins_anew_far_below_is_a_break_and_no_spike() -> None:
    ts, register = read_daily([100, 100, 100])
    verdict = judge(ts, np.array([*register[:3], 40.0]))
    assert (verdict.breaks, verdict.flags.any()) == ({3: ConsumptionFlag.FALL}, False)


def test_a_day_of_ten_times_the_use_is_no_garbage() -> None:
    ts, register = read_daily([100] * 6 + [1000] + [100] * 6)
    verdict = judge(ts, register)
    assert (verdict.breaks, verdict.flags.any()) == ({}, False)
