"""Meters are judged by those around them, plants by the sun; what the weather explains is none."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from analytics.jobs.day_alerts import judge_days
from analytics.place.meter_surroundings import meter_surroundings
from analytics.rules.thresholds import MeterClass
from domain.calendar import DayKind
from domain.local_day import day_start
from domain.registry import (
    FED_IN,
    Device,
    DeviceKind,
    Medium,
    Meter,
    MeterRole,
    Organisation,
    OrganisationKind,
    Registry,
)
from store.alerts.alert_day import judged_meter
from store.become import Role
from store.one_row import one_row
from store.places.registry import write as write_registry
from tests.conftest import connected

pytestmark = pytest.mark.db

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 7, 17)
FIRST = TODAY - timedelta(days=99)
Amount = Callable[[int, int], float]
"""Of a day, counted from the first, and an hour."""


def house() -> Registry:
    """An institution with a main meter over a sub, reactive energy, heat beside cold, a plant."""
    electric = (
        ("main", MeterRole.MAIN, None, ""),
        ("sub", MeterRole.SUB, "main", ""),
        ("reactive", MeterRole.CHECK, None, "reactive_energy_import_kvarh"),
        ("plant", MeterRole.CHECK, None, "active_energy_export_kwh"),
    )
    meters = [
        Meter(code, "hall", Medium.ELECTRICITY, role, parent, code, code, quantity=quantity)
        for code, role, parent, quantity in electric
    ]
    meters += [
        Meter(medium.value, "hall", medium, MeterRole.MAIN, None, medium, medium)
        for medium in (Medium.HEAT, Medium.COOLING)
    ]
    kind = OrganisationKind
    return Registry(
        (
            Organisation("office", None, kind.INSTITUTION, "o", "o", "Asia/Shanghai"),
            Organisation("hall", "office", kind.BUILDING, "h", "h", floor_area_m2=5000.0),
        ),
        tuple(meters),
        (
            Device("sky", "office", DeviceKind.CLIMATE_SENSOR, "s", "s"),
            Device("d", "hall", DeviceKind.ELECTRICITY_METER, "d", "d", meter="main"),
        ),
    )


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        write_registry(conn, house())
        conn.execute(
            "INSERT INTO meter_device (meter_id, device_id, during)"
            " SELECT m.meter_id, h.device_id, h.during FROM meter m, meter_device h"
            " WHERE m.code = 'reactive'"
        )
        yield conn


def hours() -> list[tuple[int, int, datetime]]:
    begin = day_start(FIRST, ZONE)
    return [
        (day, hour, begin + timedelta(days=day, hours=hour))
        for day in range(99)
        for hour in range(24)
    ]


def plant(conn: Connection, meter: str, amount: Amount) -> None:
    """Hours of a meter, and that they are to be judged."""
    rows = [(at, amount(day, hour) + 0.01 * ((day + hour * 3) % 5)) for day, hour, at in hours()]
    conn.execute(
        "INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade,"
        " shape_grade, method, flags, known_at)"
        " SELECT meter_id, quantity, at, at + interval '1 hour', value, 'measured', 'measured',"
        " 'register', 0, at + interval '1 hour' FROM meter,"
        " unnest(%s::timestamptz[], %s::float8[]) AS x (at, value) WHERE code = %s",
        [*(list(column) for column in zip(*rows, strict=True)), meter],
    )
    judge_again(conn, meter)


def judge_again(conn: Connection, meter: str) -> None:
    conn.execute(
        "INSERT INTO alert_work SELECT meter_id, %s FROM meter WHERE code = %s"
        " ON CONFLICT DO NOTHING",
        [FIRST, meter],
    )


def sky(conn: Connection, column: str, value: Amount) -> None:
    """What the climate sensor says at each hour."""
    rows = [(at, value(day, hour)) for day, hour, at in hours()]
    conn.execute(
        f"INSERT INTO climate_reading (device_id, ts, received_at, {column})"
        " SELECT device_id, at, at, value FROM device,"
        " unnest(%s::timestamptz[], %s::float8[]) AS x (at, value) WHERE code = 'sky'",
        [list(column) for column in zip(*rows, strict=True)],
    )


def standing(conn: Connection, database: str) -> list[tuple[str, float | None]]:
    """Rules of the alerts that stand, with what they lost, once everything is judged."""
    with connected(database, Role.WORK) as work:
        judge_days(work, now=day_start(TODAY, ZONE) + timedelta(hours=1))
    rows = conn.execute("SELECT rule, lost FROM alert WHERE state = 'open' ORDER BY 1")
    return [(rule, lost) for rule, lost in rows]


def office(_day: int, hour: int) -> float:
    return 40.0 if 8 <= hour < 18 else 10.0


def test_a_main_meter_whose_subs_no_longer_add_up(conn: Connection, database: str) -> None:
    plant(conn, "main", office)
    plant(conn, "sub", lambda day, hour: office(day, hour) * (0.97 if day < 95 else 0.7))
    assert "feeder_balance" in [rule for rule, _ in standing(conn, database)]


def test_what_a_plant_makes_and_what_is_fed_in_is_no_difference_of_a_main_meter(
    conn: Connection, database: str
) -> None:
    sources = (("roof", MeterRole.PV, ""), ("back", MeterRole.FED_IN, FED_IN))
    hung = [
        Meter(code, "hall", Medium.ELECTRICITY, role, "main", code, code, quantity=quantity)
        for code, role, quantity in sources
    ]
    write_registry(conn, Registry((), tuple(hung), ()))

    def made(day: int, hour: int) -> float:
        return 50.0 if day >= 95 and 9 <= hour < 16 else 0.0  # the sun comes out at last

    def net(day: int, hour: int) -> float:
        return office(day, hour) - made(day, hour)

    plant(conn, "sub", lambda day, hour: office(day, hour) * 0.97)
    plant(conn, "roof", made)
    plant(conn, "back", lambda day, hour: max(-net(day, hour), 0.0))
    plant(conn, "main", lambda day, hour: max(net(day, hour), 0.0))
    assert "feeder_balance" not in [rule for rule, _ in standing(conn, database)]


def test_reactive_energy_of_a_month_is_held_against_the_tariff(
    conn: Connection, database: str
) -> None:
    plant(conn, "main", office)
    plant(conn, "sub", office)
    plant(conn, "reactive", lambda day, hour: office(day, hour) * (0.3 if day < 60 else 0.8))
    assert "low_power_factor" in [rule for rule, _ in standing(conn, database)]


def test_heat_that_the_cooling_takes_away_is_told_with_its_amount(
    conn: Connection, database: str
) -> None:
    plant(conn, "cooling", lambda _, hour: 2.0 if 10 <= hour < 16 else 0.0)
    plant(
        conn, "heat", lambda day, hour: 3.0 if hour < 8 or (day >= 97 and 10 <= hour < 16) else 0.0
    )
    found = dict(standing(conn, database))
    assert found["heating_and_cooling"] == pytest.approx(2 * 6 * 2.0, rel=0.1)


def test_a_plant_is_judged_by_the_sun_and_not_by_the_clock(conn: Connection, database: str) -> None:
    def sun(day: int, hour: int) -> float:
        return (900.0 if day % 7 else 350.0) * max(0, 6 - abs(hour - 12)) / 6

    sky(conn, "irradiance_wm2", sun)
    plant(conn, "plant", lambda day, hour: 0.05 * sun(day, hour) * (1.0 if day < 94 else 0.5))
    found = standing(conn, database)
    assert [rule for rule, _ in found] == ["pv_yield"]
    lost = 0.025 * sum(sun(day, hour) for day in range(94, 99) for hour in range(24))
    assert found[0][1] == pytest.approx(lost, rel=0.2)


def test_a_register_that_fell_is_told_until_somebody_says_why(
    conn: Connection, database: str
) -> None:
    plant(conn, "main", office)
    conn.execute(
        "INSERT INTO consumption_day (meter_id, quantity, day, start_at, value, quantity_grade,"
        " shape_grade, flags, covered_s, day_s, unmeasured, known_at)"
        " SELECT meter_id, quantity, %s, %s, 100, 'measured', 'measured', 64, 80000, 86400, 0,"
        " now() FROM meter WHERE code = 'main'",
        [TODAY - timedelta(days=1), day_start(TODAY - timedelta(days=1), ZONE)],
    )
    assert [rule for rule, _ in standing(conn, database)] == ["rolled_back"]
    conn.execute("UPDATE consumption_day SET flags = 1024")
    judge_again(conn, "main")
    with connected(database, Role.WORK) as work:
        judge_days(work, now=day_start(TODAY + timedelta(days=1), ZONE) + timedelta(hours=1))
    assert conn.execute("SELECT state FROM alert").fetchall() == [("resolved",)]


@pytest.mark.parametrize("told", [False, True])
def test_what_a_heat_wave_explains_is_no_alert(
    conn: Connection, database: str, *, told: bool
) -> None:
    def air(day: int, hour: int) -> float:
        warmer = 11 if day >= 94 else day * 5 % 11  # as warm as some days before, but five in a row
        return 24 + warmer + 3 * (6 - abs(hour - 14) / 2) / 6

    def cooled(day: int, hour: int) -> float:
        return office(day, hour) + 3.0 * max(air(day, hour) - 24, 0)

    if told:
        sky(conn, "air_temperature_c", air)
    plant(conn, "main", cooled)
    assert bool(standing(conn, database)) is not told


@pytest.mark.parametrize("known", [False, True])
def test_the_first_days_of_a_heating_season_are_no_alert_where_the_season_is_known(
    conn: Connection, database: str, *, known: bool
) -> None:
    # Nine days ago, whatever the month: the record comes before the statutory days.
    begins = TODAY - timedelta(days=9)
    conn.execute(
        "INSERT INTO heating_season VALUES ('120000', 2026, %s, %s, 'a test')",
        [begins, TODAY + timedelta(days=100)],
    )
    if known:
        conn.execute(
            "INSERT INTO place_region (organisation_id, region, during)"
            " SELECT organisation_id, '120101', tstzrange(NULL, NULL) FROM organisation"
            " WHERE code = 'office'"
        )
    plant(conn, "heat", lambda day, _hour: 1.2 if day >= 90 else 0.0)
    assert [rule for rule, _ in standing(conn, database)] == ([] if known else ["unlike_usual"])


def test_between_the_terms_of_a_school_nobody_works(conn: Connection, database: str) -> None:
    plant(conn, "main", office)
    over, begin = FIRST + timedelta(days=40), FIRST + timedelta(days=60)
    conn.execute(
        "INSERT INTO school_term (organisation_id, name, during)"
        " SELECT organisation_id, name, during FROM organisation,"
        " (VALUES ('spring', daterange(%s, %s)), ('autumn', daterange(%s, %s))) AS t (name, during)"
        " WHERE code = 'office'",
        [FIRST, over, begin, TODAY],
    )
    with connected(database, Role.WORK) as work:
        (meter_id,) = one_row(work, "SELECT meter_id FROM meter WHERE code = 'main'")
        meter = judged_meter(work, meter_id)
        assert meter is not None
        span = day_start(FIRST, ZONE), day_start(TODAY, ZONE)
        known = meter_surroundings(work, meter_id, meter, MeterClass.ELECTRICITY, *span)
    days = [over + timedelta(days=number) for number in range(-1, 21)]
    off = [known.kinds.get(day) is DayKind.HOLIDAY for day in days]
    assert off[1:21] == [True] * 20
    assert [off[0], off[21]] == [False, False]


def test_a_year_nobody_has_entered_goes_by_its_statutory_holidays_and_says_what_may_change(
    conn: Connection, database: str
) -> None:
    plant(conn, "main", office)
    span = datetime(2026, 12, 20, tzinfo=UTC), datetime(2027, 1, 12, tzinfo=UTC)
    with connected(database, Role.WORK) as work:
        (meter_id,) = one_row(work, "SELECT meter_id FROM meter WHERE code = 'main'")
        meter = judged_meter(work, meter_id)
        assert meter is not None
        known = meter_surroundings(work, meter_id, meter, MeterClass.ELECTRICITY, *span)
    assert known.kinds[date(2027, 1, 1)] is DayKind.HOLIDAY
    assert date(2027, 1, 1) not in known.unsettled
    assert date(2027, 1, 4) in known.unsettled
    assert not [day for day in known.unsettled if day.year == 2026]


def _is_charged_at(conn: Connection, told_by: str) -> None:
    if told_by == "item":
        conn.execute("UPDATE meter SET item = 'ev_charging' WHERE code = 'sub'")
    if told_by == "pile":
        conn.execute(
            "INSERT INTO pile (code, name_zh, name_en, meter_id)"
            " SELECT 'p', 'p', 'p', meter_id FROM meter WHERE code = 'sub'"
        )


@pytest.mark.parametrize("told_by", ["", "item", "pile"])
def test_use_that_follows_whoever_comes_to_a_pile_is_no_alert(
    conn: Connection, database: str, told_by: str
) -> None:
    _is_charged_at(conn, told_by)
    plant(conn, "sub", lambda day, hour: 90.0 if day == 98 and hour < 6 else office(day, hour))
    assert [rule for rule, _ in standing(conn, database)] == ["unlike_usual"] * (not told_by)


def test_a_correction_below_a_main_meter_ends_what_was_told_of_it_at_once(
    conn: Connection, database: str
) -> None:
    plant(conn, "main", office)
    plant(conn, "sub", lambda day, hour: office(day, hour) * (0.97 if day < 98 else 0.7))
    assert ("feeder_balance", None) in standing(conn, database)
    conn.execute(
        "UPDATE consumption SET value = value * 0.97 / 0.7 WHERE start_at >= %s"
        " AND meter_id = (SELECT meter_id FROM meter WHERE code = 'sub')",
        [day_start(TODAY - timedelta(days=1), ZONE)],
    )
    judge_again(conn, "sub")
    assert "feeder_balance" not in [rule for rule, _ in standing(conn, database)]
    assert conn.execute("SELECT count(*) FROM alert_work").fetchone() == (0,)
