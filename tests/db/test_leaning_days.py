"""A calendar or the weather that changes puts exactly the days on the work list that lean on it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from analytics.jobs.consumption import update_consumption
from domain.calendar import CalendarDay, DayKind, whole_year
from domain.local_day import day_start
from domain.weather_hour import SourceKind
from store.become import Role
from store.places.calendar import put_day, put_year
from store.places.registry import write as write_registry
from store.places.weather_hour import follow_weather, put_hours
from tests.conftest import connected
from tests.estate import NOW, SHANGHAI, estate, registers, store_messages

pytestmark = pytest.mark.db

QUARTER = timedelta(minutes=15)
FIRST = date(2026, 6, 1)
DAYS = 30
GAP = (date(2026, 6, 10), date(2026, 6, 11))
"""School's meter is silent on these days; hospital's never is."""
Touched = dict[str, list[date]]


def taken(conn: Connection) -> Touched:
    """Take what is on the work list, by device."""
    found: Touched = {}
    rows = conn.execute(
        "WITH gone AS (DELETE FROM touched RETURNING *) "
        "SELECT DISTINCT d.code, g.day FROM gone g JOIN device d USING (device_id) ORDER BY 1, 2"
    )
    for code, day in rows:
        found.setdefault(code, []).append(day)
    return found


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A month of both meters, computed; a calendar of 2026 without holidays; nothing to do."""
    with connected(database) as conn:
        write_registry(conn, estate())
        put_year(conn, *_year([]), provisional=True, source="weekends")
        for name in ("school", "hospital"):
            start = day_start(FIRST, SHANGHAI)
            said = registers(f"{name}-device-0", start, _counted(), step=QUARTER)
            heard = [
                message
                for number, message in enumerate(said)
                if name == "hospital" or _day(start + number * QUARTER) not in GAP
            ]
            store_messages(conn, heard)
        with connected(database, Role.WORK) as worker:
            assert update_consumption(worker, now=NOW) == 2
        assert taken(conn) == {}
        yield conn


