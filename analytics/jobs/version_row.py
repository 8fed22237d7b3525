"""A version of a baseline as it is kept, and whether there is to be one."""

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.jobs.model_code import model_code
from domain.baseline import TrainingCause
from store.contracts.baseline_work import BaselineWork


def is_new(work: BaselineWork, sha256: str) -> bool:
    """Whether what it rests on is other than what the newest version rests on."""
    if work.number is None or work.sha256 != sha256:
        return True
    # Who asks wants to know what today's code makes of the same days.
    return work.cause == TrainingCause.ASKED and work.code != model_code()


def version_row(
    work: BaselineWork,
    text: str,
    sha256: str,
    basis: Mapping[str, Any],
    refusals: Sequence[str],
    **fit: object,
) -> dict[str, Any]:
    """Columns of the table by name.

    Parameters
    ----------
    **fit : object
        Columns of the fit; those that are not named are null.
    """
    names = ("cvrmse", "nmbe", "r2", "left_out_cvrmse", "wander", "coldest_c", "warmest_c")
    return {
        "baseline_id": work.id,
        "number": (work.number or 0) + 1,
        "cause": work.cause,
        "asked_by": work.asked_by,
        **dict.fromkeys(names),
        **fit,
        "refusals": [str(reason) for reason in refusals],
        "basis": {**basis, "code": model_code()},
        "inputs": text,
        "sha256": sha256,
    }
