"""The board of monthly entries: owed, late, metered, asked for; and what approved amounts feed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from analytics.jobs.overdue import mark_overdue
from analytics.portfolio.figures import Portfolio
from domain.factor_file import shipped_sets
from domain.manual_entry import EntryKind
from store.become import Role
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_api_indicators import asked, of, place, put_days, put_fact, value
from tests.db.test_manual_entries import brought_home, carried, edited, entered
from tests.db.test_moves import act_as
from tests.estate import SHANGHAI, estate

pytestmark = pytest.mark.db

BOARD = f"{V1}/entry-board"
WATER, POWER = "water_m3", "electricity_kwh"


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """The school has a meter of electricity with figures for the first half of 2025."""
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        row = conn.execute("SELECT password_hash FROM person WHERE login = 'school'").fetchone()
        assert row is not None
        add_person(conn, login="bureau", name="bureau", password_hash=row[0])
        grant(conn, login="bureau", role="bureau", organisation="bureau")
        put_days(conn, "school-meter-0", 2025, 100.0, days=181)
        yield conn


def row(client: Any, code: str = "school", year: int = 2025) -> dict[str, Any]:
    items = client.get(BOARD, params={"year": year}).json()["items"]
    return next(item for item in items if item["code"] == code)


def states(found: dict[str, Any], kind: str) -> list[str | None]:
    return [cell and cell["state"] for cell in found["cells"][kind]]


def test_the_board_shows_each_month_as_it_stands(sign_in: SignIn, conn: Connection) -> None:
    brought_home(sign_in, conn, kind=WATER, month="2025-01-01")
    school = sign_in("school")
    carried(school, entered(school, conn, kind=WATER, month="2025-02-01"), "submit")
    entered(school, conn, kind=WATER, month="2025-03-01")
    found = row(school)
    assert states(found, WATER)[:4] == ["approved", "submitted", "draft", "missing"]
    assert states(found, POWER) == ["metered"] * 6 + ["missing"] * 6
    late = [cell["late_days"] for cell in found["cells"][WATER]]
    today = datetime.now(UTC).astimezone(SHANGHAI).date()
    assert late[3] == (today - date(2025, 5, 10)).days
    assert late[0] == (today - date(2025, 2, 10)).days  # handed in today: that late it was
    assert all(cell["late_days"] == 0 for cell in found["cells"][POWER][:6])


def test_a_month_that_is_not_over_is_not_wanted(sign_in: SignIn, conn: Connection) -> None:
    assert place(conn, "school")
    today = datetime.now(UTC).astimezone(SHANGHAI).date()
    cells = row(sign_in("school"), year=today.year)["cells"][WATER]
    assert [cell is not None for cell in cells] == [n < today.month for n in range(1, 13)]


def test_months_before_an_institution_was_founded_are_not_wanted(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute(
        "INSERT INTO statistics_record (organisation_id, year, credit_code, department, "
        "institution_class, unused, source, founded_on, person_id) SELECT organisation_id, 2025, "
        "'121200000000000330', 'd', 'education', '{}', 's', '2025-05-20', (SELECT min(person_id) "
        "FROM person) FROM organisation WHERE code = 'school'"
    )
    found = row(sign_in("school"))
    assert states(found, WATER) == [None] * 4 + ["missing"] * 8
    assert states(found, POWER) == [None] * 4 + ["metered"] * 2 + ["missing"] * 6
    assert {*states(row(sign_in("school"), year=2024), WATER)} == {None}


def test_a_correction_under_way_is_not_owed(sign_in: SignIn, conn: Connection) -> None:
    entry = brought_home(sign_in, conn, kind=WATER, month="2025-01-01")
    assert edited(sign_in("school"), entry, amount="7").status_code == 200
    cell = row(sign_in("school"))["cells"][WATER][0]
    assert (cell["state"], cell["counts"]) == ("draft", True)


def test_a_rule_of_the_bureau_holds_below_it_from_its_month_on(
    sign_in: SignIn, conn: Connection
) -> None:
    rule = {
        "organisation_id": place(conn, "bureau"), "first_month": "2025-07-01",
        "kinds": ["diesel_l", WATER], "due_day": 5,
    }  # fmt: skip
    assert sign_in("school").put(f"{BOARD}/rules", json=rule).status_code == 403
    assert sign_in("bureau").put(f"{BOARD}/rules", json=rule).status_code == 204
    nearer = {**rule, "organisation_id": place(conn, "school"), "kinds": [WATER]}
    assert sign_in("bureau").put(f"{BOARD}/rules", json=nearer).status_code == 204
    hospital, school = (row(sign_in("bureau"), code) for code in ("hospital", "school"))
    assert states(hospital, "diesel_l") == [None] * 6 + ["missing"] * 6
    assert "diesel_l" not in school["cells"]
    assert (hospital["due_day"], hospital["wanted"]) == (5, [WATER, "diesel_l"])
    # The school sees the rule that stands above it, though not the bureau.
    assert row(sign_in("school"))["due_day"] == 5


def test_who_is_late_is_asked_and_sees_by_whom_and_how_often(
    sign_in: SignIn, conn: Connection
) -> None:
    brought_home(sign_in, conn, kind=WATER, month="2025-03-01")
    ask = {"month": "2025-03-01"}
    assert sign_in("school").post(f"{BOARD}/reminders", json=ask).status_code == 403
    bureau = sign_in("bureau")
    # The school's electricity is metered and its water approved: nothing of March is owed.
    for _ in range(2):
        asked = bureau.post(f"{BOARD}/reminders", json=ask).json()["organisation_ids"]
        assert asked == [place(conn, "hospital")]
    assert row(sign_in("school"))["reminders"] == []
    reminders = row(sign_in("hospital"), "hospital")["reminders"]
    assert [(r["month"], r["kinds"], r["person"]) for r in reminders] == [
        ("2025-03-01", [POWER, WATER], "bureau")
    ] * 2
    one = {"month": "2025-08-01", "organisation_ids": [place(conn, "school")]}
    asked = sign_in("bureau").post(f"{BOARD}/reminders", json=one).json()["organisation_ids"]
    assert asked == [place(conn, "school")]
    assert len(row(sign_in("hospital"), "hospital")["reminders"]) == 2


def test_the_worker_marks_what_is_overdue_once(
    database: str, sign_in: SignIn, conn: Connection
) -> None:
    brought_home(sign_in, conn, kind=WATER, month="2025-03-01")
    with connected(database, Role.WORK) as worker:
        # 10 April ends in Shanghai at 16:00 UTC.
        assert (
            mark_overdue(worker, now=datetime(2025, 4, 10, 15, 59, tzinfo=UTC)) == 4
        )  # of January, February
        late = datetime(2025, 4, 10, 16, tzinfo=UTC)
        assert mark_overdue(worker, now=late) == 1
        assert mark_overdue(worker, now=late + timedelta(hours=1)) == 0
    marked = conn.execute(
        "SELECT code, month, kinds FROM entry_reminder JOIN organisation USING (organisation_id) "
        "WHERE person_id IS NULL ORDER BY month DESC LIMIT 1"
    ).fetchone()
    # Both have a meter of electricity: whether it covers the month people see on the board.
    assert marked == ("hospital", date(2025, 3, 1), [WATER])


def test_the_board_ends_at_the_scope(sign_in: SignIn, conn: Connection) -> None:
    ask = {"month": "2025-03-01"}
    assert sign_in("bureau").post(f"{BOARD}/reminders", json=ask).status_code == 200
    items = sign_in("school").get(BOARD, params={"year": 2025}).json()["items"]
    assert [item["code"] for item in items] == ["school"]
    assert place(conn, "hospital") not in {item["organisation_id"] for item in items}


def year_of(sign_in: SignIn, code: str = "school") -> dict[str, Any]:
    found = sign_in("bureau").get(f"{V1}/indicators", params={"year": 2025}).json()
    carriers = {each["carrier"]: each for each in of(found, code)["carriers"]}
    assert all(each["unit"] for each in carriers.values())
    return carriers


def approve_months(
    conn: Connection, kind: str, amounts: dict[int, str], name: str = "school"
) -> None:
    """Months that the hospital or school entered and the bureau approved, in the store's words."""
    for month, amount in amounts.items():
        conn.execute(
            "WITH e AS (INSERT INTO manual_entry (organisation_id, kind, month) "
            "VALUES (%(o)s, %(k)s, %(m)s) RETURNING entry_id), "
            "v AS (INSERT INTO manual_entry_version (entry_id, version, amount, source, person_id, "
            "note) SELECT entry_id, 1, %(a)s::numeric, 'bill', (SELECT person_id FROM person "
            "WHERE login = 'school'), 'as billed' FROM e RETURNING entry_id) SELECT * FROM v",
            {"o": place(conn, name), "k": kind, "m": date(2025, month, 1), "a": amount},
        )
    for revision, state, login in (
        (1, "draft", "school"), (2, "submitted", "school"), (3, "checked", "bureau"),
        (4, "approved", "bureau"),
    ):  # fmt: skip
        conn.execute(
            "INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id) "
            "SELECT m.entry_id, %s, 1, %s, p.person_id FROM manual_entry m, person p "
            "WHERE p.login = %s AND m.kind = %s AND m.organisation_id = %s",
            [revision, state, login, kind, place(conn, name)],
        )


