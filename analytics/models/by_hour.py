"""Hourly baseline of a whole building (IPMVP option C)."""

from zoneinfo import ZoneInfo

import numpy as np

from analytics.models import hour_of_week
from analytics.models.left_out import fortnights_left_out
from analytics.models.period import Period
from analytics.models.record import Kinds, Record, spans
from analytics.models.refusal import Sample
from analytics.models.saving import Fitted, Saving, saving, unfitted
from analytics.models.series import (
    daily_mean,
    daily_sum,
    day_bounds,
    instant,
    without_false_zeros,
)
from analytics.models.time_of_week import TimeOfWeek

HOUR_US = 3_600_000_000


def by_hour(record: Record, train: Period, report: Period, zone: ZoneInfo, kinds: Kinds) -> Saving:
    """Hourly time-of-week and temperature model."""
    cleaned = without_false_zeros(record.use)
    parts = []
    for period in (train, report):
        days = day_bounds(period.first, period.end, zone)
        bounds = np.arange(days[0], days[-1] + 1, HOUR_US, dtype=np.int64)
        warmth = daily_mean(record.temperature_c, bounds)
        sample = Sample(daily_sum(cleaned, bounds), warmth, record.estimated_share(bounds))
        hours = [instant(int(at)) for at in bounds[:-1]]
        parts.append((bounds, sample, hour_of_week.features(hours, warmth, zone, kinds)))
    (_, seen, seen_x), (bounds, told, told_x) = parts
    refusals, nothing = unfitted("hourly", seen, train.days)
    if nothing is not None:
        return nothing
    model = TimeOfWeek().fit(seen_x, seen.use)
    fitted = Fitted(
        "hourly time of week and temperature",
        {
            "knots_c": model.knots_c_[0].tolist(),
            "occupied_hours": np.flatnonzero(model.occupied_[0]).tolist(),
            "slope_unoccupied_per_c": model.slope_[0, 0].tolist(),
            "slope_occupied_per_c": model.slope_[0, 1].tolist(),
            "level": model.level_[0].tolist(),
            "hours_of_week_without_data": int(model.filled_[0]),
        },
        model.predict(seen_x)[:, 0],
        model.predict(told_x)[:, 0],
        fortnights_left_out(seen_x, seen.use[:, None])[:, 0],
    )
    return saving("hourly", seen, told, spans(bounds), fitted, refusals)
