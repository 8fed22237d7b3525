"""Bills of odd spans are explained by the degree days of their own days."""

import numpy as np
import pytest

from analytics.models.bill import KNOTS_C, BillModel, features
from tests.unit.models.planted import temperatures

WEATHER = temperatures(730)
ENDS = np.cumsum([31, 25, 35, 28, 33, 30, 29, 36, 27, 31, 30, 30, 31, 25, 35, 28, 33, 30, 29, 36])
SPANS = np.stack([ENDS[:-1], ENDS[1:]], axis=1)


def test_degree_days_of_each_span_explain_its_use() -> None:
    matrix = features(WEATHER, SPANS)
    heating = np.maximum(16 - WEATHER, 0)
    use = np.array([(40 + 6 * heating[a:b]).sum() for a, b in SPANS])
    model = BillModel().fit(matrix, use)
    assert model.change_c_ == (16.0, None)
    assert model.coefficients_ == pytest.approx([40, 6, 0])
    assert model.predict(matrix) == pytest.approx(use)
    assert np.abs(model.residual_).max() < 1e-6 * use.max()


def test_bills_without_weather_get_no_figure() -> None:
    weather = WEATHER.copy()
    weather[100] = np.nan
    matrix = features(weather, SPANS)
    told = BillModel().fit(matrix, np.full(len(SPANS), 900.0)).predict(matrix)
    missing = (SPANS[:, 0] <= 100) & (SPANS[:, 1] > 100)
    assert np.isnan(told[missing]).all()
    assert np.isfinite(told[~missing]).all()


def test_one_odd_bill_of_the_coldest_month_is_no_slope() -> None:
    """Within the training a slope fits best; told from the other bills it does not."""
    matrix = features(WEATHER, SPANS[:12])
    use = 40.0 * matrix[:, 0] + np.random.default_rng(2).normal(0, 15, 12)
    coldest = int(matrix[:, 1 + KNOTS_C.searchsorted(0.0)].argmax())
    use[coldest] *= 1.5
    assert BillModel().fit(matrix, use).change_c_ == (None, None)
