"""A month goes from the entered contract to the payment, to the cent, by people of both sides."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from domain.canonical import digest
from tests.db.contracts.desk import CLINIC, JULY, OFFICE, Desk

pytestmark = pytest.mark.db


def line(statement: Any, code: str, side: str = "fee") -> Any:
    [found] = [row for row in statement["lines"] if (row["code"], row["side"]) == (code, side)]
    return found


def test_the_worked_month_is_entered_drafted_checked_signed_and_paid_to_the_cent(
    desk: Desk,
) -> None:
    contract = desk.agree()
    drafted = desk.draft(contract)
    totals = {each["symbol"]: each["amount"] for each in drafted["totals"]}
    assert (totals["F"], totals["U"], totals["D"]) == ("160770.98", "138772.90", "6430.84")
    electricity = line(drafted, "electricity")
    assert electricity["amount"] == "151845.43"
    steps = {step["symbol"]: step["value"] for step in electricity["steps"]}
    assert (steps["Qadj"], steps["Pt"]) == ("225281.6", "0.7095")
    assert electricity["name_zh"] == "电费"
    assert (drafted["state"], drafted["maker"], drafted["may"]) == ("draft", "engineer", [])
    shown = desk.signed(drafted["id"])
    assert (shown["state"], shown["amount"], shown["payer"]) == ("signed", "154340.14", "client")
    assert [each["person"] for each in shown["signatures"]] == ["engineer", "manager"]
    assert (shown["due"]["payer"], shown["due"]["outstanding"]) == ("client", "154340.14")
    half = desk.act("manager", drafted["id"], "pay", amount="100000.00", number="transfer 7")
    assert (half["state"], half["due"]["outstanding"]) == ("signed", "54340.14")
    paid = desk.act("manager", drafted["id"], "pay")
    assert (paid["state"], paid["due"]["outstanding"]) == ("settled", "0.00")
    assert [act["act"] for act in paid["acts"]] == ["check", "sign", "sign", "pay", "pay"]


def test_a_statement_of_nothing_is_settled_once_both_have_signed(desk: Desk) -> None:
    text = OFFICE
    for counted in ("190000", "1100", "power_kw = 12"):
        assert counted in text
        text = text.replace(counted, "power_kw = 0" if "kw" in counted else "0")
    drafted = desk.draft(desk.agree(text), text=text)
    assert (drafted["state"], drafted["amount"]) == ("draft", "0.00")
    shown = desk.signed(drafted["id"])
    assert (shown["state"], shown["due"]["outstanding"]) == ("settled", "0.00")
    assert "pay" not in desk.get("manager", f"statements/{drafted['id']}")["may"]


def test_where_the_client_pays_the_utilities_the_difference_is_paid(desk: Desk) -> None:
    text = OFFICE.replace('utilities_paid_by = "provider"', 'utilities_paid_by = "client"')
    drafted = desk.draft(desk.agree(text), text=text)
    assert (drafted["amount"], drafted["payee"]) == ("15567.24", "provider")
    assert drafted["savings"][0]["naive"] == "-9600"
    assert drafted["savings"][0]["saving"] == "25681.6"


def test_the_texts_of_a_statement_have_the_digests_that_are_signed(desk: Desk) -> None:
    contract = desk.agree()
    drafted = desk.draft(contract)
    for name, sha256 in (("text", drafted["sha256"]), ("inputs", drafted["inputs_sha256"])):
        answer = desk.ask("manager", "GET", f"statements/{drafted['id']}/{name}")
        assert digest(answer.text) == sha256
    [version] = desk.get("manager", f"contracts/{contract}/versions")["items"]
    terms = desk.ask("manager", "GET", f"contracts/{contract}/versions/1/terms")
    assert digest(terms.text) == version["sha256"]


def test_terms_nobody_has_checked_settle_nothing_and_their_author_cannot_check_them(
    desk: Desk,
) -> None:
    contract = desk.enter()
    path = f"contracts/{contract}"
    assert desk.refused("engineer", f"{path}/statements", **JULY) == (409, "terms_not_in_force")
    own = desk.refused("manager", f"{path}/versions/1/verdict", verdict="checked", reason="mine")
    assert own == (409, "terms_own")
    desk.post("director", f"{path}/versions/1/verdict", verdict="refused", reason="a typing error")
    assert desk.refused("engineer", f"{path}/statements", **JULY) == (409, "terms_not_in_force")
    [version] = desk.get("manager", f"{path}/versions")["items"]
    assert (version["state"], version["verdict_by"]) == ("refused", "director")


def test_a_contract_without_a_day_of_signing_lets_nothing_be_checked(desk: Desk) -> None:
    text = OFFICE.replace("signed_on = 2025-12-20\n", "")
    drafted = desk.draft(desk.agree(text), text=text)
    assert drafted["blocks"] == 1
    assert [each["code"] for each in drafted["remarks"] if each["blocks"]] == ["contract_unsigned"]
    acts = f"statements/{drafted['id']}/acts"
    assert desk.refused("manager", acts, act="check") == (409, "statement_blocked")


def test_nobody_stands_in_for_another(desk: Desk) -> None:
    contract = desk.agree()
    drafted = desk.draft(contract)
    acts = f"statements/{drafted['id']}/acts"
    sha256 = drafted["sha256"]
    assert desk.refused("engineer", acts, act="check") == (409, "statement_own")
    assert desk.refused("manager", acts, act="sign", sha256=sha256) == (409, "statement_state")
    desk.act("accountant", drafted["id"], "check")
    other = desk.refused("manager", acts, act="sign", sha256="0" * 64)
    assert other == (409, "statement_other_digest")
    desk.act("manager", drafted["id"], "sign", sha256=sha256)
    twice = desk.refused("accountant", acts, act="sign", sha256=sha256)
    assert twice == (409, "statement_party_signed")
    desk.post("accountant", f"contracts/{contract}/people", login="manager", party="provider")
    both = desk.refused("manager", acts, act="sign", sha256=sha256)
    assert both == (409, "statement_both_parties")
    assert desk.get("manager", f"statements/{drafted['id']}")["state"] == "checked"


def test_what_is_returned_is_a_draft_again_and_its_signatures_are_gone(desk: Desk) -> None:
    drafted = desk.draft(desk.agree())
    desk.act("manager", drafted["id"], "check")
    signed = desk.act("manager", drafted["id"], "sign", sha256=drafted["sha256"])
    assert len(signed["signatures"]) == 1
    acts = f"statements/{drafted['id']}/acts"
    assert desk.refused("director", acts, act="return")[0] == 422
    back = desk.act("director", drafted["id"], "return", reason="the water bill is missing")
    assert (back["state"], back["signatures"]) == ("draft", [])


def test_the_same_figures_make_no_second_draft_and_others_supersede_it(desk: Desk) -> None:
    contract = desk.agree()
    first = desk.draft(contract)
    path = f"contracts/{contract}/statements"
    again = desk.ask("manager", "POST", path, json=JULY)
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    other = desk.draft(contract, text=OFFICE.replace("flat = 64900", "flat = 64000"))
    assert (other["revision"], other["state"]) == (2, "draft")
    assert desk.get("manager", f"statements/{first['id']}")["state"] == "superseded"
    acts = f"statements/{first['id']}/acts"
    assert desk.refused("manager", acts, act="check") == (409, "statement_state")
    page = desk.get("manager", path, limit=1)
    assert [row["id"] for row in page["items"]] == [other["id"]]
    rest = desk.get("manager", path, limit=1, cursor=page["next"])
    assert ([row["id"] for row in rest["items"]], rest["next"]) == ([first["id"]], None)


def test_figures_that_are_wrong_are_refused_with_their_place(desk: Desk) -> None:
    contract = desk.agree()
    for figures, place in (
        ({"uses": [{"meter": "main-e", "quantities": {"noon": "1"}}]}, "quantities"),
        ({"prices": [{"line": "electricity", "prices": {"flat": 0.5}, "source": "x"}]}, "flat"),
        ({"months": 1}, "figures"),
        ({"uses": [{"meter": "other", "quantities": {"flat": "1"}}]}, "2026-07"),
    ):
        answer = desk.ask(
            "engineer", "POST", f"contracts/{contract}/statements",
            json={"month": "2026-07", "figures": figures},
        )  # fmt: skip
        assert answer.status_code == 422, answer.text
        assert place in answer.json()["place"], answer.text
    half = b'{"month": "2026-07", "figures": {"bills": [{"line": "\\ud800"}]}}'
    answer = desk.ask(
        "engineer", "POST", f"contracts/{contract}/statements", content=half,
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["place"]) == (422, "figures")


def test_a_month_in_which_the_contract_does_not_run_is_refused(desk: Desk) -> None:
    contract = desk.agree()
    body = {"month": "2031-01", "figures": {}}
    path = f"contracts/{contract}/statements"
    assert desk.refused("engineer", path, **body) == (409, "contract_not_running")


def test_an_act_on_what_has_moved_since_it_was_looked_at_is_refused(desk: Desk) -> None:
    drafted = desk.draft(desk.agree())
    path = f"statements/{drafted['id']}"
    etag = desk.ask("manager", "GET", path).headers["ETag"]
    assert desk.ask("manager", "GET", path, headers={"If-None-Match": etag}).status_code == 304
    desk.act("director", drafted["id"], "check")
    late = desk.ask(
        "manager", "POST", f"{path}/acts", json={"act": "return", "reason": "no"},
        headers={"If-Match": etag},
    )  # fmt: skip
    assert (late.status_code, late.json()["code"]) == (412, "statement_moved")


def test_months_are_told_from_their_baseline_to_their_saving(desk: Desk) -> None:
    contract = desk.agree()
    made = desk.draft(contract)
    rows = desk.get("manager", f"contracts/{contract}/periods")["items"]
    assert [(each["month"], each["line"], each["state"]) for each in rows] == [
        ("2026-07", "electricity", "draft"), ("2026-07", "water", "draft")
    ]  # fmt: skip
    power = rows[0]
    assert (power["statement"], power["payment"]) == (made["id"], "154340.14")
    told = {name: Decimal(power[name]) for name in ("baseline", "adjusted_baseline", "use")}
    assert told == {
        "baseline": 190000, "adjusted_baseline": Decimal("225281.6"), "use": 199600
    }  # fmt: skip
    assert [each["name"] for each in power["changes"]] == ["weather", "factors", "server-room"]
    assert (Decimal(power["saving"]), power["amount"]) == (Decimal("25681.6"), "151845.43")
    assert (Decimal(power["price"]), Decimal(power["share"])) == (
        Decimal("0.7095"), Decimal("0.95")
    )  # fmt: skip
    assert desk.get("engineer", f"contracts/{contract}/periods")["items"] == rows
    assert desk.ask("hospital", "GET", f"contracts/{contract}/periods").status_code == 404


def test_a_year_is_trued_up_and_the_contract_handed_over(desk: Desk) -> None:
    clinic = CLINIC
    contract = desk.agree(clinic)
    for number in range(1, 13):
        month = f"2026-{number:02}"
        desk.signed(desk.draft(contract, month=month, text=clinic)["id"])
    path = f"contracts/{contract}/statements"
    year = desk.post("engineer", path, kind="true_up", year=1)
    assert (year["amount"], year["payer"], year["period"]) == ("563.53", "provider", "year 1")
    assert desk.post("engineer", path, kind="hand_over")["blocks"] == 1
    desk.signed(year["id"])
    end = desk.post("engineer", path, kind="hand_over")
    assert (end["amount"], end["payee"], end["blocks"]) == ("6642.90", "provider", 0)
    assert desk.refused("engineer", path, kind="true_up", year=2) == (409, "no_contract_year")
    _the_year_is_disputed(desk, year["id"], path)


def test_quarters_are_trued_up_before_their_year(desk: Desk) -> None:
    """By hand in tests/unit/settlement/test_quarters.py: 70.36 back for the first quarter."""
    clinic = CLINIC.replace("[contract]\n", f"[contract]\n{QUARTERLY}", 1)
    contract = desk.agree(clinic)
    for month in ("2026-01", "2026-02", "2026-03"):
        desk.signed(desk.draft(contract, month=month, text=clinic)["id"])
    path = f"contracts/{contract}/statements"
    quarter = desk.post("engineer", path, kind="true_up", year=1, quarter=1)
    assert (quarter["amount"], quarter["payer"]) == ("70.36", "provider")
    assert (quarter["period"], quarter["blocks"]) == ("year 1 quarter 1", 0)
    assert desk.signed(quarter["id"])["state"] == "signed"
    assert desk.post("engineer", path, kind="true_up", year=1, quarter=1)["id"] == quarter["id"]
    year = desk.post("engineer", path, kind="true_up", year=1)
    codes = {each["code"] for each in year["remarks"] if each["blocks"]}
    assert codes == {"month_missing", "quarter_missing"}
    assert [e["amount"] for e in year["totals"] if e["symbol"] == "quarters"] == ["70.36"]
    assert desk.refused("engineer", path, kind="true_up", year=1, quarter=4)[0] == 422
    other = desk.agree(CLINIC.replace("clinic-2026", "clinic-2"))
    refused = desk.refused(
        "engineer", f"contracts/{other}/statements", kind="true_up", year=1, quarter=1
    )
    assert refused == (409, "no_contract_quarter")
    paper = desk.ask("manager", "GET", f"statements/{quarter['id']}/xlsx", params={"lang": "en"})
    sheets = openpyxl.load_workbook(io.BytesIO(paper.content), read_only=True).worksheets
    cells = {cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row}
    assert "True-up of contract year 1, quarter 1" in cells


QUARTERLY = 'true_up_schedule = "quarterly"\nadjustment_schedule = "quarterly"\n'


def _the_year_is_disputed(desk: Desk, year: int, path: str) -> None:
    """Of 563.53 that the provider owes for the year it grants 400.00, and pays them."""
    claim = {"reason": "the cap", "deadline": "2200-01-01", "side": "total"}
    desk.post("engineer", f"statements/{year}/disputes", **claim, line="cap", claimed="-400.00")
    shown = desk.get("manager", f"statements/{year}")
    assert (shown["state"], shown["due"]["outstanding"]) == ("disputed", "400.00")
    assert [each["symbol"] for each in shown["totals"] if each["dispute"]] == ["cap"]
    assert {each["symbol"] for each in shown["totals"] if each["disputable"]} == {"months", "cap"}
    assert desk.act("engineer", year, "pay")["due"]["outstanding"] == "0.00"
    waits = desk.post("engineer", path, kind="hand_over")
    assert [each["code"] for each in waits["remarks"] if each["blocks"]] == ["dispute_open"]


def test_a_signed_year_is_taken_back_by_a_reversal_and_made_again(desk: Desk) -> None:
    clinic = CLINIC
    contract = desk.agree(clinic)
    for number in range(1, 13):
        month = f"2026-{number:02}"
        desk.signed(desk.draft(contract, month=month, text=clinic)["id"])
    path = f"contracts/{contract}/statements"
    year = desk.signed(desk.post("engineer", path, kind="true_up", year=1)["id"])
    assert desk.post("engineer", path, kind="true_up", year=1)["id"] == year["id"], "nothing new"
    desk.act("engineer", year["id"], "pay")
    dismantled = {
        "line": "electricity", "first_day": "2026-12-01", "end_day": "2027-01-01",
        "quantity": "-1000", "reason": "the west wing stood empty", "document": "minutes 9",
        "signed_by": ["A", "B"],
    }  # fmt: skip
    desk.post("manager", f"contracts/{contract}/events", kind="agreed", event=dismantled)
    again = desk.post("engineer", path, kind="true_up", year=1)
    assert (again["kind"], again["revision"], again["state"]) == ("true_up", 2, "draft")
    assert again["amount"] != year["amount"]
    stays = desk.get("manager", f"statements/{year['id']}")
    assert (stays["state"], stays["amount"]) == ("settled", "563.53")
    back = desk.get("manager", f"statements/{stays['reversed_by']}")
    assert (back["kind"], back["period"], back["amount"]) == ("reversal", "year 1", "-563.53")
    desk.act("director", again["id"], "check")
    acts = f"statements/{again['id']}/acts"
    early = desk.refused("manager", acts, act="sign", sha256=again["sha256"])
    assert early == (409, "statement_waits")
    desk.signed(back["id"])
    assert desk.get("manager", f"statements/{year['id']}")["state"] == "reversed"
    for login in ("manager", "engineer"):
        shown = desk.act(login, again["id"], "sign", sha256=again["sha256"])
    assert (shown["state"], shown["due"]["paid"]) == ("signed", "-563.53")
