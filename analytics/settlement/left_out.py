"""Days of a month that do not count as they were, each with its reason. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.statement import Inputs


class LeftOutKind(StrEnum):
    """Why a day does not count as it was."""

    NOT_IN_CONTRACT = "not_in_contract"
    """The contract had not begun, or was over."""
    CLOSED = "closed"
    """The premises were closed, and both parties signed for it."""
    METER_OUTSIDE = "meter_outside"
    """A meter belonged to the boundary on the other days only."""
    METER_MISSING = "meter_missing"
    """A meter told nothing; the contract's rule of substitution, or nothing, stands for it."""
    WEATHER_MISSING = "weather_missing"
    """The weather station told nothing; the contract's rule, or nothing, stands for it."""
    WEATHER_FROM = "weather_from"
    """Another station stands for hours of it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Some days of a month.

    Attributes
    ----------
    place : str
        Meter or station; empty for the whole boundary.
    days : int
        So many local days. [d]
    first_day, end_day : date or None
        Which, half-open; None where only their number is known.
    reason : str
        With the document, or the rule that stands for them.
    """

    kind: LeftOutKind
    days: int
    place: str = ""
    first_day: date | None = None
    end_day: date | None = None
    reason: str = ""


def left_out(inputs: Inputs) -> tuple[LeftOut, ...]:
    """Days of the month that do not count as they were.

    Raises
    ------
    MissingInputError
        If the contract does not run in the month.
    """
    active = ActiveMonth(inputs)
    return (*_term(active), *_closed(active), *_meters(active), *_weather(active))


def _span(
    kind: LeftOutKind, first_day: date, end_day: date, *, place: str = "", reason: str = ""
) -> Iterator[LeftOut]:
    if first_day < end_day:
        days = (end_day - first_day).days
        yield LeftOut(kind, days, place, first_day, end_day, reason)


def _term(active: ActiveMonth) -> Iterator[LeftOut]:
    kind, document = LeftOutKind.NOT_IN_CONTRACT, active.contract.document
    yield from _span(kind, active.month.first_day, active.first_day, reason=document)
    yield from _span(kind, active.end_day, active.month.end_day, reason=document)


def _closed(active: ActiveMonth) -> Iterator[LeftOut]:
    for each in active.events.closed:
        first_day = max(each.first_day, active.first_day)
        end_day = min(each.end_day, active.end_day)
        reason = f"{each.reason} ({each.document})"
        yield from _span(LeftOutKind.CLOSED, first_day, end_day, reason=reason)


def _meters(active: ActiveMonth) -> Iterator[LeftOut]:
    kind, first_day, end_day = LeftOutKind.METER_OUTSIDE, active.first_day, active.end_day
    meters = {meter.code: meter for meter in active.contract.meters if meter.stands_for is None}
    for meter in meters.values():
        begins = min(max(meter.first_day or first_day, first_day), end_day)
        ends = max(min(meter.end_day or end_day, end_day), begins)
        yield from _span(kind, first_day, begins, place=meter.code)
        yield from _span(kind, ends, end_day, place=meter.code)
    for use in active.month.uses:
        if use.missing_days and use.meter in meters:
            rule = active.substitution(meters[use.meter])
            reason = f"{rule.method}, at most {rule.most_days} d"
            days = use.missing_days
            yield LeftOut(LeftOutKind.METER_MISSING, days, use.meter, reason=reason)


def _weather(active: ActiveMonth) -> Iterator[LeftOut]:
    found = active.month.degree_days
    missing = {found.station: found.missing_days} if found is not None else {}
    station = active.contract.station(active.first_day)
    for figure in active.month.models:
        code = station.code if station is not None else figure.line
        missing[code] = max(missing.get(code, 0), figure.missing_days or 0)
    rule = active.contract.weather_gaps
    reason = "" if rule is None else f"{rule.method}, at most {rule.most_days} d"
    for code, days in missing.items():
        if days:
            yield LeftOut(LeftOutKind.WEATHER_MISSING, days, code, reason=reason)
    for each in active.month.weather_from or ():
        reason = f"{each.hours} h of station {each.station}"
        end_day = each.day + timedelta(days=1)
        yield from _span(
            LeftOutKind.WEATHER_FROM, each.day, end_day, place=each.station, reason=reason
        )
