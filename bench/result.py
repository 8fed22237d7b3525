"""A result: one JSON line on standard output."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median


class CheckError(Exception):
    """A benchmark found that what it measured is not right, so that its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """One figure.

    Attributes
    ----------
    peer : str or None
        What it is compared with, measured in the same run on the same servers.
    ratio : float or None
        Ours over the peer's; above 1 is better than the peer in rates.
    conditions : mapping
        Everything needed to read the figure: sizes, servers, spread of the runs.
    """

    name: str
    value: float
    unit: str
    conditions: Mapping[str, object]
    peer: str | None = None
    ratio: float | None = None

    def print(self) -> None:
        """Write the line."""
        line = asdict(self) | {"value": _rounded(self.value)}
        if self.ratio is not None:
            line["ratio"] = _rounded(self.ratio)
        line["conditions"] = dict(self.conditions) | {"cpus": os.cpu_count()}
        keys = ("name", "value", "unit", "peer", "ratio", "conditions")
        print(json.dumps({key: line[key] for key in keys}), flush=True)


def median_result(
    name: str,
    unit: str,
    values: Sequence[float],
    conditions: Mapping[str, object],
    *,
    peer: str | None = None,
    peer_values: Sequence[float] | None = None,
) -> Result:
    """Median of several runs; the ratio is the median of the runs' ratios.

    Parameters
    ----------
    peer_values : sequence of float, optional
        The peer's figure in each of the same runs.
    """
    spread = {"runs": len(values), "least": _rounded(min(values)), "most": _rounded(max(values))}
    ratio = None
    if peer_values is not None:
        ratio = median(a / b for a, b in zip(values, peer_values, strict=True))
    return Result(name, median(values), unit, dict(conditions) | spread, peer, ratio)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
