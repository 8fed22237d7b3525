"""Amounts of intervals turned into the register that a meter would have shown.

The amount of an interval, which is stamped with its start, is in the register at its end; the
register's initial reading, zero, stands at the first start. So n amounts are n + 1 readings. An
interval without an amount gives no reading: its amount is unknown, not zero, and the register goes
on from where it was, so that the sum of all differences is the sum of all amounts given.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Context, Decimal

_EXACT = Context(prec=60)  # sums of a century of minutes lose no digit


@dataclass
class CumulativeRegister:
    """The register of one meter.

    Attributes
    ----------
    shown : Decimal
        Sum of amounts so far, exact.
    until : datetime or None
        End of the last interval counted.
    """

    shown: Decimal = field(default=Decimal(0))
    until: datetime | None = None

    def count(
        self, start: datetime, amount: Decimal, interval: timedelta
    ) -> Iterator[tuple[datetime, Decimal]]:
        """Readings that an amount leads to, in order of time.

        Raises
        ------
        ValueError
            If the amount is negative, or its interval overlaps the one before.
        """
        if amount < 0:
            raise ValueError(f"{amount} is negative: a register never falls")
        if self.until is not None and start < self.until:
            raise ValueError(
                f"interval starts at {start}, before the last one ended at {self.until};"
                f" each was taken to last {interval}"
            )
        if self.until is None:
            yield start, self.shown
        self.until = start + interval
        self.shown = _EXACT.add(self.shown, amount)
        yield self.until, self.shown
