"""Tiers: whatever is used or given back, in whatever parts, is priced once and to the last unit."""

from decimal import Decimal
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.tier_price import portions
from domain.tariff import Tier, Tiers

STEPS = ((Decimal(180), Decimal("2.5")), (Decimal(260), Decimal(3)), (None, Decimal(5)))
TIERS = Tiers("year", tuple(Tier(bound, price) for bound, price in STEPS))
amounts = st.decimals(-500, 500, places=3)


def cost(amount: Decimal, before: Decimal) -> Decimal:
    return sum(
        (each.amount * each.price for each in portions(TIERS, amount, before=before, quota=None)),
        Decimal(0),
    )


@given(amounts, amounts)
def test_portions_add_up_to_what_was_used_or_given_back(amount: Decimal, before: Decimal) -> None:
    found = portions(TIERS, amount, before=before, quota=None)
    assert sum(each.amount for each in found) == amount


@given(st.lists(amounts, min_size=1, max_size=6))
def test_a_span_costs_the_same_in_whatever_parts_its_use_comes(parts: list[Decimal]) -> None:
    stands = list(accumulate(parts, initial=Decimal(0)))
    together = cost(stands[-1], Decimal(0))
    assert sum(cost(b - a, a) for a, b in pairwise(stands)) == together


def test_what_is_given_back_takes_the_price_of_the_tier_it_is_taken_from() -> None:
    found = portions(TIERS, Decimal(-100), before=Decimal(300), quota=None)
    assert [(each.tier, each.amount) for each in found] == [(2, Decimal(-60)), (3, Decimal(-40))]
    assert cost(Decimal(-10), Decimal(0)) == Decimal(-25)
