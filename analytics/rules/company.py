"""What a meter shows only together with others: those below it, beside it, and its own register."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from analytics.models.estimator import Floats
from analytics.models.series import Series
from analytics.rules.catalogue import Surroundings
from analytics.rules.day_grid import DayGrid, day_grid, laid_out
from analytics.rules.feeder import feeder_balance
from analytics.rules.finding import Finding, Priority
from analytics.rules.heat import heating_and_cooling
from analytics.rules.power_factor import low_power_factor
from analytics.rules.thresholds import Thresholds
from domain.consumption_flag import ConsumptionFlag

ROLLED_BACK, IMPLAUSIBLE = "rolled_back", "implausible"
COMPANY_RULES = ("feeder_balance", "low_power_factor", "heating_and_cooling", ROLLED_BACK)
"""Each is a matter of its own, whatever else is wrong with the meter."""


class Broken(NamedTuple):
    """An interval in which the ledger found that a register broke, with its flags."""

    start: datetime
    end: datetime
    flags: ConsumptionFlag


@dataclass(frozen=True, slots=True)
class Company:
    """Amounts of intervals around a meter.

    Attributes
    ----------
    below : Series or None
        Sum of all meters below it where all are known, in its unit; None where there is none.
    reactive : Series or None
        Reactive energy of the same circuit. [kvarh]
    cooling : Series or None
        Cold used where this meter counts heat. [unit of the meter]
    broken : tuple of Broken
    """

    below: Series | None = None
    reactive: Series | None = None
    cooling: Series | None = None
    broken: tuple[Broken, ...] = ()


def judge_company(
    series: Series, company: Company, rules: Thresholds, around: Surroundings
) -> list[Finding]:
    """Judge a meter by what stands around it.

    Parameters
    ----------
    series : Series
        Amounts of the meter itself.

    Returns
    -------
    list of Finding
        Not merged: each rule tells of another matter.
    """
    found = register_breaks(company.broken)
    if not np.isfinite(series.value).any():
        return found
    grid = day_grid(series, around.zone, around.kinds)
    if company.below is not None and len(company.below.ts):
        found += feeder_balance(grid, _beside(company.below, grid, around), rules.feeder)
    if company.reactive is not None and len(company.reactive.ts):
        reactive = _beside(company.reactive, grid, around)
        found += low_power_factor(grid, reactive, rules.low_power_factor)
    if company.cooling is not None and len(company.cooling.ts):
        both, mine, other = np.intersect1d(series.ts, company.cooling.ts, return_indices=True)
        heating, cooling = series.value[mine], company.cooling.value[other]
        found += heating_and_cooling(both, heating, cooling, rules.heat)
    return found


def register_breaks(broken: Iterable[Broken]) -> list[Finding]:
    """Tell of each register that fell or jumped and stayed: what was used meanwhile is not known.

    Replacements and resets that people declared are no breaks, nor that it passed its size.
    """
    return [
        Finding(
            each.start,
            each.end,
            ROLLED_BACK if ConsumptionFlag.FALL in each.flags else IMPLAUSIBLE,
            Priority.HIGH,
            1.0,
            evidence={"flags": " ".join(each.flags.names)},
        )
        for each in broken
        if each.flags & (ConsumptionFlag.FALL | ConsumptionFlag.JUMP)
    ]


def _beside(other: Series, grid: DayGrid, around: Surroundings) -> Floats:
    """Another series in the slots of a grid, NaN where it is not known."""
    return laid_out(other, grid.bounds, grid.slots, around.zone)
