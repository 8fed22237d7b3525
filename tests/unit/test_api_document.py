"""The document of the API says what somebody needs who has nothing but the document."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app
from api.settings import ApiSettings
from api.unit_of_number import add_units, is_number, says_unit


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Made without a database."""
    return create_app(ApiSettings(database_url="postgresql://nowhere")).openapi()


def references(schema: object) -> Iterator[str]:
    """Names of the schemas that a part of the document refers to."""
    if isinstance(schema, dict):
        if isinstance(name := schema.get("$ref"), str):
            yield name.rsplit("/", 1)[1]
        for each in schema.values():
            yield from references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from references(each)


def test_every_number_says_its_unit(document: dict[str, Any]) -> None:
    numbers = [
        (schema, name, value)
        for schema, described in document["components"]["schemas"].items()
        for name, value in described.get("properties", {}).items()
        if is_number(value)
    ]
    assert len(numbers) > 250
    assert [(schema, name) for schema, name, value in numbers if not says_unit(value)] == []


def test_a_unit_comes_from_the_name_the_field_beside_it_or_stays_as_it_was_said() -> None:
    number = {"type": "number"}
    schemas = {
        "Some": {"properties": {
            "energy_kgce": dict(number), "share": {**number, "description": "Of all. [1]"},
            "unit": {"type": "string"}, "amount": {**number, "description": "Used."},
        }},
        "Other": {"properties": {"mystery": dict(number)}},
    }  # fmt: skip
    add_units(schemas)
    told = {
        name: value.get("description")
        for described in schemas.values()
        for name, value in described["properties"].items()
    }
    assert told == {
        "energy_kgce": "[kgce]", "share": "Of all. [1]", "unit": None, "amount": "Used. [unit]",
        "mystery": None,
    }  # fmt: skip


def test_a_list_takes_limit_and_cursor_or_is_whole(document: dict[str, Any]) -> None:
    """A list without them has no end but its own: see the test of `LIMIT` in the house rules."""
    schemas, lists, paged = document["components"]["schemas"], 0, []
    for path, operations in document["paths"].items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").split("/")[-1]
        parameters = {
            each["name"]: each for each in operations.get("get", {}).get("parameters", [])
        }
        goes_on = {"items", "next"} <= schemas.get(name, {}).get("properties", {}).keys()
        lists += goes_on
        asked = {each for each in ("limit", "cursor") if each in parameters}
        if asked:
            assert goes_on, path
            assert asked == {"limit", "cursor"}, path
            limit = parameters["limit"]["schema"]
            paged.append(path)
            assert (limit["minimum"], limit["maximum"]) == (1, 1000), path
    assert len(paged) > 35
    assert lists > 80


_NAMES_NOTHING_SEEN = {
    ("put", "/api/v1/audit/retention"), ("patch", "/api/v1/users/{person_id}"),
    ("patch", "/api/v1/devices/{device_id}"), ("patch", "/api/v1/meters/{meter_id}"),
    ("put", "/api/v1/heating-seasons/{region}/{year}"),
    ("put", "/api/v1/organisations/{code}/weather/pull"), ("put", "/api/v1/entry-board/rules"),
    ("put", "/api/v1/fleet-limits"), ("put", "/api/v1/fleet-rules"),
}  # fmt: skip
"""Told one by one, or entered from a day on; or their GET tells what moves by itself too."""


def test_a_change_can_name_what_was_seen(document: dict[str, Any]) -> None:
    changes, without = 0, set()
    for path, operations in document["paths"].items():
        for method in operations.keys() & {"put", "patch"}:
            parameters = {each["name"].lower() for each in operations[method].get("parameters", [])}
            changes += 1
            if "if-match" not in parameters:
                without.add((method, path))
            else:
                assert "412" in operations[method]["responses"], path
    assert without == _NAMES_NOTHING_SEEN
    assert changes - len(without) >= 8


def test_every_operation_names_its_refusals_and_who_may_ask(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/api/v1/"):
                problem = operation["responses"]["404"]["content"]
                assert problem.keys() == {"application/problem+json"}, path
                assert {"session": []} in operation["security"], path
                assert ("413" in operation["responses"]) == (method != "get"), path


def test_no_request_passes_over_a_field_that_it_does_not_know(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    asked: set[str] = set()
    left = {
        name
        for operations in document["paths"].values()
        for operation in operations.values()
        for name in references(operation.get("requestBody", {}).get("content", {}))
    }
    while left:
        name = left.pop()
        asked.add(name)
        left |= set(references(schemas[name])) - asked
    forms = {name for name in asked if "properties" in schemas[name]}
    assert len(forms) > 100
    assert {
        name for name in forms if schemas[name].get("additionalProperties") is not False
    } == set()


def test_a_schema_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    """Names that two classes share say where each stands in our code, and change when it moves."""
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if "__" in name or name.endswith(("-Input", "-Output"))] == []
