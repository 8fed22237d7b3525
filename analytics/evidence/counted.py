"""What the meters of the boundary counted in a month, by the register engine, from readings. Pure.

A day of which the registers do not tell all is missing; the contract's rule of substitution, not
this, says what stands in for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import fsum

from analytics.evidence.register_days import Days, RegisterDays, register_days
from analytics.evidence.registers import Reading, Registers
from analytics.ledger.timetable import Timetable
from domain.canonical import plain
from domain.contract_month import Use
from domain.contract_term import Meter
from domain.grade import worst
from domain.money import exact
from domain.time_of_use import Period


@dataclass(frozen=True, slots=True)
class CountedDay:
    """Use of a day by period [unit of the line]; None where the registers do not tell it whole."""

    day: date
    quantities: dict[Period, Decimal] | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a meter counted.

    Attributes
    ----------
    use : Use
        As the settlement takes it, over the days that are whole.
    readings : int
        From how many.
    """

    use: Use
    days: tuple[CountedDay, ...]
    readings: int

    @property
    def lacking(self) -> frozenset[date]:
        """Days that its registers do not tell whole."""
        return frozenset(each.day for each in self.days if each.quantities is None)


def on_days(found: Counted, wanted: frozenset[date]) -> Counted:
    """What a check meter counted on the days that it stands for, and on no others."""
    days = tuple(each for each in found.days if each.day in wanted)
    told = [each.quantities for each in days if each.quantities is not None]
    quantities = {
        period: Decimal(
            plain(sum((amounts.get(period, Decimal(0)) for amounts in told), Decimal(0)))
        )
        for period in Period
        if any(period in amounts for amounts in told)
    }
    lacks = len(wanted) - len(told)
    use = replace(found.use, quantities=quantities, missing_days=lacks)
    return Counted(use, days, found.readings)


def counted(
    meter: Meter,
    registers: Registers,
    days: Days,
    timetable: Timetable | None,
    exports: Sequence[Reading] = (),
) -> Counted:
    """Work out what a meter counted.

    Parameters
    ----------
    timetable : Timetable or None
        Where the meter has one register and its line has prices by period; None: all is flat.
    exports : sequence of Reading
        Of its export register: while that rises, the others rightly stand.

    Raises
    ------
    InputError
        If readings lie too far from the month, or periods change inside a quarter of an hour.
    """
    own = registers.of(meter.code)
    found = [register_days(meter, key, registers, days, timetable, exports) for key in own]
    each = [_together(parts) for parts in zip(*(register.days for register in found), strict=True)]
    told = [amounts for amounts in each if amounts is not None]
    sums = {
        period: fsum(amounts.get(period, 0.0) for amounts in told)
        for period in Period
        if any(period in amounts for amounts in told)
    }
    use = Use(
        meter.code,
        quantities={period: Decimal(plain(exact(amount))) for period, amount in sums.items()},
        grade=worst({"measured", *_shapes(found, timetable)}),
        missing_days=len(each) - len(told),
    )
    by_day = (CountedDay(day, _exact(told)) for day, told in zip(days.each(), each, strict=True))
    return Counted(use, tuple(by_day), sum(len(registers.readings[key]) for key in own))


def _together(parts: Sequence[dict[Period, float] | None]) -> dict[Period, float] | None:
    """Registers of one day, each of its own period."""
    found: dict[Period, float] = {}
    for part in parts:
        if part is None:
            return None
        found |= part
    return found


def _shapes(found: Sequence[RegisterDays], timetable: Timetable | None) -> frozenset[str]:
    """Grades of places in time, which matter only where periods are told apart by the clock."""
    if timetable is None:
        return frozenset()
    return frozenset(shape for register in found for shape in register.shapes)


def _exact(amounts: dict[Period, float] | None) -> dict[Period, Decimal] | None:
    return None if amounts is None else {period: exact(each) for period, each in amounts.items()}
