"""A true-up sums what both have signed: what is signed otherwise since stands against it."""

from typing import Any

import pytest

from tests.db.contracts.desk import CLINIC, Desk

pytestmark = pytest.mark.db

QUARTERLY = CLINIC.replace(
    "[contract]\n",
    '[contract]\ntrue_up_schedule = "quarterly"\nadjustment_schedule = "quarterly"\n',
    1,
)
MORE_FLAT = QUARTERLY.replace(
    "last = { peak = 2040.00, flat = 1895.00", "last = { peak = 2040.00, flat = 1905.00"
)
"""March with 1,000 kWh more at the flat price: 600.00 and half a percent more in the bills."""


@pytest.fixture
def quarter(desk: Desk) -> Any:
    """The first quarter as a draft that somebody has checked."""
    contract = desk.agree(QUARTERLY)
    for month in ("2026-01", "2026-02", "2026-03"):
        desk.signed(desk.draft(contract, month=month, text=QUARTERLY)["id"])
    path = f"contracts/{contract}/statements"
    made = desk.post("engineer", path, kind="true_up", year=1, quarter=1)
    return desk.act("director", made["id"], "check")


def correct_march(desk: Desk, contract: int) -> None:
    """March is taken back and signed again with other figures."""
    made = desk.draft(contract, month="2026-03", text=MORE_FLAT)
    (signed,) = [
        row
        for row in desk.get("manager", f"contracts/{contract}/statements")["items"]
        if (row["kind"], row["period"], row["revision"]) == ("month", "2026-03", 1)
    ]
    desk.signed(signed["reversed_by"])
    desk.signed(made["id"])


def test_a_true_up_is_not_signed_over_a_month_that_was_signed_anew(
    desk: Desk, quarter: Any
) -> None:
    path = f"statements/{quarter['id']}"
    assert quarter["overtaken"] == []
    before = desk.ask("manager", "GET", path).headers["ETag"]
    correct_march(desk, quarter["contract_id"])
    shown = desk.ask("manager", "GET", path, headers={"If-None-Match": before})
    assert (shown.status_code, shown.json()["overtaken"]) == (200, ["2026-03"])
    assert "sign" not in shown.json()["may"]
    acts = f"{path}/acts"
    refused = desk.refused("manager", acts, act="sign", sha256=quarter["sha256"])
    assert refused == (409, "statement_overtaken")
    again = desk.post(
        "engineer", f"contracts/{quarter['contract_id']}/statements",
        kind="true_up", year=1, quarter=1,
    )  # fmt: skip
    assert (again["overtaken"], again["revision"]) == ([], 2)
    assert desk.signed(again["id"])["state"] == "signed"


def test_a_signed_true_up_says_so_until_it_is_made_again(desk: Desk, quarter: Any) -> None:
    """Without it the correction of March would be paid by the month and stay in the quarter."""
    for login in ("manager", "engineer"):
        desk.act(login, quarter["id"], "sign", sha256=quarter["sha256"])
    contract = quarter["contract_id"]
    correct_march(desk, contract)
    rows = desk.get("manager", f"contracts/{contract}/statements")["items"]
    told = {row["period"]: row["overtaken"] for row in rows if row["overtaken"]}
    assert told == {"year 1 quarter 1": ["2026-03"]}
    again = desk.post(
        "engineer", f"contracts/{contract}/statements", kind="true_up", year=1, quarter=1
    )
    assert again["revision"] == 2
