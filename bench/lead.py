"""Labelled real buildings (LEAD): what the shipped rules find of what people marked.

``python -m bench.lead``; labels are runs of marked hours, with gaps of up to three hours merged;
an alert is true if it overlaps one. Nothing was learned from these buildings but the thresholds
that `left_out` chooses anew without each of them.
"""

import csv
import gzip
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.estimator import Floats, Truths
from analytics.models.series import Series, us
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.day_grid import HOUR_US
from analytics.rules.runs import runs
from analytics.rules.thresholds import MeterClass, Overrides, thresholds
from bench.result import Result

DATA = Path(__file__).parents[2] / "shared" / "data" / "alerts"
_FIRST_US = 1_451_606_400_000_000
"""2016-01-01, by a local clock without a zone. [us]"""
_GAP_H = 3
_WEEK_H = 168
GRID = {
    ("unlike_usual", "fire"): (5.0, 6.0, 7.0, 8.0, 10.0),
    ("night_load", "above"): (0.15, 0.2, 0.3),
}
"""What may be chosen anew where a building is left out."""


@dataclass(frozen=True, slots=True)
class Building:
    """Hours of one building, and which of them people marked."""

    name: str
    use: Floats
    marked: Truths


@dataclass(frozen=True, slots=True)
class Found:
    """Alerts of one building against its labels, as counts that add up over buildings.

    Attributes
    ----------
    delays_h : tuple of int
        From the beginning of each event that was found to that of its first alert. [h]
    hours : tuple of int
        Hours that are both, alerted, marked, and both if a hit counts for its whole event.
    """

    alerts: int
    true: int
    hit: int
    events: int
    delays_h: tuple[int, ...]
    hours: tuple[int, int, int, int]
    weeks: float


def buildings() -> list[Building]:
    """Those beside the repository."""
    found = []
    for path in sorted(DATA.glob("lead_*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        use = np.array([float(row["meter_reading"]) for row in rows])
        marked = np.array([float(row["anomaly"]) > 0 for row in rows])
        found.append(Building(path.name.split(".")[0], use, marked))
    return found


def found(building: Building, overrides: Overrides | None = None) -> Found:
    """Judge a building as `civicwatt detect` does, and hold it against the labels."""
    rules = thresholds(MeterClass.ELECTRICITY, overrides)
    ts = _FIRST_US + np.arange(len(building.use), dtype=np.int64) * HOUR_US
    around = Surroundings(ZoneInfo("UTC"))
    told = judge(Series(ts, building.use), MeterClass.ELECTRICITY, rules, around)
    spans = [
        ((us(each.start) - _FIRST_US) // HOUR_US, -((_FIRST_US - us(each.end)) // HOUR_US))
        for each in told
    ]
    return _held(building, spans)


def _held(building: Building, spans: Sequence[tuple[int, int]]) -> Found:
    events = _events(building.marked)
    alerted = np.zeros(len(building.marked), np.bool_)
    for first, end in spans:
        alerted[first:end] = True
    delays, adjusted = [], alerted & building.marked
    for first, end in events:
        begun = [start for start, until in spans if start < end and until > first]
        if begun:
            delays.append(min(begun) - first)
            adjusted[first:end] |= building.marked[first:end]
    return Found(
        alerts=len(spans),
        true=sum(bool(building.marked[first:end].any()) for first, end in spans),
        hit=len(delays),
        events=len(events),
        delays_h=tuple(delays),
        hours=(
            int((alerted & building.marked).sum()),
            int(alerted.sum()),
            int(building.marked.sum()),
            int(adjusted.sum()),
        ),
        weeks=len(building.use) / _WEEK_H,
    )


def _events(marked: Truths) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, end in runs(marked).tolist():
        if merged and first - merged[-1][1] <= _GAP_H:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((first, end))
    return merged


def figures(parts: Sequence[Found]) -> dict[str, float]:
    """Precision, recall and what follows from them, over some buildings."""
    alerts, hit = sum(each.alerts for each in parts), sum(each.hit for each in parts)
    precision = sum(each.true for each in parts) / max(alerts, 1)
    recall = hit / max(sum(each.events for each in parts), 1)
    both, alerted, marked, adjusted = (sum(column) for column in zip(
        *(each.hours for each in parts), strict=True))  # fmt: skip
    false = alerted - both
    delays = [hours for each in parts for hours in each.delays_h]
    return {
        "event_f1": _f1(precision, recall),
        "precision": precision,
        "recall": recall,
        "alerts": alerts,
        "alerts_per_meter_week": alerts / sum(each.weeks for each in parts),
        "median_onset_delay_h": float(median(delays)) if delays else float("nan"),
        "point_f1": 2 * both / max(alerted + marked, 1),
        "point_adjusted_f1_inflated": 2 * adjusted / max(adjusted + false + marked, 1),
    }


def left_out(all_of_them: Sequence[Building]) -> dict[str, float]:
    """Figures where each building is judged by thresholds chosen on the others."""
    choices: list[dict[str, dict[str, float]]] = []
    for values in product(*GRID.values()):
        choice: dict[str, dict[str, float]] = {}
        for (rule, name), value in zip(GRID, values, strict=True):
            choice.setdefault(rule, {})[name] = value
        choices.append(choice)
    told = [[found(building, choice) for building in all_of_them] for choice in choices]
    picked = []
    for place in range(len(all_of_them)):
        others = [[each for i, each in enumerate(parts) if i != place] for parts in told]
        scores = [
            figures(parts)["event_f1"] * (figures(parts)["alerts_per_meter_week"] <= 0.25)
            for parts in others
        ]
        picked.append(told[int(np.argmax(scores))][place])
    return figures(picked)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def main() -> int:
    """Print the results; no figure fails the benchmark."""
    known = buildings()
    if not known:
        print(f"bench.lead: not run: no {DATA.name} beside the repository", file=sys.stderr)
        return 0
    parts = [found(each) for each in known]
    by_building = {
        each.name: f"{part.hit} of {part.events}, {part.alerts - part.true} false"
        for each, part in zip(known, parts, strict=True)
    }
    for name, told, more in (
        ("lead_event_f1", figures(parts), by_building),
        ("lead_event_f1_left_out", left_out(known), {}),
    ):
        rounded = {key: round(value, 4) for key, value in told.items()}
        Result(name, told["event_f1"], "1", rounded | more).print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
