"""Spans with their figures made into segments. Pure."""

import numpy as np

from analytics.fleet.charging import MOST_KW, SLACK_KWH, Sessions
from analytics.fleet.distance import BY as WAYS_OF_DISTANCE
from analytics.fleet.distance import Distances, Doubt
from analytics.fleet.energy import BY as WAYS_OF_ENERGY
from analytics.fleet.energy import Battery, Energies
from analytics.fleet.identity import Identities
from analytics.fleet.interval import sums
from analytics.fleet.motion import Motion
from analytics.fleet.rising import rising
from analytics.fleet.samples import Places, VehicleSamples
from analytics.fleet.segment import Measured, Segment, SegmentKind
from analytics.fleet.spans import Placed, Spans
from analytics.ledger.readings import Floats

_DIGITS = 6
"""Kilometres to the millimetre, energy to the milliwatt-hour."""


class Recorder:
    """Writes down the segments of one vehicle."""

    def __init__(self, samples: VehicleSamples, found: Motion, cell: Battery, vehicle: str) -> None:
        self._samples, self._found, self._cell = samples, found, cell
        self._ts = samples.ts.tolist()
        self._names = Identities(vehicle)
        odometer = found.odometer
        self._odometer = np.full(len(samples), np.nan) if odometer is None else odometer.value

    def trips(self, spans: Spans, way: Distances, energy: Energies) -> list[Segment]:
        """Trips with distance, energy and doubts."""
        signs = self._signs(spans)
        distance = _measured(way.km, way.by, way.chosen, WAYS_OF_DISTANCE, None)
        power = _measured(energy.kwh, energy.by, energy.chosen, WAYS_OF_ENERGY, energy.spread)
        edges = self._edges(spans)
        soc = self._soc(spans.base, spans.close)
        odometer = self._odometer[spans.base].tolist()
        estimated = (spans.stretched | spans.inferred).tolist()
        doubts = way.doubts | np.where(energy.disagree, int(Doubt.ENERGIES_DISAGREE), 0)
        electric, recovered = _known(way.electric_km), _known(energy.recovered_kwh)
        return [
            Segment(
                self._names.of(SegmentKind.TRIP, edges[k][0], odometer[k]),
                SegmentKind.TRIP,
                *edges[k],
                distance[k],
                power[k],
                recovered[k],
                None,
                electric[k],
                *soc[k],
                signs[k],
                estimated[k],
                Doubt(int(doubts[k])),
            )
            for k in range(len(spans))
        ]

    def charges(self, found: Sessions, energy: Energies) -> list[Segment]:
        """Plug-ins with their energy, and that of the pile where it is told."""
        power = _measured(energy.kwh, energy.by, energy.chosen, WAYS_OF_ENERGY, energy.spread)
        told = self._samples.number("active_energy_import_kwh")
        pile = rising(self._samples.ts, told, MOST_KW, SLACK_KWH)
        nothing = np.full(len(found), np.nan)
        grid = _known(nothing if pile is None else pile.rise(found.base, found.close))
        edges, soc = self._edges(found), self._soc(found.base, found.close)
        odometer = self._odometer[found.base].tolist()
        inferred, estimated = found.inferred.tolist(), (found.stretched | found.inferred).tolist()
        segments = []
        for k in range(len(found)):
            doubts = Doubt.ENERGIES_DISAGREE if energy.disagree[k] else Doubt(0)
            given, taken = grid[k], power[k].amount
            if given is not None and taken is not None and taken > given:
                doubts |= Doubt.NEGATIVE_LOSS
            segments.append(
                Segment(
                    self._names.of(SegmentKind.CHARGE, edges[k][0], odometer[k]),
                    SegmentKind.CHARGE,
                    *edges[k],
                    Measured(),
                    power[k],
                    None,
                    given,
                    None,
                    *soc[k],
                    ("gap",) if inferred[k] else _signs_of_charge(power[k], self._samples),
                    estimated[k],
                    doubts,
                )
            )
        return segments

    def stops(self, trips: Spans) -> list[Segment]:
        """What lies between trips, before the first and after the last."""
        begins = np.append(0, trips.end)
        ends = np.append(trips.start, len(self._samples) - 1)
        between = np.flatnonzero(self._samples.ts[ends] > self._samples.ts[begins])
        first = np.append(0, trips.close)[between]
        last = np.append(trips.base, len(self._samples) - 1)[between]
        moved = sums(self._found.step_km, first, last)
        known = sums(np.isfinite(self._found.step_km), first, last) > 0
        soc, odometer = self._soc(first, last), self._odometer[first].tolist()
        crept = _known(np.where(known, moved, np.nan))
        segments = []
        for k, (begin, end) in enumerate(
            zip(begins[between].tolist(), ends[between].tolist(), strict=True)
        ):
            start, over = self._ts[begin], self._ts[end]
            km = Measured() if crept[k] is None else Measured(crept[k], "odometer")
            segments.append(
                Segment(
                    self._names.of(SegmentKind.STOP, start, odometer[k]),
                    SegmentKind.STOP,
                    start,
                    over,
                    start,
                    over,
                    km,
                    soc_start=soc[k][0],
                    soc_end=soc[k][1],
                    evidence=("standing",),
                )
            )
        return segments

    def _edges(self, spans: Placed) -> list[tuple[int, int, int | None, int | None]]:
        """Start, end, and the samples beside them, of each span. [us]."""
        ts, last = self._ts, len(self._ts) - 1
        edges = []
        for first, end, inferred in zip(
            spans.start.tolist(), spans.end.tolist(), spans.inferred.tolist(), strict=True
        ):
            after = ts[first] if inferred else ts[first - 1] if first else None
            before = ts[end] if inferred else ts[end + 1] if end < last else None
            edges.append((ts[first], ts[end], after, before))
        return edges

    def _soc(self, first: Places, last: Places) -> list[tuple[float | None, float | None]]:
        soc = self._cell.soc
        return list(zip(_known(soc[first]), _known(soc[last]), strict=True))

    def _signs(self, spans: Spans) -> list[tuple[str, ...]]:
        """Evidence of each trip, strongest first; the weaker only where the stronger was silent."""
        first, last = spans.base, spans.close
        found, gear = self._found, self._samples.state("gear")
        ready = sums(found.ready == 1, first, last) > 0
        seen = {
            "odometer": sums(found.step_km > 0, first, last) > 0,
            "gear": ready & (gear is not None),
            "ready": ready & (gear is None),
            "speed": sums(found.speed_km, first, last) > 0,
        }
        rows = np.vstack([*seen.values(), spans.stretched | spans.inferred]).T.tolist()
        names = (*seen, "gap")
        return [
            tuple(name for name, shown in zip(names, row, strict=True) if shown)
            or ("displacement",)
            for row in rows
        ]


def _signs_of_charge(energy: Measured, samples: VehicleSamples) -> tuple[str, ...]:
    state = ("charge_state",) if samples.state("charge_state") is not None else ()
    return (*state, *energy.ways)


def _measured(
    amount: Floats, by: Floats, chosen: Places, names: tuple[str, ...], spread: Floats | None
) -> list[Measured]:
    apart = [None] * len(amount) if spread is None else _known(spread)
    ways = [_known(row) for row in by]
    return [
        Measured(
            value,
            None if number < 0 else names[number],
            {
                name: told
                for name, way in zip(names, ways, strict=True)
                if (told := way[k]) is not None
            },
            apart[k],
        )
        for k, (value, number) in enumerate(zip(_known(amount), chosen.tolist(), strict=True))
    ]


def _known(values: Floats) -> list[float | None]:
    """Rounded values; None where unknown."""
    rounded = np.round(values, _DIGITS) + 0.0
    return [None if value != value else value for value in rounded.tolist()]  # noqa: PLR0124 - NaN is none
