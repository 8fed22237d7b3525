"""Demand that comes near the contract (需量越限): the window of the two-part tariff."""

from dataclasses import dataclass

import numpy as np

from analytics.models.series import Series, instant
from analytics.rules.finding import Finding, Priority

KIND = "demand"
WINDOW_US = 15 * 60_000_000


@dataclass(frozen=True, slots=True)
class Demand:
    """Thresholds.

    Attributes
    ----------
    high_share, urgent_share : float
        Of the contracted demand. [1]
    apart_hours : float
        Peaks that lie closer together are one finding. [h]
    """

    high_share: float
    urgent_share: float
    apart_hours: float


def demand(power_kw: Series, contract_kw: float, rule: Demand) -> list[Finding]:
    """Find spans in which the demand of 15 minutes came near the contract, or passed it.

    Parameters
    ----------
    power_kw : Series
        Mean power of steps of at most 15 minutes. A window lacking a step has no demand. [kW]
    contract_kw : float
        Contracted maximum demand. [kW]
    """
    step = power_kw.step
    steps = max(WINDOW_US // step, 1)
    value, ts = power_kw.value, power_kw.ts
    if len(value) < steps:
        return []
    total = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(value), value, 0.0))])
    count = np.concatenate([[0], np.cumsum(np.isfinite(value))])
    whole = count[steps:] - count[:-steps] == steps
    whole &= ts[steps - 1 :] - ts[: len(ts) - steps + 1] == (steps - 1) * step
    mean = np.where(whole, (total[steps:] - total[:-steps]) / steps, 0.0)
    high = np.flatnonzero(mean >= rule.high_share * contract_kw)
    found = []
    apart = rule.apart_hours * 3_600_000_000
    parts = np.split(high, 1 + np.flatnonzero(np.diff(ts[high]) > apart)) if len(high) else []
    for part in parts:
        peak = float(mean[part].max())
        at = int(part[mean[part].argmax()])
        passed = peak >= rule.urgent_share * contract_kw
        found.append(
            Finding(
                instant(int(ts[part[0]])),
                instant(int(ts[part[-1]]) + steps * step),
                KIND,
                Priority.URGENT if passed else Priority.HIGH,
                peak / (rule.high_share * contract_kw),
                contract_kw,
                peak,
                {
                    "share_of_contract": peak / contract_kw,
                    "peak_at": instant(int(ts[at])).isoformat(),
                    "windows": len(part),
                },
            )
        )
    return found
