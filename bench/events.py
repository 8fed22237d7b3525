"""Non-routine events of the shared buildings: which are proposed, how near and how soon."""

from datetime import date, timedelta

import numpy as np

from analytics.models.change_point import ChangePoint
from analytics.models.estimator import Floats
from analytics.savings.non_routine import proposals
from analytics.savings.proposal import Proposal
from bench import held_out

STEPS = {"b25": date(2016, 12, 13), "b56": date(2017, 7, 1), "b52": date(2018, 7, 1)}
"""Days given with the data, by meter."""
YEARS = (2016, 2017, 2018)
FIRST = date(YEARS[0], 1, 1)
_BASELINE_DAYS = 366


def of_all() -> dict[str, list[Proposal]]:
    """Proposals of each meter, seen from the end of the last year."""
    measured, told = _days()
    return {
        meter: proposals(FIRST, measured[:, i], told[:, i], _BASELINE_DAYS)
        for i, meter in enumerate(held_out.meters("electricity"))
    }


def seen_after_days() -> dict[str, int | None]:
    """Days from a step until it is first proposed within 45 days of it, looked for each week."""
    measured, told = _days()
    found: dict[str, int | None] = {}
    for meter, step in STEPS.items():
        i = held_out.meters("electricity").index(meter)
        since = max((step - FIRST).days, _BASELINE_DAYS)
        found[meter] = None
        for known in range(since, len(measured), 7):
            near = [
                each
                for each in proposals(FIRST, measured[:known, i], told[:known, i], _BASELINE_DAYS)
                if abs(each.first - step) <= timedelta(days=45)
            ]
            if near:
                found[meter] = known - (step - FIRST).days
                break
    return found


def _days() -> tuple[Floats, Floats]:
    """Measured and predicted days of all years, by models of the first."""
    parts = [held_out.days("electricity", year) for year in YEARS]
    model = ChangePoint().fit(*parts[0])
    told = [model.predict(matrix) for matrix, _ in parts]
    unseen = parts[0][1] - model.residual_
    told[0] = np.where(np.isfinite(unseen), unseen, told[0])
    return np.concatenate([use for _, use in parts]), np.concatenate(told)
