"""The baseline model of a line in a bundle: the days it was fitted to, and its parameters. Pure."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import fsum, isfinite
from typing import Any

from analytics.baseline import training as trainings
from analytics.baseline.compared import HEAD, SAMPLE_HEAD
from analytics.baseline.fitted import FittedBaseline
from analytics.evidence.band import KeptBand, of_place
from analytics.evidence.comparison import step_of
from analytics.evidence.manifest import document
from analytics.evidence.register_days import Days
from analytics.evidence.rows import rows_of, text_of, written
from analytics.evidence.step import STEPS, Around, Step, trained
from analytics.evidence.surroundings import Surroundings
from analytics.models.fit_quality import freedom
from analytics.models.period import Period
from analytics.savings.own_record import OwnRecord
from domain.comparison import Method
from domain.contract_month import ModelFigure
from domain.errors import CivicwattError, InputError
from domain.model_reason import ModelReason
from domain.money import exact

_NEAR = 1e-6
"""Parameters of a fit made again may differ by so much: processors round differently. [1]"""
_DEEPEST = 2
"""Lists in lists that parameters have at most."""
_BESIDE = ("day", "use")
_COMPARISONS = frozenset(Method) - {Method.WHOLE}
COMPARED = (Method.ON_OFF, Method.SIDE_BY_SIDE, Method.ALL_PARAMETERS)
"""Methods whose text is of days."""


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model as a bundle holds it.

    Attributes
    ----------
    training : str
        Canonical text of the days, hours or bills it was fitted to, or of a comparison
        (`analytics.evidence.step`).
    beside : mapping of date to float
        Of a comparison: use of the meter beside on the days of the month.
    reporting : tuple of date, or None
        Of a stipulated number: local days [first, end) it is of.
    """

    line: str
    training: str
    name: str
    parameters: Mapping[str, Any]
    beside: Mapping[date, float] = field(default_factory=dict)
    reporting: tuple[date, date] | None = None

    @property
    def method(self) -> Method:
        """How it finds what would have been used."""
        name = self.name.partition(",")[0]
        return Method(name) if name in _COMPARISONS else Method.WHOLE

    @property
    def by_weather(self) -> bool:
        """Whether its figure follows from the weather and the calendar of the month."""
        return self.method in {Method.WHOLE, Method.ON_OFF}

    def parts(self) -> dict[str, bytes]:
        """As parts of a bundle."""
        told: dict[str, Any] = {"model": self.name, "parameters": self.parameters}
        if self.reporting is not None:
            told["reporting"] = [day.isoformat() for day in self.reporting]
        text = json.dumps(told, indent=1, sort_keys=True) + "\n"
        parts = {
            f"model/{self.line}.csv": self.training.encode(),
            f"model/{self.line}.json": text.encode(),
        }
        if self.beside:
            rows = ((day.isoformat(), repr(use)) for day, use in sorted(self.beside.items()))
            parts[f"beside/{self.line}.csv"] = written(_BESIDE, rows)
        return parts

    def figure(self, surroundings: Surroundings, days: Days) -> ModelFigure:
        """Baseline of the days by the parameters, at the weather of the bundle.

        Days without weather are not in it, and counted. Of a measured key parameter it is the
        saving.

        Raises
        ------
        InputError
            If no day has weather, the calendar does not name one, or something else that the model
            asks for is not told.
        """
        place = f"model/{self.line}.json"
        around = Around(surroundings, days, self.beside, self.reporting)
        for day in days.each():
            if self.by_weather and day not in surroundings.kinds:
                raise InputError(f"the calendar tells no kind of day of {day}", place=place)
        step = _step(self.line, self.training, self.name)
        try:
            told, beyond = step.told(self.training, self.parameters, around)
        except InputError as error:
            raise InputError(error.reason, place=place) from None
        except (ValueError, TypeError, LookupError, csv.Error) as error:
            raise InputError(f"parameters: {error}", place=place) from None
        use = told.tolist()
        known = [each for each in use if isfinite(each)]
        if not known:
            reason = f"no weather on any day from {days.first_day} on"
            raise InputError(reason, place=place)
        digest = trainings.digest(self.training)
        return ModelFigure(
            self.line,
            self.name,
            digest[:12],
            digest,
            exact(fsum(known)),
            missing_days=len(use) - len(known) or None,
            outside=beyond,
            tells_saving=self.method is Method.KEY_PARAMETER or None,
        )

    def check_fit(self) -> FittedBaseline:
        """Fit it again.

        Raises
        ------
        InputError
            If other parameters come out.
        """
        again, fit_again = _fit(self.line, self.training, self.name)
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
    train = Period(*trained(training))
    return kept, of_place(line, OwnRecord(found.wander), train, ())


