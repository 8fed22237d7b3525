"""Of several stations one counts for each hour; how hot a day was is known, or refused."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.errors import MissingInputError
from domain.local_day import day_end, day_start
from domain.weather import Doubt
from domain.weather_hour import HOUR, SourceKind, StationHour, chosen, highest_c, judged

NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def hour(
    station: str,
    value: float,
    *,
    step: int | None = 0,
    kind: SourceKind = SourceKind.SENSOR,
    at: datetime = NOON,
    least: float | None = None,
) -> StationHour:
    return StationHour(at, step, kind, station, "", value, value if least is None else least, value)


def day_of(day: date, *, without: int = 0) -> dict[datetime, StationHour]:
    """Hours of a local day of 20 degC, but for its first ones, and 31 degC in the last."""
    start, end = day_start(day, LONDON), day_end(day, LONDON)
    count = int((end - start) / HOUR)
    hours = [start + n * HOUR for n in range(without, count)]
    return {at: hour("a", 31.04 if at + HOUR == end else 20.0, at=at) for at in hours}


def test_a_nearer_import_goes_before_a_sensor_further_up() -> None:
    rows = [
        hour("bureau-air", 25, step=2),
        hour("site", 24, step=1, kind=SourceKind.IMPORTED),
        hour("site", 24.5, step=1, kind=SourceKind.PULLED),
    ]
    assert chosen(rows)[NOON].mean_c == 24.5
    assert chosen(rows[:2])[NOON].mean_c == 24


def test_one_impossible_reading_spoils_the_hour_though_its_mean_is_possible() -> None:
    found = judged([hour("a", -13.0, least=-127.0), hour("b", 25, step=1)])
    assert [(each.told.station, each.doubt) for each in found] == [
        ("a", Doubt.BEYOND_LIMITS),
        ("b", None),
    ]
    assert chosen(each.told for each in found)[NOON].station == "b"


def test_neighbours_judge_but_never_serve() -> None:
    rows = [hour("own", 45), hour("x", 30, step=None), hour("y", 31, step=None)]
    found = judged(rows)
    assert [(each.told.station, each.doubt, each.neighbours_c) for each in found] == [
        ("own", Doubt.UNLIKE_NEIGHBOURS, 30.5)
    ]
    assert chosen(rows) == {}


@pytest.mark.parametrize("day", [date(2026, 7, 1), date(2026, 3, 29), date(2026, 10, 25)])
def test_the_highest_temperature_of_days_of_24_23_and_25_hours(day: date) -> None:
    span = day_start(day, LONDON), day_end(day, LONDON)
    assert highest_c(day_of(day), *span) == Decimal("31.0")
    assert highest_c(day_of(day, without=2), *span) == Decimal("31.0")
    hours = int((span[1] - span[0]) / timedelta(hours=1))
    with pytest.raises(MissingInputError, match=f"known for {hours - 3} of {hours} hours"):
        highest_c(day_of(day, without=3), *span)
