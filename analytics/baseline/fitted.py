"""Daily baselines fitted, kept as parameters, and made to predict again from these alone. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.baseline.training import Training
from analytics.models.change_point import ChangePoint
from analytics.models.day import CELLS, DayType, Season
from analytics.models.estimator import Floats
from analytics.models.fit_quality import FitQuality, fit_quality
from analytics.models.refusal import FATAL, Sample, training_refusals
from analytics.models.wander import DAYS, wander


@dataclass(frozen=True, slots=True)
class FittedBaseline:
    """A model, or the named reasons why there is none.

    Attributes
    ----------
    model : str or None
        Family and split.
    parameters : mapping or None
        All that `predict` needs; whether a day without use is one of its days (`idles`), whether
        winter is the place's heating season (`heated`) or that of the months, whether it follows
        the course of a day (`swing`) or its mean alone, and whether workdays between school terms
        have a base of their own (`terms`).
    quality : FitQuality
        On the training itself.
    left_out_cvrmse : float or None
        CV(RMSE) of each fortnight predicted from the others. [1]
    wander : float or None
        How far whole months of those residuals were off (`analytics.models.wander`). [1]
    range_c : tuple of float, or None
        Coldest and warmest day of the training that was used. [degC]
    """

    model: str | None
    parameters: Mapping[str, Any] | None
    quality: FitQuality
    left_out_cvrmse: float | None
    wander: float | None
    range_c: tuple[float, float] | None
    refusals: Sequence[str]


NO_CALENDAR = "calendar_missing"
"""Refusal beside those of the models: the kind of a day is never guessed at."""
_FATAL = {*FATAL, NO_CALENDAR}
_CELLS_OF_NO_TERM = DayType.BREAK * len(Season)
"""Cells of a model that does not tell workdays between terms apart."""
_PLAIN = 2
"""Columns of a matrix that knows of no course of a day."""
_NO_FIT = FitQuality(None, None, None, 0)


def refused(reasons: Sequence[str]) -> FittedBaseline:
    """No model, for named reasons."""
    return FittedBaseline(None, None, _NO_FIT, None, None, None, reasons)


def is_fatal(reasons: Sequence[str]) -> bool:
    """Whether some of them leave no model."""
    return bool(_FATAL.intersection(reasons))


def fit(trainings: Sequence[Training]) -> list[FittedBaseline]:
    """Fit baselines that share days, temperatures and calendar: what they share is done once.

    Parameters
    ----------
    trainings : sequence of Training
        Of the same days, with the same `temperature_c`, `kinds` and `heated`.
    """

    def together(usable: Sequence[int]) -> Iterator[FittedBaseline]:
        matrix = trainings[usable[0]].matrix
        model = ChangePoint().fit(matrix, np.column_stack([trainings[n].use for n in usable]))
        predicted = model.predict(matrix)
        for column, n in enumerate(usable):
            yield _fitted(trainings[n], model, column, predicted[:, column], reasons[n])

    reasons = [_refusals(training) for training in trainings]
    return fitted_where_usable(reasons, together)


def fitted_where_usable(
    reasons: Sequence[Sequence[str]], fit_them: Callable[[Sequence[int]], Iterable[FittedBaseline]]
) -> list[FittedBaseline]:
    """Models of those whose reasons leave one, all at once, and refusals of the others.

    Parameters
    ----------
    fit_them : callable
        Of the numbers of those that are to be fitted, at least one, to their models.
    """
    found = [refused(each) for each in reasons]
    usable = [n for n, each in enumerate(reasons) if not is_fatal(each)]
    if usable:
        for n, model in zip(usable, fit_them(usable), strict=True):
            found[n] = model
    return found


def predict(parameters: Mapping[str, Any], matrix: Floats) -> Floats:
    """Use of days by a kept model, NaN where the temperature is not known.

    Parameters
    ----------
    matrix : ndarray of float, shape (n_days, 2 or 3)
        As of `Training.matrix`; the first day feels the day before it, if that is in it.

    Raises
    ------
    ValueError
        If it follows the course of a day, and the matrix tells none.
    """
    if parameters.get("swing"):
        if matrix.shape[1] == _PLAIN:
            raise ValueError("follows the course of a day, of which nothing is told")
    else:
        matrix = matrix[:, :_PLAIN]
    model = ChangePoint()
    change = [np.nan if each is None else each for each in parameters["change_c"]]
    model.change_c_ = np.array([change], np.float64)
    for name in ("base", "heating", "cooling"):
        cells = np.array([parameters[name]], np.float64)
        want = CELLS if parameters.get("terms") else _CELLS_OF_NO_TERM
        if cells.shape != (1, want):
            raise ValueError(f"{name} has {cells.shape[1]} cells, want {want}")
        # Without terms every workday is one: those between terms have the cells of the others.
        setattr(model, f"{name}_", np.hstack([cells, cells[:, : CELLS - want]]))
    model.terms_ = np.array([bool(parameters.get("terms"))])
    return model.predict(matrix)[:, 0]


def _refusals(training: Training) -> list[str]:
    if not training.has_calendar:
        return [NO_CALENDAR]
    sample = Sample(training.use, training.temperature_c, training.estimated_share)
    return [*training_refusals(sample, "daily", len(training.use))]


def _fitted(
    training: Training, model: ChangePoint, column: int, predicted: Floats, refused: list[str]
) -> FittedBaseline:
    used = np.isfinite(training.use) & np.isfinite(training.temperature_c)
    warmth = training.temperature_c[used]
    residual = model.residual_[:, column]
    cells = CELLS if model.terms_[column] else _CELLS_OF_NO_TERM
    parameters: dict[str, Any] = {
        "change_c": [None if np.isnan(each) else float(each) for each in model.change_c_[column]],
        "base": model.base_[column, :cells].tolist(),
        "heating": model.heating_[column, :cells].tolist(),
        "cooling": model.cooling_[column, :cells].tolist(),
        "idles": bool((training.use == 0).any()),
    }
    if model.terms_[column]:
        parameters["terms"] = True
    if training.heated is not None:
        parameters["heated"] = True  # absent elsewhere: so are the parameters of before
    if training.swing_c is not None:
        parameters["swing"] = True
    return FittedBaseline(
        f"daily {model.family_[column]}, {model.split_[column]}",
        parameters,
        fit_quality(training.use, predicted),
        fit_quality(training.use, training.use - residual).cvrmse,
        wander(residual, training.use, DAYS),
        (float(warmth.min()), float(warmth.max())),
        refused,
    )
