"""Retrofit isolation (IPMVP options A and B): the measure's own meter, not the building's."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from analytics.models.estimator import Floats
from analytics.savings.estimate import Estimate, student_quantile
from analytics.savings.regressed import by_weeks
from domain.errors import MissingInputError

_LEAST_ITEMS = 3


@dataclass(frozen=True, slots=True)
class KeyParameter:
    """The one parameter that is measured (option A).

    Attributes
    ----------
    before, after : ndarray of float, shape (n_items,)
        Such as the power of luminaires, of a sample before and another one after. [kW]
    stipulated_h : float
        What is agreed and not measured: hours of the whole stock over the reporting period. [h]
    stipulated_why : str
        Where the agreed number comes from.
    """

    before: Floats
    after: Floats
    stipulated_h: float
    stipulated_why: str


def key_parameter(told: KeyParameter, confidence: float = 0.9) -> Estimate:
    """Option A: fall of the measured parameter times what is stipulated. [kWh].

    The band is that of the sample alone; what is stipulated has none.

    Raises
    ------
    MissingInputError
        If fewer than three items were measured on either side, or nothing says why the stipulated
        number holds.
    """
    samples = [each[np.isfinite(each)] for each in (told.before, told.after)]
    least = min(map(len, samples))
    if least < _LEAST_ITEMS:
        raise MissingInputError(
            f"{least} items measured, want at least {_LEAST_ITEMS}", code="items"
        )
    if not told.stipulated_why.strip() or not told.stipulated_h > 0:
        raise MissingInputError(
            "stipulated hours: want a number above 0, and why", code="stipulation"
        )
    before, after = samples
    saving = float(before.mean() - after.mean()) * told.stipulated_h
    error = sqrt(sum(float(each.var(ddof=1)) / len(each) for each in samples))
    half = student_quantile(1 - confidence, least - 1) * error * told.stipulated_h
    return Estimate(saving, saving - half, saving + half, confidence, sum(map(len, samples)))


@dataclass(frozen=True, slots=True)
class Driven:
    """Days of the equipment alone.

    Attributes
    ----------
    driver : ndarray of float, shape (n_days,)
        What its energy depends on, such as hours run or heat delivered.
    use : ndarray of float, shape (n_days,)
        NaN: not measured. [use per day]
    """

    driver: Floats
    use: Floats


def all_parameters(before: Driven, after: Driven, confidence: float = 0.9) -> Estimate:
    """Option B: energy of the retrofit by what drives it, both measured before and after.

    Raises
    ------
    MissingInputError
        If fewer than six days are known before, or none after.
    """
    parts = [
        (np.column_stack([np.ones(len(each.use)), each.driver]), each.use)
        for each in (before, after)
    ]
    return by_weeks(parts[0], parts[1], confidence)
