"""What both have signed is never changed: it is taken back by a reversal, and made again."""

from typing import Any

import psycopg
import pytest
from psycopg import Connection

from store.become import Role, become
from tests.db.contracts.desk import JULY, Desk

pytestmark = pytest.mark.db

WITHOUT_AREA = "147456.35"
"""By hand: Qadj = 190,000 x 1.1 + 6,249.6 = 215,249.6 kWh; x 0.7095 x 0.95 = 145,083.61; water
1,100 x 8.15 x 0.95 = 8,516.75; F = 153,600.36; D = 4 % of it = 6,144.01."""


@pytest.fixture
def signed(desk: Desk) -> Any:
    """The worked month, signed by both."""
    return desk.signed(desk.draft(desk.agree())["id"])


@pytest.fixture
def corrected(desk: Desk, signed: Any) -> Any:
    """The replacement that is proposed when the area turns out not to have grown."""
    path = f"contracts/{signed['contract_id']}/events"
    [grown] = [
        row for row in desk.get("manager", path, kind="changes")["items"]
        if row["event"]["adjustment"] == "area"
    ]  # fmt: skip
    desk.post("manager", f"{path}/{grown['id']}/undo", reason="the west wing was not handed over")
    return desk.draft(signed["contract_id"], login="accountant")


def test_a_reversal_and_a_replacement_are_proposed_and_the_signed_one_stays(
    desk: Desk, signed: Any, corrected: Any
) -> None:
    assert (corrected["amount"], corrected["state"]) == (WITHOUT_AREA, "draft")
    assert corrected["revision"] == 2
    stays = desk.get("engineer", f"statements/{signed['id']}")
    assert (stays["state"], stays["amount"]) == ("signed", "154340.14")
    back = desk.get("engineer", f"statements/{stays['reversed_by']}")
    assert (back["kind"], back["state"], back["reverses"]) == ("reversal", "draft", signed["id"])
    assert back["amount"] == "-154340.14"
    assert [row["amount"] for row in back["lines"]] == [
        f"-{row['amount']}" for row in signed["lines"]
    ]


def test_two_signatures_take_it_back_and_only_then_the_replacement_is_signed(
    desk: Desk, signed: Any, corrected: Any
) -> None:
    desk.act("manager", signed["id"], "pay", amount="100000.00")
    desk.act("director", corrected["id"], "check")
    acts = f"statements/{corrected['id']}/acts"
    early = desk.refused("manager", acts, act="sign", sha256=corrected["sha256"])
    assert early == (409, "statement_waits")
    reversal = desk.get("manager", f"statements/{signed['id']}")["reversed_by"]
    shown = desk.signed(reversal)
    assert (shown["state"], shown["due"]) == ("signed", None)
    assert desk.get("manager", f"statements/{signed['id']}")["state"] == "reversed"
    for login in ("manager", "engineer"):
        shown = desk.act(login, corrected["id"], "sign", sha256=corrected["sha256"])
    assert (shown["state"], shown["due"]["paid"]) == ("signed", "100000.00")
    assert shown["due"]["outstanding"] == "47456.35"
    assert desk.act("manager", corrected["id"], "pay")["state"] == "settled"


def test_what_was_paid_too_much_is_paid_back(desk: Desk, signed: Any, corrected: Any) -> None:
    desk.act("manager", signed["id"], "pay")
    desk.signed(desk.get("manager", f"statements/{signed['id']}")["reversed_by"])
    shown = desk.signed(corrected["id"])
    assert (shown["due"]["payer"], shown["due"]["outstanding"]) == ("provider", "6883.79")
    paid = desk.act("engineer", corrected["id"], "pay")
    assert (paid["state"], paid["acts"][-1]["amount"]) == ("settled", "-6883.79")


def test_the_same_figures_propose_nothing(desk: Desk, signed: Any) -> None:
    path = f"contracts/{signed['contract_id']}/statements"
    again = desk.ask("engineer", "POST", path, json=JULY)
    assert (again.status_code, again.json()["id"]) == (200, signed["id"])
    assert again.json()["reversed_by"] is None


@pytest.mark.usefixtures("signed")
def test_the_store_refuses_to_change_what_was_signed(conn: Connection) -> None:
    for change in (
        "UPDATE statement SET amount = 1",
        "UPDATE statement SET document = '{}'",
        "DELETE FROM statement_act",
        "UPDATE contract_version SET document = '{}'",
        "TRUNCATE dispute CASCADE",
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match="only added to: correct by a"):
            conn.execute(change)
        for role in (Role.API, Role.WORK):
            with conn.transaction(force_rollback=True):
                become(conn, role)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(change)


def test_the_database_itself_refuses_what_nobody_may_do(conn: Connection, desk: Desk) -> None:
    drafted = desk.draft(desk.agree())
    refusals = (
        ("engineer", "check", "provider", "", "whoever made it cannot check it"),
        ("manager", "check", "provider", "", "you do not act for that party"),
        ("manager", "sign", "client", drafted["sha256"], "nobody has checked it"),
        ("manager", "dispute", "client", "D1", "it is not signed by both parties"),
    )
    for login, act, party, subject, reason in refusals:
        with conn.transaction(force_rollback=True):
            conn.execute(
                "SELECT set_config('civicwatt.person', person_id::text, true) FROM person"
                " WHERE login = %s",
                [login],
            )
            become(conn, Role.API)
            with pytest.raises(psycopg.errors.CheckViolation, match=reason):
                conn.execute(
                    "INSERT INTO statement_act (statement_id, act, party, subject, on_day)"
                    " VALUES (%s, %s, %s, %s, '2026-08-05')",
                    [drafted["id"], act, party, subject],
                )
