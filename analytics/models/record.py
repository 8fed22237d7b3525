"""What is known of a meter: its use, the weather beside it, and how sure the use is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from analytics.models.estimator import Integers
from analytics.models.series import Series, instant
from domain.calendar import DayKind

Kinds = Mapping[date, DayKind]


@dataclass(frozen=True, slots=True)
class HeatingDays:
    """Statutory heating of a place, each year alike; for where the real days are not known.

    Attributes
    ----------
    first, last : tuple of (int, int)
        Month and day of the first and the last day, such as (11, 1) and (3, 31).
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def __call__(self, day: date) -> bool:
        """Whether it is heated on a day."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a meter.

    Attributes
    ----------
    use, temperature_c : Series
        Amounts [kWh, m3, GJ], and outdoor temperature [degC].
    estimated : Series
        1 where a value of `use` is estimated, 0 where it is measured.
    heated : callable or None
        Whether the place is heated on a day; None where that is not known.
    in_term : mapping of date to bool, or None
        Whether a day lies in a school's term, of the days of which that is known; None without.
    """

    use: Series
    temperature_c: Series
    estimated: Series
    heated: Callable[[date], bool] | None = None
    in_term: Mapping[date, bool] | None = None

    def estimated_share(self, bounds: Integers) -> float:
        """Share of the values within [first, last) of some bounds [us] that are estimated. [1]."""
        ts = self.estimated.ts
        inside = self.estimated.value[(ts >= bounds[0]) & (ts < bounds[-1])]
        return float(inside.mean()) if len(inside) else 0.0


def spans(bounds: Integers) -> list[tuple[datetime, datetime]]:
    """Start and end of each row between bounds [us]."""
    return list(pairwise(instant(int(at)) for at in bounds))
