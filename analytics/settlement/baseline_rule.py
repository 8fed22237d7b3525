"""Which of three years a baseline is taken from. Pure.

As JS/T 301-2024 (4.3) is quoted second-hand; its text was not read. Civicwatt applies the rule only
where a contract gives its years.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

_BAND = Decimal("0.10")


def chosen_baseline(years: Sequence[Decimal]) -> tuple[Decimal | None, str]:
    """Use of a baseline year [unit of the line], and why; None: the parties have to agree on it.

    Parameters
    ----------
    years : sequence of Decimal
        Use of the three years before, oldest first. [unit of the line]
    """
    mean = sum(years, Decimal(0)) / len(years)
    if all(before > after for before, after in pairwise(years)):
        return years[-1], "strictly falling: the newest year"
    if all(abs(year - mean) <= _BAND * mean for year in years):
        return mean, "all within 10 % of their mean: the mean"
    return None, "neither falling nor within 10 % of their mean: to be agreed"
