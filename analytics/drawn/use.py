"""What a meter of the contract counted in a month: by its readings, held against the ledger. Pure.

From readings it is worked out as `civicwatt verify` will do it again, so that statement and bundle
cannot differ. Where both know a day by its registers, the ledger has to say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import fsum
from zoneinfo import ZoneInfo

import numpy as np

from analytics.drawn.rows import LedgerDay, LedgerInterval, MeterRows
from analytics.evidence.counted import Counted
from analytics.evidence.recount import Sources, recount
from analytics.evidence.register_days import Days
from analytics.evidence.registers import Registers, edited, registers
from analytics.ledger.timetable import Timetable
from analytics.settlement.statement import Inputs
from domain.canonical import plain
from domain.contract_month import Use
from domain.contract_term import Meter
from domain.errors import CivicwattError, MissingInputError
from domain.grade import worst
from domain.local_day import day_start
from domain.money import exact
from domain.time_of_use import Period

SURE_GRADES = frozenset({"measured", "derived", "manual", "contract_substituted"})
_IN_PLACE = frozenset({"measured", "derived"})
_HOUR = timedelta(hours=1)
_NEAR, _NEAR_SHARE = 0.001, 1e-6
"""Two ways of adding the same registers up may differ by so much. [unit], [1]"""


class LedgerAloneError(MissingInputError):
    """Only the ledger tells a day of a meter, and its readings do not."""


def registers_of(meter: Meter, rows: MeterRows) -> Registers:
    """Registers of a meter as a bundle holds them; its errors are the contract's to tell."""
    key = meter.code, None
    events = [each for each in rows.events if each.kind != "error"]
    return registers({key: rows.readings}, {key: events}, {key: rows.edits})


def counted_use(
    meter: Meter, rows: MeterRows, days: Days, terms: Inputs, sources: Sources
) -> Counted:
    """What the readings of a meter come to.

    Parameters
    ----------
    days : Days
        Of the month on which the meter belongs to the boundary.
    sources : Sources
        With its registers.

    Raises
    ------
    MissingInputError
        If they lead to no figure, the ledger says another, or it corrects an error of the meter
        that the contract does not know.
    LedgerAloneError
        If the ledger measured a day that they do not tell.
    """
    _refuse_error(meter, rows, days, terms)
    try:
        found = recount(terms, sources).uses.get(meter.code)
    except CivicwattError as error:
        raise MissingInputError(error.reason, code="use") from error
    if found is None:
        reason = f"{meter.stands_for} has no readings: nobody knows which days {meter.code} counts"
        raise MissingInputError(reason, code="use")
    told = any(event.kind == "error" for event in rows.events)
    if rows.days is not None and not told:
        _hold_against(meter, found, rows.days)
    if found.use.missing_days == len(found.days):
        reason = f"meter {meter.code}: no day of it is whole"
        raise MissingInputError(reason, code="use")
    return replace(found, use=replace(found.use, last=_closing(meter, rows, found, days)))


def _closing(
    meter: Meter, rows: MeterRows, found: Counted, days: Days
) -> dict[Period, Decimal] | None:
    """Register of the boundary at the end of the last day; None where it was not read then.

    Readings seldom fall on the instant: the last of the hour before it stands for it.
    """
    if meter.stands_for is not None or found.days[-1].quantities is None:
        return None
    readings, _ = edited(rows.readings, rows.edits)
    end = days.end()
    last = [each.register for each in readings if end - _HOUR <= each.ts <= end]
    return {Period.FLAT: last[-1]} if last else None


def ledger_use(meter: Meter, rows: MeterRows, days: Days, timetable: Timetable | None) -> Use:
    """Use by the ledger's intervals, of a meter whose readings are not there.

    A day counts when the ledger knows all of it; none of it may be an estimate.

    Raises
    ------
    MissingInputError
        If no day is whole.
    """
    whole: list[tuple[dict[Period, list[float]], set[str]]] = []
    for day in days.each():
        told = day_amounts(rows.intervals, day, days.zone, timetable)
        if told is not None:
            whole.append(told)
    if not whole:
        reason = f"meter {meter.code}: the ledger knows no whole day of the month"
        raise MissingInputError(reason, code="use")
    sums = {
        period: fsum(value for amounts, _ in whole for value in amounts.get(period, ()))
        for period in Period
        if any(period in amounts for amounts, _ in whole)
    }
    return Use(
        meter.code,
        quantities={period: Decimal(plain(exact(amount))) for period, amount in sums.items()},
        grade=worst({grade for _, grades in whole for grade in grades}),
        missing_days=len(days.each()) - len(whole),
    )


