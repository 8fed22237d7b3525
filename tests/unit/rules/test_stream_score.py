"""The streaming score: causal, whatever comes, and highest where something was planted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.rules.stream_score import StreamScore

Values = "np.ndarray[tuple[int], np.dtype[np.float64]]"


def scores(values: "Values | list[float]") -> "Values":
    stream = StreamScore()
    return np.array([stream.score(float(value)) for value in values])


def daily(days: int, seed: int = 1, noise: float = 3.0) -> "Values":
    hour = np.arange(days * 24) % 24
    wave = 50 + 30 * np.sin(2 * np.pi * (hour - 6) / 24)
    return np.asarray(wave + np.random.default_rng(seed).normal(0, noise, days * 24))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1e12, 1e12), max_size=200), st.integers(0, 200))
def test_a_score_depends_on_earlier_values_alone(values: list[float], end: int) -> None:
    assert np.array_equal(scores(values)[:end], scores(values[:end]))


@pytest.mark.parametrize("end", [63, 64, 65, 127, 128, 129, 500, 1023, 1025])
def test_a_prefix_of_a_real_course_has_the_same_scores(end: int) -> None:
    values = daily(50)
    assert np.array_equal(scores(values)[:end], scores(values[:end]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=150))
def test_every_value_has_a_score_and_what_is_none_has_none(values: list[float]) -> None:
    found = scores(values)
    known = np.isfinite(values) if values else np.zeros(0, np.bool_)
    assert len(found) == len(values)
    assert np.isnan(found[~known]).all()
    assert ((found[known] >= 0) & (found[known] <= 1)).all()


def test_a_constant_series_is_never_strange_and_its_first_change_is() -> None:
    values = np.full(1000, 7.0)
    values[800:] = 9.0
    found = scores(values)
    assert (found[:800] < 0.6).all()
    assert int(found.argmax()) == 800


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("planted", ["spike", "drop", "flat day", "wrong hour"])
def test_what_was_planted_ranks_at_the_top(planted: str, seed: int) -> None:
    values = daily(60, seed)
    at = 24 * 45 + 7 * seed
    span = slice(at, at + 24)
    if planted == "spike":
        values[at] += 90
    if planted == "drop":
        values[at : at + 3] = -10
    if planted == "flat day":
        values[span] = values[at]
    if planted == "wrong hour":
        values[span] = 100 - values[span]
    top = int(scores(values).argmax())
    assert at <= top < at + 48


def test_a_level_that_moves_is_told_once_and_not_for_ever() -> None:
    values = daily(80)
    values[24 * 50 :] += 120
    found = scores(values)
    assert 24 * 50 <= int(found.argmax()) < 24 * 51
    assert (found[24 * 52 :] > 0.75).sum() <= 3


def test_seasons_that_drift_and_clocks_that_change_make_no_flood() -> None:
    values = daily(200)
    values += 40 * np.sin(2 * np.pi * np.arange(len(values)) / len(values))
    lost_hour = np.delete(values, 24 * 100)
    kept_hour = np.insert(values, 24 * 150, values[24 * 150])
    for series in (values, lost_hour, kept_hour):
        assert (scores(series)[24 * 14 :] > 0.75).mean() < 0.005


@pytest.mark.parametrize("hours", [1, 7, 31])
def test_rows_that_are_missing_or_come_twice_are_one_matter_that_is_over_in_two_days(
    hours: int,
) -> None:
    values = daily(200)
    span = slice(24 * 120 + 9, 24 * 120 + 9 + hours)
    unknown = values.copy()
    unknown[span] = np.nan
    usual = (scores(values) > 0.75).sum()
    for series, over in (
        (np.delete(values, span), span.start + 48),
        (np.insert(values, span.stop, values[span]), span.stop + hours + 48),
        (unknown, span.stop + 48),
    ):
        high = scores(series) > 0.75
        assert high[span.start : over].sum() <= 8
        assert high.sum() - high[span.start : over].sum() <= usual + 1


def test_values_near_the_largest_number_are_scored_like_others() -> None:
    found = scores([5e302, 1.7e308, -1.7e308, *daily(20).tolist(), 1.7e308])
    assert np.isfinite(found).all()
