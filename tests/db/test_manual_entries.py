"""Manual entries over the API: typed, submitted, checked, returned, approved, and by whom."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection
from psycopg.errors import CheckViolation, UniqueViolation

from store.become import Role, become
from store.institution.manual_entry import ApprovedAmount, approved
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_indicators import place, put_days
from tests.estate import estate
from tests.password import PASSWORD

pytestmark = pytest.mark.db

ENTRIES = f"{V1}/manual-entries"
MARCH = "2025-03-01"


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """The school of `school`, the hospital of `hospital`, and `bureau` over both."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        row = conn.execute("SELECT password_hash FROM person WHERE login = 'school'").fetchone()
        assert row is not None
        add_person(conn, login="bureau", name="bureau", password_hash=row[0])
        grant(conn, login="bureau", role="bureau", organisation="bureau")
        yield conn


def body(conn: Connection, name: str = "school", **other: object) -> dict[str, object]:
    usual = {"kind": "natural_gas_m3", "month": MARCH, "amount": "120.5", "source": "bill"}
    return {"organisation_id": place(conn, name), **usual, **other}


def entered(client: TestClient, conn: Connection, **other: object) -> dict[str, Any]:
    answer = client.post(ENTRIES, json=body(conn, **other))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def done(client: TestClient, entry: dict[str, Any], action: str, **reason: str) -> Any:
    return client.post(
        f"{ENTRIES}/{entry['id']}/{action}",
        json=reason,
        headers={"If-Match": f'"{entry["revision"]}"'},
    )


def carried(client: TestClient, entry: dict[str, Any], *actions: str) -> dict[str, Any]:
    for action in actions:
        answer = done(client, entry, action)
        assert answer.status_code == 200, answer.text
        entry = answer.json()
    return entry


def brought_home(sign_in: SignIn, conn: Connection, **other: object) -> dict[str, Any]:
    """An entry of the school that the bureau has approved."""
    entry = carried(sign_in("school"), entered(sign_in("school"), conn, **other), "submit")
    return carried(sign_in("bureau"), entry, "check", "approve")


def edited(client: TestClient, entry: dict[str, Any], **content: object) -> Any:
    return client.put(
        f"{ENTRIES}/{entry['id']}",
        json={"amount": entry["amount"], "source": entry["source"], **content},
        headers={"If-Match": f'"{entry["revision"]}"'},
    )


def in_force(conn: Connection) -> list[ApprovedAmount]:
    """What counts of the school's year, as the school sees it."""
    school = place(conn, "school")
    person = conn.execute("SELECT person_id::text FROM person WHERE login = 'school'").fetchone()
    with conn.transaction():
        become(conn, Role.API)
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)
        found = approved(conn, [school], 2025)
        conn.execute("RESET ROLE")
    return found


def test_two_people_bring_an_amount_home_and_everything_is_remembered(
    sign_in: SignIn, conn: Connection
) -> None:
    entry = brought_home(sign_in, conn, cost="361.50", price="3.00", note="燃气公司账单")
    assert (entry["state"], entry["amount"], entry["approved_amount"]) == (
        "approved", "120.5", "120.5",
    )  # fmt: skip
    assert [(s["state"], s["person"]) for s in entry["steps"]] == [
        ("draft", "school"), ("submitted", "school"), ("checked", "bureau"), ("approved", "bureau"),
    ]  # fmt: skip
    (amount,) = in_force(conn)
    assert (amount.kind, amount.month, str(amount.amount), str(amount.cost)) == (
        "natural_gas_m3", date(2025, 3, 1), "120.5", "361.50",
    )  # fmt: skip
    assert (amount.submitted_by, amount.approved_by) == ("school", "bureau")


def test_who_entered_it_does_not_approve_it_though_they_may_approve_others(
    sign_in: SignIn, conn: Connection
) -> None:
    entry = carried(sign_in("bureau"), entered(sign_in("bureau"), conn), "submit")
    assert entry["may"] == ["edit", "return"]
    answer = done(sign_in("bureau"), entry, "check")
    assert answer.status_code == 403
    assert "neither checks nor approves" in answer.json()["detail"]
    carried(sign_in("admin"), entry, "check", "approve")


def test_the_database_itself_wants_the_second_person(sign_in: SignIn, conn: Connection) -> None:
    entry = carried(sign_in("bureau"), entered(sign_in("bureau"), conn), "submit")
    person = conn.execute("SELECT person_id::text FROM person WHERE login = 'bureau'").fetchone()
    step = (
        "INSERT INTO manual_entry_step (entry_id, revision, version, state) "
        "VALUES (%s, %s, %s, 'checked')"
    )
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL ROLE civicwatt_api")
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)
        with pytest.raises(CheckViolation, match="neither checks nor approves"):
            conn.execute(step, [entry["id"], entry["revision"] + 1, entry["version"]])


