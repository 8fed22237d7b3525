"""Lines of a cost, what is missing from it, and what an official figure asks of it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.errors import MissingInputError, UncheckedError
from domain.sentence import Sentence
from domain.time_of_use import Period

Item = Literal["energy", "fund", "basic", "power_factor", "tax"]
Basis = Literal["fixed", "published", "forecast"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a quantity, its price, and the amount, rounded half up to 0.01.

    Attributes
    ----------
    name : str
        Component, charge or tax.
    period : Period or None
        None for what has one price all day.
    first_day, end_day : date
        Local days [first_day, end_day) it is for.
    quantity, unit : Decimal and str
        What the price is for one of.
    price : Decimal
        [CNY/unit]; of an adjustment or a tax the rate in percent. [%]
    amount : Decimal
        [CNY]
    billed : bool
        False for what is only told: it is inside another line, and not in the total.
    checked : bool
        Whether a person has checked the price, and the terms, against the document.
    formula : str
        How the amount comes about, with the numbers in it.
    unmeasured, unshaped : Decimal
        How much of the quantity is not measured; how much is only allocated to its time.
    """

    item: Item
    name: str
    period: Period | None
    first_day: date
    end_day: date
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    basis: Basis
    checked: bool
    formula: str
    billed: bool = True
    unmeasured: Decimal = Decimal(0)
    unshaped: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that belongs into the cost and is not in it.

    Attributes
    ----------
    code : str
        ``hours``, ``price``, ``capacity``, ``maximum_demand``, ``demand_error``,
        ``reactive_energy``, ``reactive_error``, ``reactive_reverse``, ``power_factor_user``,
        ``user_class``, ``demand_unheld``, ``quota``, ``whole_month`` or ``earlier_use``.
    detail : str
        What, and for when.
    """

    code: str
    first_day: date
    end_day: date
    detail: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Lines of some local days, and what is missing."""

    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]

    @property
    def total(self) -> Decimal:
        """Sum of the rounded lines that are billed; without what the gaps name. [CNY]."""
        return billed(self.lines)


def billed(lines: Iterable[Line]) -> Decimal:
    """Sum of the rounded lines that are not inside another. [CNY]."""
    return sum((line.amount for line in lines if line.billed), Decimal(0))


def official_total(cost: Cost) -> Decimal:
    """Total that a statement or an official table may state. [CNY].

    Raises
    ------
    MissingInputError
        If something is missing, estimated, or priced by forecast.
    UncheckedError
        If a price or the terms were never checked against the document.
    """
    for objection in objections(cost):
        raise objection.error
    return cost.total


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason why a cost is not official, and the local days it is about."""

    first_day: date
    end_day: date
    error: MissingInputError | UncheckedError


def objections(cost: Cost) -> Iterator[Objection]:
    """Everything that keeps a cost from being official: gaps first, then line by line."""
    for gap in cost.gaps:
        reason = Sentence(
            f"gap_{gap.code}",
            "{first_day} to {end_day}: {detail}",
            first_day=gap.first_day,
            end_day=gap.end_day,
            detail=gap.detail,
        )
        missing = MissingInputError(reason, code=gap.code)
        yield Objection(gap.first_day, gap.end_day, missing)
    for line in cost.lines:
        error = _objection(line)
        if error is not None:
            yield Objection(line.first_day, line.end_day, error)


def _objection(line: Line) -> MissingInputError | UncheckedError | None:
    def told(code: str, template: str, **seen: object) -> Sentence:
        return Sentence(
            code,
            "{name} ({period}), {first_day} to {end_day}: " + template,
            name=line.name,
            period=line.period or "all day",
            first_day=line.first_day,
            end_day=line.end_day,
            **seen,
        )

    if line.basis == "forecast":
        reason = told("price_forecast", "the price is a forecast, want the published one")
        return MissingInputError(reason, code="price")
    if line.unmeasured:
        reason = told(
            "not_all_measured",
            "{unmeasured} of {quantity} {unit} are not measured",
            unmeasured=line.unmeasured,
            quantity=line.quantity,
            unit=line.unit,
        )
        return MissingInputError(reason, code="hours")
    if not line.checked:
        template = "nobody has checked the price against its document"
        return UncheckedError(told("price_unchecked", template))
    return None
