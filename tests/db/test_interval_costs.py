"""Costs kept by day and period follow the use, the tariff and its prices; months agree."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.interval_costs import update_costs
from analytics.place.meter_cost import meter_cost, meter_interval_costs
from domain.local_day import day_start
from domain.price_book import MonthPrice
from domain.tariff_file import shipped_tariffs
from domain.time_of_use import Period
from store.become import Role, become
from store.money.tariff import MeterTariffRow, add_tariff, announce_prices, put_meter, tariffs
from store.places.place import MeterRow, meters
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

SHANGHAI = ZoneInfo("Asia/Shanghai")
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
START = day_start(JUNE, SHANGHAI)
HOUR = timedelta(hours=1)
PEAK, FLAT, VALLEY = 30.0, 20.0, 10.0
"""What the school uses in an hour of each period. [kWh]"""
PRICES = {Period.PEAK: "0.9531", Period.FLAT: "0.6217", Period.VALLEY: "0.2636"}
ADDED = {"line_loss": "0.0113", "system_operation": "0.0107", "government_funds": "0.0291"}
DAY = """
    SELECT period, value, price, amount, basis, checked, covered_s, unmeasured FROM consumption_cost
     WHERE day = %s ORDER BY period"""


def use(hour: int) -> float:
    of_day = hour % 24
    if of_day >= 23 or of_day < 7:
        return VALLEY
    return PEAK if 9 <= of_day < 12 or 16 <= of_day < 21 else FLAT


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A school with June read every hour, and the shipped tariffs."""
    write_registry(superuser, estate())
    add_people(superuser)
    for name, text in shipped_tariffs().items():
        assert add_tariff(superuser, text, place=name) is not None
    values = list(accumulate(map(use, range(30 * 24)), initial=1000.0))
    store_messages(superuser, registers("school-device-0", START, values, step=HOUR))
    return superuser


def work(conn: Connection, *, later: timedelta = timedelta(0)) -> int:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW + later)
        return update_costs(worker, now=NOW + later)


def tianjin(conn: Connection) -> int:
    return next(row.id for row in tariffs(conn) if row.code == "tianjin-tou")


def school(conn: Connection) -> MeterRow:
    return next(row for row in meters(conn) if row.code == "school-meter-0")


def put_school(conn: Connection, first_day: date = date(2026, 1, 1)) -> None:
    row = MeterTariffRow(tianjin(conn), "tianjin-tou", first_day, None, Decimal(400), None, None)
    put_meter(conn, school(conn).id, row)


def announce(conn: Connection, peak: str = PRICES[Period.PEAK]) -> None:
    rows = [
        MonthPrice(JUNE, "agent_purchase", period, Decimal(price), checked=False)
        for period, price in (PRICES | {Period.PEAK: peak}).items()
    ]
    rows += [
        MonthPrice(JUNE, "transmission_distribution", period, Decimal(0), checked=False)
        for period in PRICES
    ]
    rows += [
        MonthPrice(JUNE, name, None, Decimal(price), checked=False) for name, price in ADDED.items()
    ]
    announce_prices(conn, tianjin(conn), JUNE, rows, source="notice of June")


def be_school(conn: Connection) -> None:
    row = conn.execute("SELECT person_id::text FROM person WHERE login = 'school'").fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", row)


def costs(conn: Connection, day: date = date(2026, 6, 10)) -> dict[str, tuple[Any, ...]]:
    return {period: tuple(rest) for period, *rest in conn.execute(DAY, [day])}


def test_a_day_costs_what_its_periods_used_times_the_price_of_each(conn: Connection) -> None:
    announce(conn)
    put_school(conn)
    assert work(conn) == 1
    added = sum(map(Decimal, ADDED.values()))
    price = {period.value: Decimal(each) + added for period, each in PRICES.items()}
    hours = {"peak": 8, "flat": 8, "valley": 8}
    kwh = {"peak": PEAK, "flat": FLAT, "valley": VALLEY}
    assert costs(conn) == {
        period: (
            Decimal(hours[period] * kwh[period]), price[period],
            Decimal(hours[period] * kwh[period]) * price[period],
            "published", False, hours[period] * 3600, 0,
        )
        for period in hours
    }  # fmt: skip


