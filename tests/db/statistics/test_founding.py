"""An institution founded in the year hands in from that day on, and nothing of the year before."""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from bench.yearly_statistics import UNITS, YEAR, entered
from tests.stated_year import S, cell, findings, unit, unit_id

pytestmark = pytest.mark.db


@pytest.mark.parametrize(
    ("i", "power", "early"),
    [
        (9, (Decimal("300.125") + 9) * 169, "1, 2, 3, 4, 5, 6, 7"),
        (22, sum(entered("electricity", 22, month) for month in range(7, 13)), "1, 2, 3, 4, 5, 6"),
    ],
)
def test_who_was_founded_in_july_hands_in_from_that_day_on_and_nothing_of_the_year_before(
    head: TestClient, conn: Connection, i: int, power: Decimal, early: str
) -> None:
    """By meters from the very day, by entries from its month; what was before is only told."""
    place = unit_id(head, i)
    kept = unit(head, i)["record"]
    plain = {key: kept[key] for key in kept if key not in {"person", "at"}}
    stated = {**plain, "organisation_id": place, "founded_on": "2025-07-16"}
    conn.execute(
        "UPDATE headcount SET during = '[2025-07-15 16:00Z,)' WHERE organisation_id = %s", [place]
    )
    assert "not_every_day" in {code for _, code, _ in findings(unit(head, i))}
    wrong = head.post(f"{S}/records", json=[{**stated, "founded_on": "2024-07-16"}])
    assert (wrong.status_code, wrong.json()["code"]) == (422, "founded_other_year")
    assert head.post(f"{S}/records", json=[stated]).status_code == 204
    found = unit(head, i)
    assert (found["founded_on"], found["is_compared"]) == ("2025-07-16", False)
    seen = cell(found, "electricity")
    assert (Decimal(seen["amount"]), seen["asked_months"], seen["is_whole"]) == (power, 6, True)
    assert {each["code"] for each in found["findings"]} == {"before_founding"}
    for each in found["findings"]:
        assert each["seen"] == early
        said = {key: each[key] for key in ("item", "code", "seen")} | {"comment": "its predecessor"}
        said |= {"organisation_id": place, "year": YEAR}
        assert head.post(f"{S}/comments", json=said).status_code == 204
    wanted = {"organisation_id": place, "year": YEAR}
    assert head.post(f"{S}/submissions", json=wanted).status_code == 201
    content = head.get(f"{S}/{place}/submissions/{YEAR}/1").json()
    assert (content["first_day"], content["end_day"]) == ("2025-07-16", "2026-01-01")
    total = head.get(f"{S}/summary", params={"year": YEAR, "by": "region"}).json()["total"]
    assert (total["part_year"], total["whole"]) == (1, len(UNITS))
    assert head.get(f"{S}/{place}", params={"year": YEAR - 1}).status_code == 404
    before = head.post(f"{S}/records", json=[{**stated, "year": YEAR - 1, "founded_on": None}])
    assert (before.status_code, before.json()["code"]) == (409, "founded_after")
    assert unit(head, i, YEAR + 1)["is_compared"] is False
