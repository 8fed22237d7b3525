"""A meter over a year in which nothing is known to have changed, against the model of before."""

from dataclasses import dataclass
from datetime import date

from analytics.savings.own_record import YEAR_AHEAD, OwnRecord, Span


@dataclass(frozen=True, slots=True)
class MeterYear:
    """One held-out year.

    Attributes
    ----------
    meter : str
        Whichever name it has where it is measured.
    first : date
        First local day of the held-out year.
    own : OwnRecord
        As it was at the end of the baseline.
    deviation : float
        (measured - predicted) / predicted of the year, over the days that have both; above -1. [1]
    span : Span
    """

    meter: str
    first: date
    own: OwnRecord
    deviation: float
    span: Span = YEAR_AHEAD
