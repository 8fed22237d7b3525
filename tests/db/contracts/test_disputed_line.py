"""A dispute freezes its line and nothing else; it ends by both, and a reversal changes the line."""

from decimal import Decimal
from typing import Any

import pytest

from tests.db.contracts.desk import Desk

pytestmark = pytest.mark.db

CLAIM = {
    "line": "electricity",
    "side": "fee",
    "claimed": "150000.00",
    "reason": "the area was told too late",
    "deadline": "2200-01-01",
    "evidence": ["handover record of the west wing"],
}
FROZEN = "1845.43"
"""151,845.43 - 150,000.00"""


@pytest.fixture
def signed(desk: Desk) -> Any:
    """The worked month, signed by both."""
    return desk.signed(desk.draft(desk.agree())["id"])


def ended(desk: Desk, dispute: Any, **outcome: str) -> Any:
    """The accountant says how it ended, the engineer signs."""
    said = {"decided_on": "2026-09-01", "document": "minutes 9/2026"} | outcome
    proposed = desk.post("accountant", f"disputes/{dispute['id']}/outcomes", **said)
    path = f"disputes/{dispute['id']}/outcomes/{proposed['outcome']['id']}/signature"
    assert desk.refused("manager", path) == (409, "outcome_own")
    return desk.post("engineer", path)


def test_a_dispute_freezes_its_line_and_the_rest_is_payable(desk: Desk, signed: Any) -> None:
    path = f"statements/{signed['id']}"
    dispute = desk.post("manager", f"{path}/disputes", **CLAIM)
    assert (dispute["frozen"], dispute["amount"], dispute["by"]) == (FROZEN, "151845.43", "client")
    shown = desk.get("engineer", path)
    assert (shown["state"], shown["open_disputes"]) == ("disputed", 1)
    marked = [(row["code"], row["side"]) for row in shown["lines"] if row["dispute"]]
    assert marked == [("electricity", "fee")]
    assert shown["due"]["outstanding"] == "152494.71"
    assert shown["due"]["frozen"] == [{"dispute": dispute["code"], "amount": FROZEN}]
    more = desk.refused("manager", f"{path}/acts", act="pay", amount="152494.72")
    assert more == (409, "statement_overpaid")
    paid = desk.act("manager", signed["id"], "pay", amount="152494.71")
    assert (paid["state"], paid["due"]["outstanding"]) == ("disputed", "0.00")
    assert desk.refused("manager", f"{path}/acts", act="pay") == (409, "nothing_outstanding")


def test_what_was_frozen_is_due_when_the_dispute_is_rejected(desk: Desk, signed: Any) -> None:
    path = f"statements/{signed['id']}"
    dispute = desk.post("manager", f"{path}/disputes", **CLAIM)
    desk.act("manager", signed["id"], "pay")
    wrong = desk.refused(
        "accountant", f"disputes/{dispute['id']}/outcomes", kind="rejected", amount="1.00",
        decided_on="2026-09-01", document="minutes 9/2026",
    )  # fmt: skip
    assert wrong == (409, "outcome_amount")
    closed = ended(desk, dispute, kind="rejected", amount="151845.43")
    assert (closed["open"], closed["frozen"]) == (False, "0.00")
    shown = desk.get("manager", path)
    assert (shown["state"], shown["due"]["outstanding"]) == ("signed", FROZEN)
    assert desk.act("manager", signed["id"], "pay")["state"] == "settled"


def test_an_upheld_dispute_keeps_its_difference_until_the_statement_is_reversed(
    desk: Desk, signed: Any
) -> None:
    dispute = desk.post("manager", f"statements/{signed['id']}/disputes", **CLAIM)
    closed = ended(desk, dispute, kind="upheld", amount="150000.00")
    assert (closed["open"], closed["frozen"]) == (False, FROZEN)
    shown = desk.get("manager", f"statements/{signed['id']}")
    assert (shown["state"], shown["due"]["outstanding"]) == ("signed", "152494.71")


def test_one_that_was_agreed_on_keeps_only_the_agreed_difference(desk: Desk, signed: Any) -> None:
    dispute = desk.post("manager", f"statements/{signed['id']}/disputes", **CLAIM)
    closed = ended(desk, dispute, kind="agreed", amount="151000.00")
    assert (closed["open"], closed["claimed"], closed["frozen"]) == (False, "150000.00", "845.43")
    shown = desk.get("manager", f"statements/{signed['id']}")
    assert shown["due"]["outstanding"] == "153494.71"


def test_an_upheld_claim_ends_in_a_reversal_and_a_statement_that_says_what_was_claimed(
    desk: Desk, signed: Any
) -> None:
    """Without the area 215,249.6 kWh x 0.7095 x 0.95; 96 % of the fee of 153,600.36 is due.

    Water follows the area too: what nobody disputed of it was paid, and goes back.
    """
    right = "145083.61"
    dispute = desk.post(
        "manager", f"statements/{signed['id']}/disputes", **CLAIM | {"claimed": right}
    )
    paid = desk.act("manager", signed["id"], "pay")["due"]["paid"]
    ended(desk, dispute, kind="upheld", amount=right)
    events = f"contracts/{signed['contract_id']}/events"
    [area] = [
        row for row in desk.get("manager", events, kind="changes")["items"]
        if row["event"]["adjustment"] == "area"
    ]  # fmt: skip
    desk.post("manager", f"{events}/{area['id']}/undo", reason="minutes 9/2026")
    made_again(desk, signed, wanted=right, amount="147456.35", paid=paid)