def _day(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def _counted() -> list[float]:
    """A register that counts 1 kWh a quarter hour, half as much at week-ends."""
    use = [0.5 if (FIRST + timedelta(n // 96)).weekday() >= 5 else 1.0 for n in range(DAYS * 96)]
    return [sum(use[: n // 96 * 96]) + use[n] * (n % 96) for n in range(DAYS * 96)]


def _year(entries: list[CalendarDay]) -> tuple[str, list[CalendarDay]]:
    return "cn", whole_year(2026, entries, "weekends")


def put_on_tariff(conn: Connection, meter: str, window: dict[str, object]) -> None:
    row = conn.execute(
        "INSERT INTO tariff (code, medium, name_zh, name_en) "
        "VALUES (%s, 'electricity', 't', 't') RETURNING tariff_id",
        [meter],
    ).fetchone()
    assert row is not None
    conn.execute(
        "INSERT INTO tariff_version (tariff_id, during, terms, source) "
        "VALUES (%s, '[2026-01-01,)', %s, 's')",
        [row[0], Jsonb({"window": [window]}, dumps=json.dumps)],
    )
    conn.execute(
        "INSERT INTO meter_tariff SELECT meter_id, %s, daterange(NULL, NULL) FROM meter "
        "WHERE code = %s",
        [row[0], meter],
    )


HOLIDAY = CalendarDay(date(2026, 6, 15), DayKind.HOLIDAY, "new", "notice")


def test_a_day_that_becomes_a_holiday_touches_the_gaps_around_it(conn: Connection) -> None:
    put_day(conn, "cn", HOLIDAY)
    found = taken(conn)
    assert list(found) == ["school-device-0"]
    assert set(GAP) <= set(found["school-device-0"])
    assert all(abs((day - GAP[0]).days) <= 2 for day in found["school-device-0"])


def test_a_holiday_far_from_any_gap_touches_nothing_but_prices_that_ask_for_it(
    conn: Connection,
) -> None:
    put_on_tariff(conn, "hospital-meter-0", {"period": "peak", "days": ["workday"]})
    put_day(conn, "cn", CalendarDay(date(2026, 6, 25), DayKind.HOLIDAY, "", "notice"))
    assert taken(conn) == {"hospital-device-0": [date(2026, 6, 25)]}


def test_a_notice_touches_only_what_differs_from_the_provisional_year(conn: Connection) -> None:
    put_on_tariff(conn, "hospital-meter-0", {"period": "peak", "days": ["workday"]})
    put_year(conn, *_year([HOLIDAY]), provisional=False, source="notice")
    found = taken(conn)
    assert found["hospital-device-0"] == [HOLIDAY.day]
    assert set(GAP) <= set(found["school-device-0"])
    put_year(conn, *_year([HOLIDAY]), provisional=False, source="notice")
    assert taken(conn) == {}


def test_another_calendars_days_are_nobodys_business(conn: Connection) -> None:
    put_on_tariff(conn, "hospital-meter-0", {"period": "peak", "days": ["workday"]})
    conn.execute("INSERT INTO calendar VALUES ('term', 't', 't')")
    conn.execute(
        "INSERT INTO place_calendar SELECT organisation_id, 'term', tstzrange(NULL, NULL) "
        "FROM organisation WHERE code = 'hospital'"
    )
    assert taken(conn)["hospital-device-0"] == [FIRST + timedelta(n) for n in range(DAYS)]
    put_day(conn, "cn", HOLIDAY)
    assert list(taken(conn)) == ["school-device-0"]


def test_imported_weather_touches_the_gap_it_tells_of_and_prices_that_ask_how_hot_it_was(
    conn: Connection, database: str
) -> None:
    put_on_tariff(conn, "hospital-meter-0", {"period": "sharp", "at_or_above_c": 35})
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'bureau'").fetchone()
    assert row is not None
    noon = datetime(2026, 6, 10, 4, tzinfo=UTC)
    hours = {noon: 36.0, noon + timedelta(days=10): 30.0}
    assert put_hours(conn, row[0], SourceKind.IMPORTED, hours, source="file") == 2
    assert taken(conn) == {}
    with connected(database, Role.WORK) as worker:
        follow_weather(worker, now=NOW)
    found = taken(conn)
    assert found["hospital-device-0"] == [date(2026, 6, 10), date(2026, 6, 20)]
    assert set(GAP) <= set(found["school-device-0"])
    assert all(abs((day - GAP[0]).days) <= 2 for day in found["school-device-0"])


def gap_days(conn: Connection) -> list[float]:
    rows = conn.execute(
        "SELECT c.value FROM consumption_day c JOIN meter m USING (meter_id) "
        "WHERE m.code = 'school-meter-0' AND c.day BETWEEN %s AND %s ORDER BY c.day",
        [GAP[0] - timedelta(days=1), GAP[1]],  # the last quarter hour before it is in the gap
    )
    return [value for (value,) in rows]


def test_a_gap_is_spread_anew_when_its_holiday_becomes_known_and_keeps_its_total(
    conn: Connection, database: str
) -> None:
    before = gap_days(conn)
    put_day(conn, "cn", CalendarDay(GAP[1], DayKind.HOLIDAY, "new", "notice"))
    with connected(database, Role.WORK) as worker:
        assert update_consumption(worker, now=NOW + timedelta(hours=1)) == 1
    after = gap_days(conn)
    assert sum(after) == pytest.approx(sum(before))
    # Two parts of a workday and one of a day off: 192 kWh are 128 and 64.
    assert after[1:] == pytest.approx([128.0, 64.0], rel=0.01)


def test_a_gap_keeps_the_calendar_of_the_place_where_the_meter_hung_on_that_day(
    conn: Connection, database: str
) -> None:
    """Where it hangs since the 20th, the second day of its gap is a holiday."""
    before = gap_days(conn)
    conn.execute("INSERT INTO calendar VALUES ('shut', 's', 's')")
    off = [CalendarDay(GAP[1], DayKind.HOLIDAY, "shut", "notice")]
    put_year(conn, "shut", whole_year(2026, off, "weekends"), provisional=False, source="notice")
    conn.execute(
        "INSERT INTO place_calendar SELECT organisation_id, 'shut', '(,)' FROM organisation "
        "WHERE code = 'hospital'"
    )
    conn.execute(
        "WITH old AS (UPDATE meter_position SET during = '(,2026-06-19 16:00Z)' WHERE meter_id = "
        "(SELECT meter_id FROM meter WHERE code = 'school-meter-0') RETURNING *) "
        "INSERT INTO meter_position (meter_id, place_id, parent_id, role, during) "
        "SELECT old.meter_id, o.organisation_id, old.parent_id, old.role, '[2026-06-19 16:00Z,)' "
        "FROM old, organisation o WHERE o.code = 'hospital'"
    )
    conn.execute(
        "INSERT INTO touched (device_id, day) SELECT device_id, %s FROM device "
        "WHERE code = 'school-device-0' ON CONFLICT DO NOTHING",
        [GAP[1]],
    )
    with connected(database, Role.WORK) as worker:
        assert update_consumption(worker, now=NOW + timedelta(hours=1)) >= 1
    assert gap_days(conn) == before
