"""What of a month is only stated: nothing in its bundle leads to it, it stands on signatures. Pure.

Whoever reads what was worked out again has to know what was not; so each is named.
"""

from collections.abc import Iterator

from analytics.evidence.recount import Recount
from analytics.settlement.statement import Inputs
from domain.contract_event import Events
from domain.contract_month import ContractMonth, ModelFigure


def stated_only(inputs: Inputs, found: Recount) -> Iterator[str]:
    """Figures and facts for which a bundle holds no source, by name.

    Terms of the contract are what was signed, and not listed one by one.
    """
    yield from _figures(inputs.month, found)
    yield from _prices(inputs.month, found)
    yield from _entered(inputs.month)
    yield from _happened(inputs.events)


def _figures(month: ContractMonth, found: Recount) -> Iterator[str]:
    """Those that registers, weather and models may lead to."""
    for use in month.uses:
        if use.meter not in found.uses:
            registers = "registers" if use.first is not None else "use"
            yield f"{registers} of {use.meter}"
        if use.uncertified is not None:
            yield f"certificate of {use.meter}"
    if month.degree_days is not None and found.degree_days is None:
        yield "degree days"
    for figure in month.models:
        yield from _model(figure, found.models.get(figure.line))


def _model(figure: ModelFigure, again: ModelFigure | None) -> Iterator[str]:
    """Of a model, and of what it comes to by the bundle's training."""
    if again is None:
        yield f"model of {figure.line}"
    if again is not None and figure.tells_saving:
        yield f"stipulated hours of {figure.line}"
    if figure.low is not None and (again is None or again.band is None):
        yield f"band of {figure.line}"
    if figure.cvrmse_limit is not None or figure.nmbe_limit is not None:
        yield f"limits of the fit of {figure.line}"
    if figure.reasons is not None:
        # Days of a training are kept without their grades.
        what = "reasons against the model" if again is None else "estimates in the training"
        yield f"{what} of {figure.line}"
    if figure.planned is not None:
        yield f"planned saving of {figure.line}"


def _prices(month: ContractMonth, found: Recount) -> Iterator[str]:
    """Those that no tariff leads to, and whom the month says to have checked one."""
    for price in month.prices:
        again = found.prices.get(price.line)
        if again is None:
            yield f"price of {price.line}"
        elif price.checked_by != again.checked_by:
            yield f"check of the price of {price.line}"


def _entered(month: ContractMonth) -> Iterator[str]:
    """What is the utility's word, or a person's."""
    for bill in month.bills:
        yield f"bill {bill.number} of {bill.line}"
    for line in month.percents or {}:
        yield f"percentage of {line}"
    for line in month.amounts or {}:
        yield f"amount of {line}"
    for kpi in month.kpis:
        drawn = [("alerts", kpi.cases), ("rooms", kpi.rooms)]
        found = next((name for name, each in drawn if each is not None), None)
        yield f"quality {kpi.kpi}" if found is None else f"{found} of {kpi.kpi}"
    yield from (f"temperatures of {each.refund}" for each in month.refunds or ())
    for each in month.submeters:
        yield f"submeter of {each.equipment}"
    for table in month.power_factors or ():
        yield f"power factor table {table.standard:.2f}"
    for account in month.accounts or ():
        yield f"class of the user of {account.meter}"
    for event in month.non_routine or ():
        yield f"non-routine event {event.event} of {event.line}"
    yield from (f"charging of {pile.pile}" for pile in month.charging or ())
    if month.acceptance is not None:
        yield f"acceptance by {month.acceptance.by}"


def _happened(events: Events) -> Iterator[str]:
    for change in events.changes:
        yield f"change of {change.adjustment} on {change.first_day}"
    for item in events.equipment:
        yield f"equipment {item.code} on {item.first_day}"
    for agreed in events.agreed:
        yield f"agreed adjustment of {agreed.line} on {agreed.first_day}"
    for closed in events.closed:
        yield f"closure on {closed.first_day}"
    for cut in events.redefinitions:
        yield f"redefinition of {cut.line} on {cut.first_day}"
    for error in events.meter_errors:
        yield f"error of {error.meter} on {error.first_day}"
