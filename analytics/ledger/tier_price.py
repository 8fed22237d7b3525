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

    What is given back takes the price of the tiers it is taken from, so that a span costs the same
    however its use is divided; below nothing the first tier goes on.

    Parameters
    ----------
    amount : Decimal
        Below 0 where more was given back than used.
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
    begin, end = sorted((before, before + amount))
    sign = -1 if amount < 0 else 1
    found, low = [], begin
    for number, step in enumerate(tiers.steps, 1):
        high = end if step.up_to is None else step.up_to * scale
        part = min(high, end) - max(low, begin)
        if part > 0:
            found.append(Portion(number, sign * part, step.price))
        low = high
    return found or [Portion(1, Decimal(0), tiers.steps[0].price)]


def span_begins(tiers: Tiers, day: date) -> date:
    """First day of the month or year in which a day's use is counted."""
    return day.replace(day=1) if tiers.span == "month" else day.replace(month=1, day=1)
