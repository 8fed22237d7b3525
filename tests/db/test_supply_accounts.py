"""Of which class a user is: entered with a reason, checked by a second person, taken back."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.bill_comparisons import compare_bills
from analytics.jobs.consumption import update_consumption
from store.become import Role
from store.money.bill import BillLineRow, add_bill
from store.money.tariff import MeterTariffRow, add_tariff, put_meter
from store.places.place import MeterRow, meters
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people, add_second_administrator
from tests.estate import NOW, estate, say, store_messages

pytestmark = pytest.mark.db

METER = "school-meter-0"
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
START = datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
KWH, KVARH, FED_BACK, RATIO = 480.0, 250.0, 110.0, 10.0
"""Each day, by the registers: drawn a power factor of 0.89, with what was fed back 0.80."""
TARIFF = """
schema = "tariff/1"
code = "planted"
medium = "electricity"
name_zh = "x"
name_en = "planted"
[[version]]
first_day = 2026-01-01
checked = false
source = "planted"
power_factor = "0.90"
[[version.component]]
name = "energy"
price = "0.50"
"""
ENERGY = Decimal("72000.00")
"""14,400 kWh by the register, ten times, at half a yuan."""
NEW = {
    "meter": METER, "first_month": "2026-06-01", "standard": "0.85", "reverse": "added",
    "source": "contract of supply No. 7", "reason": "read in the contract",
}  # fmt: skip


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A school whose meter was read every midnight of June."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        add_second_administrator(conn)
        plant(conn)
        yield conn


def plant(conn: Connection) -> None:
    tariff_id = add_tariff(conn, TARIFF, place="planted")
    assert tariff_id is not None
    conn.execute(
        "INSERT INTO register_event (meter_id, at, kind, value, note, person_id)"
        " SELECT %s, %s, 'ratio', %s, 'planted', min(person_id) FROM person",
        [school(conn).id, START - timedelta(days=40), RATIO],
    )
    days = [
        say(
            "school-device-0",
            f'{{"ts": "{(START + timedelta(days=day)).isoformat()}", "values": {{'
            f'"active_energy_import_kwh": {1000 + KWH * day},'
            f'"reactive_energy_import_kvarh": {500 + KVARH * day},'
            f'"reactive_energy_export_kvarh": {70 + FED_BACK * day}}}}}'.encode(),
        )
        for day in range(31)
    ]
    store_messages(conn, days)
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
    terms = MeterTariffRow(tariff_id, "planted", date(2026, 1, 1), None, Decimal(400), None, None)
    put_meter(conn, school(conn).id, terms)


def school(conn: Connection) -> MeterRow:
    return next(row for row in meters(conn) if row.code == METER)


def entered(client: TestClient, **otherwise: object) -> Any:
    answer = client.post(f"{V1}/supply-accounts", json={**NEW, **otherwise})
    assert answer.status_code == 201, answer.text
    return answer.json()


def june(client: TestClient, **asked: str) -> tuple[Decimal | None, list[str]]:
    """The adjustment in percent, and the gaps."""
    days = {"first_day": str(JUNE), "end_day": str(JULY), **asked}
    found = client.get(f"{V1}/meters/{METER}/cost", params=days).json()
    percent = [Decimal(each["price"]) for each in found["lines"] if each["item"] == "power_factor"]
    return (percent[0] if percent else None), [gap["code"] for gap in found["gaps"]]


def test_a_class_is_entered_checked_corrected_and_taken_back_and_the_month_follows(
    conn: Connection, sign_in: SignIn
) -> None:
    admin = sign_in("admin")
    presumed = Decimal("0.5"), ["user_class", "reactive_reverse"]
    assert june(admin) == presumed
    first = entered(admin)
    assert (first["own"], first["entered_by"], first["counts"]) == (True, "admin", True)
    assert june(admin) == (Decimal("2.5"), ["user_class"])
    seen = {"document": "original of the contract"}
    path = f"{V1}/supply-accounts/{first['id']}"
    assert admin.post(f"{path}/check", json=seen).json()["code"] == "account_own"
    second = sign_in("second")
    checked = second.post(f"{path}/check", json=seen).json()
    assert (checked["checked_by"], checked["document"]) == ("复核员", seen["document"])
    assert june(second) == (Decimal("2.5"), [])
    assert second.post(f"{path}/check", json=seen).json()["code"] == "account_checked"
    [(then,)] = conn.execute("SELECT clock_timestamp()").fetchall()
    other = entered(second, standard="none", reverse=None, reason="exempt by letter 3")
    assert june(second) == (None, ["user_class"])
    assert june(second, as_of=then.isoformat())[0] == Decimal("2.5")
    listed = second.get(f"{V1}/supply-accounts", params={"meter": METER}).json()["items"]
    assert [(each["id"], each["counts"]) for each in listed] == [
        (other["id"], True), (first["id"], False),
    ]  # fmt: skip
    doubt = {"reason": "the letter is of another supply"}
    gone = second.post(f"{V1}/supply-accounts/{other['id']}/withdraw", json=doubt).json()
    assert (gone["counts"], gone["withdrawn"]["reason"]) == (False, doubt["reason"])
    assert june(second) == (Decimal("2.5"), [])
    again = second.post(f"{V1}/supply-accounts/{other['id']}/withdraw", json=doubt)
    assert again.json()["code"] == "account_gone"
    acts = conn.execute("SELECT action FROM audit WHERE action LIKE 'account_%' ORDER BY audit_id")
    assert [action for (action,) in acts] == [
        "account_entered", "account_checked", "account_entered", "account_withdrawn",
    ]  # fmt: skip


def test_the_database_lets_nobody_check_what_they_entered_nor_change_what_stands(
    conn: Connection, sign_in: SignIn
) -> None:
    account = entered(sign_in("admin"))["id"]
    with conn.transaction(force_rollback=True):
        act_as(conn, "admin")
        with pytest.raises(psycopg.errors.CheckViolation, match="a second person"):
            conn.execute(CHECK, [account])
    with conn.transaction(force_rollback=True):
        act_as(conn, "second")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("UPDATE supply_account SET standard = 'none'")
    with conn.transaction(force_rollback=True):
        act_as(conn, "second")
        assert conn.execute(CHECK, [account]).rowcount == 1


CHECK = "UPDATE supply_account SET document = 'x' WHERE account_id = %s"


def act_as(conn: Connection, login: str) -> None:
    [(person,)] = conn.execute(
        "SELECT person_id::text FROM person WHERE login = %s", [login]
    ).fetchall()
    conn.execute("SET LOCAL ROLE civicwatt_api")
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", [person])


def test_what_cannot_be_is_refused(conn: Connection, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    for wrong in (
        {"first_month": "2026-06-02"}, {"end_month": "2026-06-01"}, {"standard": "0.95"},
        {"reverse": "perhaps"}, {"source": " "}, {"reason": ""},
    ):  # fmt: skip
        answer = admin.post(f"{V1}/supply-accounts", json={**NEW, **wrong})
        assert answer.status_code == 422, wrong
    assert conn.execute("SELECT count(*) FROM supply_account").fetchone() == (0,)


def test_it_is_seen_and_entered_with_the_meter_alone(conn: Connection, sign_in: SignIn) -> None:
    account = entered(sign_in("admin"))["id"]
    hospital = sign_in("hospital")
    assert hospital.get(f"{V1}/supply-accounts").json()["items"] == []
    assert hospital.post(f"{V1}/supply-accounts", json=NEW).status_code == 404
    path = f"{V1}/supply-accounts/{account}"
    for act, body in (("check", {"document": "x"}), ("withdraw", {"reason": "x"})):
        assert hospital.post(f"{path}/{act}", json=body).status_code == 404
    assert conn.execute("SELECT count(*) FROM supply_account").fetchone() == (1,)


def test_a_bill_is_held_against_the_new_class_at_once(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    lines = [
        BillLineRow("energy", None, Decimal(144000), Decimal("0.5"), ENERGY),
        BillLineRow("power_factor", None, None, None, ENERGY * Decimal("0.025")),
    ]
    instants = START, START + timedelta(days=30)
    add_bill(
        conn, school(conn).id, "B", days=(JUNE, JULY), instants=instants, lines=lines, source="x"
    )  # fmt: skip
    admin = sign_in("admin")
    presumed = ENERGY * Decimal("1.005")
    for class_, total in ((None, presumed), ("0.85", ENERGY * Decimal("1.025"))):
        if class_ is not None:
            entered(admin, standard=class_)
        with connected(database, Role.WORK) as worker:
            assert compare_bills(worker, now=NOW) == 1
            assert compare_bills(worker, now=NOW) == 0
        found = conn.execute("SELECT our_total FROM bill_comparison").fetchone()
        assert found == (total,)


HEADING = "meter,first_month,last_month,standard,reverse,source,reason"


def take(client: TestClient, *rows: str) -> list[tuple[int, str, str]]:
    text = "\n".join([HEADING, *rows]).encode()
    told = client.post(f"{V1}/sheets/supply_accounts", content=text).json()
    assert told["taken"] is not bool(told["faults"])
    return [(each["row"], each["column"], each["code"]) for each in told["faults"]]


def test_accounts_come_in_as_a_table_and_go_out_and_back_without_a_change(
    sign_in: SignIn,
) -> None:
    admin = sign_in("admin")
    rows = (
        f"{METER},2026-01,2026-05,none,,letter 3,small user",
        f"{METER},2026-06,,0.85,added,contract 7,read in the contract",
    )
    assert take(admin, *rows) == []
    assert june(admin) == (Decimal("2.5"), ["user_class"])
    listed = admin.get(f"{V1}/supply-accounts", params={"meter": METER}).json()["items"]
    assert [(each["first_month"], each["end_month"]) for each in reversed(listed)] == [
        ("2026-01-01", "2026-06-01"), ("2026-06-01", None),
    ]  # fmt: skip
    for form in ("csv", "xlsx"):
        file = admin.get(f"{V1}/sheets/supply_accounts", params={"form": form}).content
        answer = admin.post(f"{V1}/sheets/supply_accounts", content=file).json()
        assert (answer["taken"], answer["rows"]) == (True, 2)
    again = admin.get(f"{V1}/supply-accounts", params={"meter": METER}).json()["items"]
    assert again == listed
    assert take(
        admin,
        "nowhere,2026-01,,0.85,,s,r",
        f"{METER},2026-05,2026-04,0.85,,s,r",
        f"{METER},2026-13,,0.85,,s,r",
        f"{METER},2026-01,,0.95,,s,r",
        f"{METER},2026-01,2026-03,0.85,,s,r",
        f"{METER},2026-03,,0.90,,s,r",
        f"{METER},2026-03,,0.90,,s,",
    ) == [
        (2, "meter", "unknown_meter"),
        (3, "last_month", "ends_before_it_begins"),
        (4, "first_month", "not_a_month"),
        (5, "standard", "not_one_of"),
        (7, "first_month", "overlaps"),
        (8, "reason", "required"),
    ]
    operator = sign_in("school")
    assert take(operator, f"{METER},2026-01,,0.85,,s,r") == [(2, "meter", "not_administered")]
