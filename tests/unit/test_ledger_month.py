"""Whatever is closed and reversed, the chain holds, and the sum is that of what stands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canonical, digest
from domain.ledger_month import (
    GENESIS,
    Document,
    LedgerEntry,
    amounts,
    first_break,
    net,
    reversal,
    sealed,
    standing,
)

MONTHS = [date(2026, number, 1) for number in (5, 6, 7)]
AT = datetime(2026, 8, 1, tzinfo=UTC)
AMOUNT = st.decimals(min_value=-(10**9), max_value=10**9, places=6)
STEPS = st.lists(st.tuples(st.sampled_from(MONTHS), AMOUNT, AMOUNT), max_size=20)


def figures(month: date, kwh: Decimal, cny: Decimal) -> Document:
    return {
        "kind": "closing",
        "month": f"{month:%Y-%m}",
        "overridden": [],
        "totals": {"electricity": {"amount": f"{kwh:f}", "unit": "kWh"}},
        "costs": [{"total": {"amount": f"{cny:.2f}", "unit": "CNY"}, "price": "0.5"}],
    }


def appended(
    chain: Sequence[LedgerEntry], draft: Document, month: date, reverses: int | None = None
) -> list[LedgerEntry]:
    last = chain[-1] if chain else None
    sequence, before = (last.sequence + 1, last.sha256) if last else (1, GENESIS)
    text = sealed(draft, sequence=sequence, previous_sha256=before, signatures=[{"person": "a"}])
    kind = "closing" if reverses is None else "reversal"
    entry = LedgerEntry(
        100 + sequence, 1, sequence, month, kind, reverses, text, digest(text), before, "a", AT
    )  # fmt: skip
    return [*chain, entry]


def played(steps: Sequence[tuple[date, Decimal, Decimal]]) -> list[LedgerEntry]:
    """Each step closes its month, or takes its closing back where it is closed."""
    chain: list[LedgerEntry] = []
    for month, kwh, cny in steps:
        closed = standing(chain).get(month)
        if closed is None:
            chain = appended(chain, figures(month, kwh, cny), month)
        else:
            chain = appended(chain, reversal(closed, "wrong"), month, reverses=closed.id)
    return chain


@given(STEPS)
def test_the_sum_of_all_entries_is_that_of_the_closings_that_stand(
    steps: list[tuple[date, Decimal, Decimal]],
) -> None:
    chain = played(steps)
    stands = {
        (month, place): value
        for month, entry in standing(chain).items()
        for place, value in amounts(entry.content())
        if value
    }
    assert net(chain) == stands
    assert first_break(chain) is None


@given(STEPS.filter(bool), st.data())
def test_a_character_changed_anywhere_is_found_where_it_is(
    steps: list[tuple[date, Decimal, Decimal]], data: st.DataObject
) -> None:
    chain = played(steps)
    n = data.draw(st.integers(0, len(chain) - 1))
    text = chain[n].document
    at = data.draw(st.integers(0, len(text) - 1))
    other = "x" if text[at] != "x" else "y"
    chain[n] = replace(chain[n], document=text[:at] + other + text[at + 1 :])
    found = first_break(chain)
    assert found is not None
    assert found.sequence == chain[n].sequence
    assert "digest" in found.reason


def test_an_entry_rewritten_with_its_digest_breaks_the_next() -> None:
    chain = played([(month, Decimal(n), Decimal(n)) for n, month in enumerate(MONTHS, 1)])
    text = chain[0].document.replace('"amount":"1"', '"amount":"9"')
    chain[0] = replace(chain[0], document=text, sha256=digest(text))
    found = first_break(chain)
    assert found is not None
    assert (found.sequence, found.month) == (2, MONTHS[1])
    assert found.reason.startswith("it follows ")


def test_an_entry_taken_out_or_a_reversal_of_other_figures_is_found() -> None:
    month = MONTHS[0]
    chain = played([(month, Decimal(5), Decimal(1)), (month, Decimal(0), Decimal(0))])
    chain = appended(chain, figures(month, Decimal(6), Decimal(1)), month)
    gone = first_break([chain[0], chain[2]])
    assert gone is not None
    assert gone.reason == "it follows entry 1: what lay between is gone"
    draft = {**reversal(chain[2], "wrong"), "totals": {}}
    false = appended(chain, draft, month, reverses=chain[2].id)
    found = first_break(false)
    assert found is not None
    assert (found.sequence, found.reason) == (4, "it is not entry 3 with every amount negative")


def test_a_column_that_says_something_else_than_its_document_is_found() -> None:
    chain = played([(MONTHS[0], Decimal(5), Decimal(1))])
    found = first_break([replace(chain[0], month=MONTHS[1])])
    assert found is not None
    assert found.reason == "its document says month 2026-05, the entry 2026-06"


def test_a_reversal_turns_amounts_and_nothing_else() -> None:
    chain = played([(MONTHS[0], Decimal("5.10"), Decimal("0.00"))])
    document = reversal(chain[0], "wrong")
    assert document["totals"]["electricity"] == {"amount": "-5.10", "unit": "kWh"}
    assert document["costs"] == [{"total": {"amount": "0.00", "unit": "CNY"}, "price": "0.5"}]
    assert document["reverses"] == {"sequence": 1, "sha256": chain[0].sha256}


def test_a_document_has_one_text_and_no_floats() -> None:
    assert canonical({"b": [1, None, True], "a": "度"}) == '{"a":"度","b":[1,null,true]}'
    with pytest.raises(TypeError, match=r"document\.a\[1\]\.b: 0\.5, want text, a whole number"):
        canonical({"a": [1, {"b": 0.5}]})
    with pytest.raises(TypeError, match="key 1, want text"):
        canonical({"a": {1: 2}})
