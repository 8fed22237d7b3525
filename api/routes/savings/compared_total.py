"""What a comparison of days says, in the form in which savings are told."""

from analytics.baseline.compared import Reason, compared
from analytics.savings.estimate import Estimate
from api.routes.savings.baseline_schema import BandOut, LocalOut, SavingTotalOut
from domain.comparison import Method

BLOCKS = "blocks"
"""Basis of a band that a comparison's own blocks of days give, each left out in turn."""
NO_DRIFT = "blocks_know_no_drift"
"""Why its confidence has not been measured: how buildings drift from year to year is not in it."""


def compared_total(method: Method, text: str, confidence: float) -> SavingTotalOut:
    """Saving of a comparison, from the text in which its version is kept.

    Parameters
    ----------
    confidence : float
        Of the band. [1]
    """
    found = compared(method, text, confidence)
    if isinstance(found, Reason):
        raise TypeError(f"a version with a figure has none at {confidence}: {found}")
    baseline = None if found.actual is None else found.actual + found.saving
    band = _band(found, baseline)
    return SavingTotalOut(
        baseline=baseline,
        adjustment=0.0,
        actual=found.actual,
        saving=found.saving,
        days=found.days,
        left_out=0,
        band=band,
        no_band="too_few_blocks" if band is None else None,
        p_saving=None,
        outside=None,
    )


def _band(found: Estimate, baseline: float | None) -> BandOut | None:
    if found.low is None or found.high is None:
        return None
    return BandOut(
        low=found.low,
        high=found.high,
        half_width=(found.high - found.low) / 2 / baseline if baseline else None,
        confidence=found.confidence,
        coverage=None,
        tested=0,
        sample_size=found.blocks,
        basis=BLOCKS,
        local=LocalOut(known=0, tested=0, coverage=None),
        not_calibrated=NO_DRIFT,
    )
