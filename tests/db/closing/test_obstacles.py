"""What stands against closing is refused with reason and place; some of it two persons override."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from tests.annex import annex_below
from tests.closable_school import (
    HOUR,
    START,
    compute,
    count,
    school_id,
)
from tests.db.closing.desk import JUNE, LEDGER, OF_JUNE, close, closed, month_of, obstacles, preview
from tests.db.conftest import SignIn
from tests.estate import NOW

pytestmark = pytest.mark.db
UNCHECK_GRID = """UPDATE factor SET (checked, checked_by, checked_on) = (false, '', NULL)
                   WHERE key = 'co2.grid'"""


def test_hours_without_a_figure_are_named_and_refused(conn: Connection, sign_in: SignIn) -> None:
    lost = [START + (OF_JUNE + hour) * HOUR for hour in (10, 11, 12)]
    conn.execute("DELETE FROM consumption WHERE value > 40 AND start_at = ANY (%s)", [lost])
    client = sign_in("head")
    first, *others = obstacles(client, conn)
    assert first == ("hours_missing", "school", "main", "2026-06-01", "2026-06-02", "3.00 h")
    assert [(kind, place) for kind, _, place, *_ in others] == [("cost_missing", "main")]
    answer = close(client, conn)
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith(
        "school, main, 2026-06-01 to 2026-06-02: 3.00 h have no figure: "
        "2026-06-01 10:00 to 2026-06-01 13:00"
    )


def test_an_estimated_quantity_is_refused_and_an_allocated_shape_is_not(
    conn: Connection, sign_in: SignIn
) -> None:
    hour = f"value > 40 AND start_at = '{START + (OF_JUNE + 50) * HOUR}'"
    client = sign_in("head")
    conn.execute(f"UPDATE consumption SET shape_grade = 'allocated' WHERE {hour}")
    assert obstacles(client, conn) == []
    conn.execute(f"UPDATE consumption SET quantity_grade = 'estimated' WHERE {hour}")
    found = obstacles(client, conn)
    assert found[0] == (
        "estimated", "school", "main", "2026-06-03", "2026-06-04", "40.123 kWh",
    )  # fmt: skip
    assert close(client, conn).status_code == 409


def test_readings_that_wait_are_refused_and_nobody_can_sign_that_away(
    conn: Connection, sign_in: SignIn
) -> None:
    count(conn, "main", [OF_JUNE + 1.5])
    client = sign_in("head")
    [waits] = obstacles(client, conn)
    assert waits[:3] == ("not_computed", "school", "main")
    wanted = {"organisation_id": school_id(conn), "month": JUNE, "reason": "in a hurry"}
    assert client.post(f"{LEDGER}/overrides", json=wanted).status_code == 409
    compute(conn, NOW + HOUR)
    assert obstacles(client, conn) == []


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("DELETE FROM calendar_day; DELETE FROM calendar_year", ("calendar_missing", "school", "")),
        ("UPDATE calendar_year SET provisional = true", ("calendar_provisional", "school", "cn")),
        ("DELETE FROM tariff_version_check WHERE tariff_version_id = 1",
         ("price_unchecked", "school", "main")),
        ("DELETE FROM meter_tariff WHERE meter_id = 1", ("cost_missing", "school", "main")),
        ("DELETE FROM floor_area", ("area_missing", "school", "")),
        (annex_below("school"), ("area_missing", "school", "annex")),
        ("DELETE FROM headcount", ("headcount_missing", "school", "")),
        (UNCHECK_GRID,
         ("factor_unchecked", "school", "co2.grid")),
        ("DELETE FROM factor WHERE key = 'co2.grid'", ("factor_missing", "school", "statistics/2")),
    ],
)  # fmt: skip
def test_what_is_missing_or_unchecked_is_refused_with_its_place(
    conn: Connection, sign_in: SignIn, spoil: str, found: tuple[str, str, str]
) -> None:
    conn.execute(spoil)
    client = sign_in("head")
    assert [each[:3] for each in obstacles(client, conn)] == [found]
    assert close(client, conn).status_code == 409
    assert conn.execute("SELECT count(*) FROM ledger_entry").fetchone() == (0,)


def test_a_month_that_runs_and_one_after_a_hole_are_refused(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    kinds = [each[0] for each in obstacles(client, conn, "2027-01")]
    assert "month_not_over" in kinds
    closed(client, conn, "2026-05")
    again = close(client, conn, "2026-05")
    assert again.status_code == 409
    assert "2026-05 is closed by entry 1: reverse it first" in again.json()["detail"]
    kinds = [each[0] for each in obstacles(client, conn, "2026-07")]
    assert "previous_open" in kinds


def ask(client: TestClient, conn: Connection, reason: str = "meter replaced") -> Any:
    wanted = {"organisation_id": school_id(conn), "month": JUNE, "reason": reason}
    return client.post(f"{LEDGER}/overrides", json=wanted)


def test_an_override_takes_two_persons_and_a_reason_and_stands_in_the_document(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute("DELETE FROM headcount")
    head = sign_in("head")
    assert ask(head, conn, " ").status_code == 422
    request = ask(head, conn).json()["id"]
    path = f"{LEDGER}/overrides/{request}/signature"
    alone = head.post(path, json={})
    assert alone.status_code == 409
    assert "who asked for it cannot sign it as well" in alone.json()["detail"]
    assert preview(head, conn)["overrides"][0]["is_mine"]
    bursar = sign_in("bursar")
    waiting = preview(bursar, conn)["overrides"][0]
    assert (waiting["person"], waiting["is_mine"], waiting["fits"]) == ("校长", False, True)
    made = bursar.post(path, json={})
    assert made.status_code == 201, made.text
    document = bursar.get(f"{LEDGER}/{made.json()['id']}").json()["document"]
    assert [(each["person"], each["as"]) for each in document["signed"]] == [
        ("校长", "override_asked"), ("会计", "override_signed"), ("会计", "closing"),
    ]  # fmt: skip
    assert document["override_reason"] == "meter replaced"
    assert [each["kind"] for each in document["overridden"]] == ["headcount_missing"]
    assert month_of(bursar, conn)["overridden"]
    assert bursar.post(path, json={}).status_code == 409


def test_an_override_is_for_just_the_obstacles_it_was_asked_for(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute("DELETE FROM headcount")
    request = ask(sign_in("head"), conn).json()["id"]
    conn.execute("DELETE FROM floor_area")
    bursar = sign_in("bursar")
    assert not preview(bursar, conn)["overrides"][0]["fits"]
    answer = bursar.post(f"{LEDGER}/overrides/{request}/signature", json={})
    assert answer.status_code == 409
    assert "other obstacles than those of the request" in answer.json()["detail"]
