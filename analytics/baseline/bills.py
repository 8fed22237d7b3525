"""Monthly baselines: the bills they were fitted to in one form, and what is told from them. Pure.

A bill is any span of local days with one amount: a month somebody has entered, a bill of the
utility, or a calendar month that meters have counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from analytics.baseline.bill_spans import BillSpan, Source
from analytics.baseline.cell import cell
from analytics.baseline.fitted import FittedBaseline, is_fatal, refused
from analytics.models.bill import BillModel, features, mean_c
from analytics.models.estimator import Floats
from analytics.models.fit_quality import fit_quality
from analytics.models.refusal import Sample, training_refusals
from analytics.models.wander import wander
from domain.errors import InputError

HEAD = "first_day,end_day,use,source"
DAY_HEAD = "day,temperature_c"


@dataclass(frozen=True, slots=True)
class BillTraining:
    """Bills, and the temperatures of the days they lie in.

    Attributes
    ----------
    first_day : date
        First of the consecutive local days of `temperature_c`.
    temperature_c : ndarray of float, shape (n_days,)
        NaN where not known. [degC]
    bills : sequence of BillSpan
        Each within these days.
    estimated_share : float
        Share of the use that is not measured. [1]
    """

    first_day: date
    temperature_c: Floats
    bills: Sequence[BillSpan]
    estimated_share: float = 0.0

    @property
    def use(self) -> Floats:
        """Of each bill, NaN where not known."""
        return np.array([each.amount for each in self.bills], np.float64)

    @property
    def matrix(self) -> Floats:
        """What the model of bills takes, shape (n_bills, 1 + 2 * n_knots)."""
        return matrix_of(self.first_day, self.temperature_c, self.bills)


def matrix_of(first_day: date, temperature_c: Floats, bills: Sequence[BillSpan]) -> Floats:
    """Degree days of bills from temperatures of consecutive local days."""
    spans = [[(day - first_day).days for day in (each.first_day, each.end_day)] for each in bills]
    return features(temperature_c, np.array(spans, np.int64).reshape(-1, 2))


def written_together(trainings: Sequence[BillTraining]) -> list[str]:
    """Canonical texts; their bills are each one's own."""
    return [written(each) for each in trainings]


def written(training: BillTraining) -> str:
    """Canonical text: bills, an empty line, days."""
    bills = (
        f"{each.first_day},{each.end_day},{cell(each.amount)},{each.source}"
        for each in training.bills
    )
    days = (
        f"{training.first_day + timedelta(days=n)},{cell(warmth)}"
        for n, warmth in enumerate(training.temperature_c.tolist())
    )
    return "\n".join([HEAD, *bills, "", DAY_HEAD, *days]) + "\n"


def read(text: str) -> BillTraining:
    """Read canonical text back.

    Raises
    ------
    InputError
        With the part that is not as wanted as the place.
    """
    above, _, below = text.partition("\n\n")
    (head, *bills), (day_head, *days) = (above.splitlines() or [""]), (below.splitlines() or [""])
    if (head, day_head) != (HEAD, DAY_HEAD) or not days:
        raise InputError(f"begins with {head!r}, want {HEAD!r}, bills and days", place="line 1")
    spans = [_bill(line) for line in bills]
    warmth = np.array([float(line.partition(",")[2] or "nan") for line in days])
    return BillTraining(date.fromisoformat(days[0].partition(",")[0]), warmth, spans)


def fit(trainings: Sequence[BillTraining]) -> list[FittedBaseline]:
    """Fit each by itself."""
    return [_fit(training) for training in trainings]


def predict(parameters: Mapping[str, Any], matrix: Floats) -> Floats:
    """Use of bills by a kept model, NaN where a temperature is not known, shape (n_bills,)."""
    heat, cool = parameters["change_c"]
    return BillModel.of(heat, cool, parameters["coefficients"]).predict(matrix)


def _fit(training: BillTraining) -> FittedBaseline:
    matrix, use = training.matrix, training.use
    warmth = mean_c(matrix)
    days = sum(each.days for each in training.bills)
    sample = Sample(use, warmth, training.estimated_share)
    reasons = [*map(str, training_refusals(sample, "monthly", days))]
    if is_fatal(reasons):
        return refused(reasons)
    model = BillModel().fit(matrix, use)
    used = np.isfinite(use) & np.isfinite(warmth)
    parameters = {
        "change_c": list(model.change_c_),
        "coefficients": model.coefficients_.tolist(),
        "idles": bool((use == 0).any()),
    }
    return FittedBaseline(
        f"monthly {_family(model)}, {int(used.sum())} bills",
        parameters,
        fit_quality(use, model.predict(matrix)),
        fit_quality(use, use - model.residual_).cvrmse,
        wander(model.residual_, use, 1),
        (float(warmth[used].min()), float(warmth[used].max())),
        reasons,
    )


def _family(model: BillModel) -> str:
    heat, cool = model.change_c_
    if heat is None and cool is None:
        return "mean"
    if heat is not None and cool is not None:
        return "4P" if heat == cool else "5P"
    return "3P heating" if cool is None else "3P cooling"


def _bill(line: str) -> BillSpan:
    try:
        first, end, amount, source = line.split(",")
        told = date.fromisoformat(first), date.fromisoformat(end), float(amount or "nan")
        return BillSpan(*told, Source(source))
    except ValueError as error:
        raise InputError(f"{line!r}: {error}", place="bills") from None
