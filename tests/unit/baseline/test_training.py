"""The days of a training have one text, and come back from it to the last bit."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.baseline.training import (
    Training,
    digest,
    of_days_alone,
    read,
    use_apart,
    written,
    written_together,
)
from domain.calendar import DayKind
from domain.errors import InputError

FIRST = date(2024, 2, 27)
NUMBER = st.one_of(st.just(float("nan")), st.floats(allow_nan=False, allow_infinity=False))


@given(st.lists(st.tuples(NUMBER, NUMBER, st.sampled_from([*DayKind])), min_size=1, max_size=40))
def test_what_is_written_is_read_back(days: list[tuple[float, float, DayKind]]) -> None:
    kinds = {date.fromordinal(FIRST.toordinal() + n): kind for n, (_, _, kind) in enumerate(days)}
    use, warmth = np.array([(use, warmth) for use, warmth, _ in days]).T
    training = Training(FIRST, use, warmth, kinds)
    text = written(training)
    again = read(text)
    np.testing.assert_array_equal(again.use, use)
    np.testing.assert_array_equal(again.temperature_c, warmth)
    assert again.kinds == kinds
    assert again.first_day == FIRST
    assert digest(written(again)) == digest(text)


def test_trainings_that_share_all_but_their_use_are_written_as_each_alone() -> None:
    kinds = {FIRST + timedelta(days=n): DayKind.WORKDAY for n in range(3)}
    one = Training(FIRST, np.array([1.5, np.nan, 3.0]), np.array([4.0, 5.5, np.nan]), kinds)
    for heated, swing in ((None, None), (frozenset({FIRST}), np.array([2.5, 0.0, 1.0]))):
        first = replace(one, heated=heated, swing_c=swing)
        other = replace(first, use=np.array([9.0, 8.0, np.nan]))
        texts = written_together([first, other])
        assert texts == [written(first), written(other)]
        apart = [use_apart(text) for text in texts]
        assert apart[0][0] == apart[1][0]
        np.testing.assert_array_equal([use for _, use in apart], [first.use, other.use])
        assert use_apart(written(replace(first, first_day=FIRST - timedelta(1))))[0] != apart[0][0]
        assert of_days_alone(texts[0]) == written(replace(first, swing_c=None))


def test_a_line_without_a_use_is_no_training() -> None:
    with pytest.raises(InputError):
        use_apart("day,use,temperature_c,kind\n2024-01-01\n")


def test_a_day_without_a_calendar_stays_without_one() -> None:
    training = Training(FIRST, np.array([1.0, 2.0]), np.array([3.0, 4.0]), {FIRST: DayKind.WORKDAY})
    assert not training.has_calendar
    assert not read(written(training)).has_calendar


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("day,use\n", "line 1"),
        ("day,use,temperature_c,kind\n", "line 1"),
        ("day,use,temperature_c,kind\n2024-01-01,1,2\n", "line 2"),
        (
            "day,use,temperature_c,kind\n2024-01-01,1,2,workday\n2024-01-03,1,2,workday\n",
            "column day",
        ),
    ],
)
def test_other_text_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(InputError) as refused:
        read(text)
    assert refused.value.place == place


def test_the_course_of_a_day_is_written_where_it_is_known_with_or_without_heating() -> None:
    kinds = {FIRST + timedelta(days=n): DayKind.WORKDAY for n in range(3)}
    swing = np.array([4.25, 0.0, 7.5])
    for heated in (None, frozenset({FIRST})):
        told = Training(FIRST, np.ones(3), np.zeros(3), kinds, heated=heated, swing_c=swing)
        again = read(written(told))
        assert again.swing_c is not None
        assert again.swing_c.tolist() == swing.tolist()
        assert again.heated == heated
        assert written(told).splitlines()[1].endswith(",4.25")
        assert again.part(1, 3).matrix[:, 2].tolist() == [0.0, 7.5]


def test_heating_is_written_where_it_is_known_and_only_there() -> None:
    kinds = {FIRST + timedelta(days=n): DayKind.WORKDAY for n in range(3)}
    plain = Training(FIRST, np.ones(3), np.zeros(3), kinds)
    heated = replace(plain, heated=frozenset({FIRST}))
    assert written(heated).splitlines()[:2] == [
        "day,use,temperature_c,kind,heated",
        "2024-02-27,1.0,0.0,workday,1",
    ]
    assert read(written(heated)).heated == frozenset({FIRST})
    assert read(written(plain)).heated is None
    assert digest(written(heated)) != digest(written(plain))
    assert heated.matrix[0, 1] != heated.matrix[1, 1], "two days alike but for the heating"


def test_a_part_is_its_days_and_no_others() -> None:
    kinds = {FIRST + timedelta(days=n): DayKind.WORKDAY for n in range(4)}
    part = Training(FIRST, np.arange(4.0), np.arange(4.0), kinds).part(1, 3)
    assert (part.first_day, part.use.tolist()) == (date(2024, 2, 28), [1.0, 2.0])
    assert [*part.kinds] == [date(2024, 2, 28), date(2024, 2, 29)]
    assert part.has_calendar
