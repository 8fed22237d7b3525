"""Monthly baseline of a whole building from its bills (IPMVP option C)."""

from zoneinfo import ZoneInfo

import numpy as np

from analytics.models import bill
from analytics.models.estimator import Integers
from analytics.models.period import Period
from analytics.models.record import Record
from analytics.models.refusal import Sample
from analytics.models.saving import Fitted, Saving, saving, unfitted
from analytics.models.series import daily_mean, day_bounds, instant


def by_bill(
    record: Record, ends: Integers, train: Period, report: Period, zone: ZoneInfo
) -> Saving:
    """Monthly model. A bill belongs to the period in which it lies whole.

    Parameters
    ----------
    ends : ndarray of int, shape (n_bills,)
        End of each bill. [us]
    """
    parts = []
    for period in (train, report):
        days = day_bounds(period.first, period.end, zone)
        inside = (record.use.ts >= days[0]) & (ends <= days[-1])
        starts, stops = record.use.ts[inside], ends[inside]
        spans = np.searchsorted(days, np.stack([starts, stops], axis=1))
        matrix = bill.features(daily_mean(record.temperature_c, days), spans)
        share = record.estimated_share(days)
        sample = Sample(record.use.value[inside], bill.mean_c(matrix), share)
        parts.append((starts, stops, sample, matrix))
    (_, _, seen, seen_x), (starts, stops, told, told_x) = parts
    refusals, nothing = unfitted("monthly", seen, train.days)
    if nothing is not None:
        return nothing
    model = bill.BillModel().fit(seen_x, seen.use)
    heat, cool = model.change_c_
    base, heating, cooling = model.coefficients_.tolist()
    fitted = Fitted(
        "monthly degree days",
        {
            "heating_from_c": heat,
            "cooling_from_c": cool,
            "base_per_day": base,
            "heating_per_c_day": heating,
            "cooling_per_c_day": cooling,
        },
        model.predict(seen_x),
        model.predict(told_x),
        model.residual_,
    )
    bounds = [(instant(int(a)), instant(int(b))) for a, b in zip(starts, stops, strict=True)]
    return saving("monthly", seen, told, bounds, fitted, refusals)
