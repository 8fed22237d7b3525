"""The project's own messages, in tests/data, say what stands beside them."""

import json
from pathlib import Path

import pytest

from tests.unit.profiles.world import DATA, decode, profiles, told

CASES = [
    case
    for name in sorted({profile.name for profile in profiles().values()})
    for case in sorted((DATA / name).iterdir())
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_case_says_what_is_expected(case: Path) -> None:
    message = json.loads((case / "message.json").read_text("utf-8"))
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    assert told(decode(case.parent.name, message["topic"], message["payload"])) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_case_says_where_it_is_from(case: Path) -> None:
    assert "Licence: ours." in (case / "SOURCE.md").read_text("utf-8")
