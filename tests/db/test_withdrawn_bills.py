"""A bill that came in wrong is taken back: it stays to be read, and counts nowhere."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.contracts.contract_ledger import bills as of_contract
from store.institution.statistics import bill_months
from store.meters.metrology import bill_quantities
from store.money.bill_comparison import bills_to_compare
from store.places.told_use import told_use
from tests.db.conftest import V1, SignIn
from tests.db.test_money import JULY, JUNE, admin, bill_csv, conn

pytestmark = pytest.mark.db

__all__ = ["admin", "conn"]


def test_a_wrong_bill_is_taken_back_once_with_a_reason_and_its_number_is_free(
    admin: TestClient, sign_in: SignIn
) -> None:
    for text in (bill_csv(peak=9999), bill_csv().replace("2026-06,", "06-B,")):
        admin.post(f"{V1}/bills", json={"name": "june.csv", "text": text})
    wrong = next(b for b in admin.get(f"{V1}/bills").json()["items"] if b["number"] == "2026-06")
    path, why = f"{V1}/bills/{wrong['id']}/withdraw", {"reason": "peak was a slip"}
    assert sign_in("school").post(path, json=why).status_code == 403
    admin = sign_in("admin")
    assert admin.post(path, json={"reason": " "}).status_code == 422
    gone = admin.post(path, json=why).json()["withdrawn"]
    assert (gone["by"], gone["reason"]) == ("admin", "peak was a slip")
    assert admin.post(path, json=why).json()["code"] == "bill_gone"

    answer = admin.post(f"{V1}/bills", json={"name": "right.csv", "text": bill_csv()})
    assert answer.json() == {"added": 1, "known": []}
    rows = [b for b in admin.get(f"{V1}/bills").json()["items"] if b["number"] == "2026-06"]
    assert [(b["total"], b["withdrawn"] is None) for b in rows] == [
        ("11024.64", True), (wrong["total"], False),
    ]  # fmt: skip
    assert rows[1]["same_days"] == []


def test_a_bill_taken_back_counts_nowhere_but_in_what_was_known_before(
    admin: TestClient, conn: Connection
) -> None:
    admin.post(f"{V1}/bills", json={"name": "june.csv", "text": bill_csv()})
    [bill] = admin.get(f"{V1}/bills").json()["items"]
    meter, number, days = bill["meter_id"], bill["number"], (JUNE, JULY)

    def counted() -> dict[str, bool]:
        return {
            "comparison": any(b.number == number for b in bills_to_compare(conn, JUNE, at_most=9)),
            "metrology": bool(bill_quantities(conn, JUNE, [meter])),
            "its alerts": bool(bill_quantities(conn, JUNE, [meter], of_all=True)),
            "statistics": bool(bill_months(conn, [meter], JUNE, JULY + timedelta(days=1))),
            "contract": bool(of_contract(conn, [meter], *days)),
            "baseline": bool(told_use(conn, None, "electricity", meter, days)),
        }

    assert set(counted().values()) == {True}
    before = datetime.now(UTC)
    admin.post(f"{V1}/bills/{bill['id']}/withdraw", json={"reason": "of another meter"})
    assert set(counted().values()) == {False}
    assert told_use(conn, None, "electricity", meter, days, as_of=before)
