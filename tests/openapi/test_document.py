"""Whatever is asked of the API, by whom ever: no server error, and answers as documented."""

from typing import Any

import pytest
import requests

from tests.openapi.asking import Found, ask, operations
from tests.openapi.house import ASKERS, Asker, House

pytestmark = [pytest.mark.db, pytest.mark.timeout(1800)]

EXAMPLES = 2
"""Of each operation by each asker, in the campaign."""
PAGES_OF_VEHICLES = ("/api/v1/vehicle-use",)
"""Their limit counts vehicles, each with all that it did."""


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


def whole(house: House, asker: Asker, path: str, query: dict[str, Any], limit: int) -> list[Any]:
    """A list by its cursor to the end, but for ages; empty where the question is refused."""
    items: list[Any] = []
    cursor = None
    while True:
        asked = {**query, "limit": limit, "cursor": cursor}
        answer = requests.get(house.url + path, params=asked, headers=asker.headers, timeout=120)
        assert answer.status_code < 500, answer.text
        if answer.status_code != 200:
            return []
        page = answer.json()
        assert len(page["items"]) <= limit or path in PAGES_OF_VEHICLES
        items += [{**each, "age_s": None} for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return items


@pytest.mark.fault
def test_every_list_is_the_same_in_small_pages_as_in_one(house: House) -> None:
    """Lists are those of the document that take a cursor; each is walked to its end."""
    asker = house.asker("system_administrator")
    differ, long = [], 0
    paths = requests.get(f"{house.url}/openapi.json", timeout=120).json()["paths"]
    for path, operation in ((each, paths[each].get("get", {})) for each in paths):
        parameters = operation.get("parameters", [])
        if "cursor" not in {each["name"] for each in parameters}:
            continue
        query, url = {}, path
        for each in parameters:
            if each["in"] != "header" and each.get("required"):
                value = next(iter(house.there(path, each["name"])), 1)
                url = url.replace("{" + each["name"] + "}", str(value))
                if each["in"] == "query":
                    query[each["name"]] = value
        at_once = whole(house, asker, url, query, 1000)
        long += len(at_once) > 2
        if len(at_once) > 1 and whole(house, asker, url, query, len(at_once) // 3 + 1) != at_once:
            differ.append(path)
    assert differ == []
    assert long > 8


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
