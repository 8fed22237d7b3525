"""The hours of a desk: when nobody is woken but for what cannot wait, and the morning after."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DeskHours:
    """Local times of a day; quiet hours may go over midnight, and equal ends mean none."""

    zone: ZoneInfo
    quiet_from: time
    quiet_to: time
    digest_at: time

    def is_quiet(self, now: datetime) -> bool:
        """Whether an instant lies in the quiet hours."""
        return self._is_quiet_at(now.astimezone(self.zone).time())

    @property
    def is_told_in_quiet_hours(self) -> bool:
        """Whether what comes between the digest and their end would wait for the next day's."""
        return self._is_quiet_at(self.digest_at)

    def next_morning(self, now: datetime) -> datetime:
        """The next instant at which the digest is told, after now."""
        today = now.astimezone(self.zone).date()
        told = datetime.combine(today, self.digest_at, self.zone).astimezone(UTC)
        if told <= now:  # compared as instants: an hour of a clock change is told twice
            tomorrow = today + timedelta(days=1)
            told = datetime.combine(tomorrow, self.digest_at, self.zone).astimezone(UTC)
        return told.astimezone(now.tzinfo)

    def due(self, now: datetime, *, urgent: bool) -> datetime:
        """When something is told: at once, or, not urgent in the quiet hours, in the morning."""
        return now if urgent or not self.is_quiet(now) else self.next_morning(now)

    def _is_quiet_at(self, at: time) -> bool:
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to
