"""The saving of a line, told beside the payment: quantity, worth, band. Pure."""

from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.bills import worth
from analytics.settlement.contract_year import contract_years, promised
from analytics.settlement.fee import PricedBaseline
from analytics.settlement.saving_band import saving_band
from analytics.settlement.statement import SavingFigure, Step
from analytics.settlement.use import BoundaryUse
from domain.contract_line import ContractLine, WeatherMethod
from domain.contract_month import ModelFigure
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
    figure = model_behind(month, line)
    factor = Decimal(1) if figure is None else _factor(figure, steps)
    low, high = _band(figure, saved, factor)
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
        band=None
        if figure is None
        else saving_band(
            figure, figure.quantity * factor, priced.quantity, used, _promised(month, line)
        ),
        planned=None if figure is None else figure.planned,
    )


def model_behind(month: ActiveMonth, line: ContractLine) -> ModelFigure | None:
    """Model that the adjusted baseline of a line follows; None where it follows none."""
    if line.weather.method is not WeatherMethod.MODEL or not month.adjusts:
        return None
    return next((each for each in month.month.models if each.line == line.code), None)


def _factor(figure: ModelFigure, steps: tuple[Step, ...]) -> Decimal:
    """What closure, adjustments and days without weather make of the model's figure. [1]."""
    factor = Decimal(1)
    for step in steps:
        if step.symbol == "Qw" and figure.quantity:
            factor *= step.value / figure.quantity
        elif step.symbol in {"C", "K"}:
            factor *= step.value
    return factor


def _band(
    figure: ModelFigure | None, saved: Decimal, factor: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    """Band of the model's figure, carried through closure and adjustments."""
    if figure is None or figure.low is None or figure.high is None:
        return None, None
    below, above = figure.quantity - figure.low, figure.high - figure.quantity
    return saved - below * factor, saved + above * factor


def _promised(month: ActiveMonth, line: ContractLine) -> Decimal | None:
    """The month's part of a guarantee, by the days of its contract year. [unit of the line]."""
    clause = month.contract.guarantee
    if clause is None or clause.line != line.code:
        return None
    for year, (first, end) in enumerate(contract_years(month.contract), 1):
        if first <= month.first_day < end:
            return promised(month.contract, year, month.days)
    return None
