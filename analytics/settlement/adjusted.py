"""The adjusted baseline of a line: weather, closure, area and headcount, equipment. Pure.

``Qadj = Qw x C x K + dQ``
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.price import rounded
from analytics.settlement.weather import weathered
from analytics.settlement.working import Working, shown
from domain.contract import Party, Schedule
from domain.contract_event import Change, Equipment
from domain.contract_line import Baseline, ContractLine
from domain.contract_term import Adjustment, BandMode
from domain.errors import MissingInputError
from domain.timeline import Spell, time_weighted_mean


def plain_baseline(
    month: ActiveMonth, line: ContractLine, baseline: Baseline, working: Working
) -> Decimal:
    """Baseline of the days of the month on which the contract runs. [unit of the line]."""
    whole = baseline.quantity[month.month.number - 1]
    formula = "baseline of the month"
    if month.part != 1:
        formula = f"{shown(whole)} x {month.part_formula}"
    return working.step("Q0", whole * month.part, line.unit, formula)


def adjusted_baseline(
    month: ActiveMonth, line: ContractLine, baseline: Baseline, working: Working
) -> Decimal:
    """What the line would have used this month without the contract. [unit of the line].

    Raises
    ------
    MissingInputError
        If weather, model or a submeter's figure is missing.
    """
    q0 = plain_baseline(month, line, baseline, working)
    if not month.adjusts:
        formula = "Q0: adjusted by the yearly true-up"
        if month.contract.adjustment_schedule is Schedule.QUARTERLY:
            formula = "Q0: adjusted by the true-up of its quarter"
        return working.step("Qadj", q0, line.unit, formula)
    weather = weathered(month, line, q0, working)
    closure = _closure(month, working)
    k = _k(month, line, working)
    added = sum(_additions(month, line, working), Decimal(0))
    adjusted = max(weather * closure * k + added, Decimal(0))
    factors = [weather, *(each for each in (closure, k) if each != 1)]
    formula = " x ".join(map(shown, factors)) + (f" + {shown(added)}" if added else "")
    digits = month.contract.rounding.quantity_digits
    if digits is not None:
        adjusted = rounded(adjusted, digits)
        formula += f", rounded to {digits} decimals"
    return working.step("Qadj", adjusted, line.unit, formula)


def _closure(month: ActiveMonth, working: Working) -> Decimal:
    days, why = month.closed_days()
    if not days:
        return Decimal(1)
    clause = month.contract.closure
    if clause is None or days < clause.min_days:
        working.remark("closure_without_effect", f"{days} d closed: {why}")
        return Decimal(1)
    open_days = month.days - days
    share = (open_days + clause.residual * days) / month.days
    formula = f"({open_days} + {shown(clause.residual)} x {days}) / {month.days} d; {why}"
    return working.step("C", share, "1", formula)


def _k(month: ActiveMonth, line: ContractLine, working: Working) -> Decimal:
    """Factor of area, headcount and other dated facts. [1]."""
    terms = [
        _term(month, adjustment, working)
        for adjustment in month.contract.adjustments
        if adjustment.code in line.adjusted_by
    ]
    if not terms:
        return Decimal(1)
    formula = " + ".join(map(shown, [Decimal(1), *terms]))
    return working.step("K", max(1 + sum(terms, Decimal(0)), Decimal(0)), "1", formula)


def _term(month: ActiveMonth, adjustment: Adjustment, working: Working) -> Decimal:
    spells = _spells(month, adjustment, working)
    mean = time_weighted_mean([spells], month.first_day, month.end_day).value or 0
    value = Decimal(mean.numerator) / Decimal(mean.denominator)
    change = value / adjustment.baseline - 1
    name = f"d_{adjustment.code}"
    formula = f"{shown(value)} / {shown(adjustment.baseline)} - 1"
    working.step(name, change, "1", formula)
    if abs(change) <= adjustment.band:
        formula = f"within the band of {shown(adjustment.band)}"
        return working.step(f"k_{adjustment.code}", Decimal(0), "1", formula)
    counted = change
    if adjustment.band_mode is BandMode.EXCESS:
        counted -= adjustment.band.copy_sign(change)
    formula = f"{shown(adjustment.beta)} x {shown(counted)}"
    return working.step(f"k_{adjustment.code}", adjustment.beta * counted, "1", formula)


def _spells(month: ActiveMonth, adjustment: Adjustment, working: Working) -> list[Spell]:
    """Values of a fact from when to when they count, late notices and own doing left aside."""
    value, since, spells, newest = adjustment.baseline, None, [], -1
    counted = enumerate(_counted(month, adjustment, working))
    by_day = sorted((day, order, change, due) for order, (day, change, due) in counted)
    for day, order, change, due in by_day:
        if order < newest:
            continue  # a later change counted before anybody told of this one
        if day > max(change.first_day, month.first_day):
            _tell_late(change, adjustment, working)
        if since is None or day > since:
            spells.append(Spell(value, since, day))
            since = day
        value, newest = due, order
        if day < month.end_day:
            working.stands_on(change.document)
    return [*spells, Spell(value, since, None)]


def _counted(
    month: ActiveMonth, adjustment: Adjustment, working: Working
) -> Iterator[tuple[date, Change, Decimal]]:
    """Changes, each with the day from which it counts and the value it leads to, in order.

    By how much the provider raised a fact itself stays out of every value after it, until the
    provider takes it back.
    """
    value, own = adjustment.baseline, Decimal(0)
    changes = [each for each in month.events.changes if each.adjustment == adjustment.code]
    for change in sorted(changes, key=lambda each: (each.first_day, each.notified_on)):
        before, more = value - own, change.value - value
        value = change.value
        if change.caused_by is Party.PROVIDER:
            own = max(own + more, Decimal(0))
            if more > 0:
                detail = f"{shown(change.value)} {adjustment.unit}: the provider's own doing"
                working.remark("own_doing", detail)
            if value - own == before:
                continue
        late = (change.notified_on - change.first_day).days > adjustment.notice_days
        yield (change.notified_on if late else change.first_day), change, value - own


def _tell_notice(month: ActiveMonth, item: Equipment, working: Working) -> None:
    """Whether equipment was notified as the contract wants it."""
    wanted = month.contract.equipment_notice_days
    if wanted is None:
        return
    if item.notified_on is None:
        detail = f"{item.code}: nobody says when it was notified, want it within {wanted} d"
        working.remark("notice_missing", detail, blocks=True)
        return
    counts_from = item.counts_from(wanted)
    if counts_from > max(month.first_day, item.first_day):
        days = (item.notified_on - item.first_day).days
        working.remark(
            "late_notice",
            f"equipment {item.code} from {item.first_day} was notified {days} d later, want"
            f" {wanted}: it counts from {counts_from}",
        )


def _tell_late(change: Change, adjustment: Adjustment, working: Working) -> None:
    days = (change.notified_on - change.first_day).days
    working.remark(
        "late_notice",
        f"{adjustment.code} {shown(change.value)} {adjustment.unit} from {change.first_day} was "
        f"notified {days} d later, want {adjustment.notice_days}: it counts from "
        f"{change.notified_on}",
    )


def _additions(month: ActiveMonth, line: ContractLine, working: Working) -> Iterator[Decimal]:
    """What equipment and agreed adjustments add. [unit of the line]."""
    for item in month.events.equipment:
        counts_from = item.counts_from(month.contract.equipment_notice_days)
        if item.line == line.code and month.overlap(item.first_day, item.end_day):
            _tell_notice(month, item, working)
        days = month.overlap(counts_from, item.end_day)
        if item.line != line.code or not days:
            continue
        amount, formula = _equipment(month, item, days)
        signed = -amount if item.removed else amount
        working.stands_on(item.document)
        if item.caused_by is Party.PROVIDER and signed > 0:
            working.remark("own_doing", f"{item.code}: the provider's own doing adds nothing")
            continue
        yield working.step(f"dQ_{item.code}", signed, line.unit, formula)
    for each in month.events.agreed:
        days = month.overlap(each.first_day, each.end_day)
        if each.line == line.code and days:
            whole = (each.end_day - each.first_day).days
            formula = f"{shown(each.quantity)} x {days} of {whole} d: {each.reason}"
            working.stands_on(each.document)
            yield working.step("dQ_agreed", each.quantity * days / whole, line.unit, formula)
    for event in month.month.non_routine or ():
        days = month.overlap(event.first_day, event.end_day)
        if event.line == line.code and days:
            formula = (
                f"{shown(event.per_day)} x {days} d: {event.reason} ({event.signed_by},"
                f" {event.signed_on})"
            )
            working.stands_on(f"non-routine event {event.event}")
            working.remark("non_routine", f"{event.event}: {event.evidence}")
            symbol = f"dQ_event_{event.event}"
            yield working.step(symbol, event.per_day * days, line.unit, formula)


def _equipment(month: ActiveMonth, item: Equipment, days: int) -> tuple[Decimal, str]:
    told = next((e for e in month.month.submeters if e.equipment == item.code), None)
    if told is not None:
        return told.quantity, f"submeter of {item.code}"
    if item.submetered:
        reason = f"no submeter's figure of {item.code} for {month.month.month}"
        raise MissingInputError(reason, code="submeter")
    hours = item.hours_per_day * days
    power = item.power_kw * item.load_factor * hours
    return power, f"{shown(item.power_kw)} kW x {shown(item.load_factor)} x {shown(hours)} h"
