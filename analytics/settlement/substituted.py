"""What a meter counted, corrected for its errors, and what stands for days that it lacks. Pure.

Only the contract's own rule puts something in place of what nobody measured, and it is told.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.meter_error import hold_to_rule
from analytics.settlement.working import Working, shown
from domain.contract_month import Use
from domain.contract_term import Meter, SubstitutionMethod
from domain.errors import MissingInputError
from domain.time_of_use import Period

Amounts = Mapping[Period, Decimal]


def completed(
    month: ActiveMonth, meter: Meter, use: Use, working: Working
) -> dict[Period, Decimal]:
    """Use of a meter by period, corrected, with what stands for days it lacks. [unit of the line].

    Raises
    ------
    MissingInputError
        If its register falls, or more is missing than the contract's rule reaches.
    """
    amounts = _amounts(use, meter)
    if not use.missing_days:
        factor = _error(month, meter, working)
        return {period: amount * factor for period, amount in amounts.items()}
    rule, days = month.substitution(meter), month.overlap(meter.first_day, meter.end_day)
    known = days - use.missing_days
    by_check = rule.method is SubstitutionMethod.CHECK_METER
    reaches = use.missing_days <= rule.most_days and (known > 0 or by_check)
    if rule.method is SubstitutionMethod.NONE or not reaches:
        reason = (
            f"meter {meter.code} lacks {use.missing_days} d; the contract's rule "
            f"({rule.method}) reaches {rule.most_days} d"
        )
        raise MissingInputError(reason, code="substitution")
    working.stands_on("contract_substituted")
    if rule.method is SubstitutionMethod.MEAN_OF_DAYS:
        detail = f"meter {meter.code}: {use.missing_days} d by the mean of {known} d"
        working.remark("substituted", detail)
        factor = Decimal(days) / Decimal(known) * _error(month, meter, working)
        return {period: amount * factor for period, amount in amounts.items()}
    factor = _error(month, meter, working)
    amounts = {period: amount * factor for period, amount in amounts.items()}
    if rule.months is None:
        return _by_check_meter(month, meter, use, amounts, working)
    whole, length = rule.months[month.month.number - 1], month.month_days
    detail = f"meter {meter.code}: {use.missing_days} d by the agreed month of {shown(whole)}"
    working.remark("substituted", detail)
    formula = f"{shown(whole)} x {use.missing_days} / {length} d"
    added = working.step(
        f"sub_{meter.code}", whole * use.missing_days / length, _unit(month, meter), formula
    )
    return _shared_out(added, amounts, meter)


def _by_check_meter(
    month: ActiveMonth, meter: Meter, use: Use, amounts: Amounts, working: Working
) -> dict[Period, Decimal]:
    """What the meter behind it counted on just the days that it lacks."""
    check = month.check_meter(meter)
    name = "" if check is None else check.code
    found = next((each for each in month.month.uses if each.meter == name), None)
    if check is None or found is None or found.missing_days or found.grade == "estimated":
        reason = (
            f"meter {meter.code} lacks {use.missing_days} d; its check meter {name or '-'} does not"
            " tell all of them"
        )
        raise MissingInputError(reason, code="substitution")
    working.remark(
        "substituted", f"meter {meter.code}: {use.missing_days} d by check meter {check.code}"
    )
    factor = _error(month, check, working)
    added = {period: amount * factor for period, amount in _amounts(found, check).items()}
    working.stands_on(f"meter {check.code} ({found.grade})")
    formula = " + ".join(map(shown, added.values()))
    total = sum(added.values(), Decimal(0))
    working.step(f"sub_{meter.code}", total, _unit(month, meter), formula)
    if not set(added) <= set(amounts) and amounts:
        return _shared_out(total, amounts, meter)
    return {
        period: amounts.get(period, Decimal(0)) + added.get(period, Decimal(0))
        for period in {**amounts, **added}
    }


def _shared_out(added: Decimal, amounts: Amounts, meter: Meter) -> dict[Period, Decimal]:
    """An amount without periods, shared out as what was counted is."""
    whole = sum(amounts.values(), Decimal(0))
    if not whole and len(amounts) > 1:
        reason = f"meter {meter.code} counted nothing: nothing shapes what stands for its days"
        raise MissingInputError(reason, code="substitution")
    if not whole:
        return dict.fromkeys(amounts or {Period.FLAT: whole}, added)
    return {period: amount + added * amount / whole for period, amount in amounts.items()}


def _unit(month: ActiveMonth, meter: Meter) -> str:
    return month.contract.line(meter.line).unit


def _amounts(use: Use, meter: Meter) -> dict[Period, Decimal]:
    if use.quantities is not None:
        return dict(use.quantities)
    first, last = use.first or {}, use.last or {}
    for period in first:
        if last[period] < first[period]:
            reason = f"the register of {meter.code} falls, {first[period]} to {last[period]}"
            raise MissingInputError(reason, code="register")
    return {period: (last[period] - first[period]) * meter.ratio for period in first}


def _error(month: ActiveMonth, meter: Meter, working: Working) -> Decimal:
    """What was used, as a part of what a meter found out of tolerance shows. [1]."""
    factor, whole, until = Decimal(1), month.overlap(meter.first_day, meter.end_day), date.min
    found = [error for error in month.events.meter_errors if error.meter == meter.code]
    for error in sorted(found, key=lambda each: each.first_day):
        first = max(error.first_day, meter.first_day or error.first_day)
        days = month.overlap(first, min(error.end_day, meter.end_day or error.end_day))
        if not days:
            continue
        if first < until:
            detail = f"meter {meter.code}: two errors are of the same days"
            working.remark("error_rule", detail, blocks=True)
        until = max(until, error.end_day)
        hold_to_rule(month.contract.meter_errors, error, working)
        wrong = 1 / (1 + error.error_pct / 100)
        factor += (wrong - 1) * days / whole
        working.stands_on(error.document)
        formula = f"1 / (1 + {shown(error.error_pct)} %) on {days} of {whole} d, {error.basis}"
        working.step(f"error_{meter.code}", factor, "1", formula)
    return factor
