"""A rule earns its right to interrupt by what came of its alerts, and loses it so."""

import pytest

from analytics.alerts.budget import News, told
from analytics.alerts.right import Earned, Lost, lost
from analytics.rules.finding import Priority


@pytest.mark.parametrize(
    ("earned", "want"),
    [
        (Earned(0, 0, 0, 100), None),  # nothing is known of it
        (Earned(0, 4, 4, 100), None),  # four say nothing yet
        (Earned(1, 4, 5, 100), Lost.SELDOM_RIGHT),
        (Earned(3, 3, 6, 100), None),
        (Earned(0, 0, 19, 1), None),
        (Earned(0, 0, 20, 10), Lost.TOO_OFTEN),
        (Earned(0, 0, 20, 100), None),
        (Earned(9, 1, 200, 10), None),  # often, and right
    ],
)
def test_seldom_right_or_far_too_often_costs_the_right(earned: Earned, want: Lost | None) -> None:
    assert lost(earned) == want


def test_without_the_right_only_what_is_urgent_interrupts_and_the_rest_waits() -> None:
    news = [
        News(1, Priority.HIGH, has_right=False),
        News(2, Priority.URGENT, has_right=False),
        News(3, Priority.HIGH),
    ]
    chosen = told(news, 5)
    assert (chosen.alone, chosen.held) == ((2, 3), (1,))
    many = [News(number, Priority.HIGH, has_right=False) for number in range(50)]
    assert (told(many, 5).digest, len(told(many, 5).held)) == ((), 50)
