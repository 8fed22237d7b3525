"""Meters that stand still where a load is expected (表计卡死)."""

from dataclasses import dataclass

import numpy as np

from analytics.models.series import IDLES_FROM, Series, instant
from analytics.rules.day_grid import HOUR_US
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs_of_equal

KIND = "stuck"


@dataclass(frozen=True, slots=True)
class Stuck:
    """Thresholds.

    Attributes
    ----------
    hours : float
        One value for so long is too long. [h]
    least_values : float
        Values that a run must have: two that are equal say nothing of a slow meter.
    usual_share : float
        A meter that spends more of its time in such runs has too few digits to tell. [1]
    idle_times : float
        A meter that idles stands at zero for so many times its next longest pause. [1]
    zeros : float
        Whether zeros count (1): heat and cold have a season that ends (0).
    high_from_hours : float
        Length from which it has high priority. [h]
    """

    hours: float
    least_values: float
    usual_share: float
    idle_times: float
    zeros: float
    high_from_hours: float


def stuck(series: Series, rule: Stuck) -> list[Finding]:
    """Find runs of one value on a meter that otherwise never shows any.

    Zeros of a meter that idles are one only where they last far longer than any other time.
    """
    known = np.isfinite(series.value)
    ts, value = series.ts[known], series.value[known]
    if not len(ts):
        return []
    idles = (value == 0).mean() >= IDLES_FROM
    found = runs_of_equal(value)
    step = series.step
    length = ts[found[:, 1] - 1] + step - ts[found[:, 0]]
    long = length >= rule.hours * HOUR_US
    long &= found[:, 1] - found[:, 0] >= rule.least_values
    if not rule.zeros:
        long &= value[found[:, 0]] != 0
    if idles:
        zero = value[found[:, 0]] == 0
        usual = np.sort(length[zero])[-2] if zero.sum() > 1 else 0
        long &= ~zero | (length >= rule.idle_times * usual)
    seen = ts[-1] + step - ts[0]
    total = length[long].sum()
    told = []
    for (first, end), lasted in zip(found[long].tolist(), length[long].tolist(), strict=True):
        if total - lasted > rule.usual_share * (seen - lasted):
            continue
        hours = lasted / HOUR_US
        told.append(
            Finding(
                instant(int(ts[first])),
                instant(int(ts[end - 1]) + step),
                KIND,
                Priority.HIGH if hours >= rule.high_from_hours else Priority.LOW,
                hours / rule.hours,
                None,
                float(value[first]),
                {"hours": hours, "values": end - first},
            )
        )
    return told
