"""What a statement follows from, on paper: quantities, prices, bills, weather, models, events."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from analytics.settlement.statement import Inputs
from analytics.settlement.working import shown
from api.paper.statement_paper import Paper, figure
from api.paper.statement_tables import Row, Table
from domain.contract_kpi import KpiFigure
from domain.contract_month import ModelFigure, Use
from domain.time_of_use import Period

_SHORT = 12
"""So many digits of a digest tell it from others."""


def inputs_table(paper: Paper) -> Table:
    """Everything that was entered or counted for the month, with source, document and version."""
    found = paper.inputs
    rows: list[Row] = []
    if found is not None:
        for part in (_uses, _prices, _bills, _weather, _kpis, _facts, _corrections):
            rows += part(paper, found)
    return Table("inputs", ("input", "item", "value", "source"), tuple(rows))


def _uses(paper: Paper, inputs: Inputs) -> Iterator[Row]:
    meters = {meter.code: meter for meter in inputs.contract.meters}
    for use in inputs.month.uses:
        meter = meters[use.meter]
        what = paper.word("excluded_meter" if meter.excluded else "meter")
        item = f"{paper.name(meter.line)}, {use.meter}"
        source = [paper.word(use.grade)]
        if meter.ratio != 1:
            source.append(f"{paper.word('ratio_of')} {shown(meter.ratio)}")
        if use.missing_days:
            source.append(f"{paper.word('missing')} {use.missing_days} d")
        yield what, item, _counted(paper, use), ", ".join(source)


def _counted(paper: Paper, use: Use) -> str:
    if use.quantities is not None:
        return _periods(paper, use.quantities)
    first, last = use.first or {}, use.last or {}
    spans = (
        f"{paper.word(period)} {figure(first[period])} > {figure(last[period])}" for period in first
    )
    return "; ".join(spans)


def _prices(paper: Paper, inputs: Inputs) -> Iterator[Row]:
    month = inputs.month
    for each in month.prices:
        checked = each.checked_by or paper.word("unchecked")
        source = _joined(each.source, each.tariff, f"{paper.word('checked_by')} {checked}")
        yield paper.word("price"), paper.name(each.line), _periods(paper, each.prices), source
    for name, values in (("percent", month.percents), ("billed_amount", month.amounts)):
        for code, value in (values or {}).items():
            yield paper.word(name), paper.name(code), figure(value), ""


def _bills(paper: Paper, inputs: Inputs) -> Iterator[Row]:
    for each in inputs.month.bills:
        source = _joined(each.number, _span(each.first_day, each.end_day))
        yield paper.word("bill"), paper.name(each.line), f"{each.amount:,.2f}", source


def _weather(paper: Paper, inputs: Inputs) -> Iterator[Row]:
    month = inputs.month
    if month.degree_days is not None:
        found = month.degree_days
        heating = f"{paper.word('heating')} {figure(found.heating)}"
        value = f"{heating}; {paper.word('cooling')} {figure(found.cooling)}"
        yield paper.word("degree_days"), "", value, found.station
    for model in month.models:
        version = f"{model.model}, {paper.word('version')} {model.version}"
        source = _joined(version, f"SHA-256 {model.data_sha256[:_SHORT]}", _fit(model))
        yield paper.word("model"), paper.name(model.line), _banded(model), source
    for each in month.submeters:
        yield paper.word("submeter"), each.equipment, figure(each.quantity), ""


def _banded(model: ModelFigure) -> str:
    value = figure(model.quantity)
    if model.low is None or model.high is None:
        return value
    share = "" if model.confidence is None else f", {model.confidence:.0%}"
    return f"{value} ({figure(model.low)} .. {figure(model.high)}{share})"


def _fit(model: ModelFigure) -> str:
    told = (("CV(RMSE)", model.cvrmse), ("NMBE", model.nmbe))
    return ", ".join(f"{name} {value:.1%}" for name, value in told if value is not None)


def _kpis(paper: Paper, inputs: Inputs) -> Iterator[Row]:
    for each in inputs.month.kpis:
        yield paper.word("kpi"), paper.name(each.kpi), _reached(each), _by_whom(paper, each)
    for told in inputs.month.refunds or ():
        days = "; ".join(f"{day} {figure(value)}" for day, value in sorted(told.days.items()))
        signed = f"{paper.word('signed_by')} {', '.join(told.signed_by)}"
        # The value stands in one line; the days are in the column that breaks.
        yield (
            paper.word("temperatures"),
            paper.name(told.refund),
            f"{len(told.days)} d",
            _joined(told.source, signed, days),
        )


def _reached(found: KpiFigure) -> str:
    if found.value is not None:
        return f"{found.value:.2%}"
    return f"{found.compliant} / {found.valid} / {found.expected}"


def _by_whom(paper: Paper, found: KpiFigure) -> str:
    signed = f"{paper.word('signed_by')} {', '.join(found.signed_by)}" if found.signed_by else ""
    return _joined(found.source, signed)


def _facts(paper: Paper, inputs: Inputs) -> Iterator[Row]:
    """What changed at the premises."""
    events = inputs.events
    for change in events.changes:
        source = _joined(change.document, f"{paper.word('notified')} {change.notified_on}")
        value = f"{figure(change.value)}, {paper.word('from')} {change.first_day}"
        yield paper.word("change"), change.adjustment, value, source
    for each in events.equipment:
        size = f"{shown(each.power_kw)} kW x {shown(each.load_factor)}"
        size = f"{size} x {shown(each.hours_per_day)} h/d, {paper.word('from')} {each.first_day}"
        what = paper.word("removed" if each.removed else "equipment")
        told = f"{paper.word('notified')} {each.notified_on}" if each.notified_on else ""
        source = _joined(each.document, told)
        yield what, f"{paper.name(each.line)}, {each.code}", size, source


def _corrections(paper: Paper, inputs: Inputs) -> Iterator[Row]:
    """What both parties agreed on, and what was found wrong."""
    events, signed = inputs.events, paper.word("signed_by")
    for each in events.agreed:
        value = f"{figure(each.quantity)}, {_span(each.first_day, each.end_day)}"
        source = _joined(each.reason, each.document, f"{signed} {', '.join(each.signed_by)}")
        yield paper.word("agreed"), paper.name(each.line), value, source
    for cut in events.redefinitions:
        value = f"{cut.tariff}, {paper.word('from')} {cut.first_day}"
        source = _joined(cut.document, f"{signed} {', '.join(cut.signed_by)}")
        yield paper.word("redefinition"), paper.name(cut.line), value, source
    for error in events.meter_errors:
        value = f"{shown(error.error_pct)} %, {_span(error.first_day, error.end_day)}"
        yield paper.word("meter_error"), error.meter, value, _joined(error.basis, error.document)
    for event in inputs.month.non_routine or ():
        days = f"{event.first_day} / {event.end_day or '..'}"
        source = _joined(
            event.reason,
            paper.said(f"{event.event}: {event.evidence}"),
            f"{signed} {event.signed_by} {paper.word('signed_on')} {event.signed_on}",
        )
        item = f"{paper.name(event.line)}, {event.event}"
        yield paper.word("non_routine"), item, f"{figure(event.per_day)}/d, {days}", source
    accepted = inputs.month.acceptance
    if accepted is not None:
        document = _joined(accepted.by, accepted.document)
        yield paper.word("acceptance"), "", accepted.on.isoformat(), document


def _periods(paper: Paper, values: Mapping[Period, Decimal]) -> str:
    if set(values) == {Period.FLAT}:
        return figure(values[Period.FLAT])
    return "; ".join(f"{paper.word(period)} {figure(value)}" for period, value in values.items())


def _span(first_day: date, end_day: date) -> str:
    return f"{first_day} / {end_day}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