def test_what_both_agreed_on_ends_in_a_reversal_and_a_statement_that_says_so(
    desk: Desk, signed: Any
) -> None:
    """1,254.30 of 225,281.6 kWh less, x 0.7095 x 0.95; 96 % of the fee of 159,925.55 is due."""
    dispute = desk.post("manager", f"statements/{signed['id']}/disputes", **CLAIM)
    paid = desk.act("manager", signed["id"], "pay")["due"]["paid"]
    ended(desk, dispute, kind="agreed", amount="151000.00")
    less = {
        "line": "electricity", "first_day": "2026-07-01", "end_day": "2026-08-01",
        "quantity": "-1254.30", "reason": "the area was told too late",
        "document": "minutes 9/2026", "signed_by": ["accountant", "engineer"],
    }  # fmt: skip
    desk.post("manager", f"contracts/{signed['contract_id']}/events", kind="agreed", event=less)
    made_again(desk, signed, wanted="151000.00", amount="153528.53", paid=paid)


def test_a_statement_that_does_not_say_what_was_decided_is_neither_checked_nor_signed(
    desk: Desk, signed: Any
) -> None:
    """Agreed on 151,000.00; without what leads there the line comes to 151,845.43 again."""
    dispute = desk.post("manager", f"statements/{signed['id']}/disputes", **CLAIM)
    ended(desk, dispute, kind="agreed", amount="151000.00")
    events = f"contracts/{signed['contract_id']}/events"
    less = {
        "line": "water", "first_day": "2026-07-01", "end_day": "2026-08-01",
        "quantity": "-10", "reason": "something else", "document": "minutes 9/2026",
        "signed_by": ["accountant", "engineer"],
    }  # fmt: skip
    desk.post("manager", events, kind="agreed", event=less)
    again = desk.draft(signed["contract_id"], login="accountant")
    assert again["unmet"] == [
        {
            "dispute": dispute["code"], "line": "electricity", "side": "fee",
            "wanted": "151000.00", "found": "151845.43", "difference": "845.43",
        }
    ]  # fmt: skip
    assert "check" not in desk.get("director", f"statements/{again['id']}")["may"]
    refused = desk.ask("director", "POST", f"statements/{again['id']}/acts", json={"act": "check"})
    assert (refused.status_code, refused.json()["code"]) == (409, "decision_unmet")
    assert "845.43 CNY more" in refused.json()["detail"]
    desk.post("manager", events, kind="agreed", event=less | {"line": "electricity",
              "quantity": "-1254.30"})  # fmt: skip
    right = desk.draft(signed["contract_id"], login="accountant")
    assert right["unmet"] == []
    assert desk.act("director", right["id"], "check")["state"] == "checked"


def made_again(desk: Desk, signed: Any, *, wanted: str, amount: str, paid: str) -> None:
    """The statement is reversed, made again with the line as it was decided, and settled."""
    again = desk.draft(signed["contract_id"], login="accountant")
    [line] = [row for row in again["lines"] if (row["code"], row["side"]) == ("electricity", "fee")]
    assert (line["amount"], again["amount"]) == (wanted, amount)
    stays = desk.get("engineer", f"statements/{signed['id']}")
    back = desk.signed(stays["reversed_by"])
    assert (back["amount"], back["reverses"]) == (f"-{signed['amount']}", signed["id"])
    assert desk.get("engineer", f"statements/{signed['id']}")["state"] == "reversed"
    shown = desk.signed(again["id"])
    assert (shown["state"], shown["due"]["paid"], shown["due"]["frozen"]) == ("signed", paid, [])
    rest = Decimal(amount) - Decimal(paid)
    payer, login = ("client", "manager") if rest > 0 else ("provider", "engineer")
    assert (shown["due"]["payer"], shown["due"]["outstanding"]) == (payer, str(abs(rest)))
    settled = desk.act(login, again["id"], "pay")
    assert (settled["state"], settled["due"]["outstanding"]) == ("settled", "0.00")
    assert settled["due"]["paid"] == amount


def test_disputes_are_listed_and_what_cannot_be_disputed_is_refused(
    desk: Desk, signed: Any
) -> None:
    path = f"statements/{signed['id']}/disputes"
    nowhere = CLAIM | {"line": "gas"}
    assert desk.refused("manager", path, **nowhere) == (409, "dispute_no_amount")
    assert desk.refused("manager", path, **CLAIM | {"deadline": "2000-01-01"})[0] == 422
    first = desk.post("manager", path, **CLAIM)
    second = desk.post("engineer", path, **CLAIM | {"line": "water", "claimed": "9000.00"})
    assert second["frozen"] == "0.00"
    rows = desk.get("director", "disputes", contract=signed["contract_id"], open=True)["items"]
    assert [row["id"] for row in rows] == [second["id"], first["id"]]
    assert desk.get("director", "disputes", open=False)["items"] == []
    assert desk.get("hospital", "disputes")["items"] == []


def test_a_draft_is_not_disputed(desk: Desk) -> None:
    drafted = desk.draft(desk.agree())
    path = f"statements/{drafted['id']}/disputes"
    assert desk.refused("manager", path, **CLAIM) == (409, "statement_state")
