"""Where an institution stands among others of its kind and climate zone. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TypeVar

Member = TypeVar("Member", bound=Hashable)

FEWEST = 5
"""Among fewer a rank says little, and may tell of a single neighbour."""


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in an order by use, the least first.

    Attributes
    ----------
    position : int or None
        1 for the least use; equals share the better one. None among too few.
    n : int
        How many are in the order, oneself included.
    better_than : Decimal or None
        Share of the others that use more; equals count half. [1]
    median : Decimal or None
        Of all in the order, oneself included. None among too few. [unit of the indicator]
    """

    position: int | None
    n: int
    better_than: Decimal | None
    median: Decimal | None


def ranks(values: Mapping[Member, Decimal], *, fewest: int = FEWEST) -> dict[Member, Rank]:
    """Rank members of one group, all of one indicator, period and factor set.

    Parameters
    ----------
    values : Mapping
        Only members that have a value: what has none is in no order.
    """
    n = len(values)
    if n < fewest:
        return dict.fromkeys(values, Rank(None, n, None, None))
    order = sorted(values.values())
    middle = median(order)
    found = {}
    for member, value in values.items():
        less = bisect_left(order, value)
        equal = bisect_right(order, value) - less - 1
        more = n - 1 - less - equal
        found[member] = Rank(less + 1, n, (more + Decimal(equal) / 2) / (n - 1), middle)
    return found
