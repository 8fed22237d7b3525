"""Manual entries as a table: taken over as drafts, whole or not at all, and given out again."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection

from store.people.person import grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_manual_entries import ENTRIES, carried, entered
from tests.estate import estate

pytestmark = pytest.mark.db

SHEET = f"{V1}/sheets/manual_entries"
HEAD = "organisation,month,kind,amount,cost,price,source,note\n"


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """`school` enters for the school, `admin` for both."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        grant(conn, login="hospital", role="bureau", organisation="bureau")
        yield conn


def take(client: Any, rows: str, **query: object) -> dict[str, Any]:
    answer = client.post(SHEET, content=(HEAD + rows).encode(), params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_months_of_two_institutions_become_drafts(sign_in: SignIn, conn: Connection) -> None:
    assert conn
    admin = sign_in("admin")
    taken = take(
        admin,
        "school,2025-01,water_m3,412.5,1650.00,4.00,bill,\n"
        "school,2025/2,water_m3,400,,,dial,read on the 28th\n"
        "hospital,202503,diesel_l,60,,,bill,\n",
    )
    assert (taken["taken"], taken["rows"]) == (True, 3)
    found = {(e["organisation_code"], e["month"]): e for e in admin.get(ENTRIES).json()["items"]}
    january = found["school", "2025-01-01"]
    assert (january["amount"], january["cost"], january["state"]) == ("412.5", "1650.00", "draft")
    assert found["hospital", "2025-03-01"]["kind"] == "diesel_l"


def test_every_fault_is_told_at_its_cell_and_nothing_is_taken(
    sign_in: SignIn, conn: Connection
) -> None:
    assert conn
    school = sign_in("school")
    taken = take(
        school,
        "school,2025-01,water_m3,-5,,,bill,\n"
        "school,2025-13,water_m3,5,,,bill,\n"
        "school,2025-02,tea_kg,5,,,estimate,\n"
        "hospital,2025-01,water_m3,5,,,bill,\n"
        "school-building,2025-01,water_m3,5,,,bill,\n"
        "school,2100-01,water_m3,5,,,bill,\n"
        "school,2025-03,water_m3,5,,,bill,\n"
        "school,2025-03,water_m3,6,,,bill,\n"
        "school,2025-04,water_m3,1.2345678,1.234,,bill,\n",
    )
    assert not taken["taken"]
    assert [(f["row"], f["column"], f["code"]) for f in taken["faults"]] == [
        (2, "amount", "not_an_amount"),
        (3, "month", "not_a_month"),
        (4, "kind", "not_one_of"),
        (4, "source", "not_one_of"),
        (5, "organisation", "unknown_institution"),
        (6, "organisation", "unknown_institution"),
        (7, "month", "month_not_over"),
        (9, "month", "twice"),
        (10, "amount", "not_an_amount"),
        (10, "cost", "not_an_amount"),
    ]
    assert school.get(ENTRIES).json()["items"] == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_given_out_and_taken_over_again_changes_nothing(
    sign_in: SignIn, conn: Connection, form: str
) -> None:
    assert conn
    school = sign_in("school")
    take(
        school,
        "school,2025-01,water_m3,412.123456,1650.10,4.00312,bill,两张账单\n"
        "school,2025-02,electricity_kwh,123456789.5,,,dial,read on the 28th\n",
    )
    before = school.get(ENTRIES).json()
    data = school.get(SHEET, params={"form": form}).content
    again = school.post(SHEET, content=data).json()
    assert (again["taken"], again["faults"]) == (True, [])
    assert school.get(ENTRIES).json() == before


def test_what_is_being_checked_is_left_alone_and_a_change_is_another_version(
    sign_in: SignIn, conn: Connection
) -> None:
    school = sign_in("school")
    entry = carried(school, entered(school, conn, kind="water_m3", amount="5"), "submit")
    reviewer = sign_in("hospital")
    carried(reviewer, entry, "check")
    taken = take(sign_in("school"), "school,2025-03,water_m3,6,,,bill,\n")
    assert [(f["code"], f["wanted"]) for f in taken["faults"]] == [("being_checked", "5")]
    same = take(sign_in("school"), "school,2025-03,water_m3,5.00,,,bill,\n")
    assert same["taken"]
    assert sign_in("school").get(f"{ENTRIES}/{entry['id']}").json()["revision"] == 3


def test_a_year_of_two_institutions_is_taken_over_at_once(
    sign_in: SignIn, conn: Connection
) -> None:
    assert conn
    kinds = ("electricity_kwh", "water_m3", "natural_gas_m3", "diesel_l")
    rows = "".join(
        f"{code},{year}-{month:02},{kind},{month}.5,,,bill,\n"
        for code in ("school", "hospital")
        for year in range(2010, 2025)
        for month in range(1, 13)
        for kind in kinds
    )
    admin = sign_in("admin")
    assert take(admin, rows)["rows"] == 2 * 15 * 12 * 4
    assert len(admin.get(ENTRIES, params={"year": 2013}).json()["items"]) == 96
