"""A virtual meter's formula is read or refused with the place; nothing of it is ever executed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FormulaError
from domain.formula import read_formula


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[a]", {"a": "1"}),
        ("[a] - [a-b]", {"a": "1", "a-b": "-1"}),
        ("0.5*([a]+[b])-[c]*2", {"a": "0.5", "b": "0.5", "c": "-2"}),
        ("-([a] - 3 * (2 - 1) * [b])", {"a": "-1", "b": "3"}),
        ("[a] + [a] * 0.25", {"a": "1.25"}),
        ("[a] - [b] - [c]", {"a": "1", "b": "-1", "c": "-1"}),
        ("[照明 表]", {"照明 表": "1"}),
    ],
)
def test_a_formula_is_a_sum_of_meters_with_coefficients(text: str, wanted: dict[str, str]) -> None:
    read = read_formula(text)
    assert read.coefficients == {code: Decimal(value) for code, value in wanted.items()}
    assert read.text == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"column 1: want a number, a \[meter\] or '\(', not the end"),
        ("3 * 4", "a number alone is no amount"),
        ("[a] * [b]", "column 5: an amount times an amount is no amount"),
        ("[a] + 5", "column 5: an amount and a bare number cannot be added"),
        ("[a] - [b] - [a]", r"column 1: \[a\] cancels itself out"),
        ("([a] + [b]", r"column 11: want '\)'"),
        ("[a] [b]", r"column 6: want \+ - \* or the end, not 'b'"),
        ("[a] / 2", "column 5: cannot read '/ 2'"),
        ("__import__('os')", "column 1: cannot read .__import__"),
        ("[a] ** 2", r"column 6: want a number, a \[meter\] or '\(', not '\*'"),
        ("1e3 * [a]", r"column 2: cannot read 'e3 \* \[a\]'"),
        ("1.2.3 * [a]", "column 1: cannot read"),
        ("9" * 13 + "*[a]", "column 1: cannot read"),
        ("999999*999999*[a]", r"\[a\] times 9.99998e\+11: want"),
        ("(" * 51 + "[a]" + ")" * 51, "more than 50 levels deep"),
        ("-" * 51 + "[a]", "more than 50 levels deep"),
        ("[a]" * 400, "1200 characters: at most 1000"),
    ],
)
def test_what_is_no_formula_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        read_formula(text)


def test_the_longest_chain_is_read() -> None:
    assert read_formula("[a]" + "+[a]" * 249).coefficients == {"a": Decimal(250)}


@given(st.text(alphabet="[]ab.+-*() 0129\n\x00é²", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_formula(text)
    except FormulaError:
        return
    assert read.coefficients
    assert all(read.coefficients.values())
