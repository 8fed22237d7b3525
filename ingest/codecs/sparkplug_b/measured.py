"""What a payload says was measured, once it is known what its metrics are. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.errors import PayloadError
from domain.reading import Quality, Sample, Value
from ingest.codecs.instant import from_epoch_ms
from ingest.codecs.sparkplug_b.birth import Point, Points
from ingest.codecs.sparkplug_b.datatype import value_of
from ingest.codecs.sparkplug_b.payload import Payload, PayloadMetric, quality_code
from ingest.codecs.sparkplug_b.topic import Topic
from ingest.codecs.value import checked, checked_code

_BAD, _STALE = 0, 500
_LONGEST_SHOWN = 50
_Place = tuple[str, datetime, Quality]


@dataclass(slots=True)
class _Values:
    """Of one device at one instant."""

    values: dict[str, Value] = field(default_factory=dict)
    doubted: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Measured:
    """What one payload says.

    Attributes
    ----------
    samples : list of Sample
        In order of their first metric.
    errors : list of PayloadError
        One for each metric that cannot be read.
    facts : dict of str to str
        What the device tells of itself.
    unknown : list of str
        Names and aliases of metrics in no birth.
    empty : list of str
        Those of metrics that have neither a value nor say that they have none.
    """

    samples: list[Sample] = field(default_factory=list)
    errors: list[PayloadError] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)


def measured(payload: Payload, points: Points, topic: Topic, received_at: datetime) -> Measured:
    """Read every metric of a payload; one that cannot be read costs none of the others.

    Parameters
    ----------
    received_at : datetime
        Stands in for a time the payload does not give.
    """
    found = Measured()
    sent_ms = payload.timestamp if payload.HasField("timestamp") else None
    places: dict[_Place, list[_Values]] = {}
    for metric in payload.metrics:
        point = _point_of(metric, points)
        if point is None:
            found.unknown.append(_called(metric))
            continue
        if metric.WhichOneof("value") is None and not metric.is_null and _is_kept(point):
            found.empty.append(_called(metric))
        try:
            value = _value(metric, point)
            if value is None:
                continue
            if point.meaning is None:
                found.facts[point.fact] = str(value)
                continue
            place = _place(metric, topic.code_of(point.folder), sent_ms, received_at)
        except PayloadError as error:
            found.errors.append(PayloadError(f"{_called(metric)}: {error}", code=error.code))
            continue
        doubted = quality_code(metric) == _BAD
        _put(point.meaning.name, value, places.setdefault(place, []), doubted=doubted)
    found.samples = [
        _sample(place, values, topic.edge)
        for place, several in places.items()
        for values in several
    ]
    return found


def _point_of(metric: PayloadMetric, points: Points) -> Point | None:
    if metric.name:
        return points.by_name.get(metric.name)
    return points.by_alias.get(metric.alias) if metric.HasField("alias") else None


def _called(metric: PayloadMetric) -> str:
    name: str = metric.name[:_LONGEST_SHOWN]
    return name or f"alias {metric.alias}"


def _is_kept(point: Point) -> bool:
    return point.meaning is not None or bool(point.fact)


def _value(metric: PayloadMetric, point: Point) -> Value | None:
    """Value to keep, in the unit of its quantity; None if there is none."""
    name = point.meaning.name if point.meaning else point.fact
    if not name or metric.is_transient or quality_code(metric) == _STALE:
        return None
    value = value_of(metric, point.datatype)
    if value is None:
        return None
    if point.meaning and point.meaning.conversion and not isinstance(value, str):
        value = point.meaning.conversion(value)
    return checked(name, value)


def _place(metric: PayloadMetric, code: str, sent_ms: int | None, received_at: datetime) -> _Place:
    late = Quality.LATE if metric.is_historical else Quality.GOOD
    ms = metric.timestamp if metric.HasField("timestamp") else sent_ms
    if ms is None:
        return checked_code(code), received_at, late | Quality.ARRIVAL_TIME
    return checked_code(code), from_epoch_ms(ms), late


def _put(name: str, value: Value, several: list[_Values], *, doubted: bool) -> None:
    # Another value for the same instant is another sample, and a conflict for the store to keep
    if not several or several[-1].values.get(name, value) != value:
        several.append(_Values())
    several[-1].values[name] = value
    if doubted:
        several[-1].doubted.append((name, "its sender says BAD"))


def _sample(place: _Place, values: _Values, sender: str) -> Sample:
    code, ts, quality = place
    return Sample(
        ts,
        values.values,
        "" if code == sender else code,
        quality | Quality.SUSPECT if values.doubted else quality,
        tuple(dict(values.doubted).items()),
    )
