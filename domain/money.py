"""Money: Decimal CNY, rounded half up to 0.01 per line; a total is the sum of rounded lines."""

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
_MICRO = Decimal("0.000001")


def cents(amount: Decimal) -> Decimal:
    """Round an amount half up to 0.01. [CNY]."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def exact(amount: float) -> Decimal:
    """A measured amount as a line prints and multiplies it: with six decimals, in its own unit."""
    return Decimal(repr(float(amount))).quantize(_MICRO, ROUND_HALF_UP)
