"""A trusteeship of the demo: the worked month, drafted, checked and signed for both parties."""

from civicwatt.demo.ledger import DOCUMENT
from civicwatt.demo.person import Person
from domain.settlement_file import shipped_examples

_FILE = "office_july.toml"
_CODE = "office-july"
_MONTH = "2026-07"


def enter_contract(first: Person, second: Person, institution: str) -> None:
    """Let one person act for the client and the other for the provider, unless they have.

    Parameters
    ----------
    institution : str
        Code of the client.
    """
    if any(row["code"] == _CODE for row in first.get("contracts", limit=1000)["items"]):
        return
    text = shipped_examples()[_FILE]
    contract = first.post("contracts", {"organisation": institution, "text": text})
    path = f"contracts/{contract['id']}"
    first.post(f"{path}/people", {"login": second.login, "party": "provider"})
    second.post(f"{path}/versions/1/verdict", {"verdict": "checked", "reason": DOCUMENT})
    drafted = first.post(f"{path}/statements", {"month": _MONTH, "text": text})
    acts = f"statements/{drafted['id']}/acts"
    second.post(acts, {"act": "check", "reason": DOCUMENT})
    for person in (first, second):
        person.post(acts, {"act": "sign", "sha256": drafted["sha256"]})
