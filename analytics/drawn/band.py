"""The band of a baseline's month, by the same calibration as savings are told with. Pure."""

from dataclasses import replace
from decimal import Decimal

from analytics.drawn.rows import LedgerModel
from analytics.evidence.register_days import Days
from analytics.models.period import Period
from analytics.savings.avoided_use import avoided_use
from analytics.savings.own_record import OwnRecord, Span
from analytics.savings.shipped import calibration
from domain.contract_month import ModelFigure
from domain.money import exact

_CONFIDENCE = 0.9


def banded(figure: ModelFigure, model: LedgerModel, days: Days) -> ModelFigure:
    """A model's figure by its version in the registry, with band and fit where it has them."""
    train = Period(model.first_day, model.end_day)
    report = Period(days.first_day, days.end_day)
    told = avoided_use(
        float(figure.quantity),
        0.0,  # the band is that of the baseline itself
        OwnRecord(model.wander),
        calibration(),
        span=Span.between(train, report, report.days),
        confidence=_CONFIDENCE,
    )
    named = replace(
        figure,
        version=f"{model.baseline_id}/{model.version}",
        cvrmse=_decimal(model.cvrmse),
        nmbe=_decimal(model.nmbe),
    )
    if told.band is None:
        return named
    low, high = exact(told.band.low), exact(told.band.high)
    return replace(named, low=low, high=high, confidence=Decimal(str(told.band.confidence)))


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else exact(number)
