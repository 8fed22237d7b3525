"""What a boundary meter counted in its part of a month, by grade, and what nobody counted. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import fsum
from typing import Any, NamedTuple

from analytics.ledger.exact import amount, total
from domain.canonical import plain
from domain.consumption_flag import ConsumptionFlag

_SHARE = Decimal("0.000001")


class Counted(NamedTuple):
    """Use in [start, end), in the unit of the meter's register."""

    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str
    method: str
    flags: int


class RegisterReading(NamedTuple):
    """What a register said, as it came, before any multiplier."""

    at: datetime
    device: str
    value: float

    def told(self) -> dict[str, str]:
        """The reading as it is written into a document."""
        value = plain(amount(self.value))
        return {"at": self.at.isoformat(), "device": self.device, "value": value}


class Stretch(NamedTuple):
    """Time [start, end) of which something is said, and the use in it."""

    start: datetime
    end: datetime
    amount: Decimal

    @property
    def hours(self) -> Decimal:
        """Its length. [h]."""
        return Decimal((self.end - self.start).total_seconds()) / 3600


@dataclass(frozen=True)
class MeterMonth:
    """A meter of an institution's boundary, while it was uppermost within the month.

    Attributes
    ----------
    first, end : datetime
        The time [first, end) for which its amount is in the institution's.
    counted : sequence of Counted
        In order of time.
    opening, closing : RegisterReading or None
        Last reading at or before either end; None where there is none near.
    """

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    medium: str
    role: str
    quantity: str
    unit: str
    first: datetime
    end: datetime
    counted: Sequence[Counted]
    opening: RegisterReading | None
    closing: RegisterReading | None

    @cached_property
    def grades(self) -> dict[tuple[str, str], Decimal]:
        """Amount by the grades of its quantity and of its shape."""
        values: dict[tuple[str, str], list[float]] = defaultdict(list)
        for each in self.counted:
            values[each.quantity_grade, each.shape_grade].append(each.value)
        return {grade: amount(fsum(values[grade])) for grade in sorted(values)}

    @cached_property
    def amount(self) -> Decimal:
        """Sum of the amounts of all grades, so that they add up as they are printed."""
        return total(self.grades.values())

    @cached_property
    def covered_s(self) -> int:
        """Time that has a figure. [s]."""
        return round(sum((each.end - each.start).total_seconds() for each in self.counted))

    @cached_property
    def missing(self) -> list[Stretch]:
        """Time of [first, end) without any figure."""
        found, reached = [], self.first
        for each in self.counted:
            if each.start > reached:
                found.append(Stretch(reached, each.start, Decimal(0)))
            reached = max(reached, each.end)
        if reached < self.end:
            found.append(Stretch(reached, self.end, Decimal(0)))
        return found

    @cached_property
    def estimated(self) -> list[Stretch]:
        """Time whose quantity is estimated, what touches taken together."""
        found: list[Stretch] = []
        for each in self.counted:
            if each.quantity_grade != "estimated":
                continue
            value = amount(each.value)
            if found and found[-1].end == each.start:
                before = found.pop()
                found.append(Stretch(before.start, each.end, total((before.amount, value))))
            else:
                found.append(Stretch(each.start, each.end, value))
        return found

    def told(self) -> dict[str, Any]:
        """The meter as it is written into a document."""
        flags = 0
        for each in self.counted:
            flags |= each.flags
        lasting_s = round((self.end - self.first).total_seconds())
        return {
            "code": self.code,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "role": self.role,
            "kind": self.quantity,
            "first": self.first.isoformat(),
            "end": self.end.isoformat(),
            "use": {"amount": plain(self.amount), "unit": self.unit},
            "opening": None if self.opening is None else self.opening.told(),
            "closing": None if self.closing is None else self.closing.told(),
            "covered_s": self.covered_s,
            "lasting_s": lasting_s,
            "grades": [
                {
                    "quantity_grade": grade[0],
                    "shape_grade": grade[1],
                    "use": {"amount": plain(value), "unit": self.unit},
                    "share": share(value, self.amount),
                }
                for grade, value in self.grades.items()
            ],
            "methods": sorted({each.method for each in self.counted}),
            "flags": ConsumptionFlag(flags).names,
        }


def share(part: Decimal, whole: Decimal) -> str | None:
    """Part of a whole, to the sixth decimal; None of nothing. [1]."""
    return plain((part / whole).quantize(_SHARE, ROUND_HALF_UP)) if whole else None
