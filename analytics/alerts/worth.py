"""What a finding is worth: the amount beyond what was expected, and what it costs."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from analytics.rules.finding import Finding

_MONTH_DAYS = 30
_CENT = Decimal("0.01")
_AT_NIGHT = frozenset({"night_load", "night_flow"})
_DAY = timedelta(days=1)
_AMOUNTS = ("sum_above_expected", "sum_below_expected", "loss_m3")
"""What evidence may tell: used beyond, yielded below what was expected; and lost to a leak."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Beyond what was expected, in the unit of the meter.

    Attributes
    ----------
    lost, month : float
        Over the span of the finding, and over 30 more days like it.
    """

    lost: float
    month: float


def amounts(finding: Finding) -> Amounts | None:
    """What was used beyond, or yielded below, what was expected; None where the rule tells none."""
    said = next((finding.evidence[name] for name in _AMOUNTS if name in finding.evidence), None)
    if isinstance(said, str) or said is None or said <= 0:
        return None
    told = finding.evidence.get("nights", finding.evidence.get("days"))
    days = max((finding.end - finding.start) / _DAY, 1.0)
    if isinstance(told, int) and told > 0:
        days = float(told)  # nights without their days between count as days
    return Amounts(float(said), float(said) * _MONTH_DAYS / days)


def in_cny(amount: float, price: Decimal | None) -> Decimal | None:
    """An amount in money, to the cent; None without a price."""
    if price is None:
        return None
    return (Decimal(repr(amount)) * price).quantize(_CENT, ROUND_HALF_UP)


def goes_by_the_cheapest(finding: Finding) -> bool:
    """Whether its amounts fell at night, when the cheapest period of the tariff counts."""
    return not _AT_NIGHT.isdisjoint({finding.kind, *str(finding.evidence.get("also", "")).split()})


def confidence(score: float) -> float:
    """How sure a finding is: half where it is just enough, towards one the farther beyond. [1]."""
    return 1.0 - 0.5 / max(score, 1.0)
