"""Methods beside the model of the whole building: days that are over are held against each other.

What was agreed for a comparison are its terms: on which days a measure was on, which meter stands
beside, or what was measured once and what is stipulated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from domain.errors import InputError
from domain.sentence import Sentence


class Method(StrEnum):
    """How a saving is found."""

    WHOLE = "whole"
    """A model of the building or of a meter, by weather and calendar."""
    ON_OFF = "on_off"
    """The measure is switched on and off in turn (直接比较)."""
    SIDE_BY_SIDE = "side_by_side"
    """Like beside like, one with the measure and one without (直接比较)."""
    ALL_PARAMETERS = "all_parameters"
    """Retrofit isolation: the measure's own meter by what drives it, both measured."""
    KEY_PARAMETER = "key_parameter"
    """Retrofit isolation: one parameter measured before and after, the rest stipulated."""

    def ipmvp(self, *, whole_place: bool) -> str | None:
        """Option of IPMVP; None where it has no name for it.

        Parameters
        ----------
        whole_place : bool
            Of a place by its meter tree, not of one meter.
        """
        options = {Method.WHOLE: "C", Method.ALL_PARAMETERS: "B", Method.KEY_PARAMETER: "A"}
        if self is Method.ON_OFF:
            return "C" if whole_place else "B"
        return options.get(self)

    @property
    def gbt_28750(self) -> str | None:
        """Method of GB/T 28750 by its Chinese term; None where no term was found for it."""
        if self is Method.KEY_PARAMETER:
            return None
        compares = self in {Method.ON_OFF, Method.SIDE_BY_SIDE}
        return "直接比较" if compares else "基期能耗-影响因素"


@dataclass(frozen=True, slots=True)
class OnDays:
    """Of an alternating test.

    Attributes
    ----------
    on : sequence of (date, date)
        Local days [first, end) on which the measure is on; on all others of the test it is off.
    """

    on: Sequence[tuple[date, date]]


@dataclass(frozen=True, slots=True)
class Beside:
    """Of like beside like, or of what drives the retrofit: the meter that tells it."""

    meter: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """Of a measured key parameter.

    Attributes
    ----------
    before, after : sequence of float
        Power of the items measured before, and of those after. [kW]
    stipulated_h : float
        Hours of the whole stock over the reporting period, agreed and not measured. [h]
    stipulated_why : str
        Where that number comes from.
    """

    before: Sequence[float]
    after: Sequence[float]
    stipulated_h: float
    stipulated_why: str


Terms = OnDays | Beside | Sampled
_TERMS: Mapping[Method, type[Terms]] = {
    Method.ON_OFF: OnDays,
    Method.SIDE_BY_SIDE: Beside,
    Method.ALL_PARAMETERS: Beside,
    Method.KEY_PARAMETER: Sampled,
}


def check_terms(method: Method, terms: Terms | None, train: tuple[date, date]) -> None:
    """Refuse terms that are not those of the method, and days on that are no alternating test.

    Raises
    ------
    InputError
        With ``terms`` as the place.
    """
    if not isinstance(terms, _TERMS.get(method, type(None))):
        reason = Sentence(
            "terms_of_another_method", "method {method} has other terms", method=method
        )
        raise InputError(reason, place="terms")
    if isinstance(terms, OnDays):
        bounds = [train[0], *(day for span in terms.on for day in span), train[1]]
        if (
            not terms.on
            or any(a > b for a, b in pairwise(bounds))
            or any(a >= b for a, b in terms.on)
        ):
            reason = Sentence(
                "days_on_out_of_order",
                "want spans of days on one after the other within {first_day} to {end_day}",
                first_day=train[0],
                end_day=train[1],
            )
            raise InputError(reason, place="terms")


def kept(terms: Terms | None) -> dict[str, Any]:
    """As it is kept: names and plain values."""
    if terms is None:
        return {}
    if isinstance(terms, OnDays):
        return {"on": [[str(first), str(end)] for first, end in terms.on]}
    return asdict(terms)


def terms_of(method: Method, told: Mapping[str, Any]) -> Terms | None:
    """Terms from what is kept."""
    if method is Method.WHOLE:
        return None
    if method is Method.ON_OFF:
        return OnDays([(date.fromisoformat(a), date.fromisoformat(b)) for a, b in told["on"]])
    return _TERMS[method](**told)
