"""The part of a month in which a contract runs, and what holds in it. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from analytics.settlement.statement import Inputs
from domain.contract import Schedule
from domain.contract_event import Redefinition
from domain.contract_month import Prices
from domain.contract_term import Meter, Substitution
from domain.errors import MissingInputError


class ActiveMonth:
    """Local days [first_day, end_day) of a month on which a contract runs.

    Attributes
    ----------
    part : Decimal
        Of the month's days: what baselines of whole months are multiplied by. [1]
    month_days : int
        Days of the whole month. [d]
    adjusts : bool
        Whether weather, adjustments and equipment change the baseline in this run.

    Raises
    ------
    MissingInputError
        If the contract does not run in the month.
    """

    def __init__(self, inputs: Inputs) -> None:
        self.contract, self.events, self.month = inputs.contract, inputs.events, inputs.month
        self.first_day = max(self.month.first_day, self.contract.first_day)
        self.end_day = min(self.month.end_day, self.contract.end_day)
        if self.first_day >= self.end_day:
            reason = (
                f"contract {self.contract.code} runs {self.contract.first_day} to "
                f"{self.contract.end_day}, not in {self.month.month}"
            )
            raise MissingInputError(reason, code="contract")
        self.month_days = (self.month.end_day - self.month.first_day).days
        self.part = Decimal(self.days) / Decimal(self.month_days)
        self.part_formula = f"{self.days} of {self.month_days} d"
        monthly = self.contract.adjustment_schedule is Schedule.MONTHLY
        self.adjusts = monthly or inputs.final

    @property
    def days(self) -> int:
        """Days of the month on which the contract runs. [d]."""
        return (self.end_day - self.first_day).days

    def overlap(self, first_day: date | None, end_day: date | None) -> int:
        """Days of a span that lie in it; None for no beginning or no end. [d]."""
        first = max(first_day or self.first_day, self.first_day)
        end = min(end_day or self.end_day, self.end_day)
        return max((end - first).days, 0)

    def meters(self, line: str, *, excluded: bool) -> list[Meter]:
        """Meters of a line that belong to the boundary on some day of it."""
        return [
            meter
            for meter in self.contract.meters
            if meter.line == line
            and meter.excluded == excluded
            and meter.stands_for is None
            and self.overlap(meter.first_day, meter.end_day)
        ]

    def days_without(self, meters: Iterable[Meter]) -> int:
        """Days on which none of some meters belongs to the boundary. [d]."""
        spans = (
            (max(each.first_day or self.first_day, self.first_day), each.end_day or self.end_day)
            for each in meters
        )
        return self.days - _union((first, min(end, self.end_day)) for first, end in spans)

    def check_meter(self, meter: Meter) -> Meter | None:
        """Meter that stands for another one on days which that one lacks."""
        return next((each for each in self.contract.meters if each.stands_for == meter.code), None)

    def substitution(self, meter: Meter) -> Substitution:
        """Rule for what a meter lacks: its own, or the contract's."""
        return meter.substitution or self.contract.substitution

    def prices(self, line: str) -> Prices:
        """Current prices of a line.

        Raises
        ------
        MissingInputError
            If nobody has entered them.
        """
        found = next((each for each in self.month.prices if each.line == line), None)
        if found is None:
            reason = f"no price of {line} is entered for {self.month.month}"
            raise MissingInputError(reason, code="price")
        return found

    def has_prices(self, line: str) -> bool:
        """Whether somebody has entered current prices of a line."""
        return any(each.line == line for each in self.month.prices)

    def redefinition(self, line: str) -> Redefinition | None:
        """Newest redefinition of the periods of a line that holds from its first day on."""
        held = [
            each
            for each in self.events.redefinitions
            if each.line == line and each.first_day <= self.first_day
        ]
        return max(held, key=lambda each: each.first_day, default=None)

    def closed_days(self) -> tuple[int, str]:
        """Days on which the premises were closed, and why. [d]."""
        spans = [each for each in self.events.closed if self.overlap(each.first_day, each.end_day)]
        days = _union(
            (max(each.first_day, self.first_day), min(each.end_day, self.end_day)) for each in spans
        )
        return days, "; ".join(f"{each.reason} ({each.document})" for each in spans)


def _union(spans: Iterable[tuple[date, date]]) -> int:
    days, until = 0, date.min
    for first, end in sorted(spans):
        begin = max(first, until)
        if begin < end:
            days, until = days + (end - begin).days, end
    return days
