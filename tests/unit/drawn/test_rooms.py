"""Room temperatures as a measure of quality: every occupied hour of every room counts once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.drawn.rooms import Hours, room_figure
from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.kpi import deduction
from analytics.settlement.working import Working
from domain.calendar import DayKind, days
from domain.contract_event import Closed
from domain.contract_kpi import Kpi, KpiFigure, KpiGap, KpiSource, RoomHours, Rooms
from domain.errors import MissingInputError
from tests.unit.settlement.clinic import clinic, inputs, with_events

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, END = date(2026, 4, 1), date(2026, 5, 1)
FEE = Decimal(10000)
KINDS = {
    day: DayKind.WEEKEND if day.weekday() in {5, 6} else DayKind.WORKDAY for day in days(FIRST, END)
}
WORKDAYS = 22
RULE = Rooms(("201", "305"), 8, 18, Decimal(18), Decimal(26))


def measure(rule: Rooms = RULE, **terms: Any) -> Kpi:
    return Kpi(
        "temperature", "", "", Decimal("0.97"), Decimal("0.01"),
        drawn_from=KpiSource.ROOM_HOURS, rooms=rule, **terms,
    )  # fmt: skip


def warm(degrees: float = 20.0, **at: float) -> Hours:
    """Every hour of April; `d02h09` is nine o'clock of the second."""
    begin = datetime(2026, 4, 1, tzinfo=ZONE)
    hours = {begin.astimezone(UTC) + timedelta(hours=n): degrees for n in range(30 * 24)}
    for name, value in at.items():
        when = datetime(2026, 4, int(name[1:3]), int(name[4:6]), tzinfo=ZONE)
        hours[when.astimezone(UTC)] = value
    return hours


def figure(rule: Rooms = RULE, closed: tuple[Closed, ...] = (), **rooms: Hours) -> KpiFigure:
    month = ActiveMonth(inputs(with_events(clinic(), closed=closed), "2026-04"))
    told = {"201": warm(), "305": warm(), **{name[1:]: each for name, each in rooms.items()}}
    return room_figure(measure(rule), rule, month, KINDS, told)


def test_each_occupied_hour_of_each_room_is_a_sample() -> None:
    """22 workdays x 10 h x 2 rooms; nights and Sundays (5 April) are nobody's business."""
    found = figure(_201=warm(d02h09=17.9, d02h07=10.0, d05h12=5.0, d03h18=5.0, d08h17=26.1))
    assert (found.compliant, found.valid, found.expected) == (438, 440, 440)
    assert found.rooms is not None
    assert found.rooms[0] == RoomHours("201", 218, 220, 220, Decimal("17.9"), Decimal("26.1"))
    assert found.rooms[1] == RoomHours("305", 220, 220, 220, Decimal("20.0"), Decimal("20.0"))


def test_a_missing_hour_never_complies_unless_the_contract_leaves_it_out() -> None:
    """44 of 440 h lack: 396 / 440 = 90 %, seven points; left out, all of 396 comply."""
    gappy = {at: each for at, each in warm().items() if at.astimezone(ZONE).hour not in {8, 9}}
    found = figure(_305=gappy)
    assert (found.compliant, found.valid, found.expected) == (396, 396, 440)
    assert deduction(measure(), found, FEE, Working("d"))[0] == Decimal("700.00")
    left_out = measure(missing=KpiGap.LEFT_OUT)
    assert deduction(left_out, found, FEE, Working("d"))[0] == 0
    silent = figure(_305={})
    assert silent.rooms is not None
    assert silent.rooms[1] == RoomHours("305", 0, 0, 220)


def test_hours_follow_the_rule_of_the_contract() -> None:
    by_day = Rooms(("201",), 0, 24, lowest_c=Decimal(18), every_day=True)
    assert figure(by_day, _201=warm(30.0)).compliant == 720
    other = Rooms(("201",), 8, 18, Decimal(18), months=(1, 2))
    summer = figure(other)
    assert summer.rooms == ()
    assert deduction(measure(other), summer, FEE, Working("d"))[0] == 0
    both = ("A. Client", "B. Provider")
    shut = Closed(date(2026, 4, 6), date(2026, 4, 11), "works", "minutes 4", both)
    assert figure(closed=(shut,)).expected == (WORKDAYS - 5) * 10 * 2


def test_a_mean_on_the_bound_is_inside_whatever_its_last_digit() -> None:
    assert figure(_201=warm(17.999999999999996), _305=warm(26.000000000000004)).compliant == 440
    assert figure(_201=warm(17.99)).compliant == 220


def test_what_is_not_known_gives_no_figure() -> None:
    month = ActiveMonth(inputs(clinic(), "2026-04"))
    with pytest.raises(MissingInputError, match="305 are not known or not seen"):
        room_figure(measure(), RULE, month, KINDS, {"201": warm()})
    with pytest.raises(MissingInputError, match="2026-04-01 is a workday"):
        room_figure(measure(), RULE, month, {}, {"201": warm(), "305": warm()})


def test_rooms_that_come_to_other_hours_than_their_sum_are_refused() -> None:
    rooms = (RoomHours("201", 200, 210, 220, Decimal(17), Decimal(21)),)
    forged = KpiFigure("temperature", "rooms", 220, 220, 220, rooms=rooms)
    with pytest.raises(MissingInputError, match="come to other hours"):
        deduction(measure(), forged, FEE, Working("d"))
