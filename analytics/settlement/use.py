"""What was used inside a contract's boundary, by period: meters, exclusions, corrections. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.certified import certificate_remark
from analytics.settlement.substituted import completed
from analytics.settlement.working import Working, shown
from domain.contract_line import SOLAR, ContractLine
from domain.contract_term import Meter
from domain.errors import MissingInputError
from domain.time_of_use import Period

Amounts = Mapping[Period, Decimal]


@dataclass(frozen=True, slots=True)
class BoundaryUse:
    """Use by period. [unit of the line].

    Attributes
    ----------
    counted : mapping of Period to Decimal
        By the boundary meters: what the utility bills.
    excluded : mapping of Period to Decimal
        What is taken out of it, such as charging piles.
    """

    counted: Amounts
    excluded: Amounts

    @property
    def inside(self) -> dict[Period, Decimal]:
        """What is left."""
        return {
            period: self.counted.get(period, Decimal(0)) - self.excluded.get(period, Decimal(0))
            for period in {**self.counted, **self.excluded}
        }

    @property
    def total(self) -> Decimal:
        """What is left, over all periods."""
        return sum(self.inside.values(), Decimal(0))


def boundary_use(month: ActiveMonth, line: ContractLine, working: Working) -> BoundaryUse:
    """Use of a line in the month.

    Raises
    ------
    MissingInputError
        If a meter has no figure, its register falls, or more is missing than the contract's rule
        of substitution reaches.
    """
    meters = month.meters(line.code, excluded=False)
    if not meters:
        reason = f"no meter of the boundary counts {line.code}"
        raise MissingInputError(reason, code="meter")
    _check_boundary(month, line, meters, working)
    counted: dict[Period, Decimal] = {}
    for meter in meters:
        _add(counted, _metered(month, meter, working))
    excluded: dict[Period, Decimal] = {}
    for meter in month.meters(line.code, excluded=True):
        amounts = _metered(month, meter, working)
        if not set(amounts) <= set(counted):
            told = f"meter {meter.code} tells no periods: split as the use of {line.code} is"
            working.remark("excluded_shape", told)
            amounts = _shaped(amounts, counted)
        _add(excluded, amounts)
    use = BoundaryUse(counted, excluded)
    below = [period for period, amount in use.inside.items() if amount < 0]
    if below:
        reason = f"more is excluded than was counted in {', '.join(below)}"
        raise MissingInputError(reason, code="excluded")
    told = " + ".join(shown(amount) for amount in use.inside.values())
    working.step("Q", use.total, line.unit, told)
    return use


def _check_boundary(
    month: ActiveMonth, line: ContractLine, meters: Sequence[Meter], working: Working
) -> None:
    """See that meters follow each other without a gap, and none counts twice.

    What the sun gives may begin within the month.
    """
    lacking = month.days_without(meters)
    if lacking:
        detail = f"{line.code}: no meter of the boundary counts it on {lacking} of {month.days} d"
        working.remark("meter_gap", detail, blocks=line.kind not in SOLAR)
    for one, other in combinations(meters, 2):
        if not _together(month, one, other):
            continue
        if one.in_ledger() == other.in_ledger():
            detail = f"meters {one.code} and {other.code} of {line.code} are one in the ledger"
            working.remark("meter_twice", detail, blocks=True)
        for below, above in ((one, other), (other, one)):
            if _is_counted_by(month, line, below, above):
                detail = f"{line.code}: meter {below.code} is counted by {above.code} already"
                working.remark("meter_nested", detail, blocks=True)


def _together(month: ActiveMonth, one: Meter, other: Meter) -> bool:
    """Whether two meters belong to the boundary on the same day of the month."""
    since = max(one.first_day or date.min, other.first_day or date.min)
    until = min(one.end_day or date.max, other.end_day or date.max)
    return month.overlap(since, until) > 0


def _is_counted_by(month: ActiveMonth, line: ContractLine, below: Meter, above: Meter) -> bool:
    """Whether what a meter counts is in another one, and nothing between takes it out."""
    rows = {each.meter: each.above for each in month.month.nested or ()}
    (code, register), (upper, other) = below.in_ledger(), above.in_ledger()
    excluded = {each.in_ledger()[0] for each in month.meters(line.code, excluded=True)}
    higher = rows.get(code, ())
    return not (register or other) and upper in higher and excluded.isdisjoint(higher)


def _metered(month: ActiveMonth, meter: Meter, working: Working) -> dict[Period, Decimal]:
    use = next((each for each in month.month.uses if each.meter == meter.code), None)
    if meter.by_hand and (use is None or not use.document or use.signed_by is None):
        reason = f"no figure of meter {meter.code} with a document and two persons behind it"
        raise MissingInputError(reason, code="by_hand")
    if use is None:
        reason = f"no figure of meter {meter.code} for {month.month.month}"
        raise MissingInputError(reason, code="use")
    if use.grade == "estimated":
        working.remark("estimated", f"meter {meter.code}: the quantity is estimated", blocks=True)
    if use.uncertified is not None:
        code, detail, blocks = certificate_remark(month.contract, meter.code, use.uncertified)
        working.remark(code, detail, blocks=blocks)
    amounts = completed(month, meter, use, working)
    working.stands_on(f"meter {meter.code} ({'by_hand' if meter.by_hand else use.grade})")
    if meter.by_hand:
        working.stands_on(use.document or "")
    return amounts


def _add(into: dict[Period, Decimal], amounts: Amounts) -> None:
    for period, amount in amounts.items():
        into[period] = into.get(period, Decimal(0)) + amount


def _shaped(amounts: Amounts, by: Amounts) -> dict[Period, Decimal]:
    """Amounts whose periods nobody counted, split as the boundary's use is."""
    whole, amount = sum(by.values(), Decimal(0)), sum(amounts.values(), Decimal(0))
    if not whole:
        return dict(amounts)
    return {period: amount * each / whole for period, each in by.items()}
