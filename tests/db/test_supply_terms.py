"""A wrong capacity is corrected for months that are over, with who and why, and taken back."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.bill_comparisons import compare_bills
from store.become import Role
from store.money.bill import BillLineRow, add_bill
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db import test_supply_accounts as planted
from tests.db.conftest import V1, SignIn, add_people, add_second_administrator
from tests.db.test_supply_accounts import JULY, JUNE, METER, START, act_as, school
from tests.estate import NOW, estate

pytestmark = pytest.mark.db

BASIC = '\n[[version.basic]]\nby = "capacity"\nprice = "30"\n'
NEW = {
    "meter": METER, "first_month": "2026-06-01", "end_month": "2026-07-01",
    "capacity_kva": "250", "source": "nameplate of 2026-06", "reason": "315 was a slip",
}  # fmt: skip


@pytest.fixture
def conn(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A school on a two-part tariff, with 400 kVA entered; its energy costs 72,000 CNY in June."""
    monkeypatch.setattr(
        planted, "TARIFF", planted.TARIFF.replace('power_factor = "0.90"', "") + BASIC
    )
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        add_second_administrator(conn)
        planted.plant(conn)
        yield conn


def basic(client: TestClient, **asked: str) -> Decimal | None:
    """Basic charge of June. [CNY]."""
    days = {"first_day": str(JUNE), "end_day": str(JULY), **asked}
    found = client.get(f"{V1}/meters/{METER}/cost", params=days).json()
    lines = [Decimal(each["amount"]) for each in found["lines"] if each["item"] == "basic"]
    return lines[0] if lines else None


def corrected(client: TestClient, **otherwise: object) -> Any:
    answer = client.post(f"{V1}/supply-terms", json={**NEW, **otherwise})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_wrong_capacity_is_corrected_backwards_and_taken_back_and_the_month_follows(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    assert basic(admin) == Decimal(400 * 30)
    [(then,)] = conn.execute("SELECT clock_timestamp()").fetchall()
    first = corrected(admin)
    assert (first["entered_by"], first["reason"], first["counts"]) == ("admin", NEW["reason"], True)
    assert basic(admin) == Decimal(250 * 30)
    assert basic(admin, as_of=then.isoformat()) == Decimal(400 * 30)
    newer = corrected(admin, capacity_kva=None)  # all three are said, and nobody knows this one
    assert basic(admin) is None
    listed = admin.get(f"{V1}/supply-terms", params={"meter": METER}).json()["items"]
    assert [(each["id"], each["counts"]) for each in listed] == [
        (newer["id"], True), (first["id"], False),
    ]  # fmt: skip
    path, doubt = f"{V1}/supply-terms/{newer['id']}/withdraw", {"reason": "it is 250 after all"}
    gone = admin.post(path, json=doubt).json()
    assert (gone["counts"], gone["withdrawn"]["reason"]) == (False, doubt["reason"])
    assert basic(admin) == Decimal(250 * 30)
    assert admin.post(path, json=doubt).json()["code"] == "terms_gone"
    admin.post(f"{V1}/supply-terms/{first['id']}/withdraw", json=doubt)
    assert basic(admin) == Decimal(400 * 30)
    acts = conn.execute("SELECT action FROM audit WHERE action LIKE 'supply_terms%' ORDER BY 1")
    assert [action for (action,) in acts] == [
        *["supply_terms_corrected"] * 2, *["supply_terms_withdrawn"] * 2,
    ]  # fmt: skip


@pytest.mark.usefixtures("conn")
def test_other_months_keep_what_was_entered_with_the_tariff(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    corrected(admin, first_month="2026-07-01", end_month=None)
    corrected(admin, first_month="2026-01-01", end_month="2026-06-01")
    assert basic(admin) == Decimal(400 * 30)


def test_what_cannot_be_is_refused_and_nothing_that_stands_is_changed(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    for wrong in (
        {"first_month": "2026-06-02"}, {"end_month": "2026-06-01"}, {"capacity_kva": "0"},
        {"quota": "-1"}, {"source": " "}, {"reason": ""},
    ):  # fmt: skip
        assert admin.post(f"{V1}/supply-terms", json={**NEW, **wrong}).status_code == 422, wrong
    stands = corrected(admin)["id"]
    with conn.transaction(force_rollback=True):
        act_as(conn, "second")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("UPDATE supply_terms SET capacity_kva = 1")
    hospital = sign_in("hospital")
    assert hospital.get(f"{V1}/supply-terms").json()["items"] == []
    assert hospital.post(f"{V1}/supply-terms", json=NEW).status_code == 404
    gone = hospital.post(f"{V1}/supply-terms/{stands}/withdraw", json={"reason": "x"})
    assert gone.status_code == 404


def test_a_bill_is_held_against_the_corrected_capacity_at_once(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    lines = [BillLineRow("energy", None, Decimal(144000), Decimal("0.5"), planted.ENERGY)]
    instants = START, START + timedelta(days=30)
    add_bill(
        conn, school(conn).id, "B", days=(JUNE, JULY), instants=instants, lines=lines, source="x"
    )  # fmt: skip
    admin = sign_in("admin")
    for kva in (400, 250):
        if kva != 400:
            corrected(admin)
        with connected(database, Role.WORK) as worker:
            assert compare_bills(worker, now=NOW) == 1
            assert compare_bills(worker, now=NOW) == 0
        found = conn.execute("SELECT our_total FROM bill_comparison").fetchone()
        assert found == (planted.ENERGY + kva * 30,)
