"""Vehicles as segmentation hears them: simulated ones, and some drawn by hand on a line."""

from dataclasses import dataclass, field
from math import nan
from typing import Any

import numpy as np

from analytics.fleet.samples import CODES, LIMITS, VehicleSamples, coded, in_order
from analytics.fleet.segment import Segment, SegmentKind
from device_sim.samples import Samples

SECOND = 1_000_000
"""[us]"""
KM_PER_DEG = 111.19493
"""Of latitude. [km/deg]"""


def told(samples: Samples, *, sort: np.ndarray | None = None) -> VehicleSamples:
    """What a simulated terminal told, arriving in an order of its own."""
    sort = np.arange(len(samples)) if sort is None else sort
    return in_order(
        samples.at_s[sort] * SECOND,
        {
            name: np.asarray(column, np.float64)[sort]
            for name, column in samples.values.items()
            if name in LIMITS
        },
        {
            name: coded(name, column)[sort]  # type: ignore[arg-type]  # states are texts
            for name, column in samples.values.items()
            if name in CODES
        },
    )


def trips(segments: list[Segment]) -> list[Segment]:
    return [each for each in segments if each.kind is SegmentKind.TRIP]


def charges(segments: list[Segment]) -> list[Segment]:
    return [each for each in segments if each.kind is SegmentKind.CHARGE]


def stops(segments: list[Segment]) -> list[Segment]:
    return [each for each in segments if each.kind is SegmentKind.STOP]


@dataclass
class Line:
    """A vehicle on a straight road, told by hand.

    Attributes
    ----------
    tells : tuple of str
        Quantities it tells of: out of odometer, speed, gear, place, soc, charge, counters.
    km : float
        Where it is. [km]
    odometer : float
        What its odometer adds to it. [km]
    """

    tells: tuple[str, ...] = ("odometer", "speed", "gear", "place")
    km: float = 0.0
    odometer: float = 50_000.0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, at_s: float, kmh: float = 0.0, **more: Any) -> None:
        """Add a sample; `more` takes the place of what it would say."""
        row: dict[str, Any] = {"ts": round(at_s * SECOND)}
        if "odometer" in self.tells:
            row["odometer_km"] = np.floor(10 * (self.odometer + self.km) + 1e-6) / 10
        if "speed" in self.tells:
            row["speed_kmh"] = kmh
        if "gear" in self.tells:
            row["gear"] = "D" if kmh else "P"
        if "place" in self.tells:
            row |= {"latitude_deg": 39.9 + self.km / KM_PER_DEG, "longitude_deg": 116.4}
        self.rows.append(row | more)

    def stand(self, start_s: int, end_s: int, step_s: int = 30, **more: Any) -> None:
        """Samples of [start, end) at the same place."""
        for at_s in range(start_s, end_s, step_s):
            self.tell(at_s, **more)

    def drive(
        self, start_s: int, end_s: int, step_s: int = 30, *, kmh: float = 36.0, **more: Any
    ) -> None:
        """Samples of [start, end) under way; at the end it is where it has come to."""
        begin = self.km
        for at_s in range(start_s, end_s, step_s):
            self.km = begin + (at_s - start_s) * kmh / 3600
            self.tell(at_s, kmh, **more)
        self.km = begin + (end_s - start_s) * kmh / 3600

    def samples(self) -> VehicleSamples:
        """All of it."""
        names = {name for row in self.rows for name in row}
        return in_order(
            np.array([row["ts"] for row in self.rows], np.int64),
            {
                name: np.array([row.get(name, nan) for row in self.rows], np.float64)
                for name in names & LIMITS.keys()
            },
            {
                name: coded(name, [row.get(name) for row in self.rows])
                for name in names & CODES.keys()
            },
        )
