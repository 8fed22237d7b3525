"""Amounts of a report are told to the millionth, whatever they were computed in."""

from decimal import Decimal
from fractions import Fraction

import pytest

from analytics.reports.paper import figure


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        (0.1, "0.100000"),
        (Decimal("2.5"), "2.500000"),
        (Fraction(100, 3), "33.333333"),  # heads weighted by their days
    ],
)
def test_an_amount_is_told_to_the_millionth(
    value: float | Decimal | Fraction | None, told: str | None
) -> None:
    assert figure(value) == (None if told is None else Decimal(told))
