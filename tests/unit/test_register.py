import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.register import MINUTE, native_step, use

STEP = 15 * MINUTE
HOUR = 60 * MINUTE


def instants(*minutes: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([round(m * MINUTE) for m in minutes], dtype=np.int64)


def test_use_between_readings_on_the_grid_is_their_difference() -> None:
    found = use(instants(0, 15, 30), np.array([5.0, 7.5, 8.0]), instants(0, 15, 30), step=STEP)
    assert found.value.tolist() == [2.5, 0.5]
    assert found.exact.all()
    assert not found.allocated.any()


def test_an_end_between_two_readings_is_interpolated() -> None:
    found = use(instants(5, 20), np.array([0.0, 15.0]), instants(5, 10, 20), step=STEP)
    assert found.value.tolist() == [5.0, 10.0]
    assert found.exact.tolist() == [False, False]


def test_outside_the_readings_nothing_is_known() -> None:
    found = use(instants(15, 30), np.array([1.0, 2.0]), instants(0, 15, 30, 45), step=STEP)
    assert np.isnan(found.value).tolist() == [True, False, True]


def test_a_gap_keeps_its_total_and_says_that_its_shape_is_not_measured() -> None:
    ts, register = instants(0, 15, 75, 90), np.array([0.0, 1.0, 9.0, 10.0])
    found = use(ts, register, instants(0, 15, 30, 45, 60, 75, 90), step=STEP)
    assert found.value.tolist() == [1.0, 2.0, 2.0, 2.0, 2.0, 1.0]
    assert found.allocated.tolist() == [False, True, True, True, True, False]


def test_where_a_register_falls_nothing_is_attributed() -> None:
    ts, register = instants(0, 15, 30, 45), np.array([100.0, 101.0, 3.0, 4.0])
    found = use(ts, register, instants(0, 15, 30, 45), step=STEP)
    assert np.isnan(found.value).tolist() == [False, True, False]


@pytest.mark.parametrize("readings", [[], [3.0]])
def test_fewer_than_two_readings_tell_nothing(readings: list[float]) -> None:
    found = use(instants(*range(len(readings))), np.array(readings), instants(0, 15), step=STEP)
    assert np.isnan(found.value).all()


@pytest.mark.parametrize(
    ("cadence_min", "step_min"), [(0.1, 15), (15, 15), (20, 30), (30, 30), (60, 60), (1440, 60)]
)
def test_the_step_suits_the_cadence(cadence_min: float, step_min: int) -> None:
    ts = instants(*(i * cadence_min for i in range(10)))
    assert native_step(ts) == step_min * MINUTE


@given(
    pauses=st.lists(st.integers(1, 400), min_size=2, max_size=40),
    rises=st.data(),
    offset=st.integers(0, 59),
)
def test_what_a_register_counted_is_attributed_exactly_once(
    pauses: list[int], rises: st.DataObject, offset: int
) -> None:
    ts = np.cumsum(np.array(pauses, dtype=np.int64)) * MINUTE
    rise = rises.draw(st.lists(st.floats(0, 1e4), min_size=len(ts) - 1, max_size=len(ts) - 1))
    register = np.concatenate(([1000.0], 1000.0 + np.cumsum(rise)))
    inner = np.arange(ts[0] + offset * MINUTE, ts[-1], HOUR)
    grid = np.unique(np.concatenate((ts[:1], inner, ts[-1:])))
    found = use(ts, register, grid, step=STEP)
    assert float(np.sum(found.value)) == pytest.approx(register[-1] - register[0], rel=1e-9)
    assert (found.value >= -1e-9).all()
