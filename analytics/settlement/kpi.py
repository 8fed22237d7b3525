"""What falling short of the agreed quality takes off the fee. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.working import Working, shown
from domain.contract import Contract
from domain.contract_kpi import Kpi, KpiCase, KpiFigure, KpiGap, KpiSource, RoomHours
from domain.errors import MissingInputError
from domain.money import cents


def deduction(
    kpi: Kpi, figure: KpiFigure | None, fee: Decimal, working: Working
) -> tuple[Decimal, str]:
    """What one measure takes off a fee [CNY], before the cap over all, and its formula.

    Raises
    ------
    MissingInputError
        If it has no figure: what nobody measured is not compliant, and not zero either.
    """
    if figure is None:
        raise MissingInputError(f"no figure of {kpi.code}", code="kpi")
    working.stands_on(figure.source)
    value = working.step(f"kpi_{kpi.code}", *_value(kpi, figure, working))
    points = max(kpi.target - value, Decimal(0)) * 100
    if kpi.full_points:
        points = Decimal(int(points))
    working.step("points", points, "1", f"({shown(kpi.target)} - {shown(value)}) x 100")
    # Of a fee that is itself owed back nothing is left to take off, and nothing to give.
    base = max(fee, Decimal(0))
    formula = f"{shown(base)} CNY x {shown(kpi.per_point)} x {shown(points)} points short"
    return cents(base * kpi.per_point * points), formula


def figure_of(kpi: Kpi, month: ActiveMonth) -> KpiFigure | None:
    """What a measure came to: counted from the month's uses where it is drawn from them.

    Raises
    ------
    MissingInputError
        If somebody has entered what is counted, or no meter is to be counted.
    """
    found = next((each for each in month.month.kpis if each.kpi == kpi.code), None)
    if kpi.drawn_from is KpiSource.ROOM_HOURS and found is not None and found.rooms is None:
        reason = f"{kpi.code} is counted from the hours of its rooms: enter no figure of it"
        raise MissingInputError(reason, code="kpi")
    if kpi.drawn_from is not KpiSource.METER_DAYS:
        return found
    if found is not None:
        reason = f"{kpi.code} is counted from the days of the meters: enter no figure of it"
        raise MissingInputError(reason, code="kpi")
    return _meter_days(kpi, month)


def _meter_days(kpi: Kpi, month: ActiveMonth) -> KpiFigure | None:
    uses = {each.meter: each for each in month.month.uses}
    whole, days, told = 0, 0, []
    for meter in month.contract.meters:
        own = month.overlap(meter.first_day, meter.end_day)
        if meter.by_hand or meter.stands_for is not None or not own:
            continue
        use = uses.get(meter.code)
        lacks = own if use is None else min(use.missing_days, own)
        days, whole = days + own, whole + own - lacks
        told.append(f"{meter.code} {own - lacks} / {own} d")
    return KpiFigure(kpi.code, "; ".join(told), whole, days, days) if days else None


def alert_figure(kpi: Kpi, cases: Sequence[KpiCase]) -> KpiFigure:
    """What alerts come to: one that nobody has dealt with in time does not comply."""
    met = _met(kpi, cases)
    source = "; ".join(dict.fromkeys(each.rule for each in cases))
    return KpiFigure(kpi.code, source, met, len(cases), len(cases), cases=tuple(cases))


def _met(kpi: Kpi, cases: Sequence[KpiCase]) -> int:
    most = (kpi.within_h or Decimal(0)) * 3600
    return sum(each.after_s is not None and each.after_s <= most for each in cases)


def _value(kpi: Kpi, figure: KpiFigure, working: Working) -> tuple[Decimal, str, str]:
    met = figure.compliant if figure.cases is None else _met(kpi, figure.cases)
    if figure.rooms is not None:
        return _rooms(kpi, figure, figure.rooms, working)
    if figure.compliant != met:
        reason = f"{kpi.code} says {figure.compliant}, its alerts come to {met}"
        raise MissingInputError(reason, code="kpi")
    if figure.cases == ():
        return Decimal(1), "1", "no alert in the month"
    if figure.value is not None and not 0 <= figure.value <= 1:
        reason = f"{kpi.code} is said to be {shown(figure.value)}, want a share of 0 to 1"
        raise MissingInputError(reason, code="kpi")
    if figure.value is not None:
        return figure.value, "1", f"by hand, signed by {' and '.join(figure.signed_by)}"
    return _of_samples(kpi, figure, working)


def _of_samples(kpi: Kpi, figure: KpiFigure, working: Working) -> tuple[Decimal, str, str]:
    """Share of samples, by the rule for those that are missing."""
    compliant, valid, expected = figure.compliant or 0, figure.valid or 0, figure.expected or 1
    enough = Decimal(valid) / Decimal(expected) >= kpi.min_valid
    if kpi.missing is KpiGap.LEFT_OUT and enough and valid:
        formula = f"{compliant} / {valid} valid of {expected} samples"
        return Decimal(compliant) / Decimal(valid), "1", formula
    if valid < expected:
        working.remark("kpi_gap", f"{kpi.code}: {expected - valid} missing samples do not comply")
    return Decimal(compliant) / Decimal(expected), "1", f"{compliant} / {expected} samples"


def _rooms(
    kpi: Kpi, figure: KpiFigure, rooms: Sequence[RoomHours], working: Working
) -> tuple[Decimal, str, str]:
    """Share of the occupied hours of rooms, each told by itself."""
    told = figure.compliant, figure.valid, figure.expected
    sums = tuple(
        sum(hours)
        for hours in zip(*((e.compliant, e.valid, e.expected) for e in rooms), strict=True)
    )
    if told != (sums or (0, 0, 0)):
        reason = f"{kpi.code} says {told[0]} of {told[2]}, its rooms come to other hours"
        raise MissingInputError(reason, code="kpi")
    for each in rooms:
        formula = f"{each.compliant} / {each.valid} valid of {each.expected} h"
        if each.valid:
            formula = f"{formula}, {each.coldest_c} to {each.warmest_c} degC"
        share = Decimal(each.compliant) / Decimal(each.expected)
        working.step(f"room_{each.device}", share, "1", formula)
    if not figure.expected:
        return Decimal(1), "1", "no hour of the month is occupied"
    return _of_samples(kpi, figure, working)


def deducted(contract: Contract, fee: Decimal, amounts: Mapping[str, Decimal]) -> Decimal:
    """What is taken off a fee in all: measures of quality up to their cap, and refunds. [CNY].

    Parameters
    ----------
    amounts : mapping of str to Decimal
        By the code of the measure or the refund.
    """
    refunds = {each.code for each in contract.refunds or ()}
    short = sum((each for code, each in amounts.items() if code not in refunds), Decimal(0))
    back = sum((each for code, each in amounts.items() if code in refunds), Decimal(0))
    return min(short, cents(contract.kpi_cap * max(fee, Decimal(0)))) + back
