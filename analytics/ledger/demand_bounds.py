"""What a month's maximum demand can be, by the energy that the same meter counted. Pure.

A spike in the register of demand would be billed for a whole month. But a quarter hour of that
power is energy, and the register of energy tells how much there was: while the demand shown rose
to its value, and at least as much as in the greatest hour of the month.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from domain.errors import MissingInputError
from domain.sentence import Sentence

_QUARTER_H = Decimal("0.25")
_SLACK = Decimal("1.1")
_COUNTED_KWH = 1
"""Of the register itself, before its ratio: some meters count in whole kWh. [kWh]"""
_OVERLOAD = 2
"""Times their rated power that transformers do not carry for a quarter hour. Judgement. [1]"""
_KW = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class DemandBounds:
    """Between what a month's maximum demand lies, by energy; None for not known. [kW]."""

    least_kw: Decimal | None
    most_kw: Decimal | None


def demand_bounds(
    rise_kwh: Decimal | None, greatest_hour_kwh: Decimal | None, ratio: Decimal
) -> DemandBounds:
    """Bounds with a tenth of slack, and one count of the register.

    Parameters
    ----------
    rise_kwh : Decimal or None
        Energy counted while the demand shown rose to its value, the quarter hour before included;
        None where not all of it is measured. [kWh]
    greatest_hour_kwh : Decimal or None
        Of the hours of the month that are measured, the greatest; None without one. [kWh]
    ratio : Decimal
        The meter's multiplier. [1]
    """
    count = _COUNTED_KWH * ratio
    least = most = None
    if greatest_hour_kwh is not None:
        least = ((greatest_hour_kwh - count) / _SLACK).quantize(_KW, ROUND_FLOOR)
    if rise_kwh is not None:
        most = ((rise_kwh * _SLACK + count) / _QUARTER_H).quantize(_KW, ROUND_CEILING)
    return DemandBounds(least, most)


def refuse_impossible_demand(
    kw: Decimal, bounds: DemandBounds, capacity_kva: Decimal | None
) -> None:
    """Refuse a demand that cannot have been.

    Raises
    ------
    MissingInputError
        ``maximum_demand``, with the demand seen and what it can be.
    """
    most_kw, least_kw = bounds.most_kw, bounds.least_kw
    if most_kw is not None and kw > most_kw:
        reason = Sentence(
            "demand_above_energy",
            "the register of maximum demand shows {kw} kW, and by the energy counted while it rose "
            "it can be at most {most} kW: correct the reading, or confirm it by entering its value",
            kw=f"{kw.normalize():f}",
            most=f"{most_kw:f}",
        )
        raise MissingInputError(reason, code="maximum_demand")
    if capacity_kva is not None and kw > _OVERLOAD * capacity_kva:
        reason = Sentence(
            "demand_above_capacity",
            "the register of maximum demand shows {kw} kW, more than {times} times the {capacity} "
            "kVA of the transformers: correct the reading, or confirm it by entering its value",
            kw=f"{kw.normalize():f}",
            times=_OVERLOAD,
            capacity=f"{capacity_kva.normalize():f}",
        )
        raise MissingInputError(reason, code="maximum_demand")
    if least_kw is not None and kw < least_kw:
        reason = Sentence(
            "demand_below_energy",
            "the register of maximum demand shows {kw} kW, and one hour of the month alone has a "
            "mean above {least} kW: correct the reading, or confirm it by entering its value",
            kw=f"{kw.normalize():f}",
            least=f"{least_kw:f}",
        )
        raise MissingInputError(reason, code="maximum_demand")
