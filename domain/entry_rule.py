"""What an institution has to enter every month, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.manual_entry import EntryKind


@dataclass(frozen=True, slots=True)
class EntryRule:
    """What has to be entered of a month and those after it.

    Attributes
    ----------
    step : int
        How far above the institution it is set: 0 at the institution itself.
    rule_id : int
        Rules set later have a greater one.
    due_day : int
        Local day of the following month, the last on which an entry is in time.
    """

    step: int
    rule_id: int
    first_month: date
    kinds: tuple[EntryKind, ...]
    due_day: int


USUAL = EntryRule(
    0, 0, date(2000, 1, 1), (EntryKind.ELECTRICITY_KWH, EntryKind.WATER_M3), due_day=10
)
"""Where nobody has set any."""


def rule_of(rules: Sequence[EntryRule], month: date) -> EntryRule:
    """The rule that holds for a month: of the nearest place that has one, the one set last."""
    holding = [rule for rule in rules if rule.first_month <= month]
    return min(holding, key=lambda rule: (rule.step, -rule.rule_id), default=USUAL)


def next_month(month: date) -> date:
    """First day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def due_on(month: date, rule: EntryRule) -> date:
    """Last local day on which an entry of a month is in time."""
    return next_month(month).replace(day=rule.due_day)


def days_late(month: date, rule: EntryRule, day: date) -> int:
    """How many days after the last one in time a local day lies; 0 up to it. [d]."""
    return max(0, (day - due_on(month, rule)).days)
