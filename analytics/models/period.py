"""A stretch of local days."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """Local days [first, end)."""

    first: date
    end: date

    @property
    def days(self) -> int:
        """Length. [d]."""
        return (self.end - self.first).days
