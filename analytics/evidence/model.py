"""The baseline model of a line in a bundle: the days it was fitted to, and its parameters. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import fsum, isfinite
from typing import Any

import numpy as np

from analytics.baseline import training as trainings
from analytics.baseline.fitted import FittedBaseline, fit, predict
from analytics.evidence.band import KeptBand, of_place
from analytics.evidence.manifest import document
from analytics.evidence.register_days import Days
from analytics.evidence.rows import text_of
from analytics.evidence.surroundings import Surroundings
from analytics.models.day import features
from analytics.models.estimator import Floats
from analytics.models.period import Period
from analytics.savings.own_record import OwnRecord
from domain.contract_month import ModelFigure
from domain.errors import InputError
from domain.money import exact

_NEAR = 1e-6
"""Parameters of a fit made again may differ by so much: processors round differently. [1]"""
_MOST_DAYS = 4000
_SHARE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model as a bundle holds it.

    Attributes
    ----------
    training : str
        Canonical text of the days it was fitted to (`analytics.baseline.training`).
    """

    line: str
    training: str
    name: str
    parameters: Mapping[str, Any]

    def parts(self) -> dict[str, bytes]:
        """As parts of a bundle."""
        told = {"model": self.name, "parameters": self.parameters}
        text = json.dumps(told, indent=1, sort_keys=True) + "\n"
        return {
            f"model/{self.line}.csv": self.training.encode(),
            f"model/{self.line}.json": text.encode(),
        }

    def figure(self, surroundings: Surroundings, days: Days) -> ModelFigure:
        """Baseline of the days by the parameters, at the weather of the bundle.

        Days without weather are not in it, and counted.

        Raises
        ------
        InputError
            If no day has weather, the calendar does not name one, or the model was fitted by a
            heating season, of which a bundle tells nothing.
        """
        if self.parameters.get("heated"):
            reason = "fitted by the heating season of a region, which a bundle does not hold"
            raise InputError(reason, place=f"model/{self.line}.json")
        before = Days(days.first_day - timedelta(days=1), days.end_day, days.zone)
        warmth, swing = surroundings.daily_c(before), surroundings.swing_c(before)
        matrix = features(before.first_day, warmth, surroundings.kinds, swing_c=swing)
        try:
            use = predict(self.parameters, matrix)[1:].tolist()
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise InputError(f"parameters: {error}", place=f"model/{self.line}.json") from None
        for day in days.each():
            if day not in surroundings.kinds:
                reason = f"the calendar tells no kind of day of {day}"
                raise InputError(reason, place=f"model/{self.line}.json")
        known = [each for each in use if isfinite(each)]
        if not known:
            reason = f"no weather on any day from {days.first_day} on"
            raise InputError(reason, place=f"model/{self.line}.json")
        digest = trainings.digest(self.training)
        return ModelFigure(
            self.line,
            self.name,
            digest[:12],
            digest,
            exact(fsum(known)),
            missing_days=len(use) - len(known) or None,
            outside=self._outside(warmth[1:]),
        )

    def _outside(self, warmth: Floats) -> Decimal | None:
        """Share of the days with weather that are colder or warmer than any of the training."""
        try:
            days = trainings.read(self.training)
        except (ValueError, InputError):
            return None  # `check_fit` says what is wrong with it
        trained = days.temperature_c[np.isfinite(days.use) & np.isfinite(days.temperature_c)]
        told = warmth[np.isfinite(warmth)]
        if not len(trained):
            return None
        beyond = (told < trained.min()) | (told > trained.max())
        return (Decimal(int(beyond.sum())) / len(told)).quantize(_SHARE)

    def check_fit(self) -> FittedBaseline:
        """Fit it again.

        Raises
        ------
        InputError
            If other parameters come out.
        """
        again, fit_again = _fit(self.line, self.training)
        place = f"model/{self.line}.json"
        if again.name != self.name:
            raise InputError(f"{self.name}, fitted again: {again.name}", place=place)
        if set(again.parameters) != set(self.parameters):
            raise InputError(
                f"has other parameters than {', '.join(again.parameters)}", place=place
            )
        for name, value in again.parameters.items():
            if not _close(self.parameters[name], value):
                reason = f"{name} is {self.parameters[name]}, fitted again: {value}"
                raise InputError(reason, place=place)
        return fit_again


