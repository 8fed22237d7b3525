"""Samples of a vehicle to its trips, stops and charges. Pure; start reading here.

The same samples give the same segments, in whichever order they came and however often.
"""

import numpy as np

from analytics.fleet.charging import sessions
from analytics.fleet.distance import Distances, distances
from analytics.fleet.energy import battery, of_charges, of_trips
from analytics.fleet.gaps import closed
from analytics.fleet.motion import Motion, motion
from analytics.fleet.record import Recorder
from analytics.fleet.samples import VehicleSamples
from analytics.fleet.segment import Segment
from analytics.fleet.spans import Spans, joined
from analytics.fleet.sparse import completed
from analytics.fleet.vehicle_class import VehicleClass


def segments(
    samples: VehicleSamples, kind: VehicleClass, vehicle: str = "", *, stops: bool = True
) -> list[Segment]:
    """Cut what a vehicle did.

    Parameters
    ----------
    samples : VehicleSamples
        In order of their own time.
    vehicle : str
        Goes into the names of segments.
    stops : bool
        Whether stops are wanted as well.

    Returns
    -------
    list of Segment
        In order of start. Trips and stops follow each other; charges lie in stops.
    """
    if len(samples) == 0:
        return []
    samples = completed(samples, kind)
    found = motion(samples, kind)
    trips, measured = _trips(samples, found, kind)
    charges = sessions(samples, found, trips)
    cell = battery(samples, found, kind)
    recorder = Recorder(samples, found, cell, vehicle)
    told = recorder.trips(trips, measured, of_trips(cell, trips))
    told += recorder.charges(charges, of_charges(cell, charges))
    if stops:
        told += recorder.stops(trips)
    return sorted(told, key=lambda each: (each.start, each.end, each.kind))


def _trips(samples: VehicleSamples, found: Motion, kind: VehicleClass) -> tuple[Spans, Distances]:
    """Spans that are far enough, or of unknown length and not short."""
    every = closed(joined(samples.ts, found, kind), found, kind)
    measured = distances(samples, found, every, kind)
    lasts_s = (samples.ts[every.close] - samples.ts[every.base]) / 1e6
    far = measured.km >= kind.least_km
    kept = far | (np.isnan(measured.km) & (lasts_s >= kind.parking_s))
    return every.only(kept), measured.only(kept)
