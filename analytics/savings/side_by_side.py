"""Direct comparison (直接比较): like beside like, one with the measure and one without."""

from dataclasses import dataclass

from analytics.models.estimator import Floats
from analytics.savings.estimate import Estimate
from analytics.savings.regressed import by_weeks


@dataclass(frozen=True, slots=True)
class Pair:
    """The same days of two that are used alike.

    Attributes
    ----------
    treated, like : ndarray of float, shape (n_days,)
        Of the one that gets the measure, and of the one that does not; NaN: not measured.
        [use per day]
    """

    treated: Floats
    like: Floats


def side_by_side(before: Pair, after: Pair, confidence: float = 0.9) -> Estimate:
    """Saving of the treated one against its like, by the proportion both had before the measure.

    Raises
    ------
    MissingInputError
        If fewer than three days are known of both before, or none after.
    """
    return by_weeks(
        (before.like[:, None], before.treated), (after.like[:, None], after.treated), confidence
    )
