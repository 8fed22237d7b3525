"""What a month is seen against: calendar, area, headcount, entries, corrections. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.calendar import Calendar
from domain.canonical import canonical, digest, plain
from domain.obstacle import Obstacle, ObstacleKind
from domain.sentence import Sentence
from domain.summed_fact import without_area, without_headcount
from domain.timeline import Mean

_STEP = Decimal("0.000001")
_UNITS = {"kwh": "kWh", "gj": "GJ", "l": "L"}
NOT_ENTERED = "not_entered"
"""State of a kind that is asked for and of which nobody has typed anything."""


@dataclass(frozen=True, slots=True)
class ManualAmount:
    """An approved entry of the month.

    Attributes
    ----------
    kind : str
        What it is, with its unit at the end.
    medium : str or None
        Medium of the meters that would count the same.
    """

    id: int
    version: int
    kind: str
    medium: str | None
    amount: Decimal
    cost: Decimal | None
    source: str
    submitted_by: str
    approved_by: str
    approved_at: datetime

    @property
    def lacks_cost(self) -> bool:
        """Whether nobody entered what it cost; the sun and a certificate send no bill."""
        return self.cost is None and not self.kind.startswith(("pv_", "green_"))

    @property
    def use(self) -> dict[str, str]:
        """The amount with the unit that its kind names."""
        unit = self.kind.rpartition("_")[2]
        return {"amount": plain(self.amount), "unit": _UNITS.get(unit, unit)}

    def told(self, *, counted: bool) -> dict[str, Any]:
        """The entry as it is written into a document."""
        cost = None if self.cost is None else {"amount": f"{self.cost:.2f}", "unit": "CNY"}
        return {
            "id": self.id,
            "version": self.version,
            "kind": self.kind,
            "use": self.use,
            "cost": cost,
            "source": self.source,
            "submitted_by": self.submitted_by,
            "approved_by": self.approved_by,
            "approved_at": self.approved_at.isoformat(),
            "counted": counted,
        }


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """The month's facts.

    Attributes
    ----------
    calendar : Calendar or None
        None where its year is missing; `calendar_missing` then says so.
    calendar_entered : mapping
        Source and instant of entry of the calendar's year.
    area_m2, persons : Mean
        Time-weighted over the month.
    awaited : mapping of str to str
        Kinds that are asked for or were begun, and of which nothing is approved: how each stands.
    edits, events : tuple of mapping
        Corrections in force of the boundary meters, as they are written into a document.
    models : tuple of mapping
        Baselines on which savings of the month stand, each with the version that counts.
    """

    calendar: Calendar | None
    calendar_missing: str
    calendar_entered: Mapping[str, str]
    area_m2: Mean
    persons: Mean
    manual: tuple[ManualAmount, ...]
    awaited: Mapping[str, str]
    edits: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]
    models: tuple[Mapping[str, Any], ...]

    def obstacles(self, institution: str, days: tuple[date, date]) -> Iterator[Obstacle]:
        """A calendar that is missing or provisional; an area or headcount not known every day."""
        if self.calendar is None:
            kind = ObstacleKind.CALENDAR_MISSING
            yield Obstacle(kind, institution, "", *days, "", self.calendar_missing)
        elif self.calendar.is_provisional(*days):
            kind, code = ObstacleKind.CALENDAR_PROVISIONAL, self.calendar.code
            detail = Sentence(
                "calendar_provisional",
                "calendar {calendar} of {year} is provisional: the notice is not entered",
                calendar=code,
                year=days[0].year,
            )
            yield Obstacle(kind, institution, code, *days, "", detail)
        for kind, name, mean, lacking in (
            (ObstacleKind.AREA_MISSING, "floor area", self.area_m2, without_area),
            (ObstacleKind.HEADCOUNT_MISSING, "headcount", self.persons, without_headcount),
        ):
            if mean.lacking:
                place = ", ".join(mean.lacking)
                yield Obstacle(kind, institution, place, *days, "", lacking(mean))
            elif not mean.whole:
                unknown = mean.days - mean.covered_days
                detail = Sentence(kind, f"the {name} is not known on {{days}} days", days=unknown)
                yield Obstacle(kind, institution, "", *days, f"{unknown} d", detail)

    def told(self) -> dict[str, Any]:
        """Calendar, corrections and models as they are written into a document."""
        return {
            "models": [dict(model) for model in self.models],
            "calendar": None if self.calendar is None else self._calendar(self.calendar),
            "edits": [dict(edit) for edit in self.edits],
            "register_events": [dict(event) for event in self.events],
        }

    def _calendar(self, calendar: Calendar) -> dict[str, Any]:
        days = {day.isoformat(): each.kind.value for day, each in sorted(calendar.days.items())}
        return {
            "code": calendar.code,
            "provisional": bool(calendar.provisional),
            "workdays": sum(each.kind.works for each in calendar.days.values()),
            "sha256": digest(canonical(days)),
            **self.calendar_entered,
        }


def mean_told(mean: Mean) -> dict[str, Any]:
    """A time-weighted mean as it is written into a document."""
    value = None
    if mean.value is not None:
        exact = Decimal(mean.value.numerator) / Decimal(mean.value.denominator)
        value = plain(exact.quantize(_STEP, ROUND_HALF_UP))
    told: dict[str, Any] = {
        "value": value,
        "covered_days": mean.covered_days,
        "days": mean.days,
    }
    if mean.lacking:
        told["lacking"] = list(mean.lacking)
    if mean.in_part:
        told["in_part"] = [
            {"place": part.code, "noted_days": part.noted, "days": part.days}
            for part in mean.in_part
        ]
    return told
