"""The ordinary faults of a register, each with a known truth.

A total is right to 0.05 %; an hour that is wrong by more than 10 % is flagged; one that is not
measured whole says how it came about.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from analytics.ledger.grading import METHODS, intervals_of
from analytics.ledger.readings import Floats, Instants
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.register_event import RegisterEvent
from tests.unit.ledger.synthetic_meter import HOUR, T0, at, event, minutes_kwh, readings_of, used

KWH = minutes_kwh()
TRUTH = KWH.reshape(-1, 60).sum(axis=1)
stamps, energy = readings_of(KWH)
dial = 1000.0 + energy
Seen: TypeAlias = tuple[Instants, Floats, tuple[RegisterEvent, ...], float | None]


def none() -> Seen:
    return stamps, dial, (), None


def roll_over() -> Seen:
    ts, counted = readings_of(KWH, every=15)
    return ts, (counted + 10_000 - 3000) % 10_000, (), 10_000.0


def outage() -> Seen:
    heard = (stamps < at(5)) | (stamps >= at(5, 6))
    return stamps[heard], dial[heard], (), None


def zeros() -> Seen:
    silent = (stamps >= at(6)) & (stamps < at(6, 0.5))
    return stamps, np.where(silent, 0.0, dial), (), None


def swap() -> Seen:
    before = energy[stamps == at(7)][0]
    return (
        stamps,
        np.where(stamps >= at(7), 12.3 + energy - before, dial),
        (event(7, "swap", 12.3),),
        None,
    )


def jitter() -> Seen:
    half_past = (stamps - T0) % HOUR == HOUR // 2
    ts = np.concatenate((stamps, stamps[half_past] + 30_000_000))
    return ts, np.concatenate((dial, dial[half_past] - 1.0)), (), None


def late_batch() -> Seen:
    late = (stamps >= at(3)) & (stamps < at(3, 2))
    on_time, after = stamps < at(3), stamps >= at(3, 2)
    arrived = np.concatenate([np.flatnonzero(part) for part in (
        on_time, after & (stamps <= at(3, 4)), late, stamps > at(3, 4))])  # fmt: skip
    return stamps[arrived], dial[arrived], (), None


def frozen() -> Seen:
    stuck = (stamps >= at(9, 10)) & (stamps < at(9, 15))
    return stamps, np.where(stuck, dial[stamps == at(9, 10)][0], dial), (), None


def spikes() -> Seen:
    register = dial.copy()
    register[[700, 9000, 9001, 15_000]] = [1.832e21, 65_535.0, 65_535.0, 1e6]
    register[3000] = -0.007
    return stamps, register, (), None


def multiplier() -> Seen:
    before = energy[stamps == at(7)][0]
    secondary = np.where(stamps < at(7), energy / 40, before / 40 + (energy - before) / 60)
    return stamps, secondary, (event(0, "ratio", 40.0), event(7, "ratio", 60.0)), None


@pytest.mark.parametrize(
    "fault",
    [none, roll_over, outage, zeros, swap, jitter, late_batch, frozen, spikes, multiplier],
)
def test_the_total_stays_and_no_wrong_hour_goes_unflagged(fault: Callable[[], Seen]) -> None:
    ts, register, events, size = fault()
    use = used(ts, register, events, size=size)
    assert abs(np.nansum(use.value) / TRUTH.sum() - 1) < 0.0005
    wrong = np.abs(np.nan_to_num(use.value) - TRUTH) > 0.1 * TRUTH
    assert not (wrong & (use.flags == 0)).any()
    intervals = intervals_of(use, np.arange(at(0), at(14) + 1, HOUR))
    for interval in intervals.rows():
        *grades, method = interval.grading
        assert method in METHODS
        if grades != ["measured", "measured"]:
            assert interval.flags
            assert method in ("linear_over_gap", "profile_over_gap", "counted_part")


def test_without_a_fault_nothing_is_flagged_and_every_hour_is_right() -> None:
    use = used(stamps, dial)
    np.testing.assert_allclose(use.value, TRUTH, rtol=1e-9)
    assert not use.flags.any()
    assert use.exact.all()


def test_an_outage_follows_the_profile_of_the_days_around() -> None:
    heard = (stamps < at(5, 6)) | (stamps >= at(5, 12))
    use = used(stamps[heard], dial[heard])
    gap = slice(5 * 24 + 6, 5 * 24 + 12)
    assert use.shaped[gap].all()
    np.testing.assert_allclose(use.value[gap], TRUTH[gap], rtol=0.05)


@pytest.mark.parametrize("fault", [roll_over, swap])
def test_what_nobody_declared_is_flagged_and_not_guessed_at(fault: Callable[[], Seen]) -> None:
    ts, register, _, _ = fault()
    use = used(ts, register)
    (hour,) = np.flatnonzero(use.estimated)
    assert use.flags[hour] == Flag.FALL | Flag.PARTIAL
    assert use.value[hour] < TRUTH[hour]
    others = np.arange(len(TRUTH)) != hour
    np.testing.assert_allclose(use.value[others], TRUTH[others], rtol=0.1)


def test_a_swap_with_both_readings_loses_nothing() -> None:
    ts, register, _, _ = swap()
    last = float(dial[at(7) == stamps][0])
    use = used(ts, register, (event(7, "swap", 12.3, last),))
    assert not use.estimated.any()
    np.testing.assert_allclose(use.value, TRUTH, rtol=1e-9)


def test_a_frozen_register_that_catches_up_is_a_gap_and_one_that_does_not_is_no_use() -> None:
    ts, register, _, _ = frozen()
    caught_up = used(ts, register)
    hours = slice(9 * 24 + 10, 9 * 24 + 15)
    assert (caught_up.flags[hours] & Flag.FROZEN).all()
    np.testing.assert_allclose(caught_up.value[hours], TRUTH[hours], rtol=0.05)

    lost = register - np.where(
        stamps >= at(9, 15), energy[stamps == at(9, 15)] - energy[stamps == at(9, 10)], 0
    )
    never = used(ts, lost)
    assert (never.flags[hours] & Flag.FROZEN).all()
    assert never.estimated[hours].all()
    assert np.nansum(never.value) == pytest.approx(lost[-1] - lost[0])


def test_zeros_that_have_not_ended_yet_are_no_use() -> None:
    end = stamps < at(10)
    use = used(stamps[end], np.where(stamps[end] >= at(9, 12), 0.0, dial[end]))
    assert np.isnan(use.value[9 * 24 + 12 :]).all()
    assert np.nansum(use.value) == pytest.approx(dial[stamps == at(9, 12) - 60_000_000][0] - 1000)


def test_a_register_set_to_zero_starts_anew() -> None:
    before = energy[stamps == at(4)][0]
    register = np.where(stamps >= at(4), energy - before, dial)
    unknown = used(stamps, register)
    assert np.flatnonzero(unknown.estimated).tolist() == [4 * 24 - 1]
    declared = used(stamps, register, (event(4, "reset", 0.0, float(1000 + before)),))
    np.testing.assert_allclose(declared.value, TRUTH, rtol=1e-9)
    assert not declared.estimated.any()
