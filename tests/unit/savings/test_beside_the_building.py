"""Methods beside the whole-building model find a planted saving, within their own band."""

import numpy as np
import pytest

from analytics.models.estimator import Floats
from analytics.savings.estimate import LEAST_BLOCKS, student_quantile
from analytics.savings.isolation import Driven, KeyParameter, all_parameters, key_parameter
from analytics.savings.on_off import on_off
from analytics.savings.side_by_side import Pair, side_by_side
from domain.errors import MissingInputError
from tests.unit.models.planted import YEAR, matrix, temperatures, weekends

NOTHING = np.empty(0)


@pytest.mark.parametrize(
    ("freedom", "ninety", "ninety_five"),
    [(1, 6.3138, 12.7062), (2, 2.9200, 4.3027), (5, 2.0150, 2.5706), (29, 1.6991, 2.0452)],
)
def test_quantiles_of_student_are_those_of_the_tables(
    freedom: int, ninety: float, ninety_five: float
) -> None:
    assert student_quantile(0.1, freedom) == pytest.approx(ninety, abs=1e-3)
    assert student_quantile(0.05, freedom) == pytest.approx(ninety_five, abs=1e-3)


def test_luminaires_measured_before_and_after_save_their_difference_times_the_hours() -> None:
    rng = np.random.default_rng(11)
    before, after = rng.normal(0.058, 0.002, 40), rng.normal(0.021, 0.001, 40)
    told = KeyParameter(before, after, 2600.0 * 500, "opening hours agreed in annex 2")
    found = key_parameter(told)
    assert found.low is not None
    assert found.high is not None
    assert found.low < (0.058 - 0.021) * 2600 * 500 < found.high
    assert found.high - found.low < 0.1 * found.saving


@pytest.mark.parametrize(
    "told",
    [
        KeyParameter(np.ones(2), np.ones(9), 100.0, "agreed"),
        KeyParameter(np.ones(9), np.array([1.0, 1.0, np.nan]), 100.0, "agreed"),
        KeyParameter(np.ones(9), np.ones(9), 100.0, " "),
        KeyParameter(np.ones(9), np.ones(9), 0.0, "agreed"),
    ],
)
def test_a_key_parameter_needs_a_sample_and_a_reason(told: KeyParameter) -> None:
    with pytest.raises(MissingInputError):
        key_parameter(told)


def test_a_chiller_that_needs_less_for_the_same_cold_saves_the_difference() -> None:
    rng = np.random.default_rng(11)
    cold_before, cold_after = rng.uniform(500, 2000, 120), rng.uniform(800, 2500, 120)
    use_before = 30 + 0.28 * cold_before + rng.normal(0, 5, 120)
    use_after = 30 + 0.21 * cold_after + rng.normal(0, 5, 120)
    found = all_parameters(Driven(cold_before, use_before), Driven(cold_after, use_after))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.07 * cold_after.sum() < found.high
    assert found.saving == pytest.approx(0.07 * cold_after.sum(), rel=0.03)


def alternating(days_each: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.asarray(np.arange(YEAR) // days_each % 2 == 1)


@pytest.mark.parametrize("days_each", [7, 14])
def test_a_measure_switched_on_and_off_saves_what_was_planted(days_each: int) -> None:
    rng = np.random.default_rng(11)
    weather, on = temperatures(), alternating(days_each)
    plain = 200 + 8 * np.maximum(16 - weather, 0) - 60 * weekends()
    use = plain * np.where(on, 0.88, 1.0) + rng.normal(0, 6, YEAR)
    found = on_off(matrix(weather), use, on)
    planted = 0.12 * plain[on].sum()
    assert found.low is not None
    assert found.high is not None
    assert found.low < planted < found.high
    assert found.saving == pytest.approx(planted, rel=0.1)


def test_nothing_saved_is_not_found_to_be_saved() -> None:
    held = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        use = 200 - 3 * temperatures() + rng.normal(0, 10, YEAR)
        found = on_off(matrix(temperatures()), use, alternating(7))
        assert found.low is not None
        assert found.high is not None
        held += found.low < 0 < found.high
    assert 24 <= held <= 30


def test_too_few_cycles_are_refused() -> None:
    on = np.arange(YEAR) > 180
    with pytest.raises(MissingInputError, match="1 cycles of off and on, want at least 4"):
        on_off(matrix(temperatures()), np.ones(YEAR), on)
    with pytest.raises(MissingInputError, match="0 cycles"):
        on_off(np.empty((0, 2)), NOTHING, np.empty(0, np.bool_))


def test_days_off_of_a_kind_that_was_never_off_are_left_out() -> None:
    on = alternating(7) | (weekends() > 0)
    use = np.where(weekends() > 0, 1e6, np.where(on, 90.0, 100.0))
    assert on_off(matrix(temperatures()), use, on).saving == pytest.approx(
        10.0 * (on & (weekends() == 0)).sum(), rel=1e-6
    )


def like(days: int, seed: int = 1) -> Floats:
    noise = np.random.default_rng(seed).normal(0, 3, days)
    return np.asarray(80 + 30 * np.sin(np.arange(days) / 50) + noise)


def test_a_twin_building_shows_what_the_treated_one_saved() -> None:
    rng = np.random.default_rng(11)
    before, after = like(180, 1), like(180, 2)
    treated_before = 1.4 * before + rng.normal(0, 3, 180)
    treated_after = 1.4 * 0.85 * after + rng.normal(0, 3, 180)
    found = side_by_side(Pair(treated_before, before), Pair(treated_after, after))
    planted = 1.4 * 0.15 * after.sum()
    assert found.low is not None
    assert found.high is not None
    assert found.low < planted < found.high
    assert found.saving == pytest.approx(planted, rel=0.06)


def test_comparisons_without_rows_are_refused_and_short_ones_have_no_band() -> None:
    with pytest.raises(MissingInputError, match="0 rows of baseline"):
        side_by_side(Pair(NOTHING, NOTHING), Pair(like(9), like(9)))
    with pytest.raises(MissingInputError, match="nothing measured after"):
        side_by_side(Pair(like(9), like(9)), Pair(np.full(9, np.nan), like(9)))
    short = side_by_side(Pair(like(7), like(7)), Pair(like(7), like(7)))
    assert (short.low, short.blocks) == (None, 2)
    assert short.blocks < LEAST_BLOCKS
