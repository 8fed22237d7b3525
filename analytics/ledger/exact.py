"""Sums and products of amounts and factors without rounding. Pure."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import reduce

_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
_STEP = Decimal("0.000001")


def amount(value: float) -> Decimal:
    """An amount as it was counted, to the sixth decimal: beyond that it is the machine's noise.

    Raises
    ------
    decimal.InvalidOperation
        For NaN: not measured is no amount.
    """
    return Decimal(repr(float(value))).quantize(_STEP, ROUND_HALF_UP)


def product(a: Decimal, b: Decimal) -> Decimal:
    """`a` times `b`, to the last digit."""
    return _EXACT.multiply(a, b)


def difference(a: Decimal, b: Decimal) -> Decimal:
    """`a` minus `b`, to the last digit."""
    return _EXACT.subtract(a, b)


def total(values: Iterable[Decimal]) -> Decimal:
    """Sum, to the last digit; 0 of nothing."""
    return reduce(_EXACT.add, values, Decimal(0))
