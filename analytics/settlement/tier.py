"""Amounts that go by tiers: all of it by the tier it reaches, or each part by its own. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from analytics.settlement.working import shown
from domain.contract_term import BandMode
from domain.contract_tier import Tier


def reached(value: Decimal, tiers: Sequence[Tier]) -> Tier:
    """The tier that a value above 0 reaches: on an edge it is still in the one below."""
    return max((each for each in tiers if each.above < value), key=lambda each: each.above)


def tiered(
    amount: Decimal, tiers: Sequence[Tier], mode: BandMode, *, of: Decimal
) -> tuple[Decimal, str]:
    """What counts of an amount of 0 or more, and the formula.

    Parameters
    ----------
    tiers : sequence of Tier
        Their edges are parts of `of`.
    of : Decimal
        More than 0, in the unit of the amount.
    """
    if not amount:
        return amount, "0"
    if mode is BandMode.FULL:
        share = reached(amount / of, tiers).share
        return amount * share, f"{shown(amount)} x {shown(share)}"
    edges = [*(each.above * of for each in tiers), max(amount, tiers[-1].above * of)]
    parts = [
        (min(amount, end) - first, tier.share)
        for tier, (first, end) in zip(tiers, pairwise(edges), strict=True)
        if amount > first
    ]
    formula = " + ".join(f"{shown(part)} x {shown(share)}" for part, share in parts)
    return sum((part * share for part, share in parts), Decimal(0)), formula
