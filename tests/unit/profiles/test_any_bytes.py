"""Whatever comes: no exception but a refusal, and no reading that the payload does not have."""

import json
import re
from math import isfinite
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import PayloadError
from ingest.codecs.decoded import Decoded
from tests.unit.profiles.world import DATA, decode, profiles

NAMES = sorted({profile.name for profile in profiles().values()})
SEEDS = {
    name: [
        (case["topic"], case["payload"])
        for file in sorted((DATA / name).glob("*/message.json"))
        for case in [json.loads(file.read_text("utf-8"))]
    ]
    for name in NAMES
}
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["nan", "NaN", "inf", "-Infinity", "error", "", "null", "1e999", "1_000", "٣"]),
    st.just([]),
    st.just({}),
    st.just([{"value": 1}]),
)


def attempt(name: str, topic: str, payload: object) -> Decoded | None:
    try:
        return decode(name, topic, payload)
    except PayloadError:
        return None


@st.composite
def mutated(draw: st.DrawFn, node: Any) -> Any:
    """A payload with something else in some places."""
    if draw(st.integers(0, 7)) == 0:
        return draw(JUNK)
    if isinstance(node, dict):
        return {key: draw(mutated(one)) for key, one in node.items() if draw(st.integers(0, 9))}
    if isinstance(node, list):
        return [draw(mutated(one)) for one in node]
    return node


def numbers_in(node: Any) -> set[float]:
    """All numbers of a payload, also those in texts."""
    if isinstance(node, dict):
        return {n for one in node.values() for n in numbers_in(one)}
    if isinstance(node, list):
        return {n for one in node for n in numbers_in(one)}
    if isinstance(node, str):
        node = node.encode("utf-8", "replace").decode()
        return {float(one) for one in re.findall(r"[-+]?[\d.]*\d(?:[eE][-+]?\d+)?", node)}
    is_number = isinstance(node, int | float) and not isinstance(node, bool)
    return {float(node)} if is_number and abs(node) < 1e300 else set()


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_has_cases_of_its_own(name: str) -> None:
    assert SEEDS[name]


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_any_bytes_on_any_topic_are_read_or_refused(name: str, data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from([topic for topic, _ in SEEDS[name]]) | st.text(max_size=30))
    decoded = attempt(name, topic, data.draw(st.binary(max_size=60)))
    for sample in decoded.samples if decoded else ():
        assert all(isfinite(v) for v in sample.values.values() if not isinstance(v, str))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_number_comes_out_that_did_not_go_in(name: str, data: st.DataObject) -> None:
    topic, payload = data.draw(st.sampled_from(SEEDS[name]))
    changed = data.draw(mutated(payload))
    if isinstance(payload, str) and not isinstance(changed, str):
        changed = str(changed)
    try:
        wire = changed.encode() if isinstance(changed, str) else json.dumps(changed).encode()
    except (UnicodeEncodeError, ValueError):
        return
    decoded = attempt(name, topic, wire)
    given_numbers = numbers_in(changed)
    for sample in decoded.samples if decoded else ():
        for key, value in sample.values.items():
            if isinstance(value, str) or "valid" in key or "plugged" in key or "healthy" in key:
                continue  # a code or a text
            factors = (1, 0.001, -1, -0.001, 1000)
            assert any(value == pytest.approx(n * f) for n in given_numbers for f in factors), key
