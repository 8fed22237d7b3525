"""What a baseline of the registry says of a month, with its band, fit and events. Pure."""

from dataclasses import replace
from decimal import Decimal

from analytics.drawn.boundary import want_boundary
from analytics.drawn.rows import LedgerRows
from analytics.evidence.band import banded
from analytics.evidence.register_days import Days
from analytics.settlement.active_month import ActiveMonth
from domain.contract_month import ModelFigure
from domain.errors import MissingInputError
from domain.money import exact


def line_model(month: ActiveMonth, line: str, rows: LedgerRows, days: Days) -> ModelFigure:
    """Figure of the version that a line names.

    Raises
    ------
    MissingInputError
        If it was fitted on other meters than the boundary's, or no day of the month has weather.
    InputError
        If its parameters or the calendar lead to no figure.
    """
    model = rows.models[line]
    if model.meters is not None:
        want_boundary(month, month.contract.line(line), model.meters)
    if model.kept.by_weather and not rows.surroundings.hours:
        raise MissingInputError(
            f"no hour of the station of {month.contract.code} is known", code="weather"
        )
    found = model.kept.figure(rows.surroundings, days)
    told = replace(
        found,
        version=f"{model.baseline_id}/{model.version}",
        cvrmse=_decimal(model.cvrmse),
        nmbe=_decimal(model.nmbe),
        freedom=_decimal(model.freedom),
        cvrmse_limit=_decimal(model.cvrmse_limit),
        nmbe_limit=_decimal(model.nmbe_limit),
        limit_source=model.limit_source,
        ipmvp=model.ipmvp,
        gbt_28750=model.gbt_28750,
        planned=model.planned,
        reasons=model.reasons,
    )
    if model.band is None:
        return told
    return banded(told, model.band, days, month.contract.nominal)


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else exact(number)
