"""The hours of a desk: when nobody is woken but for what cannot wait, and the morning after."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
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
        at = now.astimezone(self.zone).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def next_morning(self, now: datetime) -> datetime:
        """The next instant at which the digest is told, after now."""
        local = now.astimezone(self.zone)
        day = local.date() + timedelta(days=local.time() >= self.digest_at)
        return datetime.combine(day, self.digest_at, self.zone).astimezone(now.tzinfo)

    def due(self, now: datetime, *, urgent: bool) -> datetime:
        """When something is told: at once, or, not urgent in the quiet hours, in the morning."""
        return now if urgent or not self.is_quiet(now) else self.next_morning(now)
