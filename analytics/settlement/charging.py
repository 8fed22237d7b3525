"""Whether charging is neither lost nor counted twice in the boundary of a contract. Pure."""

from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.working import Working, shown
from domain.contract_line import SOLAR
from domain.contract_month import Charging
from domain.contract_term import Meter


def check_charging(month: ActiveMonth, working: Working) -> None:
    """Remark what of each pile does not balance; it blocks until two persons have accepted it."""
    accepted = month.month.charging_accepted
    found = [each for pile in month.month.charging or () for each in _faults(month, pile)]
    for code, detail, blocks in found:
        working.remark(code, detail, blocks=blocks and accepted is None)
    if accepted is not None and any(blocks for _, _, blocks in found):
        names = " and ".join(accepted.signed_by)
        detail = f"accepted by {names}, {accepted.document}: {accepted.reason}"
        working.remark("charging_accepted", detail)


def _faults(month: ActiveMonth, pile: Charging) -> list[tuple[str, str, bool]]:
    own, above = _meters(month, {pile.meter}), _meters(month, set(pile.above))
    counting = [meter.in_ledger()[0] for meter in above if not meter.excluded]
    out = [meter.in_ledger()[0] for meter in (*own, *above) if meter.excluded]
    name, by = f"pile {pile.pile} (meter {pile.meter})", ", ".join(counting)
    contract = month.contract
    # What PV fed in is taken off its own line: that says nothing of charging.
    takes_out = any(
        meter.excluded and contract.line(meter.line).kind not in SOLAR for meter in contract.meters
    )
    if len(out) > 1:
        detail = f"{name} is taken out more than once, by {', '.join(out)}"
        return [("charging_twice", detail, True)]
    if counting and any(not meter.excluded for meter in own):
        return [("charging_twice", f"{name} is counted by itself and by {by}", True)]
    if out and not counting:
        detail = f"{name} is taken out, and no meter of the boundary counts it"
        return [("charging_lost", detail, True)]
    if takes_out and counting and not out:
        detail = f"{name} is counted by {by}, and the boundary takes charging out"
        return [("charging_inside", detail, True)]
    return _balance(month, pile, name)


def _meters(month: ActiveMonth, codes: set[str]) -> list[Meter]:
    """Meters of the contract in this month by their codes in the ledger."""
    return [
        meter
        for meter in month.contract.meters
        if meter.in_ledger()[0] in codes
        and not meter.in_ledger()[1]
        and meter.stands_for is None
        and month.overlap(meter.first_day, meter.end_day)
    ]


def _balance(month: ActiveMonth, pile: Charging, name: str) -> list[tuple[str, str, bool]]:
    """What its meter counted beside the plug-ins that were matched to it."""
    if pile.counted is None:
        detail = f"{name} has hours of the month that nobody knows"
        return [("charging_unknown", detail, True)]
    apart = abs(pile.counted - pile.matched)
    if not apart:
        return []
    told = f"{name} counted {shown(pile.counted)} kWh, {pile.charges} charges took "
    told += f"{shown(pile.matched)} kWh"
    tolerance = month.contract.charging_tolerance
    if tolerance is None:
        return [("charging_unmatched", told, False)]
    if apart <= tolerance * max(pile.counted, pile.matched):
        return []
    share = shown((apart / max(pile.counted, pile.matched)).quantize(Decimal("0.0001")))
    detail = f"{told}: {share} apart, at most {shown(tolerance)} is agreed"
    return [("charging_unbalanced", detail, True)]
