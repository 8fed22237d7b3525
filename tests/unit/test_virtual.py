"""A virtual meter has figures exactly where every meter of its formula has."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.virtual import Computed, Known, Leaf, computed
from domain.consumption_flag import ConsumptionFlag as Flag

START = datetime(2026, 7, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ZONE = ZoneInfo("Asia/Shanghai")


def known(meter: int, first: int, quarters: int, value: float, grade: str = "measured") -> Known:
    """An interval that begins `first` quarters after the start."""
    start = START + first * QUARTER
    return Known(meter, start, start + quarters * QUARTER, value, grade, "measured", 0)


def always(**coefficients: float) -> list[Leaf]:
    return [Leaf(int(name[1:]), value, None, None) for name, value in coefficients.items()]


def test_meters_of_one_step_keep_it() -> None:
    parts = [known(m, n, 1, 10.0 * m) for m in (1, 2) for n in range(8)]
    found = list(computed(always(m1=1.0, m2=-0.5), parts, ZONE))
    assert [each.value for each in found] == [0.0] * 8
    assert found[0] == Computed(START, START + QUARTER, 0.0, "derived", "derived", 0)


def test_meters_of_different_steps_meet_in_the_hour() -> None:
    parts = [*(known(1, n, 1, 1.0) for n in range(4)), known(2, 0, 4, 10.0)]
    [hour] = computed(always(m1=1.0, m2=1.0), parts, ZONE)
    assert (hour.start, hour.end - hour.start, hour.value) == (START, 4 * QUARTER, 14.0)


def test_where_one_is_silent_there_is_no_figure() -> None:
    parts = [*(known(1, n, 1, 1.0) for n in range(4)), *(known(2, n, 1, 1.0) for n in (0, 2))]
    found = list(computed(always(m1=1.0, m2=1.0), parts, ZONE))
    assert [each.start for each in found] == [START, START + 2 * QUARTER]
    hourly = [*(known(1, n, 1, 1.0) for n in range(3)), known(2, 0, 4, 1.0)]
    assert list(computed(always(m1=1.0, m2=1.0), hourly, ZONE)) == []
    assert list(computed(always(m1=1.0, m2=1.0), [known(1, 0, 4, 1.0)], ZONE)) == []


def test_a_formula_counts_in_its_time_only() -> None:
    noon = START + 4 * QUARTER
    leaves = [Leaf(1, 1.0, None, noon), Leaf(2, 2.0, noon, None)]
    parts = [known(m, n, 1, 5.0) for m in (1, 2) for n in range(8)]
    assert [each.value for each in computed(leaves, parts, ZONE)] == [5.0] * 4 + [10.0] * 4


def test_an_estimated_part_makes_the_whole_estimated() -> None:
    parts = [known(1, 0, 1, 1.0), known(2, 0, 1, 1.0, "estimated")]
    [found] = computed(always(m1=1.0, m2=1.0), parts, ZONE)
    assert (found.quantity_grade, found.shape_grade) == ("estimated", "derived")


@given(
    st.dictionaries(st.integers(1, 4), st.sampled_from([1.0, -1.0, 0.5, 2.0]), min_size=1),
    st.sets(st.tuples(st.integers(1, 4), st.integers(0, 11))),
)
def test_the_figures_are_the_formula_of_the_figures(
    coefficients: dict[int, float], silent: set[tuple[int, int]]
) -> None:
    leaves = [Leaf(meter, value, None, None) for meter, value in coefficients.items()]
    parts = [
        known(m, n, 1, float(m + 10 * n))
        for m in range(1, 5)
        for n in range(12)
        if (m, n) not in silent
    ]
    wanted = {
        START + n * QUARTER: sum(c * (m + 10 * n) for m, c in coefficients.items())
        for n in range(12)
        if not any((m, n) in silent for m in coefficients)
    }
    assert {each.start: each.value for each in computed(leaves, parts, ZONE)} == wanted


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Adelaide", "Asia/Shanghai"])
def test_quarters_and_hours_meet_in_the_hours_of_the_clock_also_half_an_hour_from_utc(
    zone: str,
) -> None:
    half = 0 if zone == "Asia/Shanghai" else 2
    quarters = [known(1, n, 1, float(n)) for n in range(16)]
    hours = [known(2, half + 4 * n, 4, 100.0) for n in range(3)]
    found = list(computed(always(m1=1.0, m2=1.0), [*quarters, *hours], ZoneInfo(zone)))
    first = [half + 4 * n for n in range(3)]
    assert [each.start for each in found] == [START + n * QUARTER for n in first]
    assert [each.value for each in found] == [100.0 + 4 * n + 6 for n in first]


def test_an_hour_of_another_zone_is_taken_for_none_of_ours() -> None:
    quarters = [known(1, n, 1, 1.0) for n in range(12)]
    parts = [*quarters, *(known(2, 2 + 4 * n, 4, 100.0) for n in range(2))]
    assert list(computed(always(m1=1.0, m2=1.0), parts, ZONE)) == []


def test_a_formula_may_change_with_any_quarter_of_an_hour() -> None:
    change = START + 5 * QUARTER
    leaves = [Leaf(1, 1.0, None, change), Leaf(2, 2.0, change, None)]
    parts = [known(m, n, 1, 5.0) for m in (1, 2) for n in range(8)]
    found = list(computed(leaves, parts, ZONE))
    assert [each.value for each in found] == [5.0] * 5 + [10.0] * 3
    assert {each.quantity_grade for each in found} == {"derived"}


@pytest.mark.parametrize("quarters", [1, 4])
def test_an_interval_in_which_the_formula_changes_is_split_by_time_and_estimated(
    quarters: int,
) -> None:
    change = START + timedelta(minutes=5 * quarters)
    leaves = [Leaf(1, 1.0, None, change), Leaf(2, 2.0, change, None), Leaf(3, 1.0, None, None)]
    parts = [known(m, n, quarters, 30.0) for m in (1, 2, 3) for n in range(0, 8, quarters)]
    first, *later = computed(leaves, parts, ZONE)
    assert first.value == pytest.approx(30.0 / 3 + 2 * 30.0 * 2 / 3 + 30.0)
    assert (first.quantity_grade, first.shape_grade) == ("estimated", "estimated")
    assert first.flags == Flag.RATIO
    assert {(each.value, each.quantity_grade) for each in later} == {(90.0, "derived")}
