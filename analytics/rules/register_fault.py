"""Registers that fall, jump or show what they cannot (表底倒走、跳变)."""

from dataclasses import dataclass

import numpy as np

from analytics.ledger.faults import judge
from analytics.models.estimator import Floats, Integers
from analytics.models.series import instant
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs
from domain.consumption_flag import ConsumptionFlag

ROLLED_BACK, IMPLAUSIBLE = "rolled_back", "implausible"


@dataclass(frozen=True, slots=True)
class RegisterFault:
    """Thresholds.

    Attributes
    ----------
    least_fall : float
        Smaller falls are the noise of the last digit. [unit of the register]
    """

    least_fall: float


def register_faults(
    ts: Integers, register: Floats, rule: RegisterFault, *, size: float | None = None
) -> list[Finding]:
    """Find where a register broke, and readings that cannot stand; by the rules of the ledger.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Strictly rising. [us]
    size : float, optional
        Declared reading at which the register begins again at zero: passing it is no fault.
    """
    verdict = judge(ts, register, size=size)
    found = []
    for first, end in runs(verdict.flags != 0).tolist():
        flags = int(np.bitwise_or.reduce(verdict.flags[first:end]))
        found.append(
            Finding(
                instant(int(ts[first])),
                instant(int(ts[end]) if end < len(ts) else int(ts[end - 1]) + 1),
                IMPLAUSIBLE,
                Priority.LOW,
                float(end - first),
                None,
                float(register[first]),
                {"readings": end - first, "flags": " ".join(ConsumptionFlag(flags).names)},
            )
        )
    for place, flag in verdict.breaks.items():
        here, before = int(verdict.kept[place]), int(verdict.kept[place - 1])
        fell = float(register[before] - register[here])
        rolled_back = flag is ConsumptionFlag.FALL
        if flag is ConsumptionFlag.ROLLOVER or (rolled_back and fell < rule.least_fall):
            continue
        kind = ROLLED_BACK if rolled_back else IMPLAUSIBLE
        found.append(
            Finding(
                instant(int(ts[before])),
                instant(int(ts[here])),
                kind,
                Priority.HIGH,
                1.0,
                float(register[before]),
                float(register[here]),
                {"fell_by": fell},
            )
        )
    return sorted(found, key=lambda each: each.start)
