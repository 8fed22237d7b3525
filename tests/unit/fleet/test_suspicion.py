"""Use that looks wrong is named with what shows it; what is all right is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.fleet.fence import Fence, FenceKind, apart_m
from analytics.fleet.segment import Measured, Segment, SegmentKind
from analytics.fleet.silence import silences
from analytics.fleet.suspicion import Circumstances, Deed, Suspicion, suspicions
from analytics.fleet.use_rules import UseRule, UseRules, UseTerms, checked_terms, rules_of
from domain.epoch import to_us
from domain.errors import InputError

ZONE = ZoneInfo("Asia/Shanghai")
HOME, ELSEWHERE = (39.05, 117.05), (39.5, 117.5)
YARD = Fence(1, FenceKind.HOME, "yard", (39.0, 117.0, 39.0, 117.1, 39.1, 117.1, 39.1, 117.0))
USUAL = UseRules()
HOLIDAYS = {date(2026, 10, 1): "国庆节"}


def at(day: str, clock: str) -> int:
    return to_us(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE))


def did(kind: SegmentKind, day: str, begun: str, over: str, **more: object) -> Deed:
    segment = Segment("s", kind, at(day, begun), at(day, over), None, None, Measured(12.0))
    return Deed(replace(segment, **more))  # type: ignore[arg-type]  # fields of a segment


def around(
    *, fences: tuple[Fence, ...] = (), rules: UseRules = USUAL, free: str | None = None
) -> Circumstances:
    works: Callable[[date], bool] = lambda day: day.weekday() < 5 and day not in HOLIDAYS  # noqa: E731 - one line says it
    return Circumstances(works, HOLIDAYS.get, lambda _: free, fences, rules)


def looked_at(deed: Deed, told: Circumstances) -> list[Suspicion]:
    return suspicions([deed], ZONE, lambda _: told)


def rules_named(deed: Deed, told: Circumstances) -> list[UseRule]:
    return [each.rule for each in looked_at(deed, told)]


def test_a_trip_in_working_hours_is_no_suspicion() -> None:
    trip = did(SegmentKind.TRIP, "2026-07-01", "09:00", "10:00")
    assert rules_named(trip, around()) == []


@pytest.mark.parametrize(
    ("day", "begun", "over"),
    [
        ("2026-07-01", "06:00", "06:30"),
        ("2026-07-01", "19:30", "20:30"),
        ("2026-07-04", "09:00", "10:00"),
    ],
)
def test_a_trip_early_late_or_at_a_week_end_is_out_of_hours(
    day: str, begun: str, over: str
) -> None:
    found = looked_at(did(SegmentKind.TRIP, day, begun, over), around())
    assert [each.rule for each in found] == [UseRule.OUT_OF_HOURS]
    assert found[0].evidence["from_min"] == 420
    assert found[0].evidence["km"] == 12.0


def test_a_holiday_locks_a_vehicle_up_unless_there_is_leave() -> None:
    trip = did(SegmentKind.TRIP, "2026-10-01", "09:00", "10:00")
    assert rules_named(trip, around()) == [UseRule.LOCKED_UP]
    assert rules_named(trip, around(free="duty")) == []


def test_a_vehicle_that_spends_the_night_elsewhere_has_not_returned() -> None:
    stop = did(SegmentKind.STOP, "2026-07-01", "18:00", "23:00")
    for place, wanted in ((HOME, []), (ELSEWHERE, [UseRule.NOT_RETURNED]), (None, [])):
        assert rules_named(replace(stop, begun=place), around(fences=(YARD,))) == wanted


def test_a_vehicle_last_seen_moving_short_of_home_has_returned_if_it_left_from_there() -> None:
    stop = did(SegmentKind.STOP, "2026-07-01", "18:00", "23:00")
    came = replace(stop, begun=ELSEWHERE, ended=HOME)
    assert rules_named(came, around(fences=(YARD,))) == []
    passed = replace(YARD, kind=FenceKind.FORBIDDEN, name="mall")
    assert rules_named(replace(stop, begun=HOME, ended=ELSEWHERE), around(fences=(passed,))) == []


def test_parking_in_a_forbidden_area_counts_from_ten_minutes_on() -> None:
    fence = replace(YARD, kind=FenceKind.FORBIDDEN, name="mall")
    short = replace(did(SegmentKind.STOP, "2026-07-01", "12:00", "12:09"), begun=HOME)
    long = replace(did(SegmentKind.STOP, "2026-07-01", "12:00", "12:10"), begun=HOME)
    assert rules_named(short, around(fences=(fence,))) == []
    assert looked_at(long, around(fences=(fence,)))[0].evidence["fence"] == "mall"


def test_a_trip_that_ends_outside_its_area_is_named() -> None:
    fence = replace(YARD, kind=FenceKind.AREA)
    trip = replace(did(SegmentKind.TRIP, "2026-07-01", "09:00", "10:00"), ended=ELSEWHERE)
    assert rules_named(trip, around(fences=(fence,))) == [UseRule.OUT_OF_AREA]


@pytest.mark.parametrize(("track", "wanted"), [(97.0, []), (60.0, ["odometer_against_track"])])
def test_an_odometer_is_held_against_the_track(track: float, wanted: list[str]) -> None:
    km = Measured(100.0, "odometer", {"odometer": 100.0, "track": track})
    trip = did(SegmentKind.TRIP, "2026-07-01", "09:00", "11:00", km=km)
    assert rules_named(trip, around()) == wanted


def test_a_vehicle_that_moved_while_its_terminal_was_silent_is_named() -> None:
    trip = did(SegmentKind.TRIP, "2026-07-01", "09:00", "11:00", evidence=("odometer", "gap"))
    assert rules_named(trip, around()) == [UseRule.TERMINAL_OFFLINE]


def test_a_charge_far_from_the_pile_that_gave_it_is_named() -> None:
    charge = did(SegmentKind.CHARGE, "2026-07-01", "12:00", "13:00")
    assert rules_named(replace(charge, away_m=400.0), around()) == []
    assert rules_named(replace(charge, away_m=600.0), around()) == [UseRule.CHARGE_ELSEWHERE]


def test_a_rule_that_is_not_in_use_is_not_asked_and_terms_are_those_set() -> None:
    trip = did(SegmentKind.TRIP, "2026-07-01", "06:00", "06:30")
    assert rules_named(trip, around(rules=rules_of({"out_of_hours": (False, {})}))) == []
    early = rules_of({"out_of_hours": (True, {"from_min": 300})})
    assert early.terms == UseTerms(from_min=300)
    assert rules_named(trip, around(rules=early)) == []


def test_each_deed_is_judged_by_what_held_when_it_began() -> None:
    late = around(rules=rules_of({"out_of_hours": (True, {"until_min": 1080})}))
    deeds = [did(SegmentKind.TRIP, f"2026-07-0{day}", "18:30", "19:00") for day in (1, 2)]
    found = suspicions(
        deeds, ZONE, lambda us: late if us >= at("2026-07-02", "00:00") else around()
    )
    assert [each.start for each in found] == [at("2026-07-02", "18:30")]
    assert suspicions(deeds, ZONE, lambda _: None) == []


def test_an_area_that_becomes_forbidden_while_a_vehicle_stands_in_it_counts_from_then_on() -> None:
    fence = replace(YARD, kind=FenceKind.FORBIDDEN, name="mall")
    stop = did(SegmentKind.STOP, "2026-07-01", "12:00", "12:00", end=at("2026-07-02", "01:30"))
    forbidden = around(fences=(fence,))
    (found,) = suspicions(
        [replace(stop, begun=HOME)],
        ZONE,
        lambda us: forbidden if us >= at("2026-07-02", "00:00") else around(),
    )
    assert found.evidence == {"fence": "mall", "minutes": 90.0, "parked_min": 10.0}


def test_a_terminal_silent_on_five_worked_days_is_named_once_they_are_over() -> None:
    def looked(days: int, heard: bool) -> list[Suspicion]:
        fitted = {date(2026, 7, 3) + timedelta(days=n): n in (0, days) for n in range(days)}
        told = fitted | ({date(2026, 7, 3) + timedelta(days=days): True} if heard else {})
        return silences(told, ZONE, lambda _: around())

    # A Friday was heard; Saturday to Thursday are six days, four of them worked.
    assert looked(7, heard=False) == []
    (found,) = looked(8, heard=False)
    assert (found.subject, found.start) == ("silent:2026-07-04", at("2026-07-04", "00:00"))
    assert found.end == at("2026-07-11", "00:00")
    assert found.evidence == {"silent_since": "2026-07-04", "silent_days": 5.0, "heard_on": None}
    # It says the same however long it goes on, and when it ends, on which day.
    assert looked(30, heard=False) == [found]
    (ended,) = looked(30, heard=True)
    assert (ended.subject, ended.evidence["heard_on"]) == (found.subject, "2026-08-02")
    # Days on which no terminal was fitted end a silence.
    gap = {date(2026, 7, 6) + timedelta(days=n): False for n in range(9) if n != 4}
    assert silences(gap, ZONE, lambda _: around()) == []


@pytest.mark.parametrize("terms", [{"other": 1}, {"from_min": -1}, {"from_min": "x"}])
def test_terms_that_cannot_be_are_refused(terms: dict[str, object]) -> None:
    with pytest.raises(InputError):
        checked_terms(UseRule.OUT_OF_HOURS, terms)


def test_a_thousandth_of_a_degree_is_111_m() -> None:
    assert apart_m((39.0, 117.0), (39.001, 117.0)) == pytest.approx(111.2, abs=0.1)
