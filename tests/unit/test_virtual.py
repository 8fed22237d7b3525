"""A virtual meter has figures exactly where every meter of its formula has."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.virtual import Computed, Known, Leaf, computed

START = datetime(2026, 7, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def known(meter: int, first: int, quarters: int, value: float, grade: str = "measured") -> Known:
    """An interval that begins `first` quarters after the start."""
    start = START + first * QUARTER
    return Known(meter, start, start + quarters * QUARTER, value, grade, "measured", 0)


def always(**coefficients: float) -> list[Leaf]:
    return [Leaf(int(name[1:]), value, None, None) for name, value in coefficients.items()]


def test_meters_of_one_step_keep_it() -> None:
    parts = [known(m, n, 1, 10.0 * m) for m in (1, 2) for n in range(8)]
    found = list(computed(always(m1=1.0, m2=-0.5), parts))
    assert [each.value for each in found] == [0.0] * 8
    assert found[0] == Computed(START, START + QUARTER, 0.0, "derived", "derived", 0)


def test_meters_of_different_steps_meet_in_the_hour() -> None:
    parts = [*(known(1, n, 1, 1.0) for n in range(4)), known(2, 0, 4, 10.0)]
    [hour] = computed(always(m1=1.0, m2=1.0), parts)
    assert (hour.start, hour.end - hour.start, hour.value) == (START, 4 * QUARTER, 14.0)


def test_where_one_is_silent_there_is_no_figure() -> None:
    parts = [*(known(1, n, 1, 1.0) for n in range(4)), *(known(2, n, 1, 1.0) for n in (0, 2))]
    found = list(computed(always(m1=1.0, m2=1.0), parts))
    assert [each.start for each in found] == [START, START + 2 * QUARTER]
    hourly = [*(known(1, n, 1, 1.0) for n in range(3)), known(2, 0, 4, 1.0)]
    assert list(computed(always(m1=1.0, m2=1.0), hourly)) == []
    assert list(computed(always(m1=1.0, m2=1.0), [known(1, 0, 4, 1.0)])) == []


def test_a_formula_counts_in_its_time_only() -> None:
    noon = START + 4 * QUARTER
    leaves = [Leaf(1, 1.0, None, noon), Leaf(2, 2.0, noon, None)]
    parts = [known(m, n, 1, 5.0) for m in (1, 2) for n in range(8)]
    assert [each.value for each in computed(leaves, parts)] == [5.0] * 4 + [10.0] * 4


def test_an_estimated_part_makes_the_whole_estimated() -> None:
    parts = [known(1, 0, 1, 1.0), known(2, 0, 1, 1.0, "estimated")]
    [found] = computed(always(m1=1.0, m2=1.0), parts)
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
    assert {each.start: each.value for each in computed(leaves, parts)} == wanted
