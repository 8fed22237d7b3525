"""A declared error changes exactly what was counted in its span; taken back it leaves no trace."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.attribution import Use
from analytics.ledger.metering_error import factor
from domain.consumption_flag import ConsumptionFlag
from domain.register_event import RegisterEvent
from tests.unit.ledger.synthetic_meter import BEGIN, DAYS, minutes_kwh, readings_of, used

TRUE = minutes_kwh()
HOUR = timedelta(hours=1)
ERROR = int(ConsumptionFlag.ERROR)


def error(first_hour: float, end_hour: float, value: float) -> RegisterEvent:
    span = BEGIN + first_hour * HOUR, BEGIN + end_hour * HOUR
    return RegisterEvent(span[0], "error", value, until=span[1])


def slow(first_hour: int, end_hour: int, value: float) -> Use:
    """What a meter of this error [%] showed, corrected by the error that was declared."""
    showed = TRUE.copy()
    showed[first_hour * 60 : end_hour * 60] *= 1 + value / 100
    return used(*readings_of(showed, 15), (error(first_hour, end_hour, value),))


@pytest.mark.parametrize("value", [-33.4, -3.0, 2.5, 100.0])
def test_what_a_wrong_meter_showed_is_brought_to_what_was_used(value: float) -> None:
    found = slow(48, 120, value)
    truth = used(*readings_of(TRUE, 15))
    assert found.value == pytest.approx(truth.value, rel=1e-9)
    assert np.flatnonzero(found.flags & ERROR).tolist() == list(range(48, 120))


def test_only_the_span_changes() -> None:
    ts, register = readings_of(TRUE, 15)
    plain, found = used(ts, register), used(ts, register, (error(30, 54, -4.0),))
    outside = np.r_[0:30, 54 : len(plain.value)]
    assert found.value[outside].tobytes() == plain.value[outside].tobytes()
    assert found.value[30:54] == pytest.approx(plain.value[30:54] / 0.96)


def test_an_interval_that_the_span_cuts_is_corrected_in_part() -> None:
    ts, register = readings_of(TRUE, 15)
    plain, found = used(ts, register), used(ts, register, (error(10.25, 12, -20.0),))
    assert found.value[10] == pytest.approx(plain.value[10] * (1 + 0.25 * 0.75))
    assert found.value[11] == pytest.approx(plain.value[11] / 0.8)


def test_of_two_errors_that_meet_in_an_interval_each_counts_for_its_own_part() -> None:
    ts, register = readings_of(TRUE, 15)
    errors = error(8, 10.25, -50.0), error(10.25, 12, 100.0)
    plain, found = used(ts, register), used(ts, register, errors)
    assert found.value[10] == pytest.approx(plain.value[10] * (0.25 / 0.5 + 0.75 / 2))
    assert found.value[[9, 11]] == pytest.approx(plain.value[[9, 11]] * np.array([2.0, 0.5]))


@given(
    first=st.integers(0, DAYS * 24 - 2),
    hours=st.integers(1, 100),
    value=st.floats(-99, 100).filter(lambda value: abs(value) > 1e-6),
)
def test_dividing_an_error_out_and_putting_it_back_is_identity(
    first: int, hours: int, value: float
) -> None:
    ts, register = readings_of(TRUE, 60)
    plain = used(ts, register)
    declared = (error(first, first + hours, value),)
    found = used(ts, register, declared)
    inside = (found.flags & ERROR) != 0
    back = np.where(inside, found.value / factor(value), found.value)
    assert back == pytest.approx(plain.value, rel=1e-12)
    undone = used(ts, register, ())
    assert undone.value.tobytes() == plain.value.tobytes()
    assert undone.flags.tobytes() == plain.flags.tobytes()


def test_the_order_in_which_errors_are_declared_does_not_matter() -> None:
    ts, register = readings_of(TRUE, 15)
    errors = (error(10, 20, -3.0), error(20, 31, 5.0), error(40, 41, 1.0))
    one, other = used(ts, register, errors), used(ts, register, errors[::-1])
    assert one.value.tobytes() == other.value.tobytes()