def want_fit(figure: ModelFigure, found: FittedBaseline, band: KeptBand | None) -> None:
    """See that what is said of a fit is what it comes to.

    Raises
    ------
    InputError
        With the figure that is not.
    """
    pairs: list[tuple[str, float | None, float | None]] = [
        (name, float(told), value)
        for name, told, value in (
            ("CV(RMSE)", figure.cvrmse, found.quality.cvrmse),
            ("NMBE", figure.nmbe, found.quality.nmbe),
            ("n / (n - p)", figure.freedom, freedom(found.quality.count, found.parameters or {})),
        )
        if told is not None
    ]
    if band is not None:
        pairs.append(("wander", band.own.wander, found.wander))
    for name, told, value in pairs:
        if not _near(told, value):
            reason = f"{name} is said to be {told}, fitted again: {value}"
            raise InputError(reason, place=f"model/{figure.line}.json")
    if figure.reasons is None:
        return
    # Days of a training are kept without their grades: of estimates nothing is known here.
    said, comes = (
        sorted(set(map(str, reasons)) - {ModelReason.ESTIMATED_TRAINING})
        for reasons in (figure.reasons, found.refusals)
    )
    if said != comes:
        reason = f"is said to be unsure by {said}, fitted again: {comes}"
        raise InputError(reason, place=f"model/{figure.line}.json")


def _near(told: float | None, value: float | None) -> bool:
    if told is None or value is None:
        return told is value
    return abs(told - value) <= _NEAR


def compared(line: str, text: str, name: str, **more: Any) -> KeptModel:
    """A comparison by its text, with what its figure of a month follows from beside.

    Parameters
    ----------
    name : str
        As its version has it; begins with its method.

    Raises
    ------
    InputError
        If the text cannot be read, or there is no figure, with the named reasons.
    """
    return replace(_fit(line, text, name)[0], **more)


def _step(line: str, training: str, name: str) -> Step:
    """How a text is fitted and told: by its head, and of a comparison by its name."""
    head = training.partition("\n")[0]
    found = next((step for begin, step in STEPS.items() if head.startswith(begin)), None)
    if found is not None:
        return found
    method = name.partition(",")[0]
    heads = {",".join(HEAD): COMPARED, ",".join(SAMPLE_HEAD): (Method.KEY_PARAMETER,)}
    if method not in heads.get(head, ()):
        raise InputError(f"nobody knows such a model: {name[:40]!r}", place=f"model/{line}.json")
    return step_of(Method(method))


def _fit(line: str, training: str, name: str = "") -> tuple[KeptModel, FittedBaseline]:
    place = f"model/{line}.csv"
    step = _step(line, training, name)
    try:
        found = step.fit(training)
    except (CivicwattError, ValueError, ArithmeticError, LookupError, csv.Error) as error:
        reason = error.reason if isinstance(error, CivicwattError) else str(error)
        raise InputError(f"no model: {reason}", place=place) from None
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
    if not isinstance(told, dict) or set(told) - {"reporting"} != {"model", "parameters"}:
        raise InputError("want model and parameters", place=name)
    if not isinstance(told["model"], str) or not isinstance(told["parameters"], dict):
        raise InputError("want a name and a table", place=name)
    training = f"model/{line}.csv"
    if training not in parts:
        raise InputError("is missing", place=training)
    parameters = {key: _numbers(value, name) for key, value in told["parameters"].items()}
    return KeptModel(
        line,
        text_of(parts[training], training),
        told["model"],
        parameters,
        _read_beside(line, parts),
        None if "reporting" not in told else _days(told["reporting"], name),
    )


def _read_beside(line: str, parts: Mapping[str, bytes]) -> Mapping[date, float]:
    name = f"beside/{line}.csv"
    found: dict[date, float] = {}
    for place, (day, use) in rows_of(parts[name], _BESIDE, name) if name in parts else ():
        try:
            at = date.fromisoformat(day)
        except ValueError as error:
            raise InputError(str(error), place=place) from None
        if found and at <= max(found):
            raise InputError(f"{day} after {max(found)}: want rising days", place=place)
        found[at] = _number(use, place)
    return found


def _days(told: object, place: str) -> tuple[date, date]:
    try:
        first, end = map(date.fromisoformat, told if isinstance(told, list) else [])
    except (ValueError, TypeError) as error:
        raise InputError(f"reporting: {error}, want first and end day", place=place) from None
    if first >= end:
        raise InputError(f"reporting ends on {end}, want after {first}", place=place)
    return first, end


def _numbers(value: object, place: str, depth: int = 0) -> Any:
    """A truth value, a number or lists of them; the document has its numbers as text."""
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, list):
        return _number(value, place)
    if depth > _DEEPEST:
        raise InputError("lists in lists in lists, want numbers", place=place)
    return [_numbers(each, place, depth + 1) for each in value]


def _number(value: object, place: str) -> float:
    try:
        number = float(value) if isinstance(value, str | int) else float("nan")
    except (ValueError, OverflowError):
        number = float("nan")
    if not isfinite(number):
        raise InputError(f"{str(value)[:40]!r} is no number", place=place)
    return number


def _close(seen: Any, wanted: Any, scale: float = 1.0) -> bool:
    """Whether parameters are the same but for rounding; those of a list to its largest."""
    if isinstance(wanted, list):
        sizes = [abs(each) for each in wanted if isinstance(each, float)]
        own = max([scale, *sizes])
        alike = isinstance(seen, list) and len(seen) == len(wanted)
        return alike and all(_close(*pair, own) for pair in zip(seen, wanted, strict=True))
    if wanted is None or isinstance(wanted, bool) or not isinstance(seen, int | float):
        return seen is wanted
    near: bool = abs(seen - wanted) <= _NEAR * max(scale, abs(wanted))
    return near and not isinstance(seen, bool)
