"""A report as it is asked for: of which institution, which month or year, by which factors."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from analytics.ledger.timetable import next_month
from analytics.reports.paper import say
from domain.errors import MissingInputError
from domain.factor import FactorSet
from domain.local_day import day_start, local_day
from domain.sentence import Sentence
from store.institution.report import Period
from store.places.place import OrganisationRow


@dataclass(frozen=True, slots=True)
class AskedReport:
    """What a report is of.

    Attributes
    ----------
    month : int or None
        None: of the whole year.
    """

    institution: OrganisationRow
    year: int
    month: int | None
    factors: FactorSet
    unmetered_limit: Decimal
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which its days begin."""
        return ZoneInfo(self.institution.zone or "UTC")

    @property
    def name(self) -> str:
        """The period as people write it."""
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02}"

    @property
    def days(self) -> tuple[date, date]:
        """The period as local days, half-open."""
        if self.month is None:
            return date(self.year, 1, 1), date(self.year + 1, 1, 1)
        first = date(self.year, self.month, 1)
        return first, next_month(first)

    @property
    def period(self) -> Period:
        """As the store keeps it."""
        first, end = self.days
        instants = day_start(first, self.zone), day_start(end, self.zone)
        return Period(self.institution.id, first, end, *instants)

    @property
    def over(self) -> tuple[date, date]:
        """Those of its days that are over.

        Raises
        ------
        MissingInputError
            If none is.
        """
        first, end = self.days
        end = min(end, local_day(self.now, self.zone))
        if first >= end:
            reason = Sentence("period_not_begun", "no day of {period} is over", period=self.name)
            raise MissingInputError(reason, code="period")
        return first, end

    @property
    def firmness(self) -> dict[str, object]:
        """Whether the period is over, as a sentence."""
        (_, end), (_, until) = self.days, self.over
        return say("period_over") if until == end else say("period_runs", until=until.isoformat())