def test_an_operator_of_the_institution_neither_checks_nor_returns(
    sign_in: SignIn, conn: Connection
) -> None:
    entry = carried(sign_in("school"), entered(sign_in("school"), conn), "submit")
    for action in ("check", "return"):
        assert done(sign_in("school"), entry, action, reason="no").status_code == 403


def test_a_return_says_why_and_the_next_version_goes_the_same_way(
    sign_in: SignIn, conn: Connection
) -> None:
    entry = carried(sign_in("school"), entered(sign_in("school"), conn), "submit")
    bureau = sign_in("bureau")
    assert done(bureau, entry, "return").status_code == 422
    entry = done(bureau, entry, "return", reason="bill of April").json()
    assert (entry["state"], entry["reason"]) == ("returned", "bill of April")
    school = sign_in("school")
    assert done(school, entry, "submit").status_code == 409  # not without another version
    entry = carried(school, edited(school, entry, amount="99").json(), "submit")
    entry = carried(sign_in("bureau"), entry, "check", "approve")
    assert [v["amount"] for v in entry["versions"]] == ["120.5", "99"]
    assert str(in_force(conn)[0].amount) == "99"


def test_a_correction_leaves_the_approved_amount_valid_until_it_is_approved(
    sign_in: SignIn, conn: Connection
) -> None:
    entry = brought_home(sign_in, conn)
    school = sign_in("school")
    entry = carried(school, edited(school, entry, amount="130").json(), "submit")
    assert (entry["amount"], entry["approved_amount"]) == ("130", "120.5")
    assert str(in_force(conn)[0].amount) == "120.5"
    carried(sign_in("bureau"), entry, "check", "approve")
    assert str(in_force(conn)[0].amount) == "130"


def test_a_stale_write_is_refused_and_a_missing_if_match_too(
    sign_in: SignIn, conn: Connection
) -> None:
    school = sign_in("school")
    entry = entered(school, conn)
    assert edited(school, entry, amount="1").status_code == 200
    stale = edited(school, entry, amount="2")
    assert stale.status_code == 412
    assert "it is at revision 2" in stale.json()["detail"]
    assert school.put(f"{ENTRIES}/{entry['id']}", json={}).status_code == 422
    bare = school.put(f"{ENTRIES}/{entry['id']}", json={"amount": "1", "source": "bill"})
    assert bare.status_code == 428
    assert school.get(f"{ENTRIES}/{entry['id']}").headers["ETag"] == '"2"'


