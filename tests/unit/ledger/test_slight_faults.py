"""Falls and rises so small that they might be nothing: what tells them apart, and what is said."""

import numpy as np
import pytest

from analytics.ledger.attribution import Use
from domain.consumption_flag import ConsumptionFlag as Flag
from tests.unit.ledger.synthetic_meter import at, minutes_kwh, readings_of, used

KWH = minutes_kwh()
TRUTH = KWH.reshape(-1, 60).sum(axis=1)
STAMPS, DIAL = readings_of(KWH, every=15)
MOMENT = int(np.searchsorted(STAMPS, at(6, 10)))
STEP = float(KWH.reshape(-1, 15).sum(axis=1)[MOMENT])
"""Use of a quarter hour at that time. [kWh]"""


def hours(use: Use, flag: Flag) -> list[int]:
    return np.flatnonzero(use.flags & flag).tolist()


@pytest.mark.parametrize("steps", [3.3, 5.0, 8.7])
def test_a_swap_to_a_register_that_stands_a_little_lower_is_a_fall_and_no_jitter(
    steps: float,
) -> None:
    register = DIAL.copy()
    register[MOMENT:] -= steps * STEP
    use = used(STAMPS, register)
    assert not hours(use, Flag.JITTER)
    hour = 6 * 24 + 9
    assert hour in hours(use, Flag.FALL)
    assert use.estimated[hour]  # the quarter hour of the swap, nobody knows
    others = np.arange(len(TRUTH)) != hour
    np.testing.assert_allclose(use.value[others], TRUTH[others])
    assert not use.estimated[others].any()


@pytest.mark.parametrize("steps", [3.3, 5.0, 8.7])
@pytest.mark.parametrize("readings", [1, 4])
def test_a_register_that_is_back_on_its_old_line_jittered(steps: float, readings: int) -> None:
    register = DIAL.copy()
    register[MOMENT : MOMENT + readings] -= steps * STEP
    use = used(STAMPS, register)
    assert not hours(use, Flag.FALL)
    assert hours(use, Flag.JITTER)
    assert np.nansum(use.value) == pytest.approx(TRUTH.sum())
    assert not use.estimated.any()


def test_a_tiny_fall_on_an_idle_meter_is_jitter_however_long_it_idles() -> None:
    register = DIAL.copy()
    register[MOMENT : MOMENT + 40] = register[MOMENT]
    register[MOMENT + 40 :] += register[MOMENT] - register[MOMENT + 40]
    register[MOMENT + 10 : MOMENT + 40] -= 0.001
    assert not hours(used(STAMPS, register), Flag.FALL)


@pytest.mark.parametrize("times", [40, 90])
def test_a_rise_of_many_times_the_usual_counts_and_says_so(times: int) -> None:
    register = DIAL.copy()
    register[MOMENT:] += times * STEP
    use = used(STAMPS, register)
    hour = 6 * 24 + 9
    assert hours(use, Flag.SURGE) == [hour]
    assert use.value[hour] == pytest.approx(TRUTH[hour] + times * STEP)
    assert not use.estimated.any()


def test_a_meter_that_does_what_it_always_does_has_no_such_flag() -> None:
    assert not used(STAMPS, DIAL).flags.any()


def test_zeros_soon_after_a_roll_over_are_no_new_register() -> None:
    """They end in one leap to the old line; a register that starts anew climbs as it counts."""
    ts, counted = readings_of(minutes_kwh(days=8, seed=0), 30)
    register = (counted + 10_000.0 - counted[100] - 5.0) % 10_000.0
    register[103:109] = 0.0
    use = used(ts, register, days=8, size=10_000.0)
    assert float(np.nansum(use.value)) == pytest.approx(counted[-1], rel=1e-9)
    assert set(hours(use, Flag.FALL)) == set()