def test_the_days_of_a_month_add_up_to_its_lines_and_to_its_intervals(conn: Connection) -> None:
    announce(conn)
    put_school(conn)
    work(conn)
    row = conn.execute("SELECT sum(amount) FROM consumption_cost").fetchone()
    assert row is not None
    kept = row[0]
    with connected(conn.info.dsn) as of_school, of_school.transaction():
        be_school(of_school)
        found = meter_cost(of_school, school(of_school), JUNE, JULY).cost
        costs_of = meter_interval_costs(of_school, school(of_school), JUNE, JULY)
        each = [one.amount for one in costs_of]
    lines = [line for line in found.lines if line.item in ("energy", "fund") and line.billed]
    assert kept == sum(line.quantity * line.price for line in lines)  # before rounding
    assert abs(kept - sum(line.amount for line in lines)) <= Decimal("0.005") * len(lines)
    assert kept == sum(amount for amount in each if amount is not None)


def test_costs_follow_late_readings_prices_and_the_tariff(conn: Connection) -> None:
    put_school(conn, date(2026, 6, 5))
    work(conn)
    assert costs(conn)["peak"][1:4] == (None, None, None)  # no price is no price of zero
    assert costs(conn, date(2026, 6, 4)) == {}  # on no tariff
    announce(conn)
    assert work(conn, later=HOUR) == 1
    assert costs(conn)["peak"][1] == Decimal("1.0042")
    announce(conn, peak="1.0000")
    assert work(conn, later=2 * HOUR) == 1
    assert costs(conn)["peak"][1] == Decimal("1.0511")
    conn.execute(
        "UPDATE electricity_reading SET active_energy_import_kwh = active_energy_import_kwh + 5"
        " WHERE ts > %s",
        [START + timedelta(days=9, hours=10)],
    )
    conn.execute("INSERT INTO touched (device_id, day) SELECT device_id, '2026-06-10' FROM device")
    assert work(conn, later=3 * HOUR) == 1
    assert costs(conn)["peak"][0] == Decimal(8 * int(PEAK) + 5)
    assert work(conn, later=4 * HOUR) == 0  # nothing waits any more


def test_a_day_that_loses_its_figures_loses_its_costs(conn: Connection) -> None:
    announce(conn)
    put_school(conn)
    work(conn)
    conn.execute("DELETE FROM electricity_reading")
    conn.execute(
        "INSERT INTO touched (device_id, day) SELECT device_id, d::date FROM device,"
        " generate_series('2026-06-01'::date, '2026-06-30', '1 day') d"
    )
    work(conn, later=HOUR)
    assert conn.execute("SELECT count(*) FROM consumption_cost").fetchone() == (0,)


@pytest.fixture
def priced(conn: Connection) -> Iterator[Connection]:
    announce(conn)
    put_school(conn)
    work(conn)
    return conn


def test_who_may_see_the_meter_sees_its_costs_by_day_and_month(
    priced: Connection, database: str, sign_in: SignIn
) -> None:
    assert priced.info.dbname in database
    days = {"first_day": str(JUNE), "end_day": str(JULY)}
    path = f"{V1}/meters/school-meter-0/cost/periods"
    found = sign_in("school").get(path, params={**days, "step": "day"}).json()["items"]
    assert len(found) == 30 * 3
    assert found[1]["period"] == "peak"
    assert Decimal(found[1]["value"]) == 8 * int(PEAK)
    months = sign_in("school").get(path, params={**days, "step": "month"}).json()["items"]
    assert [each["period"] for each in months] == ["flat", "peak", "valley"]
    assert sum(Decimal(each["amount"]) for each in months) == sum(
        Decimal(each["amount"]) for each in found
    )
    assert {each["basis"] for each in months} == {"published"}
    assert sign_in("hospital").get(path, params={**days, "step": "day"}).status_code == 404
