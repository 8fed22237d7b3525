"""A price that is sharp on hot days follows the weather of the place, and says by whose word."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.interval_costs import update_costs
from analytics.ledger.cost_line import official_total
from analytics.place.meter_cost import NOW as ALL
from analytics.place.meter_cost import MeterCost, meter_cost
from domain.errors import MissingInputError
from domain.local_day import day_start
from domain.weather_hour import SourceKind
from store.become import Role, become
from store.money.tariff import MeterTariffRow, add_tariff, put_meter
from store.people.person import add_person, grant
from store.places.place import meters
from store.places.registry import write as write_registry
from store.places.weather_hour import follow_weather, put_hours
from tests.conftest import connected
from tests.estate import NOW, SHANGHAI, estate, registers, store_messages

pytestmark = pytest.mark.db

TARIFF = """
schema = "tariff/1"
code = "heat"
medium = "electricity"
name_zh = "高温尖峰"
name_en = "Sharp on hot days"

[[version]]
first_day = 2026-01-01
checked = true
checked_by = "somebody"
checked_on = 2026-01-01
document = "notice"
source = "invented after the rules of two provinces"

[[version.window]]
period = "sharp"
hours = ["11:00-12:00"]
months = [6]
at_or_above_c = 35
hot_days = 2

[[version.component]]
name = "energy"
floats = true
prices = { sharp = 2.0, flat = 1.0 }
"""
FIRST, END = date(2026, 6, 3), date(2026, 6, 8)
NEW = "corrected notice"
HOTTEST = {1: 30, 2: 34.9, 3: 35.0, 4: 36.0, 5: 35.0, 6: 33.0, 7: 36.0}
"""Highest temperature of each day of June. [degC]; of two hot days in a row the 4th and 5th are."""


def weather(kind_of_day: int) -> float:
    return HOTTEST.get(kind_of_day, 25.0)


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """A meter that counts 1 kWh an hour, on a tariff with hot days."""
    with connected(database) as conn:
        write_registry(conn, estate())
        start = day_start(date(2026, 6, 1), SHANGHAI)
        values = [float(n) for n in range(24 * 10)]
        store_messages(conn, registers("school-device-0", start, values, step=timedelta(hours=1)))
        with connected(database, Role.WORK) as worker:
            assert update_consumption(worker, now=NOW) == 1
        tariff = add_tariff(conn, TARIFF, place="test")
        assert tariff is not None
        row = conn.execute("SELECT meter_id FROM meter WHERE code = 'school-meter-0'").fetchone()
        assert row is not None
        put_meter(conn, row[0], MeterTariffRow(tariff, "heat", None, None, None, None, None))
        # It was on the tariff before anybody asked what was known of the weather.
        conn.execute("UPDATE tariff_version SET entered_at = %s", [NOW])
        conn.execute("UPDATE meter_tariff SET entered_at = %s", [NOW])
        add_person(conn, login="reader", name="reader", password_hash="")
        grant(conn, login="reader", role="operator", organisation="school")
        yield conn


def import_weather(conn: Connection, kind: SourceKind, *, without: range = range(0)) -> None:
    """The hours of the first nine days of June at the bureau, above what the reader may see."""
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'bureau'").fetchone()
    assert row is not None
    hours: dict[datetime, float] = {}
    for day in range(1, 10):
        start = day_start(date(2026, 6, day), SHANGHAI)
        for hour in range(24):
            if day != 6 or hour not in without:
                hours[start + timedelta(hours=hour)] = weather(day) if hour == 15 else 24.0
    put_hours(conn, row[0], kind, hours, source="notice of the observatory")


def priced(database: str, as_of: datetime = ALL) -> MeterCost:
    """What the reader sees of the five days."""
    with connected(database) as conn, conn.transaction():
        row = conn.execute("SELECT person_id::text FROM person WHERE login = 'reader'").fetchone()
        become(conn, Role.API)
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", row or ("",))
        return meter_cost(conn, meters(conn)[0], FIRST, END, as_of=as_of)


def test_the_second_of_two_hot_days_is_sharp_and_an_import_is_its_document(
    conn: Connection, database: str
) -> None:
    import_weather(conn, SourceKind.IMPORTED)
    found = priced(database)
    sharp = [line for line in found.cost.lines if line.period == "sharp"]
    assert [(line.quantity, line.amount) for line in sharp] == [(Decimal(2), Decimal("4.00"))]
    assert found.cost.total == Decimal("122.00")
    assert [gap.code for gap in found.cost.gaps] == []


def test_weather_that_no_document_tells_prices_but_is_not_official(
    conn: Connection, database: str
) -> None:
    import_weather(conn, SourceKind.PULLED)
    found = priced(database)
    assert found.cost.total == Decimal("122.00")
    assert [(gap.code, "pulled bureau" in gap.detail) for gap in found.cost.gaps] == [
        ("weather", True)
    ]


def test_a_hot_day_of_which_an_hour_is_unknown_says_so_and_is_not_official(
    conn: Connection, database: str
) -> None:
    import_weather(conn, SourceKind.IMPORTED, without=range(3, 5))
    found = priced(database)
    assert found.cost.total == Decimal("122.00")
    [gap] = found.cost.gaps
    assert (gap.code, gap.first_day) == ("weather", date(2026, 6, 6))
    assert gap.detail == "whether 2026-06-06 was hot is judged without 2 of its hours"
    with pytest.raises(MissingInputError):
        official_total(found.cost)


def test_a_day_whose_afternoon_nobody_knows_is_refused_with_the_day(
    conn: Connection, database: str
) -> None:
    import_weather(conn, SourceKind.PULLED, without=range(13, 18))
    with pytest.raises(MissingInputError, match=r"19 of 24 hours from 2026-06-05 16:00"):
        priced(database)


def told(conn: Connection) -> list[tuple[date, str]]:
    """Days that cannot be priced, and what is missing."""
    return conn.execute("SELECT day, code FROM cost_missing ORDER BY day").fetchall()


def test_a_kept_cost_says_how_many_hours_its_weather_lacked(
    conn: Connection, database: str
) -> None:
    import_weather(conn, SourceKind.IMPORTED, without=range(3, 5))
    kept(database)
    rows = conn.execute(
        "SELECT DISTINCT day, weather_missing_h FROM consumption_cost "
        "WHERE day >= %s AND day < %s ORDER BY day",
        [FIRST, END],
    ).fetchall()
    # The 6th is asked for on its own day, and by the 7th, which would be the second hot day.
    assert rows == [(FIRST + timedelta(days=n), hours) for n, hours in enumerate((0, 0, 0, 2, 2))]
    assert set(told(conn)) & {(day, "temperature") for day, _ in rows} == set()


def kept(database: str) -> list[tuple[date, Decimal]]:
    """Days with an hour in the sharp period, as the worker keeps them, and all it keeps."""
    with connected(database, Role.WORK) as worker:
        assert update_costs(worker, now=NOW) == 1
    with connected(database) as conn:
        return conn.execute(
            "SELECT day, sum(amount) FROM consumption_cost WHERE day >= %s AND day < %s "
            "GROUP BY day ORDER BY day",
            [FIRST, END],
        ).fetchall()


def test_the_worker_keeps_costs_of_days_it_knows_and_the_rest_when_their_weather_comes(
    conn: Connection, database: str
) -> None:
    import_weather(conn, SourceKind.PULLED, without=range(13, 18))
    known = kept(database)
    # The 6th is not known, and the 7th asks whether the 6th was hot.
    assert known == [
        (date(2026, 6, 3), Decimal(24)),
        (date(2026, 6, 4), Decimal(25)),
        (date(2026, 6, 5), Decimal(25)),
    ]
    assert set(told(conn)) >= {(date(2026, 6, 6), "temperature"), (date(2026, 6, 7), "temperature")}
    import_weather(conn, SourceKind.PULLED)
    with connected(database, Role.WORK) as worker:
        follow_weather(worker, now=NOW)
        assert update_consumption(worker, now=NOW + timedelta(hours=1)) == 1
    found = kept(database)
    assert found[:3] == known
    assert found[3:] == [(date(2026, 6, 6), Decimal(24)), (date(2026, 6, 7), Decimal(24))]
    assert not {day for day, _ in told(conn)} & {date(2026, 6, 6), date(2026, 6, 7)}


def test_a_cost_as_of_an_earlier_instant_takes_the_weather_known_then(
    conn: Connection, database: str
) -> None:
    first, second = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
    import_weather(conn, SourceKind.IMPORTED)
    conn.execute("UPDATE weather_hour SET taken_at = %s", [first])
    row = conn.execute("SELECT DISTINCT organisation_id FROM weather_hour").fetchone()
    assert row is not None
    corrected = {day_start(date(2026, 6, 4), SHANGHAI) + timedelta(hours=15): 30.0}
    put_hours(conn, row[0], SourceKind.IMPORTED, corrected, source=NEW)
    conn.execute("UPDATE weather_hour SET taken_at = %s WHERE source = %s", [second, NEW])
    superseded = "UPDATE weather_hour SET superseded_at = %s WHERE superseded_at IS NOT NULL"
    conn.execute(superseded, [second])
    # Without the hot 4th, neither it nor the 5th is the second of two hot days.
    assert priced(database).cost.total == Decimal("120.00")
    assert priced(database, as_of=second).cost.total == Decimal("120.00")
    assert priced(database, as_of=first).cost.total == Decimal("122.00")
    with pytest.raises(MissingInputError, match="known for 0 of 24 hours"):
        priced(database, as_of=NOW)  # what the meter counted was known, how hot it was was not
