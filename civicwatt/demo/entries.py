"""Manual entries of the demo, one in each state, and the rule that asks for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from civicwatt.demo.person import Person

NOTE = "invented for the demo 演示用虚构数据"
RETURNED = "the photo of the bill is missing 缺少账单照片"
_STEPS = {
    "draft": (),
    "submitted": ("submit",),
    "returned": ("submit", "return"),
    "checked": ("submit", "check"),
    "approved": ("submit", "check", "approve"),
}
"""What is done with an entry until it is in a state."""
_OF_THE_SECOND = {"check", "return", "approve"}


class Entry(NamedTuple):
    """What is entered of a month, and how far it has come; amount in the unit of its kind."""

    state: str
    kind: str
    amount: str
    cost: str


_ENTRIES = (
    Entry("approved", "gasoline_l", "412.5", "3217.50"),
    Entry("checked", "natural_gas_m3", "1860", "5952.00"),
    Entry("returned", "diesel_l", "96.4", "732.64"),
    Entry("submitted", "lpg_kg", "45", "360.00"),
    Entry("draft", "raw_coal_kg", "120", "132.00"),
)


def enter_entries(
    first: Person, second: Person, institutions: Sequence[Mapping[str, Any]], month: date
) -> None:
    """Let the first person enter them of a month that is over, and the second one judge.

    What is entered already is left as it is. With fewer institutions than entries, some have
    several.
    """
    known = {(row["organisation_id"], row["kind"]) for row in _of_month(first, month)}
    for number, entry in enumerate(_ENTRIES):
        # From the last institution on: months of the first one are closed by its meters.
        place = institutions[-1 - number % len(institutions)]["id"]
        if (place, entry.kind) in known:
            continue
        new = {
            "organisation_id": place,
            "kind": entry.kind,
            "month": month,
            "amount": entry.amount,
            "cost": entry.cost,
            "source": "bill",
            "note": NOTE,
        }
        entered = first.post("manual-entries", new)
        for step in _STEPS[entry.state]:
            person = second if step in _OF_THE_SECOND else first
            reason = RETURNED if step == "return" else ""
            path = f"manual-entries/{entered['id']}/{step}"
            entered = person.post(path, {"reason": reason}, seen=entered["revision"])


def ask_for_entries(second: Person, root: int, month: date) -> None:
    """Ask every institution for gasoline of each month from one on, until the tenth."""
    rule = {"organisation_id": root, "first_month": month, "kinds": ["gasoline_l"], "due_day": 10}
    second.put("entry-board/rules", rule)


def _of_month(person: Person, month: date) -> Iterator[Mapping[str, Any]]:
    yield from person.get("manual-entries", month=month.isoformat(), limit=1000)["items"]
