"""An edit: what to read instead of what a device said. The reading itself is never changed."""

import math
from dataclasses import dataclass
from datetime import datetime

from domain.errors import InputError
from domain.quantity import ReadingTable, quantities
from domain.sentence import Sentence

_COUNTED = {ReadingTable.ELECTRICITY, ReadingTable.FLOW, ReadingTable.HEAT}


@dataclass(frozen=True, slots=True)
class Edit:
    """What to read instead of what a device said.

    Attributes
    ----------
    quantity : str
        Register by which the device counts for a meter, a name of the list of quantities.
    ts : datetime
        Instant of the reading, or the first of the span; aware.
    until : datetime or None
        Instant after the span; None for the one reading at `ts`.
    value : float or None
        In the unit of the quantity; None leaves the reading, or the span, out.
    reason : str
        Why, in the words of whoever edits.
    """

    device_id: int
    quantity: str
    ts: datetime
    until: datetime | None
    value: float | None
    reason: str


def check(edit: Edit) -> None:
    """Refuse what is no correction of a register.

    Raises
    ------
    InputError
        With the name of the field as the place.
    """
    want_reason(edit.reason)
    known = quantities().get(edit.quantity)
    if known is None or known.table not in _COUNTED:
        raise InputError(
            Sentence(
                "quantity_not_counted",
                "no meter counts by {quantity}",
                quantity=repr(edit.quantity),
            ),
            place="quantity",
        )
    if edit.until is not None and edit.until <= edit.ts:
        want = f"want an instant after {edit.ts.isoformat()}"
        raise InputError(
            Sentence(
                "until_wrong", "until is {seen}, {want}", seen=edit.until.isoformat(), want=want
            ),
            place="until",
        )
    if edit.value is None:
        return
    if edit.until is not None:
        raise InputError(
            Sentence("span_not_replaced", "a span can be left out, not replaced by one value"),
            place="value",
        )
    if not math.isfinite(edit.value) or edit.value < 0:
        raise InputError(
            Sentence(
                "value_negative",
                "value is {value}, want a number of 0 or more",
                value=f"{edit.value:g}",
            ),
            place="value",
        )


def want_reason(reason: str, *, place: str = "reason") -> None:
    """Refuse a correction, or the undo of one, without a reason.

    Raises
    ------
    InputError
        If `reason` is empty or blank.
    """
    if not reason.strip():
        raise InputError(
            Sentence("edit_wants_reason", "a correction is not made without a reason"), place=place
        )
