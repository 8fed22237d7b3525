"""Whatever a file holds: a model or a named reason, never a traceback, never a NaN in between."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.models.by_bill import by_bill
from analytics.models.by_day import by_day
from analytics.models.by_hour import by_hour
from analytics.models.estimator import Floats
from analytics.models.period import Period
from analytics.models.record import Record
from analytics.models.refusal import FATAL
from analytics.models.series import DAY_US, Series, day_bounds, us
from domain.local_day import day_start

ZONE = ZoneInfo("Europe/London")
TRAIN = Period(date(2024, 1, 1), date(2024, 5, 1))
REPORT = Period(date(2024, 5, 1), date(2024, 7, 1))
DAYS = TRAIN.days + REPORT.days
NOTHING = Series(np.empty(0, np.int64), np.empty(0))


def values(kind: str, count: int, rng: np.random.Generator) -> Floats:
    return {
        "zeros": np.zeros(count),
        "constant": np.full(count, 3.0),
        "missing": np.where(rng.random(count) < 0.6, np.nan, 4.0),
        "huge": rng.uniform(0, 1e12, count),
        "tiny": rng.uniform(0, 1e-9, count),
        "negative": rng.normal(-5, 1, count),
        "one spike": np.where(np.arange(count) == count // 2, 1e9, 0.0),
        "usual": rng.uniform(1, 5, count),
    }[kind]


KINDS = ["zeros", "constant", "missing", "huge", "tiny", "negative", "one spike", "usual"]


@settings(max_examples=60)
@given(
    use=st.sampled_from(KINDS),
    weather=st.sampled_from([*KINDS, "none"]),
    share=st.sampled_from([0.0, 0.01, 0.3, 1.0]),
    step_h=st.sampled_from([1, 24]),
    seed=st.integers(0, 9),
)
def test_any_record_gets_a_model_or_a_reason(
    use: str, weather: str, share: float, step_h: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    start = us(day_start(TRAIN.first, ZONE))
    ts = start + np.arange(DAYS * 24 // step_h, dtype=np.int64) * (DAY_US // 24 * step_h)
    kept = rng.random(len(ts)) < share
    series = Series(ts[kept], values(use, len(ts), rng)[kept])
    warmth = NOTHING if weather == "none" else Series(ts, values(weather, len(ts), rng) % 60)
    record = Record(series, warmth, NOTHING)
    found = [by_day(record, TRAIN, REPORT, ZONE, {})]
    if step_h == 1:
        found.append(by_hour(record, TRAIN, REPORT, ZONE, {}))
    for each in found:
        baseline, actual = each.totals
        if each.model is None:
            assert FATAL.intersection(each.refusals)
        elif baseline is None:
            assert "no_report" in each.refusals
        else:
            assert np.isfinite([baseline, actual]).all()
            assert each.train.cvrmse is None or np.isfinite(each.train.cvrmse)


@pytest.mark.parametrize("bills", [0, 1, 5, 40])
def test_any_number_of_bills_gets_a_model_or_a_reason(bills: int) -> None:
    period = Period(date(2020, 1, 1), date(2024, 1, 1))
    days = day_bounds(period.first, period.end, ZONE)
    ts = days[: bills * 30 : 30]
    record = Record(
        Series(ts, np.full(len(ts), 900.0)), Series(days, np.full(len(days), 8.0)), NOTHING
    )
    found = by_bill(record, ts + 30 * DAY_US, period, period, ZONE)
    assert (found.model is None) == (bills < 9)
    assert bool(FATAL.intersection(found.refusals)) == (bills < 9)
