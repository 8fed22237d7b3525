"""Tiers of a price that rises with what was used since the month or the year began. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.errors import MissingInputError
from domain.sentence import Sentence
from domain.tariff import Tiers


@dataclass(frozen=True, slots=True)
class Portion:
    """Part of an amount that falls into one tier; `tier` counts from 1."""

    tier: int
    amount: Decimal
    price: Decimal


def portions(
    tiers: Tiers, amount: Decimal, *, before: Decimal, quota: Decimal | None
) -> list[Portion]:
    """Split an amount over the tiers it falls into; they add up to it.

    Parameters
    ----------
    before : Decimal
        What was used since the span began, until the amount begins.
    quota : Decimal or None
        Quota of the span, where the bounds are shares of it.

    Raises
    ------
    MissingInputError
        If the bounds are shares of a quota that nobody has entered.
    """
    if tiers.of_quota and quota is None:
        raise MissingInputError(
            Sentence("quota_not_entered", "the tiers are shares of a quota nobody entered"),
            code="quota",
        )
    scale = quota if tiers.of_quota and quota is not None else Decimal(1)
    found, low = [], Decimal(0)
    for number, step in enumerate(tiers.steps, 1):
        high = before + amount if step.up_to is None else step.up_to * scale
        part = min(high, before + amount) - max(low, before)
        if part > 0:
            found.append(Portion(number, part, step.price))
        low = high
    return found or [Portion(1, Decimal(0), tiers.steps[0].price)]


def span_begins(tiers: Tiers, day: date) -> date:
    """First day of the month or year in which a day's use is counted."""
    return day.replace(day=1) if tiers.span == "month" else day.replace(month=1, day=1)
