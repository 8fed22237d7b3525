"""When an alert opens, and when it ends."""

import numpy as np
import pytest

from analytics.rules.hysteresis import Hysteresis, spells

RULE = Hysteresis(fire=6, clear=3, of=2, within=3, hold=4)


def score(**at: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    values = np.zeros(40)
    for place, value in at.items():
        values[int(place[1:])] = value
    return values


def test_one_high_value_opens_nothing_and_two_of_three_do() -> None:
    assert spells(score(_10=9), RULE) == []
    (spell,) = spells(score(_10=9, _12=8), RULE)
    assert (spell.first, spell.opened, spell.end, spell.peak) == (10, 12, 13, 9)


def test_two_high_values_too_far_apart_open_nothing() -> None:
    assert spells(score(_10=9, _13=8), RULE) == []


def test_what_stays_above_clear_stays_one_alert() -> None:
    (spell,) = spells(score(_10=9, _11=9, _15=3.5, _19=4), RULE)
    assert (spell.first, spell.end) == (10, 20)


def test_after_the_hold_a_new_alert_begins() -> None:
    first, second = spells(score(_10=9, _11=9, _16=9, _17=9), RULE)
    assert (first.end, second.first) == (12, 16)


def test_what_is_not_known_neither_opens_nor_ends() -> None:
    values = score(_10=9, _11=9, _24=9, _25=9)
    values[12:22] = np.nan
    (spell,) = spells(values, RULE)
    assert (spell.first, spell.end) == (10, 26)
    assert spells(np.full(20, np.nan), RULE) == []


@pytest.mark.parametrize("seed", range(20))
def test_it_says_what_a_state_machine_would(seed: int) -> None:
    """The same alerts as by going from value to value."""
    values = np.random.default_rng(seed).exponential(2.2, 300)
    opened: list[int] = []
    is_open, below = False, 0
    for place in range(len(values)):
        recent = values[max(place - RULE.within + 1, 0) : place + 1]
        fires = values[place] >= RULE.fire and (recent >= RULE.fire).sum() >= RULE.of
        below = 0 if values[place] >= RULE.clear else below + 1
        if is_open and below >= RULE.hold:
            is_open = False
        if not is_open and fires:
            is_open = True
            opened.append(place)
    assert [spell.opened for spell in spells(values, RULE)] == opened