def day_amounts(
    intervals: Sequence[LedgerInterval], day: date, zone: ZoneInfo, timetable: Timetable | None
) -> tuple[dict[Period, list[float]], set[str]] | None:
    """Amounts of a local day by period and their grades; None unless all of it is known for sure.

    Raises
    ------
    MissingInputError
        If an interval lies in two periods.
    """
    first, end = (day_start(each, zone) for each in (day, day + timedelta(days=1)))
    own = [each for each in intervals if first <= each.start < end]
    if sum((each.end - each.start for each in own), timedelta(0)) != end - first:
        return None
    if not all(each.quantity_grade in SURE_GRADES for each in own):
        return None
    amounts: dict[Period, list[float]] = {}
    for each in own:
        amounts.setdefault(_period(each, timetable), []).append(each.value)
    grades = {each.quantity_grade for each in own}
    return amounts, grades | ({each.shape_grade for each in own} if timetable else set())


def _period(interval: LedgerInterval, timetable: Timetable | None) -> Period:
    if timetable is None:
        return Period.FLAT
    at = np.searchsorted(timetable.edges, interval.start.timestamp(), side="right") - 1
    if interval.end.timestamp() > timetable.edges[at + 1]:
        reason = f"an interval from {interval.start.isoformat()} on lies in two periods"
        raise MissingInputError(reason, code="use")
    return timetable.periods[int(at)]


def _hold_against(meter: Meter, found: Counted, known: Mapping[date, LedgerDay]) -> None:
    for day in found.days:
        told = known.get(day.day)
        if day.quantities is None:
            _refuse_lost(meter, day.day, told)
            continue
        if told is None or not told.whole:
            reason = f"meter {meter.code}, {day.day}: its readings are not computed yet"
            raise MissingInputError(reason, code="not_computed")
        comes = float(sum(day.quantities.values(), Decimal(0)))
        apart = abs(comes - told.value) > _NEAR + _NEAR_SHARE * abs(told.value)
        if told.quantity_grade not in SURE_GRADES or (told.shape_grade in _IN_PLACE and apart):
            seen = f"{told.value:.3f} ({told.quantity_grade})"
            reason = f"meter {meter.code}, {day.day}: readings come to {comes:.3f}, the ledger"
            raise MissingInputError(f"{reason} says {seen}", code="ledger")


def _refuse_lost(meter: Meter, day: date, told: LedgerDay | None) -> None:
    """A day that the ledger counted is not missing because the meter's readings do not tell it.

    The ledger knows more than they: that a register rightly stood, while a plant behind the meter
    fed in or the place was closed. A substitute for such a day would be billed for nothing.
    """
    if told is None or not told.whole:
        return
    if told.quantity_grade in _IN_PLACE and told.shape_grade in _IN_PLACE:
        seen = f"{told.value:.3f} ({told.quantity_grade})"
        reason = f"meter {meter.code}, {day}: its readings alone do not tell the day, the ledger"
        raise LedgerAloneError(f"{reason} says {seen}", code="ledger")


def _refuse_error(meter: Meter, rows: MeterRows, days: Days, terms: Inputs) -> None:
    """An error the ledger divides out is settled by the contract's own event, or not at all."""
    begin, end = days.begin(), days.end()
    declared = [each for each in rows.events if each.kind == "error"]
    wrong = [each for each in declared if each.until and each.at < end and begin < each.until]
    known = [
        each
        for each in terms.events.meter_errors
        if each.meter == meter.code
        and each.first_day < days.end_day
        and days.first_day < each.end_day
    ]
    if wrong and not known:
        reason = f"the ledger corrects an error of {meter.code}, the contract knows none"
        raise MissingInputError(reason, code="meter_error")


def with_registers(sources: Sources, found: Sequence[Registers]) -> Sources:
    """Sources with the registers of several meters together."""
    return replace(
        sources,
        registers=registers(
            {key: rows for each in found for key, rows in each.readings.items()},
            {key: rows for each in found for key, rows in each.events.items()},
            {key: rows for each in found for key, rows in each.edits.items()},
        ),
    )
