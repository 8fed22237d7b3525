"""Green certificates of a month: proved by a file, seen by a second person, zero once retired."""

from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from store.people.person import add_person, grant
from tests.closable_school import GRID, JUNE_KWH, school_id
from tests.db.closing.desk import closed, obstacles
from tests.db.conftest import V1, SignIn
from tests.db.test_entry_photos import attach, jpeg
from tests.db.test_manual_entries import carried, done
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def bureau(conn: Connection) -> None:
    """Who checks what the school enters."""
    add_person(conn, login="bureau", name="主管", password_hash=PASSWORD_HASH)
    grant(conn, login="bureau", role="bureau", organisation="bureau")


def certificate(client: TestClient, conn: Connection, kind: str, kwh: str) -> dict[str, Any]:
    body = {
        "organisation_id": school_id(conn), "kind": kind, "month": "2026-06-01", "amount": kwh,
        "source": "bill",
    }  # fmt: skip
    answer = client.post(f"{V1}/manual-entries", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def proved(sign_in: SignIn, conn: Connection, kind: str, kwh: str) -> None:
    """Enter a certificate of June with its file, and let a second person approve it."""
    head = sign_in("head")
    entry = certificate(head, conn, kind, kwh)
    assert attach(head, entry, jpeg()).status_code == 204
    entry = carried(head, entry, "submit")
    assert done(head, entry, "check").status_code == 403
    carried(sign_in("bureau"), entry, "check", "approve")


def test_a_certificate_without_a_file_is_not_submitted(conn: Connection, sign_in: SignIn) -> None:
    head = sign_in("head")
    entry = certificate(head, conn, "green_retired_kwh", "1000")
    answer = done(head, entry, "submit")
    assert (answer.status_code, answer.json()["code"]) == (422, "certificate_unproved")
    assert attach(head, entry, jpeg()).status_code == 204
    carried(head, entry, "submit")


def test_retired_certificates_count_as_zero_in_the_month_and_held_ones_change_nothing(
    conn: Connection, sign_in: SignIn
) -> None:
    proved(sign_in, conn, "green_retired_kwh", "10000")
    proved(sign_in, conn, "green_held_kwh", "500")
    document = closed(sign_in("head"), conn)["document"]
    totals = {name: Decimal(each["amount"]) for name, each in document["totals"].items()}
    assert totals["co2"] == (JUNE_KWH - 10000) * GRID
    assert totals["coal_equivalent"] == JUNE_KWH * Decimal("0.1229")
    assert (totals["green_retired_kwh"], totals["green_held_kwh"]) == (10000, 500)
    green = {name: Decimal(each["amount"]) for name, each in document["energy"]["green"].items()}
    assert green == {
        "purchased": JUNE_KWH, "retired": 10000, "held": 500, "co2_without": JUNE_KWH * GRID,
    }  # fmt: skip
    assert document["cost_is_whole"] is True
    [retired] = (e for e in document["manual_entries"] if e["kind"] == "green_retired_kwh")
    assert (retired["submitted_by"], retired["approved_by"]) == ("校长", "主管")


def test_what_nobody_else_has_seen_is_in_no_month(conn: Connection, sign_in: SignIn) -> None:
    head = sign_in("head")
    entry = certificate(head, conn, "green_retired_kwh", "10000")
    attach(head, entry, jpeg())
    carried(head, entry, "submit")
    document = closed(head, conn)["document"]
    assert Decimal(document["totals"]["co2"]["amount"]) == JUNE_KWH * GRID
    assert "green" not in document["energy"]


def test_more_certificates_than_were_bought_give_no_figure_and_stand_against_closing(
    conn: Connection, sign_in: SignIn
) -> None:
    proved(sign_in, conn, "green_retired_kwh", "28888.57")
    [stands] = obstacles(sign_in("head"), conn)
    assert stands[0] == "factor_missing"


def test_certificates_of_months_are_in_the_year(conn: Connection, sign_in: SignIn) -> None:
    proved(sign_in, conn, "green_retired_kwh", "10000")
    asked = {"year": 2026, "organisation": school_id(conn)}
    [school] = sign_in("head").get(f"{V1}/indicators", params=asked).json()["items"]
    assert school["green_retired_kwh"] == 10000
    # A declaration of the year neither hides what the closed month counts nor is hidden.
    declared = {
        "organisation_id": school_id(conn), "year": 2026, "what": "green_retired_kwh",
        "amount": "1000", "document": "letter",
    }  # fmt: skip
    answer = sign_in("head").post(f"{V1}/energy-declarations", json=declared)
    assert answer.status_code == 204, answer.text
    [school] = sign_in("head").get(f"{V1}/indicators", params=asked).json()["items"]
    assert school["green_retired_kwh"] == 10000
    assert (
        "declared green_retired_kwh of 1000 is in no figure: months were entered, which come to"
        " 10000"
    ) in school["missing"]
