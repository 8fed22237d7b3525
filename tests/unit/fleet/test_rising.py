"""Registers without what is no count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.fleet.rising import rising

MINUTE = 60_000_000


def lives(*values: float, step: int = MINUTE) -> tuple[list[float], list[int]]:
    told = np.array(values)
    found = rising(np.arange(len(told)) * step, told, 193.0, 5.0)
    assert found is not None
    return found.value.tolist(), found.life.tolist()


def test_a_sound_register_is_left_alone() -> None:
    assert lives(1.0, 1.5, 1.5, 2.0) == ([1.0, 1.5, 1.5, 2.0], [0, 0, 0, 0])


def test_what_was_not_told_is_carried_on() -> None:
    nan = float("nan")
    value, _ = lives(nan, 1.5, nan, 2.0)
    assert np.isnan(value[0])
    assert value[1:] == [1.5, 1.5, 2.0]


def test_a_spike_is_left_out_whether_up_or_down() -> None:
    assert lives(10, 10.5, 99, 11, 11.5)[0] == [10, 10.5, 10.5, 11, 11.5]
    assert lives(10, 10.5, 0, 0, 11, 11.5)[0] == [10, 10.5, 10.5, 10.5, 11, 11.5]
    assert lives(10, 10.5, 13, 11, 11.5)[0] == [10, 10.5, 10.5, 11, 11.5]


def test_a_reset_begins_another_life_and_its_step_counts_nothing() -> None:
    value, life = lives(99, 99.5, 100, 101, 0, 1, 2, 3, 4)
    assert life == [0] * 4 + [1] * 5
    found = rising(np.arange(9) * MINUTE, np.array(value), 193.0, 5.0)
    assert found is not None
    assert np.isnan(found.rise(np.array([0]), np.array([8])))[0]
    assert np.nansum(found.step) == pytest.approx(6.0)


def test_nothing_is_none() -> None:
    assert rising(np.arange(3) * MINUTE, None, 193.0, 5.0) is None
    assert rising(np.arange(3) * MINUTE, np.full(3, np.nan), 193.0, 5.0) is None


@given(st.lists(st.floats(0, 1e6) | st.just(float("nan")), min_size=1, max_size=40))
def test_whatever_is_told_no_step_falls_and_none_is_too_fast(told: list[float]) -> None:
    found = rising(np.arange(len(told)) * MINUTE, np.array(told), 193.0, 5.0)
    if found is None:
        return
    step = found.step[np.isfinite(found.step)]
    assert (step >= 0).all()
    minutes = len(told)
    assert (step <= 193.0 / 60 * minutes + 5.0 + 1e-9).all()
