"""Whatever happens to a register, what it counted is attributed exactly once."""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.ledger.readings import Floats, Instants, in_order
from domain.consumption_flag import ConsumptionFlag as Flag
from domain.register_event import RegisterEvent
from tests.unit.ledger.synthetic_meter import BEGIN, T0, minutes_kwh, readings_of, used

SIZE = 10_000.0
KINDS = ("zeros", "spike", "jitter", "outage", "frozen", "swap", "reset", "ratio")


class Told(NamedTuple):
    """Readings as they came, what was declared, and what the meter truly counted."""

    ts: Instants
    register: Floats
    events: list[RegisterEvent]
    ratio: float
    kwh: float


@st.composite
def histories(draw: st.DrawFn) -> Told:
    """A week of a meter, with some faults on days of their own, in any order of arrival."""
    every = draw(st.sampled_from([5, 15, 30, 60]))
    ts, counted = readings_of(minutes_kwh(days=8, seed=draw(st.integers(0, 999))), every)
    ratio = draw(st.sampled_from([1.0, 40.0, 600.0]))
    truth = counted[-1] * ratio
    register, events = counted + draw(st.floats(500, 9000)), []
    multiplier, lost = np.full(len(ts) - 1, ratio), np.zeros(len(ts), dtype=np.bool_)
    wrong = register.copy()
    for day in range(1, 7):
        kind = draw(st.sampled_from((*KINDS, "nothing")))
        first = int(np.searchsorted(ts, T0)) + (day * 1440 + 60 * draw(st.integers(2, 12))) // every
        length = draw(st.integers(1, 5 * 60 // every))
        span = slice(first, first + length)
        moment = BEGIN + timedelta(microseconds=int(ts[first] - T0))
        if kind in ("swap", "reset"):
            previous = float(register[first])
            value = 0.0 if kind == "reset" else draw(st.floats(0, 400))
            register[first:] += value - previous
            wrong[first:] = register[first:]
            events.append(RegisterEvent(moment, kind, value, previous % SIZE))
        elif kind == "ratio":
            new = draw(st.sampled_from([20.0, 80.0]))
            events.append(RegisterEvent(moment, "ratio", new))
            multiplier[first:] = new
        else:
            _spoil(kind, wrong, register, lost, span)
    truth = float(np.sum(np.diff(counted) * multiplier))
    told, seen = ts[~lost], np.where(wrong < 1e9, wrong % SIZE, wrong)[~lost]
    order = np.array(draw(st.permutations(range(0, len(told), 50))))
    arrived = np.concatenate([np.arange(i, min(i + 50, len(told))) for i in order])
    return Told(told[arrived], seen[arrived], events, ratio, truth)


def _spoil(kind: str, wrong: Floats, true: Floats, lost: np.ndarray, span: slice) -> None:
    if kind == "zeros":
        wrong[span] = 0.0
    elif kind == "spike":
        wrong[span.start] = 1.8e21
    elif kind == "jitter":
        wrong[span.start] = true[span.start - 1] - 0.2
    elif kind == "outage":
        lost[span] = True
    elif kind == "frozen":
        wrong[span] = true[span.start]


def check_conserved(told: Told) -> None:
    use = used(told.ts, told.register, tuple(told.events), days=8, ratio=told.ratio, size=SIZE)
    assert float(np.nansum(use.value)) == pytest.approx(told.kwh, rel=1e-9)
    assert (use.value >= -1e-6).all()
    assert not (use.estimated & (use.flags == 0)).any()
    assert not (use.allocated & (use.flags & Flag.GAP == 0)).any()


@settings(max_examples=60)
@given(histories())
def test_a_week_of_mixed_faults_keeps_its_energy(told: Told) -> None:
    check_conserved(told)


@pytest.mark.fault
@settings(max_examples=2500)
@given(histories())
def test_thousands_of_weeks_of_mixed_faults_keep_their_energy(told: Told) -> None:
    check_conserved(told)


@settings(max_examples=40)
@given(st.data())
def test_order_and_repetition_of_readings_change_nothing(data: st.DataObject) -> None:
    told = data.draw(histories())
    twice = np.array(data.draw(st.lists(st.integers(0, len(told.ts) - 1), max_size=50)), np.int64)
    shuffled = np.random.default_rng(len(twice)).permutation(len(told.ts))
    again = np.concatenate((shuffled, twice))
    rival = told.register.copy()[:3] + 3.0  # another word about three of the instants
    ts = np.concatenate((told.ts, told.ts[:3]))
    register = np.concatenate((told.register, rival))
    again = np.concatenate((np.arange(len(told.ts), len(ts)), again))
    once = in_order(ts, register)
    other = in_order(ts[again], register[again])
    assert once.ts.tobytes() == other.ts.tobytes()
    assert once.register.tobytes() == other.register.tobytes()
    assert once.flags.tobytes() == other.flags.tobytes()
    events = tuple(told.events)
    straight = used(ts, register, events, days=8, ratio=told.ratio, size=SIZE)
    mixed = used(ts[again], register[again], events[::-1], days=8, ratio=told.ratio, size=SIZE)
    assert straight.value.tobytes() == mixed.value.tobytes()
    assert straight.flags.tobytes() == mixed.flags.tobytes()
