"""A fit is held to a limit with the degrees of freedom that the limit is for."""

import numpy as np
import pytest

from analytics.models.fit_quality import fit_quality, freedom, held

BILLS = {"change_c": [15.5, None], "coefficients": [20.25, 1.5, 0.0], "idles": False}
DAYS = {
    "change_c": [None, 22.0],
    "base": [10.0, 10.0, 4.0, 4.0],
    "heating": [0.0, 0.0, 0.0, 0.0],
    "cooling": [0.7, 0.7, 0.7, 0.7],
    "swing": True,
}


def test_what_was_fitted_is_counted_once() -> None:
    assert freedom(12, BILLS) == pytest.approx(12 / 9)
    assert freedom(365, DAYS) == pytest.approx(365 / 361)


def test_as_many_numbers_as_bills_leave_nothing_to_be_held_to_a_limit() -> None:
    assert freedom(3, BILLS) is None
    assert held(0.01, 0.0, None) == (None, None)


def test_the_spread_around_twelve_bills_is_found_again_and_not_three_quarters_of_it() -> None:
    """Lines through twelve points that scatter by a tenth of their mean."""
    rng = np.random.default_rng(7)
    degrees = np.linspace(0, 400, 12)
    design = np.stack([np.ones(12), degrees, degrees**2], axis=1)
    plain, corrected = [], []
    for _ in range(2000):
        use = 1000.0 + rng.normal(0, 100.0, 12)
        fit = fit_quality(use, design @ np.linalg.lstsq(design, use, rcond=None)[0])
        assert fit.cvrmse is not None
        cvrmse, _ = held(fit.cvrmse, fit.nmbe, freedom(12, {"line": [1.0, 2.0, 3.0]}))
        assert cvrmse is not None
        plain.append(fit.cvrmse**2)
        corrected.append(cvrmse**2)
    assert np.sqrt(np.mean(corrected)) == pytest.approx(0.1, rel=0.02)
    assert np.sqrt(np.mean(plain)) == pytest.approx(0.0866, rel=0.02)
