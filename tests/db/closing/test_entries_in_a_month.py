"""Amounts entered by hand in a closed month: beside whole meters, and in the place of others."""

from decimal import Decimal

import pytest
from psycopg import Connection

from tests.closable_school import (
    COAL,
    HOUR,
    JUNE_CNY,
    JUNE_M3,
    START,
    school_id,
)
from tests.db.closing.desk import (
    OF_JUNE,
    close,
    closed,
    month_of,
    obstacles,
    preview,
)
from tests.db.conftest import SignIn

pytestmark = pytest.mark.db


def approve(conn: Connection, kind: str, amount: str, cost: str | None) -> None:
    """An entry of June that the head submitted and the bursar approved."""
    entry = conn.execute(
        "INSERT INTO manual_entry (organisation_id, kind, month) VALUES (%s, %s, '2026-06-01') "
        "RETURNING entry_id",
        [school_id(conn), kind],
    ).fetchone()
    assert entry is not None
    people = {
        login: conn.execute("SELECT person_id FROM person WHERE login = %s", [login]).fetchone()
        for login in ("head", "bursar")
    }
    conn.execute(
        "INSERT INTO manual_entry_version (entry_id, version, amount, cost, source, person_id) "
        "VALUES (%s, 1, %s, %s, 'bill', %s)",
        [*entry, amount, cost, *(people["head"] or ())],
    )
    steps = ("draft", "submitted", "checked", "approved")
    for revision, (state, login) in enumerate(
        zip(steps, ("head", "head", "bursar", "bursar"), strict=True), 1
    ):
        conn.execute(
            "INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id) "
            "VALUES (%s, %s, 1, %s, %s)",
            [*entry, revision, state, *(people[login] or ())],
        )  # fmt: skip


def test_an_approved_entry_counts_where_no_meter_does_and_stays_beside_a_whole_meter(
    conn: Connection, sign_in: SignIn
) -> None:
    approve(conn, "diesel_l", "100", "730.50")
    approve(conn, "water_m3", "999", "1.00")
    document = closed(sign_in("head"), conn)["document"]
    assert document["totals"]["diesel_l"] == {"amount": "100", "unit": "L"}
    assert Decimal(document["totals"]["cost"]["amount"]) == JUNE_CNY + Decimal("730.50")
    assert document["totals"]["water"]["amount"] == str(JUNE_M3)
    told = {each["kind"]: each for each in document["manual_entries"]}
    assert (told["diesel_l"]["counted"], told["water_m3"]["counted"]) == (True, False)
    assert (told["diesel_l"]["submitted_by"], told["diesel_l"]["approved_by"]) == ("校长", "会计")
    carriers = [each["carrier"] for each in document["energy"]["coal_equivalent"]["lines"]]
    assert carriers == ["electricity", "diesel"]


def test_an_approved_entry_stands_in_for_meters_that_do_not_know_the_month_whole(
    conn: Connection, sign_in: SignIn
) -> None:
    lost = [START + (OF_JUNE + hour) * HOUR for hour in (10, 11, 12)]
    conn.execute("DELETE FROM consumption WHERE value > 40 AND start_at = ANY (%s)", [lost])
    approve(conn, "electricity_kwh", "28900", None)
    client = sign_in("head")
    assert [each[:3] for each in obstacles(client, conn)] == [
        ("cost_missing", "school", "electricity_kwh")
    ]
    conn.execute("ALTER TABLE manual_entry_version DISABLE TRIGGER USER")
    conn.execute("UPDATE manual_entry_version SET cost = 18000.10")
    document = closed(client, conn)["document"]
    assert document["totals"]["electricity"] == {"amount": "28900", "unit": "kWh"}
    assert Decimal(document["totals"]["cost"]["amount"]) == Decimal("2934.00") + Decimal("18000.10")
    assert [each["counted_by"] for each in document["media"]] == ["entry", "meters"]
    assert Decimal(document["totals"]["coal_equivalent"]["amount"]) == 28900 * COAL


def begin(conn: Connection, kind: str) -> None:
    """An entry of June that nobody has submitted."""
    conn.execute(
        "WITH entry AS (INSERT INTO manual_entry (organisation_id, kind, month) "
        "VALUES (%s, %s, '2026-06-01') RETURNING entry_id), "
        "typed AS (INSERT INTO manual_entry_version (entry_id, version, amount, source, person_id) "
        "SELECT entry_id, 1, 5, 'bill', 1 FROM entry) "
        "INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id) "
        "SELECT entry_id, 1, 1, 'draft', 1 FROM entry",
        [school_id(conn), kind],
    )


def test_a_month_waits_for_entries_that_are_asked_for_or_begun_and_that_no_meter_tells(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute(
        "INSERT INTO entry_rule (organisation_id, first_month, kinds, due_day, person_id) "
        "VALUES (%s, '2026-01-01', '{electricity_kwh,natural_gas_m3}', 10, 1)",
        [school_id(conn)],
    )
    begin(conn, "diesel_l")
    begin(conn, "water_m3")
    begin(conn, "green_retired_kwh")
    client = sign_in("head")
    assert [each[:3] for each in obstacles(client, conn)] == [
        ("entry_missing", "school", "natural_gas_m3"),
        ("entry_missing", "school", "diesel_l"),
    ]
    assert close(client, conn).status_code == 409
    assert month_of(client, conn)["state"] == "open"


def test_other_energy_is_paid_for_and_stands_against_a_coal_equivalent_without_it(
    conn: Connection, sign_in: SignIn
) -> None:
    approve(conn, "other_tce", "3.5", "4200.00")
    found = preview(sign_in("head"), conn)
    totals = found["document"]["totals"]
    assert Decimal(totals["cost"]["amount"]) == JUNE_CNY + Decimal("4200.00")
    assert totals["other_tce"] == {"amount": "3.5", "unit": "tce"}
    [stands] = found["obstacles"]
    assert (stands["kind"], stands["words"]["code"]) == ("factor_missing", "other_energy_uncounted")