def test_two_at_once_collide_in_the_database(sign_in: SignIn, conn: Connection) -> None:
    entry = entered(sign_in("school"), conn)
    add = (
        "INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id) "
        "SELECT %s, 2, 1, 'submitted', person_id FROM person WHERE login = 'school'"
    )
    conn.execute(add, [entry["id"]])
    with pytest.raises(UniqueViolation, match="revision 2, want 3"):
        conn.execute(add, [entry["id"]])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": None}, "an amount or the readings"),
        ({"amount": "1e13"}, "no more than 12 digits"),
        ({"source": "estimate"}, "'bill' or 'dial'"),
        ({"month": "2025-03-02"}, "first day of a month"),
        ({"month": "2100-01-01"}, "2100-01 is not over"),
        ({"kind": "wood_kg"}, "kind"),
        ({"amount": None, "source": "dial", "dial": {"first_reading": "9", "last_reading": "1"}},
         "register_size"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason(
    sign_in: SignIn, conn: Connection, content: dict[str, object], told: str
) -> None:
    answer = sign_in("school").post(ENTRIES, json=body(conn, **content))
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_only_institutions_have_entries_and_each_month_one(
    sign_in: SignIn, conn: Connection
) -> None:
    school = sign_in("school")
    assert school.post(ENTRIES, json=body(conn, "school-building")).status_code == 404
    assert school.post(ENTRIES, json=body(conn, "hospital")).status_code == 404
    entered(school, conn)
    again = school.post(ENTRIES, json=body(conn))
    assert again.status_code == 409
    assert "natural_gas_m3 of 2025-03 is entered already" in again.json()["detail"]


@pytest.mark.parametrize(
    ("dial", "amount"),
    [
        ({"first_reading": "1200.5", "last_reading": "1310.5", "ratio": "40"}, "4400.0"),
        ({"first_reading": "99990", "last_reading": "10", "register_size": "100000"}, "20"),
    ],
)
def test_a_dial_computes_its_amount(
    sign_in: SignIn, conn: Connection, dial: dict[str, str], amount: str
) -> None:
    entry = entered(sign_in("school"), conn, amount=None, source="dial", dial=dial)
    assert float(entry["amount"]) == float(amount)


@pytest.mark.parametrize(
    ("kind", "medium", "amount", "asks"),
    [
        ("electricity_kwh", "electricity", "14260", False),  # 31 x 400 = 12,400: + 15 %
        ("electricity_kwh", "electricity", "14261", True),
        ("natural_gas_m3", None, "115", False),
        ("natural_gas_m3", None, "84", True),
        ("water_m3", None, "125", False),
        ("water_m3", None, "126", True),
    ],
)
def test_an_amount_unlike_last_years_wants_a_note_and_is_no_refusal(
    sign_in: SignIn, conn: Connection, kind: str, medium: str | None, amount: str, asks: bool
) -> None:
    if medium:
        put_days(conn, "school-meter-0", 2024, 400.0)
    else:
        brought_home(sign_in, conn, kind=kind, month="2024-03-01", amount="100")
    school = sign_in("school")
    entry = entered(school, conn, kind=kind, amount=amount)
    assert [q["code"] for q in entry["queries"]] == (["unlike_last_year"] if asks else [])
    answer = done(school, entry, "submit")
    assert answer.status_code == (422 if asks else 200)
    if asks:
        assert "a note is wanted: unlike_last_year" in answer.json()["detail"]
        told = edited(school, entry, note="new canteen").json()
        assert done(school, told, "submit").status_code == 200


def test_a_cost_that_is_not_amount_times_price_is_asked_about(
    sign_in: SignIn, conn: Connection
) -> None:
    school = sign_in("school")
    entry = entered(school, conn, amount="1000", price="3.05", cost="3060")
    (query,) = entry["queries"]
    assert (query["code"], query["seen"], float(query["beside"])) == (
        "price_differs", "3060", 3050,
    )  # fmt: skip
    # 3.05 may be 3.045 to 3.055: a thousand times that is five yuan either way.
    assert edited(school, entry, price="3.05", cost="3054").json()["queries"] == []


def test_an_entry_and_its_history_are_invisible_elsewhere(
    sign_in: SignIn, conn: Connection
) -> None:
    entry = brought_home(sign_in, conn)
    hospital = sign_in("hospital")
    assert hospital.get(f"{ENTRIES}/{entry['id']}").status_code == 404
    assert hospital.get(ENTRIES).json()["items"] == []
    assert edited(hospital, entry, amount="1").status_code == 404
    assert done(hospital, entry, "submit").status_code == 404
    assert "natural_gas" not in hospital.get(f"{V1}/entry-board?year=2025").text
    assert b"120.5" not in hospital.get(f"{V1}/sheets/manual_entries?form=csv").content
    assert len(sign_in("school").get(ENTRIES).json()["items"]) == 1


def test_a_scope_in_time_shows_the_months_that_lie_within_it(
    sign_in: SignIn, conn: Connection
) -> None:
    for month in ("2025-02-01", MARCH, "2025-04-01"):
        entered(sign_in("school"), conn, month=month)
    add_person(conn, login="auditor", name="auditor", password_hash=_hash(conn))
    grant(conn, login="auditor", role="auditor", organisation="school")
    conn.execute(
        "UPDATE scope SET during = '[2025-03-01 00:00+08, 2025-04-10 00:00+08)' "
        "WHERE role = 'auditor'"
    )
    auditor = sign_in("auditor")
    assert [item["month"] for item in auditor.get(ENTRIES).json()["items"]] == [MARCH]
    assert auditor.post(ENTRIES, json=body(conn, month="2025-05-01")).status_code == 403


def test_lists_are_filtered_and_paged(sign_in: SignIn, conn: Connection) -> None:
    school = sign_in("school")
    for month in range(1, 6):
        entry = entered(school, conn, month=f"2025-{month:02}-01")
    carried(school, entry, "submit")
    first = school.get(ENTRIES, params={"limit": 2}).json()
    second = school.get(ENTRIES, params={"limit": 2, "cursor": first["next"]}).json()
    months = [item["month"][5:7] for page in (first, second) for item in page["items"]]
    assert months == ["05", "04", "03", "02"]
    for query, count in (
        ({"state": ["submitted"]}, 1), ({"month": "2025-02-01"}, 1), ({"year": 2025}, 5),
        ({"year": 2024}, 0), ({"kind": "water_m3"}, 0),
        ({"organisation": place(conn, "school")}, 5),
    ):  # fmt: skip
        assert len(school.get(ENTRIES, params=query).json()["items"]) == count


def _hash(conn: Connection) -> str:
    row = conn.execute("SELECT password_hash FROM person WHERE login = 'school'").fetchone()
    assert row is not None
    assert PASSWORD
    return str(row[0])
