"""A multiplier is read as the plates say it, and nothing else is taken for one."""

from decimal import Decimal

import pytest

from domain.errors import InputError
from domain.ratio import read_ratio


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("1", "1"),
        ("40", "40"),
        ("2.5", "2.5"),
        ("200/5", "40"),
        ("200:5", "40"),
        ("200/5 x 10000/100", "4000"),
        ("30×100", "3000"),
    ],
)
def test_plates_are_multiplied(text: str, ratio: str) -> None:
    assert read_ratio(text) == Decimal(ratio)


@pytest.mark.parametrize(
    "text", ["", "0", "-40", "5/0", "200/5/2", "1e9", "nan", "forty", "9999999/1 x 10", "2 x 3 x 4"]
)
def test_anything_else_is_refused_with_what_was_wanted(text: str) -> None:
    with pytest.raises(InputError, match="200/5"):
        read_ratio(text)
