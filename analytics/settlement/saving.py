"""The saving of a line, told beside the payment: quantity, worth, band. Pure."""

from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.bills import worth
from analytics.settlement.fee import PricedBaseline
from analytics.settlement.statement import SavingFigure, Step
from analytics.settlement.use import BoundaryUse
from domain.contract_line import ContractLine, WeatherMethod
from domain.money import cents

_RATIO = Decimal("0.0001")


def saving(
    month: ActiveMonth,
    line: ContractLine,
    priced: PricedBaseline,
    use: BoundaryUse,
    solar: Decimal,
    steps: tuple[Step, ...],
) -> SavingFigure:
    """Saving of a line of kind `energy`.

    Parameters
    ----------
    solar : Decimal
        Self-used PV that is part of the use. [unit of the line]
    steps : tuple of Step
        Of its adjusted baseline.

    Raises
    ------
    MissingInputError
        If a price is missing.
    """
    bought = use.total
    used = bought + solar
    saved = priced.quantity - used
    at_baseline_shape = priced.price.current
    quantity = cents(saved * at_baseline_shape)
    shifting = cents(bought * at_baseline_shape - worth(month, line, use.inside))
    q0 = next(step.value for step in steps if step.symbol == "Q0")
    low, high = _band(month, line, saved, steps)
    ratio = (saved / priced.quantity).quantize(_RATIO) if priced.quantity else None
    return SavingFigure(
        line=line.code,
        unit=line.unit,
        adjusted_baseline=priced.quantity,
        use=used,
        naive=q0 - used,
        saving=saved,
        low=low,
        high=high,
        ratio=ratio,
        quantity_effect=quantity,
        shifting_effect=shifting,
        cost_effect=quantity + shifting,
        status="measured" if month.month.acceptance is None else "verified",
    )


def _band(
    month: ActiveMonth, line: ContractLine, saved: Decimal, steps: tuple[Step, ...]
) -> tuple[Decimal | None, Decimal | None]:
    """Band of the model's figure, carried through closure and adjustments."""
    figure = next((each for each in month.month.models if each.line == line.code), None)
    by_model = line.weather.method is WeatherMethod.MODEL and month.adjusts
    if not by_model or figure is None or figure.low is None or figure.high is None:
        return None, None
    factor = Decimal(1)
    for step in steps:
        factor *= step.value if step.symbol in {"C", "K"} else 1
    below, above = figure.quantity - figure.low, figure.high - figure.quantity
    return saved - below * factor, saved + above * factor
