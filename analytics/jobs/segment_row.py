"""Segments as they are cut, and as they are kept."""

from collections.abc import Sequence

from analytics.fleet.distance import Doubt
from analytics.fleet.samples import VehicleSamples
from analytics.fleet.segment import Measured, Segment, SegmentKind
from analytics.fleet.whereabouts import Place, edges
from domain.epoch import from_us, to_us
from store.fleet.vehicle_segment import SegmentRow


def rows_of(found: Sequence[Segment], samples: VehicleSamples) -> list[SegmentRow]:
    """Segments as they are kept, with where they began and ended."""
    places = zip(*edges(samples, found), strict=True)
    return [_row(each, *both) for each, both in zip(found, places, strict=True)]


def _row(told: Segment, begun: Place, ended: Place) -> SegmentRow:
    first, last = begun or (None, None), ended or (None, None)
    return SegmentRow(
        id=told.id,
        kind=told.kind.value,
        start_at=from_us(told.start),
        end_at=from_us(told.end),
        start_after=None if told.start_after is None else from_us(told.start_after),
        end_before=None if told.end_before is None else from_us(told.end_before),
        km=told.km.amount,
        km_by=told.km.by,
        km_ways=dict(told.km.ways),
        kwh=told.kwh.amount,
        kwh_by=told.kwh.by,
        kwh_ways=dict(told.kwh.ways),
        kwh_spread=told.kwh.spread,
        recovered_kwh=told.recovered_kwh,
        grid_kwh=told.grid_kwh,
        electric_km=told.electric_km,
        soc_start=told.soc_start,
        soc_end=told.soc_end,
        evidence=list(told.evidence),
        estimated=told.estimated,
        doubts=int(told.doubts),
        start_latitude_deg=first[0],
        start_longitude_deg=first[1],
        end_latitude_deg=last[0],
        end_longitude_deg=last[1],
    )


def segment_of(row: SegmentRow) -> Segment:
    """A kept segment as it was cut; where it began and ended it does not say."""
    return Segment(
        row.id,
        SegmentKind(row.kind),
        to_us(row.start_at),
        to_us(row.end_at),
        None if row.start_after is None else to_us(row.start_after),
        None if row.end_before is None else to_us(row.end_before),
        Measured(row.km, row.km_by, row.km_ways),
        Measured(row.kwh, row.kwh_by, row.kwh_ways, row.kwh_spread),
        row.recovered_kwh,
        row.grid_kwh,
        row.electric_km,
        row.soc_start,
        row.soc_end,
        tuple(row.evidence),
        row.estimated,
        Doubt(row.doubts),
    )
