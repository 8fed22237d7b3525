"""What `civicwatt baseline` prints: a summary, and a line for each interval."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from math import inf, isfinite
from typing import Any

import numpy as np

from analytics.models.fit_quality import LIMITS, Limits, freedom, held
from analytics.models.period import Period
from analytics.models.saving import Saving
from analytics.savings.avoided_use import AvoidedUse
from analytics.savings.calibration import Calibration
from analytics.savings.non_routine import proposals
from analytics.savings.normalised import Normalised
from analytics.savings.own_record import OwnRecord, Span
from analytics.savings.shipped import PROVENANCE
from analytics.savings.typical_year import TypicalYear


def summary(
    found: Saving, told: AvoidedUse, own: OwnRecord, args: argparse.Namespace
) -> dict[str, Any]:
    """Model, fit, totals and how sure the saving is."""
    usual = LIMITS[found.step]
    limits = Limits(
        usual.cvrmse if args.cvrmse_limit is None else args.cvrmse_limit,
        usual.nmbe if args.nmbe_limit is None else args.nmbe_limit,
        usual.source if args.cvrmse_limit is args.nmbe_limit is None else "given",
    )
    fits = {
        f"{name}_{period}": value
        for period, fit in (("train", found.train), ("report", found.report))
        for name, value in asdict(fit).items()
    }
    return {
        "model": found.model,
        "params": dict(found.params),
        **fits,
        "cvrmse_out_of_time": found.left_out_cvrmse,
        "baseline_kwh": told.baseline,
        "actual_kwh": told.actual,
        "saving_kwh": told.saving,
        **_band(told, args.confidence),
        "wander": own.wander,
        "earlier_deviations": list(own.earlier),
        "rows_report": len(found.bounds),
        "outside_temperature_share": found.outside,
        "calendar": args.calendar,
        "checks": _checks(found, limits),
        "disqualified": [str(reason) for reason in found.refusals],
    }


def _band(told: AvoidedUse, confidence: float) -> dict[str, Any]:
    band = told.band
    return {
        "low_kwh": band and band.low,
        "high_kwh": band and band.high,
        "confidence": confidence,
        "band": told.no_band if band is None else band.basis,
        "band_half_width": band and band.half_width,
        "band_coverage": band and band.coverage,
        "band_tested": band and band.tested,
        "band_sample_size": band and band.sample_size,
        "band_from": band and PROVENANCE,
        "band_not_calibrated": band and band.not_calibrated,
        "p_saving": told.p_saving,
        "guarantee_kwh": told.guarantee,
        "p_guarantee": told.p_guarantee,
    }


def normalised_lines(
    found: Normalised, typical: TypicalYear, told: AvoidedUse, confidence: float
) -> dict[str, Any]:
    """Saving in a typical year with its band, and which lived-through months make it up."""
    return {
        "normalised": {
            "baseline_kwh": found.baseline,
            "reporting_kwh": found.reporting,
            "saving_kwh": found.saving,
            **_band(told, confidence),
            "p_saving": told.p_saving,
            "months_from_years": list(typical.years),
            "years_to_choose_from": typical.candidates,
            "disqualified": [str(reason) for reason in found.refusals],
        }
    }


def _checks(found: Saving, limits: Limits) -> list[dict[str, Any]]:
    fit, free = found.train, freedom(found.train.count, found.params)
    cvrmse, nmbe = held(fit.cvrmse, fit.nmbe, free)
    measured = (("cvrmse_train", cvrmse, limits.cvrmse), ("nmbe_train", nmbe, limits.nmbe))
    return [
        {"check": name, "value": value, "limit": limit, "source": limits.source,
         "passed": None if value is None else abs(value) <= limit}
        for name, value, limit in measured
    ]  # fmt: skip


def event_lines(found: Saving, train: Period) -> Iterator[dict[str, Any]]:
    """Events that a person may accept; none of them is in the saving.

    Parameters
    ----------
    found : Saving
        Daily, applied to everything from the first day of the training on; its intervals are days.
    """
    if found.model is None or found.step != "daily":
        return
    told = found.baseline.copy()
    seen = np.isfinite(found.left_out)
    told[: train.days][seen] = (found.actual[: train.days] - found.left_out)[seen]
    for event in proposals(train.first, found.actual, told, train.days):
        yield {
            "event": event.shape,
            "start": f"{event.first}",
            "end": f"{event.end}",
            "ratio": event.ratio,
            "ratio_low": event.low,
            "ratio_high": event.high,
            "change_kwh_per_day": event.daily_change,
            "days": event.days,
            "ratio_before": event.ratio_before,
            "ratio_within": event.ratio_within,
            "spread_before": event.spread_before,
        }


def detail(
    found: Saving, own: OwnRecord, span: Span, calibration: Calibration, confidence: float
) -> Iterator[dict[str, Any]]:
    """A line for each interval; its band is for the use of that interval, were nothing changed.

    Two things add up in it: how far the level may have strayed, as in any one month, and how far
    single intervals lay from the model in the training.
    """
    stray = calibration.rank(confidence) * calibration.scale(own, Span(1.0, span.ahead_years))
    known = np.abs(found.left_out[np.isfinite(found.left_out)])
    noise = float(np.quantile(known, confidence)) if len(known) else inf
    for (start, end), actual, baseline in zip(
        found.bounds, found.actual.tolist(), found.baseline.tolist(), strict=True
    ):
        half = ((baseline * stray) ** 2 + noise**2) ** 0.5 if stray < inf else inf
        banded = isfinite(baseline) and isfinite(half)
        yield {
            "start": _written(start),
            "end": _written(end),
            "actual_kwh": actual if isfinite(actual) else None,
            "baseline_kwh": baseline if isfinite(baseline) else None,
            "low_kwh": max(baseline - half, 0.0) if banded else None,
            "high_kwh": baseline + half if banded else None,
        }


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
