"""Bills beside what was counted: what differs is told until somebody says why; so is a drift."""

from datetime import date

import pytest
from fastapi.testclient import TestClient

from tests.db.conftest import V1
from tests.db.metrology.desk import METER, bill, enter, findings

pytestmark = pytest.mark.db


def test_a_bill_is_compared_with_what_was_counted(admin: TestClient) -> None:
    enter(admin, counts_primary=True)
    first = bill(admin, "A", date(2026, 7, 1), date(2026, 7, 6), 122.0)
    other = bill(admin, "B", date(2026, 7, 6), date(2026, 7, 11), 123.0)
    bill(admin, "C", date(2026, 7, 11), date(2026, 7, 12), 24.0)
    told = admin.get(f"{V1}/metrology/bills", params={"meter": METER}).json()
    assert (told["unit"], told["limit_pct"]) == ("kWh", "2")
    assert [
        (each["bill_id"], each["counted"], each["difference"], each["beyond_limit"])
        for each in told["items"][:2]
    ] == [(first, "120.000000", "2.000000", False), (other, "120.000000", "3.000000", True)]
    missing = told["items"][2]
    assert (missing["counted"], missing["difference_pct"], missing["coverage"]) == (None, None, 0)
    assert findings(admin) == [("bill_differs", "2026-07-06")]
    says = {"explained": True, "comment": "loss of the transformer before the meter"}
    answer = admin.post(f"{V1}/metrology/bills/{other}/remarks", json=says)
    assert answer.status_code == 201, answer.text
    assert [each["explained"] for each in answer.json()["items"]] == [None, True, None]
    assert findings(admin) == []
    again = {"explained": False, "comment": "it was not that"}
    admin.post(f"{V1}/metrology/bills/{other}/remarks", json=again)
    assert findings(admin) == [("bill_differs", "2026-07-06")]


def test_a_difference_that_grows_is_named(admin: TestClient) -> None:
    enter(admin, counts_primary=True)
    for n, kwh in enumerate((24.0, 24.2, 24.4, 24.9), 1):
        bill(admin, str(n), date(2026, 7, n), date(2026, 7, n + 1), kwh)
    kinds = dict(findings(admin))
    assert kinds["drift"] == "2026-07-01"
    told = admin.get(f"{V1}/metrology/bills", params={"meter": METER}).json()
    assert told["drift"]["told"] == {"bills": "4", "growth_pct": "3.61"}