def test_meters_win_where_they_cover_a_month_and_the_difference_is_shown(
    sign_in: SignIn, conn: Connection
) -> None:
    approve_months(conn, POWER, {6: "3100", 7: "3300.5", 8: "3000"})
    power = year_of(sign_in)["electricity"]
    assert power["amount"] == pytest.approx(181 * 100.0 + 6300.5)
    assert (power["manual"], power["manual_months"]) == (6300.5, 2)
    assert power["beside_meters"] == pytest.approx(100.0)  # June has 30 days of 100 kWh
    assert power["coverage"] < 0.95


def test_a_month_that_meters_know_in_part_counts_once(sign_in: SignIn, conn: Connection) -> None:
    conn.execute("DELETE FROM consumption_day WHERE day >= '2025-06-11'")
    approve_months(conn, POWER, {6: "2900"})
    assert year_of(sign_in)["electricity"]["amount"] == pytest.approx(151 * 100.0 + 2900)


def test_a_year_of_twelve_entries_is_whole_and_stands_beside_others(
    sign_in: SignIn, conn: Connection
) -> None:
    approve_months(conn, WATER, dict.fromkeys(range(1, 13), "10.25"), "hospital")
    approve_months(conn, "diesel_l", dict.fromkeys(range(1, 12), "5"), "hospital")
    carriers = year_of(sign_in, "hospital")
    assert (carriers["water"]["amount"], carriers["water"]["coverage"]) == (123.0, 1.0)
    assert carriers["water"]["manual_months"] == 12
    assert carriers["diesel"]["amount"] == 55.0
    # Eleven months are less than what a document says of the year.
    declared = {"organisation_id": place(conn, "hospital"), "year": 2025, "what": "diesel_l",
                "amount": "61", "document": "fuel card"}  # fmt: skip
    assert sign_in("admin").post(f"{V1}/energy-declarations", json=declared).status_code == 204
    assert year_of(sign_in, "hospital")["diesel"]["amount"] == 61.0


