"""Maximum demand and reactive energy where the meter was wrong: exact, or refused with why."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.month_register import RegisterPart, greatest_demand, reactive_energy
from domain.errors import MissingInputError

D = Decimal
PERCENT = st.sampled_from([None, D("-4"), D("2.5"), D("25"), D("-50")])


def shown(true: Decimal, error_pct: Decimal | None) -> Decimal:
    """What a meter of this error shows."""
    return true * (1 + (error_pct or D(0)) / 100)


def register(parts: Sequence[tuple[Decimal, Decimal | None]]) -> list[RegisterPart]:
    """The register of a meter, from the true demand and the error of each part of a month."""
    told, before = [], D(0)
    for true, error_pct in parts:
        after = max(before, shown(true, error_pct))
        told.append(RegisterPart(before, after, D(0), error_pct))
        before = after
    return told


def code_of(parts: Sequence[RegisterPart]) -> str:
    with pytest.raises(MissingInputError) as caught:
        greatest_demand(parts)
    return caught.value.code


def test_an_error_of_the_whole_month_is_divided_out_of_the_demand() -> None:
    assert greatest_demand([RegisterPart(D(0), D(96), None, D(-4))]) == D(100)
    assert greatest_demand([RegisterPart(D(0), D(96), None)]) == D(96)


def test_a_demand_that_rose_in_the_wrong_part_is_that_parts() -> None:
    assert greatest_demand(register([(D(50), None), (D(100), D(-4)), (D(60), None)])) == D(100)


def test_one_of_the_sound_part_stands_where_the_wrong_part_cannot_have_been_above() -> None:
    """A meter that shows too much, and yet not more than before, was below."""
    assert greatest_demand(register([(D(100), None), (D(60), D(25))])) == D(100)


def test_where_more_than_one_demand_is_possible_none_is_told() -> None:
    slow_after = register([(D(100), None), (D(60), D(-4))])
    with pytest.raises(MissingInputError, match=r"anything from 100 to 104\.166667 kW"):
        greatest_demand(slow_after)
    assert code_of(slow_after) == "demand_error"
    assert code_of(register([(D(100), D(4)), (D(90), None)])) == "demand_error"


def test_a_register_that_was_not_read_or_was_set_back_in_between_is_refused() -> None:
    assert code_of([]) == "maximum_demand"
    assert code_of([RegisterPart(D(0), None, None)]) == "maximum_demand"
    unread = [RegisterPart(D(0), None, None, D(-4)), RegisterPart(None, D(60), None)]
    assert code_of(unread) == "maximum_demand"
    set_back = [RegisterPart(D(0), D(70), None, D(-4)), RegisterPart(D(70), D(60), None)]
    assert code_of(set_back) == "demand_error"


def test_a_register_that_began_anew_within_the_month_tells_no_demand() -> None:
    part = RegisterPart(D(0), D(35), D(10), demand_anew=True)
    with pytest.raises(MissingInputError, match="swapped or set back") as caught:
        greatest_demand([part])
    assert caught.value.code == "maximum_demand"
    assert reactive_energy([part]) == D(10), "a demand set back is nothing to reactive energy"


@pytest.mark.parametrize(
    "part",
    [RegisterPart(D(0), D(35), D(-49_988)), RegisterPart(D(0), D(35), D(10), reactive_anew=True)],
    ids=["it fell below its beginning", "it rose past its beginning again"],
)
def test_reactive_energy_of_a_register_that_began_anew_is_refused(part: RegisterPart) -> None:
    whole = RegisterPart(D(0), D(35), D(60_000))
    for parts in ([part], [whole, part]):
        with pytest.raises(MissingInputError, match="swapped, reset, rolled over") as caught:
            reactive_energy(parts)
        assert caught.value.code == "reactive_energy"


@given(st.lists(st.tuples(st.integers(0, 50), PERCENT), min_size=1, max_size=4))
def test_whatever_is_told_is_the_true_demand(parts: list[tuple[int, Decimal | None]]) -> None:
    true = [(D(value), error) for value, error in parts]
    try:
        found = greatest_demand(register(true))
    except MissingInputError:
        assert len(true) > 1, "of one part it is always told"
        return
    assert found == pytest.approx(max(value for value, _ in true), abs=D("0.000001"))


@given(st.lists(st.tuples(st.integers(0, 50), PERCENT), min_size=1, max_size=4))
def test_reactive_energy_is_added_up_part_by_part(parts: list[tuple[int, Decimal | None]]) -> None:
    told = [
        RegisterPart(None, None, shown(D(value), error), None if error is None else D(1), error)
        for value, error in parts
    ]
    total = sum(value for value, _ in parts)
    assert reactive_energy(told) == pytest.approx(D(total), abs=D("0.000001"))


def test_a_meter_found_wrong_without_a_word_of_reactive_energy_has_none() -> None:
    told = [RegisterPart(None, None, D(10)), RegisterPart(None, None, D(10), D(-4), None)]
    with pytest.raises(MissingInputError, match="does not say how wrong") as caught:
        reactive_energy(told)
    assert caught.value.code == "reactive_error"
    right = [told[0], RegisterPart(None, None, D(10), D(-4), D(0))]
    assert reactive_energy(right) == D(20)


@pytest.mark.parametrize("parts", [[], [RegisterPart(D(0), D(5), None)]])
def test_reactive_energy_that_was_not_read_is_not_known(parts: list[RegisterPart]) -> None:
    with pytest.raises(MissingInputError) as caught:
        reactive_energy(parts)
    assert caught.value.code == "reactive_energy"
