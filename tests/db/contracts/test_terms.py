"""Terms come in versions and events one by one, as a file or as JSON of the same schema."""

import tomllib
from decimal import Decimal

import pytest

from domain.canonical import plain
from domain.settlement_file import shipped_examples
from tests.db.contracts.desk import OFFICE, Desk

pytestmark = pytest.mark.db


def as_json(value: object) -> object:
    """A table of the file as JSON has it: numbers with a point and days are text."""
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value if isinstance(value, bool | int | str) else str(value)


def test_a_file_and_its_json_are_the_same_terms(desk: Desk) -> None:
    by_file = desk.post("manager", "contracts", organisation="school", text=OFFICE)
    assert by_file["months"] == ["2026-07"]
    table = tomllib.loads(OFFICE, parse_float=Decimal)["contract"]
    terms = as_json(table | {"code": "office-json"})
    by_json = desk.post("manager", "contracts", organisation="school", terms=terms)
    assert by_json["terms"] | {"code": ""} == by_file["terms"] | {"code": ""}
    assert [line["code"] for line in by_json["lines"]] == ["electricity", "water"]
    assert (by_file["newest_state"], by_file["party"]) == ("entered", "client")
    listed = desk.get("manager", "contracts", organisation="school")["items"]
    assert [row["code"] for row in listed] == ["office-json", "office-july"]


def test_every_shipped_example_can_be_entered(desk: Desk) -> None:
    entered = [
        desk.post("manager", "contracts", organisation="school", text=text)["code"]
        for text in shipped_examples().values()
    ]
    assert {"office-july", "clinic-2026"} <= set(entered)


def test_an_amendment_holds_from_its_month_on_once_it_is_checked(desk: Desk) -> None:
    contract = desk.agree()
    before = desk.draft(contract)
    path = f"contracts/{contract}/versions"
    amended = OFFICE.split("[[events")[0].replace("version = 1", "version = 2")
    amended = amended.replace("coefficient = 0.95", "coefficient = 0.90")
    body = {"text": amended, "holds_from": "2026-07-01", "reason": "minutes 6/2026"}
    assert desk.refused("engineer", path, **body | {"holds_from": "2026-07-02"})[0] == 422
    wrong = desk.refused("engineer", path, **body | {"text": OFFICE.split("[[events")[0]})
    assert wrong == (409, "terms_number")
    assert desk.post("engineer", path, **body)["state"] == "entered"
    assert desk.draft(contract)["id"] == before["id"], "nobody has checked it"
    own = desk.refused("director", f"{path}/2/verdict", verdict="checked", reason="as agreed")
    assert own == (409, "terms_own_party"), "the provider's two persons are one party"
    desk.post("manager", f"{path}/2/verdict", verdict="checked", reason="as agreed")
    again = desk.refused("accountant", f"{path}/2/verdict", verdict="refused", reason="no")
    assert again == (409, "terms_judged")
    after = desk.draft(contract)
    assert (after["contract_version"], after["revision"]) == (2, 2)
    assert (before["contract_version"], before["amount"]) == (1, "154340.14")
    # By hand: 225,281.6 x 0.7095 x 0.90 = 143,853.57; 1,100 x 1.048 x 8.15 x 0.90 = 8,455.79
    assert {row["symbol"]: row["amount"] for row in after["totals"]}["F"] == "152309.36"


def test_events_of_the_file_are_entered_with_the_contract(desk: Desk) -> None:
    contract = desk.agree()
    rows = desk.get("director", f"contracts/{contract}/events")["items"]
    assert [(row["kind"], row["first_day"]) for row in rows] == [
        ("changes", "2026-03-01"),
        ("changes", "2026-04-01"),
        ("equipment", "2026-05-01"),
    ]
    assert rows[1]["document"] == "handover record of the west wing"


def test_an_event_counts_until_it_is_undone_with_a_reason(desk: Desk) -> None:
    contract = desk.agree()
    path = f"contracts/{contract}/events"
    error = {
        "meter": "main-e", "error_pct": "2", "first_day": "2026-07-01", "end_day": "2026-08-01",
        "basis": "clause 9", "document": "verification 12",
    }  # fmt: skip
    entered = desk.post("engineer", path, kind="meter_errors", event=error)
    assert (entered["party"], entered["end_day"]) == ("provider", "2026-08-01")
    corrected = desk.draft(contract)
    assert corrected["savings"][0]["use"] != "199600"
    undo = f"{path}/{entered['id']}/undo"
    assert desk.refused("manager", undo, reason=" ")[0] == 422
    gone = desk.post("manager", undo, reason="the wrong meter was tested")
    assert gone["undone_by"] == "manager"
    assert desk.refused("manager", undo, reason="again") == (409, "contract_event_undone")
    assert desk.draft(contract)["savings"][0]["use"] == "199600"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("coefficient = 0.95", "coefficient = 1.95"), "text.contract"),
        (("coefficient = 0.95", "coefficent = 0.95"), "text.contract"),
        (("coefficient = 0.95", 'zone = "Asia/Nowhere"'), "contract.zone"),
        (('adjustment = "area"', 'adjustment = "volume"'), "text"),
        (('schema = "settlement/1"', 'schema = "settlement/2"'), "text"),
        (("[contract]", "[contract"), "text"),
    ],
)
def test_a_file_that_is_wrong_is_refused_whole_and_with_its_place(
    desk: Desk, change: tuple[str, str], place: str
) -> None:
    body = {"organisation": "school", "text": OFFICE.replace(*change)}
    answer = desk.ask("manager", "POST", "contracts", json=body)
    assert (answer.status_code, answer.json()["place"]) == (422, place), answer.text
    assert desk.get("manager", "contracts")["items"] == []


def test_a_code_is_taken_once_and_terms_come_one_way(desk: Desk) -> None:
    desk.agree()
    body = {"organisation": "school", "text": OFFICE}
    assert desk.refused("accountant", "contracts", **body) == (409, "contract_known")
    assert desk.refused("manager", "contracts", **body, terms={})[0] == 422
    assert desk.refused("manager", "contracts", organisation="school")[0] == 422
