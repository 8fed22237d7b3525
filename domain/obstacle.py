"""What stands against closing a month: why, where, since when, and how much."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ObstacleKind(StrEnum):
    """Why a month cannot be closed as it is."""

    MONTH_NOT_OVER = "month_not_over"
    ALREADY_CLOSED = "already_closed"
    PREVIOUS_OPEN = "previous_open"
    NOT_COMPUTED = "not_computed"
    NO_METER = "no_meter"
    ENTRY_MISSING = "entry_missing"
    ESTIMATED = "estimated"
    HOURS_MISSING = "hours_missing"
    PLANT_UNCLEAR = "plant_unclear"
    CALENDAR_MISSING = "calendar_missing"
    CALENDAR_PROVISIONAL = "calendar_provisional"
    COST_MISSING = "cost_missing"
    PRICE_UNCHECKED = "price_unchecked"
    FACTOR_MISSING = "factor_missing"
    FACTOR_UNCHECKED = "factor_unchecked"
    AREA_MISSING = "area_missing"
    HEADCOUNT_MISSING = "headcount_missing"

    @property
    def may_be_overridden(self) -> bool:
        """Whether two persons may answer for it: what is only too early, nobody can sign away."""
        return self not in _TOO_EARLY


_TOO_EARLY = {
    ObstacleKind.MONTH_NOT_OVER,
    ObstacleKind.ALREADY_CLOSED,
    ObstacleKind.PREVIOUS_OPEN,
    ObstacleKind.NOT_COMPUTED,
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands against closing.

    Attributes
    ----------
    institution : str
        Its code.
    place : str
        Code of the meter, or the name of the calendar, the tariff's part or the factor.
    first_day, end_day : date
        Local days [first_day, end_day) it is about.
    value : str
        How much, with its unit; empty where it is no amount.
    detail : str
        The whole reason in one line.
    """

    kind: ObstacleKind
    institution: str
    place: str
    first_day: date
    end_day: date
    value: str
    detail: str

    def told(self) -> dict[str, str]:
        """The obstacle as it is written into a document."""
        return {
            "kind": self.kind.value,
            "institution": self.institution,
            "place": self.place,
            "first_day": self.first_day.isoformat(),
            "end_day": self.end_day.isoformat(),
            "value": self.value,
            "detail": self.detail,
        }

    def __str__(self) -> str:
        """One line for a person: where, when, what."""
        where = f"{self.institution}, {self.place}" if self.place else self.institution
        return f"{where}, {self.first_day} to {self.end_day}: {self.detail}"
