"""Weather that comes late is followed: gaps it shapes and prices it decides, exactly those days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.consumption_flag import ConsumptionFlag
from domain.local_day import day_end, day_start
from domain.registry import Device, DeviceKind, Registry
from domain.weather_hour import SourceKind
from store.become import Role
from store.places.registry import write as write_registry
from store.places.weather_hour import follow_weather, put_hours
from tests.conftest import connected
from tests.db.test_leaning_days import put_on_tariff, taken
from tests.estate import NOW, SHANGHAI, estate, registers, say, store_messages

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)
FIRST, DAYS = date(2026, 6, 1), 21
HOT, MILD = date(2026, 6, 10), date(2026, 6, 11)
"""A Wednesday and a Thursday on which the school's meter is silent, and its sensor too."""
RESPONSE = 0.05
"""Planted: so much more is used for each degree. [1/K]"""
LATER = NOW + timedelta(hours=1)


def air() -> list[float]:
    """Temperature by the hour: days between 24 and 36 degC, nights 8 K cooler. [degC]."""
    of_day = np.random.default_rng(3).uniform(24, 36, DAYS)
    of_day[(HOT - FIRST).days], of_day[(MILD - FIRST).days] = 35.5, 24.5
    hour = np.arange(24 * DAYS)
    swing = 4 * np.cos(2 * np.pi * (hour % 24 - 15) / 24) - 4
    return [round(value, 2) for value in (of_day[hour // 24] + swing).tolist()]


def used_kwh() -> list[float]:
    """30 kWh an hour, following the temperature."""
    temperature = np.array(air())
    hour = np.arange(24 * DAYS)
    usual = np.array([temperature[hour % 24 == each].mean() for each in range(24)])[hour % 24]
    noise = np.random.default_rng(5).normal(1, 0.02, len(hour))
    return [float(kwh) for kwh in 30 * (1 + RESPONSE * (temperature - usual)) * noise]


def local(number: int) -> date:
    return FIRST + timedelta(days=number // 24)


def let_sensor_say(conn: Connection, *days: date) -> None:
    """The sensor of the school's site tells the hours of some days."""
    start = day_start(FIRST, SHANGHAI)
    said = [
        say(
            "site-air",
            f'{{"ts": "{(start + (number + 0.5) * HOUR).isoformat()}", '
            f'"values": {{"air_temperature_c": {value}}}}}'.encode(),
        )
        for number, value in enumerate(air())
        if local(number) in days
    ]
    store_messages(conn, said)


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """Three weeks of both meters and of a sensor; the school's meter and it miss two days."""
    with connected(database) as conn:
        write_registry(conn, estate())
        sensor = Device(
            "site-air", "school-site", DeviceKind.CLIMATE_SENSOR, "air", "air",
            accept_back=timedelta(days=40_000),
        )  # fmt: skip
        write_registry(conn, Registry((), (), (sensor,)))
        register = np.concatenate(([0.0], np.cumsum(used_kwh()))).round(6).tolist()
        start = day_start(FIRST, SHANGHAI)
        silent = day_start(HOT, SHANGHAI), day_end(MILD, SHANGHAI)
        for name in ("school", "hospital"):
            said = registers(f"{name}-device-0", start, register, step=HOUR)
            heard = [
                message
                for number, message in enumerate(said)
                if name == "hospital" or not silent[0] < start + number * HOUR < silent[1]
            ]
            store_messages(conn, heard)
        let_sensor_say(conn, *({local(n) for n in range(24 * DAYS)} - {HOT, MILD}))
        follow(database)
        assert taken(conn) == {}
        yield conn


def follow(database: str, now: datetime = NOW) -> int:
    """Let the worker compute what is touched, and follow the weather; days touched by that."""
    with connected(database, Role.WORK) as worker:
        update_consumption(worker, now=now)
        touched = follow_weather(worker, now=now)
        update_consumption(worker, now=now)
    return touched


def of_days(conn: Connection) -> dict[date, tuple[float, bool]]:
    """Use of the silent days by the school's meter, and whether its weather is told missing."""
    rows = conn.execute(
        "SELECT c.day, c.value, c.flags FROM consumption_day c JOIN meter m USING (meter_id) "
        "WHERE m.code = 'school-meter-0' AND c.day IN (%s, %s)",
        [HOT, MILD],
    )
    missing = ConsumptionFlag.WEATHER_MISSING
    return {day: (value, bool(flags & missing)) for day, value, flags in rows}


def true_kwh(day: date) -> float:
    return sum(kwh for number, kwh in enumerate(used_kwh()) if local(number) == day)


def test_a_sensor_that_tells_late_lets_the_gap_follow_and_its_versions_stay(
    conn: Connection, database: str
) -> None:
    before = of_days(conn)
    assert all(missing for _, missing in before.values())
    assert abs(before[HOT][0] / true_kwh(HOT) - 1) > 0.1
    let_sensor_say(conn, HOT, MILD)
    assert follow(database, LATER) == 2
    after = of_days(conn)
    for day in (HOT, MILD):
        assert after[day] == (pytest.approx(true_kwh(day), rel=0.02), False)
    total = sum(value for value, _ in before.values())
    assert sum(value for value, _ in after.values()) == pytest.approx(total)
    versions = conn.execute(
        "SELECT sum(c.value) FROM consumption c JOIN meter m USING (meter_id) "
        "WHERE m.code = 'school-meter-0' AND c.start_at >= %s AND c.start_at < %s "
        "AND c.known_at <= %s AND c.superseded_at > %s",
        [day_start(HOT, SHANGHAI), day_end(HOT, SHANGHAI), NOW, NOW],
    ).fetchone()
    assert versions is not None
    assert versions[0] == pytest.approx(before[HOT][0])


def test_exactly_the_spread_days_up_to_eight_days_away_are_touched(
    conn: Connection, database: str
) -> None:
    for day, wanted in (
        (HOT, [HOT, MILD]),
        (HOT - timedelta(days=8), [HOT]),
        (MILD + timedelta(days=8), [MILD]),
        (MILD + timedelta(days=9), []),
    ):
        let_sensor_say(conn, day)
        with connected(database, Role.WORK) as worker:
            update_consumption(worker, now=LATER)
            follow_weather(worker, now=LATER)
        assert taken(conn) == ({"school-device-0": wanted} if wanted else {})


def test_a_day_that_is_not_over_is_followed_when_it_is(conn: Connection, database: str) -> None:
    let_sensor_say(conn, HOT)
    noon = day_start(HOT, SHANGHAI) + timedelta(hours=12)
    assert follow(database, noon) == 0
    assert follow(database, LATER) == 2
    assert follow(database, LATER) == 0


def test_of_another_city_only_what_lies_below_the_station_follows(
    conn: Connection, database: str
) -> None:
    for place, region in (("school", "120000"), ("hospital", "510100"), ("bureau", "440100")):
        conn.execute(
            "INSERT INTO place_region (organisation_id, region, during) "
            "SELECT organisation_id, %s, tstzrange(NULL, NULL) FROM organisation WHERE code = %s",
            [region, place],
        )
    for place, wanted in (("hospital", 0), ("bureau", 2), ("school-site", 2)):
        row = conn.execute(
            "SELECT organisation_id FROM organisation WHERE code = %s", [place]
        ).fetchone()
        assert row is not None
        noon = {datetime(2026, 6, 10, 4, tzinfo=UTC): 31.0}
        put_hours(conn, row[0], SourceKind.IMPORTED, noon, source="file")
        assert follow(database, LATER) == wanted


def test_a_price_of_two_hot_days_asks_for_the_day_after_too(
    conn: Connection, database: str
) -> None:
    window = {"period": "sharp", "at_or_above_c": 35, "hot_days": 2}
    put_on_tariff(conn, "hospital-meter-0", window)
    let_sensor_say(conn, date(2026, 6, 20))
    with connected(database, Role.WORK) as worker:
        update_consumption(worker, now=LATER)
        assert follow_weather(worker, now=LATER) == 2
    assert taken(conn) == {"hospital-device-0": [date(2026, 6, 20), date(2026, 6, 21)]}


def test_a_sensor_indoors_touches_nothing(conn: Connection, database: str) -> None:
    indoors = Device("room-air", "school-building", DeviceKind.CLIMATE_SENSOR, "r", "r",
                     accept_back=timedelta(days=40_000))  # fmt: skip
    write_registry(conn, Registry((), (), (indoors,)))
    payload = b'{"ts": "2026-06-10T04:00:00Z", "values": {"air_temperature_c": 22.0}}'
    store_messages(conn, [say("room-air", payload)])
    assert follow(database, LATER) == 0
