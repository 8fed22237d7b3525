"""What makes an entered amount look odd: a question to whoever entered it, never a refusal.

The limits are those by which public-institution statistics are questioned in practice.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.manual_entry import EntryKind

ENERGY_LIMIT = Decimal("0.15")
WATER_LIMIT = Decimal("0.25")
"""Change against the same month of the previous year from which on a reason is wanted. [1]"""
_CENT = Decimal("0.01")


class QueryCode(StrEnum):
    """What looks odd."""

    UNLIKE_LAST_YEAR = "unlike_last_year"
    PRICE_DIFFERS = "price_differs"


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """One question.

    Attributes
    ----------
    seen, beside : Decimal
        What was entered and what it was held against, both in the same unit: the amounts of two
        years, or the cost and amount times price. [CNY]
    limit : Decimal
        How far they may be apart: a share of `beside`, or [CNY].
    """

    code: QueryCode
    seen: Decimal
    beside: Decimal
    limit: Decimal


def entry_queries(
    kind: EntryKind,
    amount: Decimal,
    *,
    cost: Decimal | None,
    price: Decimal | None,
    earlier: Decimal | None,
) -> list[EntryQuery]:
    """Questions an amount raises.

    Parameters
    ----------
    amount, earlier : Decimal
        Of the month and of the same month a year before, in the unit of the kind; None where
        nothing is known of that one.
    cost : Decimal or None
        [CNY]
    price : Decimal or None
        As printed: half of its last digit is its tolerance. [CNY/unit]
    """
    found = []
    limit = WATER_LIMIT if kind is EntryKind.WATER_M3 else ENERGY_LIMIT
    if earlier is not None and abs(amount - earlier) > limit * earlier:
        found.append(EntryQuery(QueryCode.UNLIKE_LAST_YEAR, amount, earlier, limit))
    if cost is not None and price is not None:
        exponent = price.as_tuple().exponent
        half_digit = Decimal(5).scaleb(int(exponent) - 1)
        tolerance = _CENT + half_digit * amount
        if abs(amount * price - cost) > tolerance:
            found.append(EntryQuery(QueryCode.PRICE_DIFFERS, cost, amount * price, tolerance))
    return found
