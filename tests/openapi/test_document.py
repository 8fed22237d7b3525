"""Whatever is asked of the API, by whom ever: no server error, and answers as documented."""

import pytest

from tests.openapi.asking import Found, ask, operations
from tests.openapi.house import ASKERS, House

pytestmark = [pytest.mark.db, pytest.mark.timeout(1800)]

EXAMPLES = 2
"""Of each operation by each asker, in the campaign."""


def told(found: Found) -> dict[str, str]:
    """One request for each kind of fault."""
    return {name: shown[0][:2000] for name, shown in found.faults.items()}


def test_every_operation_answers_once_as_documented(house: House) -> None:
    """A glance for every change: the operations go round among the askers."""
    askers = [house.asker(name) for name in ASKERS]
    every = operations(house)
    found = ask(
        house,
        [(each, askers[number % len(askers)]) for number, each in enumerate(every)],
        examples=1,
    )
    assert told(found) == {}
    assert len(every) > 350
    assert len(found.answered) > 40


def test_an_answer_that_does_not_fit_is_found(house: House) -> None:
    """Shows that the tests beside this one can fail."""
    asker = house.asker("system_administrator")
    [meters] = [each for each in operations(house) if each.label == "GET /api/v1/meters"]
    shown = meters.definition.raw["responses"]["200"]["content"]["application/json"]
    shown["schema"] = {"type": "array"}
    del meters.definition.raw["responses"]["422"]
    found = ask(house, [(meters, asker)], examples=8)
    assert {name.split()[-1] for name in found.faults} >= {"JsonSchemaError"}


@pytest.mark.fault
@pytest.mark.parametrize("name", ASKERS)
def test_no_answer_to_anybody_is_undocumented(
    house: House, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asker = house.asker(name)
    every = operations(house)
    found = ask(house, [(each, asker) for each in every], examples=EXAMPLES)
    with capsys.disabled():
        asked = sum(found.statuses.values())
        print(f"\n{name}: {asked} requests of {len(every)} operations", dict(found.statuses))  # noqa: T201 - the campaign's figures
    assert told(found) == {}
