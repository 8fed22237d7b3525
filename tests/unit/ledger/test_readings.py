import numpy as np

from analytics.ledger.frozen import frozen_spans
from analytics.ledger.readings import DAY, MINUTE, in_order
from analytics.ledger.register import native_step
from domain.consumption_flag import ConsumptionFlag as Flag
from tests.unit.ledger.synthetic_meter import HOUR, T0, used


def instants(*minutes: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([T0 + round(minute * MINUTE) for minute in minutes], dtype=np.int64)


def test_use_between_readings_on_the_grid_is_their_difference() -> None:
    use = used(instants(0, 15, 30), np.array([5.0, 7.5, 8.0]), minutes=15)
    assert use.value[:2].tolist() == [2.5, 0.5]
    assert use.exact[:2].all()
    assert not use.flags.any()


def test_an_end_between_two_readings_is_interpolated() -> None:
    use = used(instants(5, 20, 35), np.array([0.0, 15.0, 30.0]), minutes=15)
    assert use.value[:3].tolist() == [10.0, 15.0, 5.0]
    assert not use.exact.any()
    assert use.flags[:3].tolist() == [Flag.PARTIAL, 0, Flag.PARTIAL]


def test_outside_the_readings_nothing_is_known() -> None:
    use = used(instants(15, 30), np.array([1.0, 2.0]), minutes=15)
    assert np.isnan(use.value[:3]).tolist() == [True, False, True]


def test_fewer_than_two_readings_tell_nothing() -> None:
    for minutes in ([], [3.0]):
        use = used(instants(*minutes), np.ones(len(minutes)), minutes=15)
        assert np.isnan(use.value).all()


def test_of_two_values_of_an_instant_the_one_that_fits_counts_and_the_hour_says_so() -> None:
    ts = instants(0, 15, 30, 30, 45, 60)
    use = used(ts, np.array([0.0, 1.0, 900.0, 2.0, 3.0, 4.0]))
    assert use.value[0] == 4.0
    assert use.flags[0] == Flag.CONFLICT


def test_the_same_word_twice_is_no_conflict() -> None:
    readings = in_order(instants(15, 0, 15, 0), np.array([2.0, 1.0, 2.0, 1.0]))
    assert readings.register.tolist() == [1.0, 2.0]
    assert not readings.flags.any()


def test_the_step_suits_the_cadence() -> None:
    for cadence_min, step_min in [(0.1, 15), (15, 15), (20, 30), (30, 30), (60, 60), (1440, 60)]:
        assert native_step(instants(*(i * cadence_min for i in range(10)))) == step_min * MINUTE


def test_a_meter_that_idles_every_night_is_not_frozen() -> None:
    ts = T0 + np.arange(10 * 24 + 1) * HOUR
    rising = np.concatenate(([0.0], np.cumsum(((np.arange(10 * 24) % 24) >= 8) * 3.0)))
    assert frozen_spans(ts, rising, 3.0 / HOUR) == []
    without_pause = np.concatenate(([0.0], np.cumsum((np.arange(10 * 24) // 5 != 20) * 3.0)))
    assert frozen_spans(ts, without_pause, 3.0 / HOUR) == [(100, 105, False)]
    assert ts[105] - ts[100] < DAY


def test_a_coarse_register_does_not_run_away() -> None:
    ts = T0 + np.arange(3 * 1440) * MINUTE
    coarse = np.floor(np.arange(len(ts)) / 7.0) * 10
    use = used(ts, coarse, days=3)
    assert not use.flags[:-1].any()
    assert np.nansum(use.value) == coarse[-1]
