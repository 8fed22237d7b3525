"""Demand is the mean of a quarter hour, as the utility bills it, and not what a moment draws."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from analytics.rules.demand import Load, RunningDemand

AT = datetime(2026, 7, 1, 8, tzinfo=UTC)
MOST_KW = 300.0


def drawn(
    power: Callable[[float], float | None], minutes: float, *, every_s: float = 60
) -> list[tuple[float, Load | None]]:
    """Loads at the minutes at which power was told."""
    demand = RunningDemand(MOST_KW, 5.0)
    found, at_s = [], 0.0
    while at_s <= 60 * minutes:
        load = demand.add(AT + timedelta(seconds=at_s), power(at_s / 60), None)
        found.append((at_s / 60, load))
        at_s += every_s
    return found


def counted(kwh: dict[float, float | None]) -> dict[float, Load | None]:
    """Loads at the minutes at which a register was read."""
    demand = RunningDemand(MOST_KW, 5.0)
    return {at: demand.add(AT + timedelta(minutes=at), None, value) for at, value in kwh.items()}


def test_a_mean_is_known_when_a_quarter_hour_is() -> None:
    loads = dict(drawn(lambda _: 80.0, 20))
    assert loads[14.0] is None
    assert loads[15.0] is not None
    assert loads[15.0].mean_kw == pytest.approx(80.0)


def test_peaks_of_a_minute_are_no_demand_and_their_mean_is() -> None:
    """Two minutes at 120 kW and two at 20 are 70 kW to whoever bills."""
    last = drawn(lambda at: 120.0 if at % 4 < 2 else 20.0, 60, every_s=10)[-1][1]
    assert last is not None
    assert last.mean_kw == pytest.approx(70.0, rel=0.05)


@pytest.mark.parametrize("every_s", [1, 15, 60])
def test_a_step_is_foreseen_while_there_is_time_and_to_what_it_comes(every_s: float) -> None:
    """From 50 to 110 kW at 08:15: that quarter hour ends at 110; the mean says so at 08:30."""
    loads = dict(drawn(lambda at: 110.0 if at > 15 else 50.0, 30, every_s=every_s))
    early, at_end = loads[20.0], loads[30.0]
    assert early is not None
    assert at_end is not None
    assert early.mean_kw < 75
    assert early.foreseen_kw == pytest.approx(110.0, rel=0.02)
    assert at_end.mean_kw == pytest.approx(110.0, rel=0.02)


def test_early_in_a_quarter_hour_nothing_is_foreseen() -> None:
    loads = dict(drawn(lambda _: 80.0, 60))
    assert [at for at, load in loads.items() if load and load.foreseen_kw is None] == [
        at for at in range(15, 61) if at % 15 < 5
    ]


def test_a_gap_leaves_the_mean_unknown_until_a_quarter_hour_is_whole_again() -> None:
    loads = dict(drawn(lambda at: None if 20 <= at < 30 else 80.0, 60))
    unknown = [at for at, load in loads.items() if load is None]
    assert unknown == [*range(15), *range(20, 45)]


def test_power_that_cannot_be_is_not_measured() -> None:
    loads = dict(drawn(lambda at: 9999.0 if at == 20 else 80.0, 40))
    assert loads[20.0] is loads[35.0] is None
    assert max(load.mean_kw for load in loads.values() if load) == pytest.approx(80.0)


def test_what_is_fed_in_is_no_demand_and_takes_none_off() -> None:
    loads = dict(drawn(lambda at: 60.0 if at <= 15 else -200.0, 30))
    assert loads[30.0] is not None
    assert 0 <= loads[30.0].mean_kw < 3


def test_a_register_read_each_quarter_hour_tells_the_mean_exactly() -> None:
    loads = counted({0: 1000.0, 15: 1020.0, 30.02: 1050.0})
    assert loads[15] == Load(80.0, is_least=False, foreseen_kw=None)
    assert loads[30.02] is not None
    assert loads[30.02].mean_kw == pytest.approx(120.0, rel=0.01)


def test_a_register_read_each_hour_tells_what_the_demand_is_at_least() -> None:
    load = counted({0: 1000.0, 60: 1095.0})[60]
    assert load == Load(95.0, is_least=True, foreseen_kw=None)


def test_a_register_that_falls_or_leaps_tells_nothing_of_the_quarter_hour() -> None:
    loads = counted({0: 1000.0, 15: 3.0, 30: 23.0, 45: 5023.0, 60: 5043.0})
    assert [at for at, load in loads.items() if load] == [30, 60]
