"""What is closed stays: a late reading is told, a correction is a reversal, for its people only."""

from decimal import Decimal

import pytest
from psycopg import Connection

from tests.closable_school import (
    HOUR,
    JUNE_CNY,
    START,
    compute,
    count,
    school_id,
)
from tests.db.closing.desk import (
    JUNE,
    LEDGER,
    OF_JUNE,
    close,
    closed,
    month_of,
)
from tests.db.conftest import SignIn
from tests.estate import NOW

pytestmark = pytest.mark.db


def test_a_late_reading_changes_nothing_closed_and_is_told_with_its_difference(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    before = closed(client, conn)
    # The meter turns out to have counted 100 kWh more by the last midnight of June.
    last = OF_JUNE + 30 * 24
    conn.execute("DELETE FROM electricity_reading WHERE ts >= %s", [START + last * HOUR])
    count(conn, "main", [last], more=100.0)
    for code in ("light", "hvac"):
        count(conn, code, [last])
    compute(conn, NOW + HOUR)
    after = client.get(f"{LEDGER}/{before['entry']['id']}").json()
    assert after["document"] == before["document"]
    told = {each["what"]: each for each in after["changes"]}
    assert Decimal(told["electricity"]["difference"]) == 100
    assert Decimal(told["cost"]["difference"]) == Decimal("65.43")
    assert Decimal(told["main"]["difference"]) == 100
    assert "water" not in told
    assert month_of(client, conn)["changed"]


def test_a_reversal_nets_to_zero_and_the_new_closing_to_itself(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    first = closed(client, conn)
    path = f"{LEDGER}/{first['entry']['id']}/reversal"
    assert client.post(path, json={"reason": ""}).status_code == 422
    made = client.post(path, json={"reason": "ratio was wrong"})
    assert made.status_code == 201, made.text
    reversal = client.get(f"{LEDGER}/{made.json()['id']}").json()
    document = reversal["document"]
    assert (document["kind"], document["reason"]) == ("reversal", "ratio was wrong")
    assert Decimal(document["totals"]["cost"]["amount"]) == -JUNE_CNY
    assert document["reverses"]["sha256"] == first["entry"]["sha256"]
    assert month_of(client, conn)["state"] == "reversed"
    assert client.post(path, json={"reason": "again"}).status_code == 409
    assert client.post(
        f"{LEDGER}/{made.json()['id']}/reversal", json={"reason": "of a reversal"}
    ).status_code == 409  # fmt: skip
    closed(client, conn)
    assert month_of(client, conn)["state"] == "closed"
    chain = client.get(f"{LEDGER}/chain", params={"organisation": school_id(conn)}).json()
    assert (chain["holds"], chain["entries"]) == (True, 3)


def test_nobody_else_sees_or_closes_a_ledger(conn: Connection, sign_in: SignIn) -> None:
    entry = closed(sign_in("head"), conn)["entry"]["id"]
    doctor = sign_in("doctor")
    assert doctor.get(f"{LEDGER}/{entry}").status_code == 404
    asked = {"organisation": school_id(conn), "month": JUNE}
    assert doctor.get(f"{LEDGER}/preview", params=asked).status_code == 404
    assert doctor.get(f"{LEDGER}/chain", params=asked).status_code == 404
    assert doctor.post(f"{LEDGER}/{entry}/reversal", json={"reason": "x"}).status_code == 404
    teacher = sign_in("teacher")
    assert teacher.get(f"{LEDGER}/{entry}").status_code == 200
    assert close(teacher, conn, "2026-05").status_code == 403
    assert teacher.post(f"{LEDGER}/{entry}/reversal", json={"reason": "x"}).status_code == 403


def test_an_auditor_of_a_time_sees_the_months_of_that_time(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    may, june = closed(client, conn, "2026-05"), closed(client, conn)
    conn.execute(
        "UPDATE scope SET during = '[2026-05-31 16:00Z,2026-07-01Z)' WHERE person_id = "
        "(SELECT person_id FROM person WHERE login = 'teacher')"
    )
    auditor = sign_in("teacher")
    assert auditor.get(f"{LEDGER}/{may['entry']['id']}").status_code == 404
    assert auditor.get(f"{LEDGER}/{june['entry']['id']}").status_code == 200
    chain = auditor.get(f"{LEDGER}/chain", params={"organisation": school_id(conn)}).json()
    assert (chain["holds"], chain["from_sequence"]) == (True, 2)
