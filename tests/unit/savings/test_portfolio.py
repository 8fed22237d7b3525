"""Errors that go together do not cancel in a sum."""

import numpy as np
import pytest

from analytics.savings.portfolio import Part, error_correlation, portfolio_saving

PARTS = [Part(10.0, 6.0), Part(-4.0, 8.0)]


@pytest.mark.parametrize(("correlation", "half"), [(0.0, 10.0), (1.0, 14.0), (0.5, 148**0.5)])
def test_the_band_grows_with_the_correlation(correlation: float, half: float) -> None:
    found = portfolio_saving(PARTS, correlation)
    assert found.saving == 6
    assert (found.low, found.high) == pytest.approx((6 - half, 6 + half))


def test_a_correlation_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"correlation -0.1: want 0 to 1"):
        portfolio_saving(PARTS, -0.1)


@pytest.mark.parametrize("planted", [0.0, 0.3, 0.8])
def test_the_correlation_of_errors_is_found_again(planted: float) -> None:
    rng = np.random.default_rng(5)
    shared, own = rng.normal(size=(400, 1)), rng.normal(size=(400, 20))
    errors = (np.sqrt(planted) * shared + np.sqrt(1 - planted) * own) * rng.uniform(0.1, 9, 20)
    assert error_correlation(errors) == pytest.approx(planted, abs=0.05)


def test_sums_are_held_as_often_as_the_band_says() -> None:
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(500):
        errors = np.sqrt(0.2) * rng.normal() + np.sqrt(0.8) * rng.normal(size=30)
        found = portfolio_saving([Part(float(each), 1.645) for each in errors], 0.2)
        held += found.low < 0 < found.high
    assert held / 500 == pytest.approx(0.9, abs=0.04)


def test_too_little_to_compare_has_no_correlation() -> None:
    assert error_correlation(np.ones((2, 5))) is None
    assert error_correlation(np.ones((12, 1))) is None
