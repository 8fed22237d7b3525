"""What falling short of the agreed quality takes off the fee. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from analytics.settlement.working import Working, shown
from domain.contract import Contract
from domain.contract_month import KpiFigure
from domain.contract_term import Kpi, KpiGap
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
    formula = f"{shown(fee)} CNY x {shown(kpi.per_point)} x {shown(points)} points short"
    return cents(fee * kpi.per_point * points), formula


def _value(kpi: Kpi, figure: KpiFigure, working: Working) -> tuple[Decimal, str, str]:
    if figure.value is not None:
        return figure.value, "1", f"by hand, signed by {' and '.join(figure.signed_by)}"
    compliant, valid, expected = figure.compliant or 0, figure.valid or 0, figure.expected or 1
    enough = Decimal(valid) / Decimal(expected) >= kpi.min_valid
    if kpi.missing is KpiGap.LEFT_OUT and enough and valid:
        formula = f"{compliant} / {valid} valid of {expected} samples"
        return Decimal(compliant) / Decimal(valid), "1", formula
    if valid < expected:
        working.remark("kpi_gap", f"{kpi.code}: {expected - valid} missing samples do not comply")
    return Decimal(compliant) / Decimal(expected), "1", f"{compliant} / {expected} samples"


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
    return min(short, cents(contract.kpi_cap * fee)) + back
