"""A cost as of an earlier instant goes by the calendar as it was known; a notice counts at once.

Days of June 2026 are priced by their kind; instants are moved to a planted time line, so that
nothing here depends on the clock.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.place.meter_cost import NOW as AS_NOW
from analytics.place.meter_cost import meter_cost
from domain.calendar import CalendarDay, DayKind, whole_year
from domain.errors import MissingInputError
from domain.local_day import day_start
from store.become import Role
from store.contracts.contract_ledger import Eyes
from store.money.tariff import MeterTariffRow, add_tariff, put_meter
from store.places.calendar import put_day, put_year
from store.places.place import MeterRow, meters
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, SHANGHAI, estate, registers, store_messages

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)
FIRST, END = date(2026, 6, 1), date(2026, 6, 15)
SEEDED, NOTICED = NOW - HOUR, NOW + 10 * HOUR
"""When the provisional year, and when its notice were entered."""
MOVED = CalendarDay(date(2026, 6, 10), DayKind.HOLIDAY, "new", "notice")
TARIFF = """
schema = "tariff/1"
code = "by-day"
medium = "electricity"
name_zh = "x"
name_en = "by day"
[[version]]
first_day = 2026-01-01
checked = false
source = "planted"
[[version.window]]
period = "peak"
hours = ["00:00-24:00"]
days = ["workday"]
[[version.component]]
name = "energy"
floats = true
prices = { peak = "1.00", flat = "0.50" }
[[version.component]]
name = "steps"
[[version.component.tiers]]
span = "month"
step = [{ up_to = "200", price = "0.10" }, { price = "0.20" }]
"""


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A school that uses 24 kWh a day; June without holidays, as far as anybody knows."""
    with connected(database) as conn:
        write_registry(conn, estate())
        put_year(conn, *_year([]), provisional=True, source="weekends")
        conn.execute("UPDATE calendar_year SET kept_from = %s, entered_at = %s", [SEEDED, SEEDED])
        start = day_start(FIRST, SHANGHAI)
        counted = [100.0 + n for n in range(14 * 24 + 1)]
        store_messages(conn, registers("school-device-0", start, counted, step=HOUR))
        compute(conn, NOW)
        tariff_id = add_tariff(conn, TARIFF, place="planted")
        assert tariff_id is not None
        terms = MeterTariffRow(tariff_id, "by-day", date(2026, 1, 1), None, None, None, None)
        put_meter(conn, school(conn).id, terms)
        conn.execute("UPDATE tariff_version SET entered_at = %s", [SEEDED])
        conn.execute("UPDATE meter_tariff SET entered_at = %s", [SEEDED])
        conn.execute("DELETE FROM alert_work")
        yield conn


def _year(entries: list[CalendarDay]) -> tuple[str, list[CalendarDay]]:
    return "cn", whole_year(2026, entries, "weekends")


def compute(conn: Connection, now: datetime) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=now)


def school(conn: Connection) -> MeterRow:
    return next(row for row in meters(conn) if row.code == "school-meter-0")


def cost(
    conn: Connection, *, as_of: datetime = AS_NOW, first_day: date = FIRST
) -> dict[str, Decimal]:
    with connected(conn.info.dsn, Role.WORK) as worker:
        found = meter_cost(worker, school(conn), first_day, END, as_of=as_of, eyes=Eyes.WORKER).cost
    told = {f"{line.name} {line.period or ''}".strip(): line.quantity for line in found.lines}
    return told | {gap.code: Decimal(0) for gap in found.gaps}


def waiting(conn: Connection) -> set[str]:
    rows = conn.execute("SELECT m.code FROM alert_work JOIN meter m USING (meter_id)")
    return {code for (code,) in rows}


def enter_notice(conn: Connection, entries: list[CalendarDay]) -> None:
    put_year(conn, *_year(entries), provisional=False, source="notice")
    for past in ("calendar_day_past", "calendar_year_past"):
        conn.execute(f"UPDATE {past} SET until = %s", [NOTICED])


def test_a_cost_as_of_before_the_notice_goes_by_the_days_as_they_were_known(
    conn: Connection,
) -> None:
    before = cost(conn)
    assert [before["energy peak"], before["energy flat"]] == [240, 96]
    assert "calendar" in before  # provisional
    enter_notice(conn, [MOVED])
    after = cost(conn)
    assert [after["energy peak"], after["energy flat"]] == [216, 120]
    assert "calendar" not in after
    assert cost(conn, as_of=NOTICED - HOUR) == before
    assert cost(conn, as_of=NOTICED + HOUR) == after


def test_what_nobody_has_kept_is_refused_with_the_reason(conn: Connection) -> None:
    conn.execute("UPDATE calendar_year SET kept_from = %s", [NOTICED])
    with pytest.raises(MissingInputError, match="it is kept since 2026-07-15 14:00:00"):
        cost(conn, as_of=NOTICED - HOUR)
    conn.execute("UPDATE calendar_year SET kept_from = %s", [SEEDED])
    conn.execute("INSERT INTO calendar VALUES ('term', 't', 't')")
    conn.execute(
        "INSERT INTO place_calendar SELECT organisation_id, 'cn', tstzrange(NULL, NULL)"
        " FROM organisation WHERE code = 'school'"
    )
    conn.execute("UPDATE place_calendar_change SET at = %s", [NOTICED])
    with pytest.raises(MissingInputError, match="by which calendar the place worked"):
        cost(conn, as_of=NOTICED - HOUR)
    assert cost(conn, as_of=NOTICED)["energy peak"] == 240


def test_what_a_tier_had_used_before_is_what_was_known_of_it(conn: Connection) -> None:
    """168 kWh before the 8th, until the last reading of the 7th is corrected to 24 kWh more."""
    then = cost(conn, first_day=date(2026, 6, 8))
    assert [then["steps/1"], then["steps/2"]] == [32, 136]
    conn.execute(
        "UPDATE electricity_reading SET active_energy_import_kwh = active_energy_import_kwh + 24"
        " WHERE ts >= %s",
        [day_start(date(2026, 6, 7), SHANGHAI) + HOUR],
    )
    conn.execute(
        "INSERT INTO touched (device_id, day) SELECT device_id, d::date FROM device,"
        " generate_series('2026-06-06'::date, '2026-06-08', '1 day') d"
        " WHERE code = 'school-device-0'"
    )
    compute(conn, NOTICED)
    now = cost(conn, first_day=date(2026, 6, 8))
    assert [now["steps/1"], now["steps/2"]] == [8, 160]
    assert cost(conn, as_of=NOW + HOUR, first_day=date(2026, 6, 8)) == then


def test_entering_the_notice_puts_meters_on_the_list_of_alerts_at_once(conn: Connection) -> None:
    """Also where it moves no day: the year is sure from then on."""
    assert waiting(conn) == set()
    enter_notice(conn, [])
    assert waiting(conn) == {"school-meter-0"}
    conn.execute("DELETE FROM alert_work")
    enter_notice(conn, [])
    assert waiting(conn) == set()
    put_day(conn, "cn", MOVED)
    assert waiting(conn) == {"school-meter-0"}


def test_a_day_of_another_calendar_or_of_long_ago_judges_nobody(conn: Connection) -> None:
    conn.execute("INSERT INTO calendar VALUES ('term', 't', 't')")
    put_year(conn, "term", whole_year(2026, [], "weekends"), provisional=True, source="x")
    assert waiting(conn) == set()
    put_day(conn, "cn", CalendarDay(date(2026, 1, 15), DayKind.HOLIDAY, "", "notice"))
    assert waiting(conn) == set()
