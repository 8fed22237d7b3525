"""Faults that last for days, and pauses in which more happened than counting."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.ledger.attribution import Use
from analytics.ledger.readings import DAY, Floats, Instants
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.register_event import RegisterEvent
from tests.unit.ledger.synthetic_meter import BEGIN, DAYS, at, minutes_kwh, readings_of, used

KWH = minutes_kwh()
TRUTH = KWH.reshape(-1, 60).sum(axis=1)
STAMPS, COUNTED = readings_of(KWH, every=15)
DIAL = 1000 + COUNTED


def within(first: int, end: int) -> np.ndarray:
    return (at(0) + first <= STAMPS) & (at(0) + end > STAMPS)


def lacking(first: int, end: int, register: Floats) -> tuple[Instants, Floats]:
    heard = ~((first < STAMPS) & (end > STAMPS))
    return STAMPS[heard], register[heard]


def measured(use: Use) -> np.ndarray:
    return ~use.estimated & ~np.isnan(use.value)


@pytest.mark.parametrize("days", [4, 7, 9])
@pytest.mark.parametrize("garbage", [0.0, 9_999_999.0])
def test_a_value_told_over_and_over_for_days_is_no_use_and_hides_none(
    garbage: float, days: int
) -> None:
    register = DIAL.copy()
    register[within(3 * DAY, (3 + days) * DAY)] = garbage
    use = used(STAMPS, register)
    assert float(np.nansum(use.value)) == pytest.approx(TRUTH.sum())
    touched = slice(3 * 24, (3 + days) * 24)
    assert (use.flags[touched] & Flag.GAP != 0).all()
    assert use.allocated[touched].all()


def test_garbage_that_has_not_ended_is_no_use_of_zero() -> None:
    register = DIAL.copy()
    register[at(5) <= STAMPS] = 9_999_999.0
    use = used(STAMPS, register)
    assert not measured(use)[5 * 24 :].any()
    assert (use.flags[5 * 24 :] & Flag.FROZEN != 0).all()
    np.testing.assert_allclose(use.value[: 5 * 24 - 1], TRUTH[: 5 * 24 - 1])


def test_a_circuit_of_which_somebody_says_that_it_was_switched_off_uses_nothing() -> None:
    register = np.minimum(DIAL, np.interp(at(5), STAMPS, DIAL))
    assert not measured(used(STAMPS, register))[5 * 24 :].any()
    off = RegisterEvent(BEGIN + timedelta(days=5), "reset", register[-1], register[-1])
    use = used(STAMPS, register, (off,))
    assert measured(use).all()
    assert not use.value[5 * 24 :].any()


def test_nothing_at_the_beginning_is_no_register_that_counts_up_to_what_follows() -> None:
    register = DIAL.copy()
    register[at(5) > STAMPS] = 0.0
    use = used(STAMPS, register)
    assert not measured(use)[: 5 * 24 - 1].any()
    assert float(np.nansum(use.value)) == pytest.approx(TRUTH[5 * 24 :].sum(), rel=0.01)


@pytest.mark.parametrize("difference", [-500.0, -150.0, 150.0, 500.0])
@pytest.mark.parametrize("days", [1, 4])
def test_another_register_read_for_a_while_brings_its_difference_into_no_hour(
    difference: float, days: int
) -> None:
    register = DIAL.copy()
    register[within(5 * DAY, (5 + days) * DAY)] += difference
    use = used(STAMPS, register)
    ends = [5 * 24 - 1, (5 + days) * 24 - 1]
    assert use.estimated[ends].all()
    others = np.setdiff1d(np.arange(len(TRUTH)), ends)
    np.testing.assert_allclose(use.value[others], TRUTH[others])


def test_a_multiplier_that_changes_in_a_pause_leaves_its_amount_unmeasured() -> None:
    when = RegisterEvent(BEGIN + timedelta(days=5, hours=8), "ratio", 60.0)
    stamps, register = lacking(at(5, 2), at(5, 16), DIAL)
    use = used(stamps, register, (when,), ratio=40.0)
    pause = np.zeros(len(TRUTH), np.bool_)
    pause[5 * 24 + 2 : 5 * 24 + 16] = True
    np.testing.assert_array_equal(use.estimated, pause)
    assert (use.flags[pause] & Flag.RATIO != 0).all()


def test_whoever_read_the_register_when_the_multiplier_changed_has_all_measured() -> None:
    moment = BEGIN + timedelta(days=5, hours=8)
    read = float(np.interp(at(5, 8), STAMPS, DIAL))
    events = (
        RegisterEvent(moment, "ratio", 60.0),
        RegisterEvent(moment, "reset", read, read),
    )
    stamps, register = lacking(at(5, 2), at(5, 16), DIAL)
    use = used(stamps, register, events, ratio=40.0)
    multiplier = np.where(np.arange(len(TRUTH)) < 5 * 24 + 8, 40.0, 60.0)
    assert float(np.nansum(use.value)) == pytest.approx(float((TRUTH * multiplier).sum()))
    assert not use.estimated.any()


@pytest.mark.parametrize("days", [2.2, 2.3, 4.4, 6.6])
def test_a_small_register_that_may_have_gone_round_in_a_pause_tells_nothing_of_it(
    days: float,
) -> None:
    stamps, register = lacking(at(5, 2), at(5, 2) + int(days * DAY), DIAL % 2000)
    use = used(stamps, register, size=2000.0)
    sure = measured(use)
    assert not sure[5 * 24 + 2 : 5 * 24 + 2 + int(days * 24)].any()
    np.testing.assert_allclose(use.value[sure], TRUTH[sure])
    assert sure.sum() >= len(TRUTH) - days * 24 - 2


@pytest.mark.parametrize(("higher", "flag"), [(3_000.0, Flag.SURGE), (90_000.0, Flag.JUMP)])
def test_a_rise_over_a_pause_that_no_meter_keeps_up_is_asked_about_or_not_believed(
    higher: float, flag: Flag
) -> None:
    register = DIAL + np.where(at(5, 10) <= STAMPS, higher, 0.0)
    stamps, register = lacking(at(5, 2), at(5, 16), register)
    use = used(stamps, register)
    pause = slice(5 * 24 + 2, 5 * 24 + 16)
    assert (use.flags[pause] & flag != 0).all()
    assert use.estimated[pause].all() == (flag is Flag.JUMP)


def test_a_pause_that_is_no_longer_than_usual_keeps_what_it_counted() -> None:
    stamps, counted = readings_of(KWH, every=1440)
    use = used(stamps, 1000 + counted, days=DAYS)
    assert float(np.nansum(use.value)) == pytest.approx(TRUTH.sum())
    assert not use.estimated.any()
