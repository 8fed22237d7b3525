"""Amounts that cannot be: below zero, beyond the rating, far beyond all others (读数异常)."""

from dataclasses import dataclass

import numpy as np

from analytics.models.series import Series, instant
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs

KIND = "implausible"


@dataclass(frozen=True, slots=True)
class Implausible:
    """Thresholds.

    Attributes
    ----------
    rating_times : float
        Multiple of the rating that no value exceeds. [1]
    range_times : float
        Multiple of what 99.9 % of the values stay below, where there is no rating. [1]
    """

    rating_times: float
    range_times: float


def implausible(
    series: Series, rule: Implausible, *, rating: float | None = None, signed: bool = False
) -> list[Finding]:
    """Find values that cannot be.

    Parameters
    ----------
    rating : float, optional
        Greatest value that the installation can draw in one interval. [unit of the series]
    signed : bool, default False
        Whether values below zero may be, as of power that is fed in.
    """
    known = np.isfinite(series.value)
    ts, value = series.ts[known], series.value[known]
    if not len(ts):
        return []
    usual = float(np.quantile(np.abs(value), 0.999, method="lower"))
    most = rule.range_times * usual if rating is None else rule.rating_times * rating
    low = -most if signed else 0.0
    wrong = (value < low) | ((value > most) & (most > 0))
    step, found = series.step, []
    for first, end in runs(wrong).tolist():
        part = value[first:end]
        beyond = part.max() if part.max() > most else part.min()
        found.append(
            Finding(
                instant(int(ts[first])),
                instant(int(ts[end - 1]) + step),
                KIND,
                Priority.HIGH,
                float(beyond / most) if beyond > 0 else 1.0,
                None,
                float(part.mean()),
                {"least_plausible": low, "most_plausible": most, "values": end - first},
            )
        )
    return found