def stands(sign_in: SignIn) -> tuple[list[str], bool]:
    """What the school's figures lack, and whether they are held against those of others."""
    found = of(asked(sign_in("admin"), year=2025), "school")
    return found["missing"], value(found, "energy_per_area")["rank"] is not None


def test_fuel_of_some_months_and_energy_that_is_asked_for_and_unknown_are_told_and_not_ranked(
    sign_in: SignIn, conn: Connection
) -> None:
    conn.execute("DELETE FROM consumption_day")
    put_days(conn, "school-meter-0", 2025, 100.0)
    put_fact(conn, "place_use", "place_use", "school", "office")
    put_fact(conn, "climate_zone", "climate_zone", "school", "cold")
    put_fact(conn, "place_region", "region", "school", "120000")
    assert stands(sign_in) == ([], True)
    approve_months(conn, "diesel_l", dict.fromkeys(range(1, 4), "5"))
    partly = "diesel_l is entered of 3 of 12 months: no figure counts the others"
    assert stands(sign_in) == ([partly], False)
    rule = {"organisation_id": place(conn, "school"), "first_month": "2025-11-01",
            "kinds": [POWER, WATER, "natural_gas_m3"], "due_day": 10}  # fmt: skip
    assert sign_in("bureau").put(f"{BOARD}/rules", json=rule).is_success
    unknown = (
        "natural_gas_m3 is asked for every month and nothing of it is known: no figure counts it"
    )
    assert stands(sign_in) == ([unknown, partly], False)


def test_entries_up_to_a_month_that_still_runs_are_not_of_all_the_days_that_meters_know(
    conn: Connection,
) -> None:
    approve_months(conn, WATER, {1: "31"})
    now = datetime(2025, 2, 20, 12, tzinfo=SHANGHAI)
    school = place(conn, "school")
    with conn.transaction():
        act_as(conn, "admin")
        member = Portfolio(conn, shipped_sets()[0], now=now).year(2025)[school]
    assert member.media["electricity"].coverage == pytest.approx(1)  # 50 days of meters
    assert member.media["water"].coverage == pytest.approx(31 / 50)
    assert not member.is_comparable


def test_what_is_not_approved_counts_nowhere(sign_in: SignIn, conn: Connection) -> None:
    school = sign_in("school")
    carried(school, entered(school, conn, kind=WATER), "submit")
    assert "water" not in year_of(sign_in)
    assert EntryKind.WATER_M3.medium == "water"
