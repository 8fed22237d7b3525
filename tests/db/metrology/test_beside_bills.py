"""Bills beside what was counted: what differs is told until somebody says why; so is a drift."""

from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.bill_comparisons import compare_bills
from analytics.jobs.interval_costs import update_costs
from store.become import Role
from tests.conftest import connected
from tests.db.conftest import V1, SignIn
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


def test_a_bill_that_tells_the_quantity_of_some_periods_alone_is_not_compared(
    admin: TestClient, conn: Connection
) -> None:
    enter(admin, counts_primary=True)
    bill_id = bill(admin, "A", date(2026, 7, 1), date(2026, 7, 6), 120.0)
    conn.execute(
        "UPDATE bill_line SET quantity = NULL WHERE bill_id = %s AND period = 'valley'", [bill_id]
    )
    told = admin.get(f"{V1}/metrology/bills", params={"meter": METER}).json()["items"][0]
    assert (told["billed"], told["counted"], told["beyond_limit"]) == (None, "120.000000", False)
    assert findings(admin) == []


def test_a_difference_that_grows_is_named(admin: TestClient) -> None:
    enter(admin, counts_primary=True)
    for n, kwh in enumerate((24.0, 24.2, 24.4, 24.9), 1):
        bill(admin, str(n), date(2026, 7, n), date(2026, 7, n + 1), kwh)
    kinds = dict(findings(admin))
    assert kinds["drift"] == "2026-07-01"
    told = admin.get(f"{V1}/metrology/bills", params={"meter": METER}).json()
    assert told["drift"]["told"] == {"bills": "4", "growth_pct": "3.61"}


TARIFF = """
schema = "tariff/1"
code = "plain"
medium = "electricity"
name_zh = "plain"
name_en = "plain"

[[version]]
first_day = 2026-01-01
source = "of this test"
evidence = "public_code"
checked = false

[[version.component]]
name = "energy"
price = 1.00
"""


def reckon(database: str) -> int:
    """What the worker does every ten minutes; returns how many bills it compared."""
    with connected(database, Role.WORK) as worker:
        update_costs(worker, now=datetime.now(UTC))
        return compare_bills(worker, now=datetime.now(UTC))


def put_on_tariff(admin: TestClient) -> None:
    answer = admin.post(f"{V1}/tariffs", json={"text": TARIFF})
    assert answer.status_code == 201, answer.text
    put = {"code": "plain", "first_day": "2026-01-01"}
    answer = admin.post(f"{V1}/meters/{METER}/tariffs", json=put)
    assert answer.status_code == 201, answer.text


def compared(client: TestClient) -> list[dict[str, object]]:
    items = client.get(f"{V1}/metrology/bills", params={"meter": METER}).json()["items"]
    return [dict(each) for each in items]


def test_a_bill_of_the_right_amount_and_another_sum_is_told_with_what_explains_it(
    admin: TestClient, database: str, conn: Connection
) -> None:
    """Counted are 120 kWh at 1 CNY; the bill has 120.5 kWh, and 100 CNY of a basic charge."""
    enter(admin, counts_primary=True)
    number = bill(admin, "A", date(2026, 7, 1), date(2026, 7, 6), 120.5, periods=("",))
    assert (compared(admin)[0]["lacks"], reckon(database)) == ("not_yet", 1)
    (told,) = compared(admin)
    assert (told["our_total"], told["lacks"], told["money_beyond_limit"]) == (None, "tariff", False)
    assert findings(admin) == []  # without a tariff there is nothing to hold it against

    put_on_tariff(admin)
    assert reckon(database) == 1  # its days have a cost now
    assert reckon(database) == 0
    (told,) = compared(admin)
    assert (told["total"], told["our_total"]) == ("220.5", "120.00")
    assert (told["money_difference"], told["money_beyond_limit"]) == ("100.50", True)
    assert told["causes"] == {"only_bill": "100.00", "quantity": "0.50"}
    found = admin.get(f"{V1}/metrology").json()["findings"]
    assert [(each["kind"], each["since"], each["told"]) for each in found] == [
        ("bill_money_differs", "2026-07-01", {
            "number": "A", "difference_cny": "100.50", "difference_pct": "45.58",
            "cause": "only_bill", "cause_cny": "100.00",
        }),
    ]  # fmt: skip
    says = {"explained": True, "comment": "basic charge, not in our tariff"}
    assert admin.post(f"{V1}/metrology/bills/{number}/remarks", json=says).status_code == 201
    assert findings(admin) == []
    assert conn.info.dbname in database


def test_where_the_amount_differs_that_is_the_matter_and_days_without_figures_are_not_compared(
    admin: TestClient, database: str
) -> None:
    enter(admin, counts_primary=True)
    put_on_tariff(admin)
    bill(admin, "A", date(2026, 7, 1), date(2026, 7, 6), 140.0)
    bill(admin, "B", date(2026, 7, 11), date(2026, 7, 12), 24.0)
    assert reckon(database) == 2
    whole, lacking = compared(admin)
    assert whole["money_beyond_limit"]
    assert (lacking["our_total"], lacking["lacks"]) == (None, "hours")
    assert findings(admin) == [("bill_differs", "2026-07-01")]
    bill(admin, "A again", date(2026, 7, 5), date(2026, 7, 6), 24.0)
    told = {each["number"]: each["same_days"] for each in compared(admin)}
    assert told == {"A": ["A again"], "A again": ["A"], "B": []}


def test_the_sum_of_a_bill_is_seen_with_the_bill_alone(
    admin: TestClient, database: str, conn: Connection, sign_in: SignIn
) -> None:
    put_on_tariff(admin)
    bill(admin, "A", date(2026, 7, 1), date(2026, 7, 6), 120.0)
    reckon(database)
    assert len(compared(sign_in("school"))) == 1
    assert sign_in("hospital").get(
        f"{V1}/metrology/bills", params={"meter": METER}
    ).status_code == 404  # fmt: skip
    with conn.transaction():
        conn.execute("SET LOCAL ROLE civicwatt_api")
        conn.execute("SELECT set_config('civicwatt.person', '', true)")
        assert conn.execute("SELECT count(*) FROM bill_comparison").fetchone() == (0,)
