"""What the API tells of a year's tables, as tests look at it."""

from typing import Any

from fastapi.testclient import TestClient

from bench.yearly_statistics import YEAR

S = "/api/v1/statistics"


def listed(head: TestClient) -> dict[str, dict[str, Any]]:
    found = head.get(S, params={"year": YEAR})
    assert found.status_code == 200, found.text
    return {item["code"]: item for item in found.json()["items"]}


def unit(head: TestClient, i: int, year: int = YEAR) -> dict[str, Any]:
    answer = head.get(f"{S}/{unit_id(head, i)}", params={"year": year})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def unit_id(head: TestClient, i: int) -> int:
    items = head.get("/api/v1/organisations").json()["items"]
    return next(item["id"] for item in items if item["code"] == f"unit-{i}")


def cell(found: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in found["cells"] if each["key"] == key)


def findings(found: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(each["item"], each["code"], each["seen"]) for each in found["findings"]}
