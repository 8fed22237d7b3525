"""Mean price of a load shape: what one unit costs when it is used in given shares by period.

A trusteeship fee is priced at the shape of its baseline, with baseline prices (P0) and with
current ones (Pt), so that who shifts load keeps what it saves. Pure.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.errors import MissingInputError
from domain.sentence import Sentence
from domain.time_of_use import Period


def shape_price(shape: Mapping[Period, Decimal], prices: Mapping[Period, Decimal]) -> Decimal:
    """Sum of share x price over the periods of a shape. [CNY per unit].

    Raises
    ------
    MissingInputError
        If a period that the shape uses has no price.
    """
    without = [period for period, share in shape.items() if share and period not in prices]
    if without:
        raise MissingInputError(
            Sentence("no_price_in", "no price in {periods}", periods=", ".join(without)),
            code="price",
        )
    return sum((share * prices[period] for period, share in shape.items() if share), Decimal(0))
