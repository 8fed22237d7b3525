"""A plug-in hybrid that drives a month on its engine is found; what cannot be said is not."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.fleet.segment import Measured, Segment, SegmentKind
from analytics.fleet.suspicion import Circumstances
from analytics.fleet.uncharged import uncharged_months
from analytics.fleet.use_rules import UseRules, UseTerms, rules_of
from domain.epoch import to_us

ZONE = ZoneInfo("Asia/Shanghai")
MONTHS = (date(2026, 5, 1), date(2026, 6, 1))
USUAL = UseRules()


def did(kind: SegmentKind, day: date, hour: float, hours: float, **more: object) -> Segment:
    start = to_us(datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour))
    end = start + round(hours * 3_600_000_000)
    segment = Segment(f"{kind} {day} {hour}", kind, start, end, None, None)
    return replace(segment, **more)  # type: ignore[arg-type]  # fields of a segment


def may(
    km: float = 20.0, electric_km: float | None = 0.0, soc: float | None = 20.0
) -> list[Segment]:
    """A trip each morning of May, then standing."""
    days = [date(2026, 5, 1) + timedelta(days=number) for number in range(31)]
    return [
        each
        for day in days
        for each in (
            did(
                SegmentKind.TRIP, day, 8, 1,
                km=Measured(km), electric_km=electric_km, soc_start=soc, soc_end=soc,
            ),
            did(SegmentKind.STOP, day, 9, 23),
        )
    ]  # fmt: skip


def months(segments: list[Segment], rules: UseRules = USUAL) -> list[dict[str, object]]:
    held = Circumstances(lambda _: True, lambda _: None, lambda _: None, rules=rules)
    found = uncharged_months(segments, MONTHS, ZONE, lambda _: held)
    return [dict(each.evidence) for each in found]


def test_a_month_without_a_charge_is_found_with_what_shows_it() -> None:
    (told,) = months(may())
    assert told == {
        "month": "2026-05",
        "km": 620.0,
        "electric_km": 0.0,
        "trips": 31,
        "days_known": 31,
        "uncharged_km": 300.0,
    }
    assert months(may(electric_km=None))[0]["electric_km"] is None


def test_one_charge_is_enough_also_one_that_began_the_month_before() -> None:
    assert months([*may(), did(SegmentKind.CHARGE, date(2026, 5, 20), 12, 1)]) == []
    assert months([*may(), did(SegmentKind.CHARGE, date(2026, 4, 30), 23, 2)]) == []
    assert months([*may(), did(SegmentKind.CHARGE, date(2026, 5, 9), 1, 1, estimated=True)]) == []
    assert len(months([*may(), did(SegmentKind.CHARGE, date(2026, 6, 1), 0, 1)])) == 1


def test_little_way_an_untold_state_of_charge_or_a_month_hardly_known_says_nothing() -> None:
    assert months(may(km=9.0)) == []
    assert months(may(soc=None)) == []
    assert months(may(km=50.0)[:26]) == []
    silent = [replace(each, estimated=True) for each in may()[26:]]
    assert months(may(km=50.0)[:26] + silent) == []


def test_the_limit_is_that_of_the_place() -> None:
    assert months(may(), UseRules(terms=UseTerms(uncharged_km=700.0))) == []
    assert months(may(), rules_of({"uncharged": (False, {})})) == []
