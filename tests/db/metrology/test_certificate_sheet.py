"""A table of certificates comes in whole or not at all, every fault at its cell."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.db.conftest import V1
from tests.db.metrology.desk import METER, enter

pytestmark = pytest.mark.db

HEAD = "meter,number,issuer,accuracy_class,instrument,verified_on,first_day,last_day,ct,pt,counts"


def take(client: TestClient, *rows: str) -> Any:
    text = "\n".join([HEAD, *rows])
    answer = client.post(f"{V1}/sheets/certificates", content=text.encode())
    assert answer.status_code == 200, answer.text
    return answer.json()


def faults(taken: Any) -> list[tuple[int, str, str, str]]:
    names = ("row", "column", "code", "wanted")
    return [tuple(each[name] for name in names) for each in taken["faults"]]


def test_a_table_of_certificates_goes_out_and_comes_back_unchanged(admin: TestClient) -> None:
    taken = take(
        admin,
        f"{METER},A-1,Institute,0.5S,881,2024-01-02,,2026-06-30,200/5,10000:100,",
        f"{METER},A-2,Institute,0.5S,882,2026-06-01,2026-07-01,2032-06-30,200/5,,primary",
        "hospital-meter-0,B-1,Institute,1,,2026-06-01,,2032-05-31,,,",
    )
    assert (taken["taken"], faults(taken)) == (True, [])
    kept = admin.get(f"{V1}/certificates").json()["items"]
    by_number = {each["number"]: each for each in kept}
    assert by_number["A-1"]["multiplier"] == "4000"
    assert by_number["A-2"]["multiplier"] == "1"
    assert by_number["A-1"]["end_day"] == "2026-07-01"
    for form in ("csv", "xlsx"):
        given = admin.get(f"{V1}/sheets/certificates", params={"form": form}).content
        again = admin.post(f"{V1}/sheets/certificates", content=given).json()
        assert (again["rows"], again["taken"], again["faults"]) == (3, True, [])
    assert admin.get(f"{V1}/certificates").json()["items"] == kept


def test_every_fault_of_a_table_is_told_at_its_cell(admin: TestClient) -> None:
    enter(admin, verified_on="2020-01-01", end_day="2021-01-01")
    taken = take(
        admin,
        f"{METER},A-1,Institute,0.5 S,881,2024-01-02,,2026-06-30,200/0,,",
        f"{METER},A-2,Institute,0.5S,882,2024-01-02,2024-01-01,2030-06-30,200/5,,",
        f"{METER},A-3,Institute,0.5S,883,2024-01-02,,2024-01-01,200/5,,",
        "nowhere,A-4,Institute,0.5S,884,2024-01-02,,2030-06-30,,,",
        f"{METER},A-5,Institute,0.5S,885,2024-01-02,,2026-06-30,,,",
        f"{METER},A-6,Institute,0.5S,886,2026-06-30,,2030-06-30,,,",
        f"{METER},A-7,Institute,0.5S,887,2020-12-31,,2021-06-30,,,",
    )
    assert not taken["taken"]
    assert faults(taken) == [
        (2, "accuracy_class", "not_a_class", "0.2S, 0.5S, 1, 2, A, B, C .."),
        (2, "ct", "not_a_transformer", "200/5"),
        (3, "verified_on", "verified_later", "2024-01-01"),
        (4, "last_day", "ends_before_it_begins", "2024-01-02"),
        (5, "meter", "unknown_meter", ""),
        (7, "first_day", "overlaps", "6"),
        (8, "first_day", "overlaps_certificate", "津检 2025-0417"),
    ]
    assert len(admin.get(f"{V1}/certificates").json()["items"]) == 1
