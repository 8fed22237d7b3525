"""Whatever stands in a contract file, a statement comes of it or a refusal with its reason."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.settlement.statement import Statement, read_inputs, read_statement
from analytics.settlement.term import settle_term
from domain.errors import CivicwattError, InputError
from domain.settlement_file import read_book, shipped_examples

LINES = shipped_examples()["office_july.toml"].splitlines()
VALUES = (
    *("0", "-1", "1e11", "1e-20", "999999999999", "nan", "inf", "true", '""', '"x"', "[]", "{}"),
    *("2026-07-15", '"estimated"', '"fixed"', '"model"', "[{ flat = 1 }]", "{ flat = 0 }"),
)
numbered = st.integers(0, len(LINES) - 1)
spoilt = st.lists(st.tuples(numbered, st.sampled_from(("", *VALUES))), min_size=1, max_size=3)


@settings(max_examples=60)
@given(spoilt)
def test_a_spoilt_file_is_settled_or_refused(changes: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for number, value in changes:
        key, equals, _ = lines[number].partition("=")
        lines[number] = f"{key}= {value}" if equals and value else ""
    with suppress(CivicwattError):
        settled = settle_term(read_book("\n".join(lines), place="c.toml"), code_version="test")
        assert all(map(is_whole_or_blocked, settled.months))


def is_whole_or_blocked(statement: Statement) -> bool:
    """A statement that may be signed has every amount."""
    whole = all(line.amount is not None for line in statement.lines) and statement.payment
    return bool(whole) or not statement.may_be_signed


@pytest.mark.parametrize(
    "text",
    ["a = " + "9" * 5000, "a = 1e99999999999999999999", "a = " + "[" * 5000, "a = 1979-13-1"],
    ids=["digits", "exponent", "depth", "date"],
)
def test_what_no_parser_bears_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError, match=r"^c\.toml: no TOML"):
        read_book(text, place="c.toml")


@given(st.text(max_size=200))
def test_a_text_that_is_no_contract_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError, match=r"^c\.toml"):
        read_book(text, place="c.toml")


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("contract", "events", "month", "form")), inner)
    ),
)


@given(documents.map(json.dumps) | st.text(max_size=50) | st.just("[" * 100_000))
def test_a_document_that_holds_no_inputs_is_refused(text: str) -> None:
    for read in (read_inputs, read_statement):
        with pytest.raises(InputError, match=r"^inputs"):
            read(text, place="inputs")