def fitted(line: str, training: str) -> KeptModel:
    """Fit a model to days.

    Raises
    ------
    InputError
        If the text cannot be read, or there is no model, with the named reasons.
    """
    return _fit(line, training)[0]


def with_band_lent(line: str, training: str) -> tuple[KeptModel, KeptBand]:
    """Fit a model to days, with the band that is lent where no meter-years of a place are known.

    Raises
    ------
    InputError
        As `fitted` does.
    """
    kept, found = _fit(line, training)
    days = trainings.read(training)
    train = Period(days.first_day, days.first_day + timedelta(days=len(days.use)))
    return kept, of_place(line, OwnRecord(found.wander), train, ())


def want_fit(figure: ModelFigure, found: FittedBaseline, band: KeptBand | None) -> None:
    """See that what is said of a fit is what it comes to.

    Raises
    ------
    InputError
        With the figure that is not.
    """
    pairs: list[tuple[str, float | None, float | None]] = [
        (name, None if told is None else float(told), value)
        for name, told, value in (
            ("CV(RMSE)", figure.cvrmse, found.quality.cvrmse),
            ("NMBE", figure.nmbe, found.quality.nmbe),
        )
        if told is not None
    ]
    if band is not None:
        pairs.append(("wander", band.own.wander, found.wander))
    for name, told, value in pairs:
        if not _near(told, value):
            reason = f"{name} is said to be {told}, fitted again: {value}"
            raise InputError(reason, place=f"model/{figure.line}.json")


def _near(told: float | None, value: float | None) -> bool:
    if told is None or value is None:
        return told is value
    return abs(told - value) <= _NEAR


def _fit(line: str, training: str) -> tuple[KeptModel, FittedBaseline]:
    place = f"model/{line}.csv"
    try:
        days = trainings.read(training)
    except (ValueError, InputError) as error:
        raise InputError(str(error), place=place) from None
    if len(days.use) > _MOST_DAYS or trainings.written(days) != training:
        reason = f"want at most {_MOST_DAYS} days, in canonical form"
        raise InputError(reason, place=place)
    try:
        found: FittedBaseline = fit([days])[0]
    except (ValueError, ArithmeticError) as error:
        raise InputError(f"no model: {error}", place=place) from error
    if found.model is None or found.parameters is None:
        raise InputError(f"no model: {', '.join(found.refusals)}", place=place)
    return KeptModel(line, training, found.model, found.parameters), found


def read_model(line: str, parts: Mapping[str, bytes]) -> KeptModel:
    """Read a model of a bundle.

    Raises
    ------
    InputError
        With the part.
    """
    name = f"model/{line}.json"
    told = document(text_of(parts[name], name), place=name)
    if not isinstance(told, dict) or set(told) != {"model", "parameters"}:
        raise InputError("want model and parameters", place=name)
    if not isinstance(told["model"], str) or not isinstance(told["parameters"], dict):
        raise InputError("want a name and a table", place=name)
    training = f"model/{line}.csv"
    if training not in parts:
        raise InputError("is missing", place=training)
    parameters = {key: _numbers(value, name) for key, value in told["parameters"].items()}
    return KeptModel(line, text_of(parts[training], training), told["model"], parameters)


def _numbers(value: object, place: str) -> Any:
    """A truth value, or a list of floats: the document was read with exact digits, as text."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, list):
        raise InputError(f"{str(value)[:40]!r}, want a list of numbers", place=place)
    return [None if each is None else _number(each, place) for each in value]


def _number(value: object, place: str) -> float:
    try:
        number = float(value) if isinstance(value, str | int) else float("nan")
    except (ValueError, OverflowError):
        number = float("nan")
    if not isfinite(number):
        raise InputError(f"{str(value)[:40]!r} is no number", place=place)
    return number


def _close(seen: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(seen, bool):
        return seen is wanted
    if not isinstance(seen, list) or len(seen) != len(wanted):
        return False
    absent = [each is None for each in seen] == [each is None for each in wanted]
    flat = [[0.0 if each is None else each for each in row] for row in (seen, wanted)]
    scale = max(1.0, *map(abs, flat[1]))
    return absent and bool(np.allclose(flat[0], flat[1], rtol=0, atol=_NEAR * scale))
