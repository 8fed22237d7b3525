"""A non-routine adjustment (非常规调整) of a baseline that somebody accepted, dated and signed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.record import wanted


@dataclass(frozen=True, slots=True)
class NonRoutine:
    """An accepted non-routine event, as it is brought to a line of a contract.

    Attributes
    ----------
    line : str
        Line whose baseline it adjusts.
    event : str
        Number of the event in the registry, or the document it is told by.
    first_day, end_day : date
        Local days [first_day, end_day); None: for good.
    per_day : Decimal
        What came in addition on each of these days; below zero: fell away. [unit of the line/d]
    reason, signed_by, signed_on : str, str, date
        Of the person who accepted it, with the local day.
    evidence : str
        What it was proposed by: the engine's figures, or who entered it.
    """

    line: str
    event: str
    first_day: date
    per_day: Decimal
    reason: str
    signed_by: str
    signed_on: date
    evidence: str
    end_day: date | None = None

    def __post_init__(self) -> None:
        ordered = self.end_day is None or self.first_day < self.end_day
        wanted(ordered, f"ends on {self.end_day}, want after its first day")
        for name in ("event", "reason", "signed_by", "evidence"):
            wanted(getattr(self, name).strip(), f"{name}: want some text")
