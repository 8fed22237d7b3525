"""Which days lie within a school's terms, as far as its terms are known. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

LONGEST_BREAK_DAYS = 150
"""Between terms farther apart a term lacks: no school is on holiday for five months. [d]"""


def term_days(terms: Iterable[tuple[date, date]], first: date, end: date) -> dict[date, bool]:
    """Whether each local day of [first, end) lies in a term.

    Only days of which it is known: from the first term to the end of the last, without breaks that
    are longer than `LONGEST_BREAK_DAYS`. What comes after the last term is not known to be a break.

    Parameters
    ----------
    terms : iterable of (date, date)
        First day and end of each, half-open; none lies over another.
    """
    ordered = sorted(terms)
    spans = [(start, stop, True) for start, stop in ordered]
    spans += [
        (stop, start, False)
        for (_, stop), (start, _) in pairwise(ordered)
        if (start - stop).days <= LONGEST_BREAK_DAYS
    ]
    return {
        start + timedelta(days=n): taught
        for start, stop, taught in (
            (max(start, first), min(stop, end), taught) for start, stop, taught in sorted(spans)
        )
        for n in range((stop - start).days)
    }
