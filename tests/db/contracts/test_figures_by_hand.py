"""A maximum demand that nobody reads out counts when two persons stand behind it, with a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection

from tests.contracted_school import drawn, follow, planted_template, terms
from tests.db.contracts.desk import Desk

pytestmark = pytest.mark.db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WATER = '    { code = "water", line = "water" },\n'
LINE = """
[[contract.lines]]
code = "demand"
kind = "demand"
name_zh = "需量电费"
name_en = "Demand"
unit = "kW"

[contract.lines.baseline]
quantity = [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100]
prices = [{ flat = 40 }]

"""
TEXT = terms(
    **{
        WATER: f'{WATER}    {{ code = "demand-meter", line = "demand", by_hand = true }},\n',
        "[[contract.kpis]]": LINE + "[[contract.kpis]]",
    }
)
PRICE = {
    "line": "demand",
    "prices": {"flat": "40"},
    "source": "notice 7",
    "checked_by": "checker",
}


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school whose June can be drawn."""
    with planted_template(database_server, template) as name:
        yield name


def figure(desk: Desk, contract: int, kilowatts: str = "90", login: str = "engineer") -> Any:
    return desk.post(
        login, f"contracts/{contract}/figures", month="2026-06", meter="demand-meter",
        quantities={"flat": kilowatts}, document="photo of the dial, 30 June",
    )  # fmt: skip


def prove(desk: Desk, contract: int, number: int, login: str = "engineer") -> int:
    path = f"contracts/{contract}/figures/{number}/proof"
    return desk.ask(login, "POST", path, content=PDF).status_code


def judge(desk: Desk, contract: int, number: int, login: str = "manager") -> Any:
    path = f"contracts/{contract}/figures/{number}/verdict"
    return desk.post(login, path, verdict="checked", reason="held against the photo")


def line(statement: Any, side: str) -> Any:
    [found] = [e for e in statement["lines"] if (e["code"], e["side"]) == ("demand", side)]
    return found


def codes(statement: Any) -> set[str]:
    return {each["code"] for each in statement["remarks"] if each["blocks"]}


def test_a_demand_counts_when_another_person_has_held_it_against_its_file(
    desk: Desk, conn: Connection
) -> None:
    contract = desk.agree(TEXT)
    without = drawn(desk, contract, prices=[PRICE])
    assert line(without, "bills")["amount"] is None
    assert "by_hand" in codes(without)
    entered = figure(desk, contract)
    path = f"contracts/{contract}/figures/{entered['id']}/verdict"
    said = {"verdict": "checked", "reason": "looks right"}
    assert desk.refused("engineer", path, **said) == (409, "figure_own")
    assert desk.refused("manager", path, **said) == (409, "figure_unproved")
    assert prove(desk, contract, entered["id"], "director") == 409, "whoever read it gives the file"
    assert prove(desk, contract, entered["id"]) == 201
    assert judge(desk, contract, entered["id"])["state"] == "checked"
    assert desk.refused("accountant", path, **said) == (409, "figure_judged")
    assert follow(conn) == 1, "what somebody checked draws the month again"
    [newest, *_] = desk.get("manager", f"contracts/{contract}/statements")["items"]
    made = desk.get("manager", f"statements/{newest['id']}")
    assert line(made, "bills")["amount"] == "3600.00"
    assert "photo of the dial, 30 June" in line(made, "bills")["basis"]
    assert "by_hand" not in codes(made)
    uses = desk.get("manager", f"statements/{newest['id']}/inputs")["month"]["uses"]
    [kept] = [each for each in uses if each["meter"] == "demand-meter"]
    assert kept["signed_by"] == ["engineer", "manager"]
    assert kept["proof_sha256"] == desk.get(
        "manager", f"contracts/{contract}/figures", month="2026-06"
    )["items"][0]["proof_sha256"]  # fmt: skip
    file = desk.ask("manager", "GET", f"contracts/{contract}/figures/{entered['id']}/proof")
    assert (file.status_code, file.content) == (200, PDF)


def test_one_persons_word_is_refused_and_the_newest_checked_figure_counts(desk: Desk) -> None:
    contract = desk.agree(TEXT)
    typed = {"meter": "demand-meter", "quantities": {"flat": "10"}}
    for path, body in (
        ("drawings", {"month": "2026-06", "entered": {"uses": [typed]}}),
        ("statements", {"month": "2026-06", "figures": {"uses": [typed]}}),
    ):
        refused = desk.refused("engineer", f"contracts/{contract}/{path}", **body)
        assert refused == (422, "figure_by_hand")
    for number, kilowatts in enumerate(("90", "95")):
        entered = figure(desk, contract, kilowatts)
        prove(desk, contract, entered["id"])
        if not number:
            judge(desk, contract, entered["id"])
    made = drawn(desk, contract, prices=[PRICE])
    assert line(made, "bills")["amount"] == "3600.00", "95 kW are unchecked"
    judge(desk, contract, entered["id"], "director")
    assert line(drawn(desk, contract, prices=[PRICE]), "bills")["amount"] == "3800.00"


def test_a_figure_of_another_meter_or_of_a_month_outside_the_contract_is_refused(
    desk: Desk,
) -> None:
    contract = desk.agree(TEXT)
    good = {
        "month": "2026-06", "meter": "demand-meter", "quantities": {"flat": "90"},
        "document": "photo",
    }  # fmt: skip
    path = f"contracts/{contract}/figures"
    for wrong, code in (
        ({"meter": "water"}, "figure_of_no_hand"),
        ({"month": "2030-06"}, "figure_of_no_month"),
        ({"quantities": {}}, "figure_of_no_month"),
    ):
        assert desk.refused("engineer", path, **(good | wrong)) == (422, code)
    assert desk.refused("engineer", path, **(good | {"quantities": {"flat": "-1"}}))[0] == 422
