"""The cost of a place by day and period is that of the meters that counted for it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.jobs.interval_costs import update_costs
from domain.local_day import day_start
from domain.price_book import MonthPrice
from domain.tariff_file import shipped_tariffs
from domain.time_of_use import Period
from store.become import Role
from store.money.tariff import MeterTariffRow, add_tariff, announce_prices, put_meter, tariffs
from store.places.place import meters
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, END = date(2026, 6, 8), date(2026, 6, 13)  # Monday to Friday
HOURS = 5 * 24
USE = (30, 10)
"""What the school's two meters use in every hour, both at the top of the tree. [kWh]"""
PRICES = {Period.PEAK: "0.90", Period.FLAT: "0.60", Period.VALLEY: "0.30"}
ZERO = ("line_loss", "system_operation", "government_funds")
PATH = f"{V1}/organisations/school-building/cost"
ASKED = {"medium": "electricity", "first_day": str(FIRST), "end_day": str(END)}


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """The first meter is on a tariff from the second day on, the other one on none."""
    write_registry(superuser, estate(meters=2))
    add_people(superuser)
    for name, text in shipped_tariffs().items():
        add_tariff(superuser, text, place=name)
    start = day_start(FIRST, SHANGHAI)
    for number, kwh in enumerate(USE):
        values = list(accumulate([float(kwh)] * HOURS, initial=100.0))
        told = registers(f"school-device-{number}", start, values, step=timedelta(hours=1))
        store_messages(superuser, told)
    tianjin = next(row.id for row in tariffs(superuser) if row.code == "tianjin-tou")
    put(superuser, tianjin, "school-meter-0", FIRST + timedelta(days=1))
    announce(superuser, tianjin)
    work(superuser)
    return superuser


def put(conn: Connection, tariff: int, meter: str, first_day: date) -> None:
    found = next(row for row in meters(conn) if row.code == meter)
    put_meter(
        conn, found.id, MeterTariffRow(tariff, "tianjin-tou", first_day, None, None, None, None)
    )


def announce(conn: Connection, tariff: int) -> None:
    month = date(2026, 6, 1)
    rows = [
        MonthPrice(month, name, period, Decimal(price), checked=False)
        for name, prices in (
            ("agent_purchase", PRICES),
            ("transmission_distribution", dict.fromkeys(PRICES, "0")),
        )
        for period, price in prices.items()
    ]
    rows += [MonthPrice(month, name, None, Decimal(0), checked=False) for name in ZERO]
    announce_prices(conn, tariff, month, rows, source="notice of June")


def work(conn: Connection, *, now: datetime = NOW) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=now)
        update_costs(worker, now=now)


def day_of(found: dict[str, Any], day: date) -> dict[str, tuple[Decimal, Decimal]]:
    return {
        each["period"]: (Decimal(each["value"]), Decimal(each["amount"]))
        for each in found["items"]
        if each["first_day"] == str(day)
    }


@pytest.mark.usefixtures("conn")
def test_a_day_costs_its_periods_and_what_is_in_no_cost_is_named(sign_in: SignIn) -> None:
    found = sign_in("school").get(PATH, params={**ASKED, "step": "day"}).json()
    kwh = Decimal(8 * USE[0])
    assert day_of(found, FIRST + timedelta(days=1)) == {
        period.value: (kwh, kwh * Decimal(price)) for period, price in PRICES.items()
    }
    assert day_of(found, FIRST) == {}
    told = {
        (each["code"], each["first_day"], each["end_day"], each["reason"])
        for each in found["uncosted"]
    }
    assert told == {
        ("school-meter-0", str(FIRST), str(FIRST + timedelta(days=1)), "no_tariff"),
        ("school-meter-1", str(FIRST), str(END), "no_tariff"),
    }


def test_meters_on_a_tariff_are_summed_and_months_are_the_sum_of_their_days(
    conn: Connection, sign_in: SignIn
) -> None:
    tianjin = next(row.id for row in tariffs(conn) if row.code == "tianjin-tou")
    put(conn, tianjin, "school-meter-1", FIRST + timedelta(days=1))
    work(conn, now=NOW + timedelta(hours=1))
    days = sign_in("school").get(PATH, params={**ASKED, "step": "day"}).json()
    peak = Decimal(8 * sum(USE))
    assert day_of(days, FIRST + timedelta(days=2))["peak"] == (peak, peak * Decimal("0.90"))
    months = sign_in("school").get(PATH, params={**ASKED, "step": "month"}).json()["items"]
    assert [each["period"] for each in months] == ["flat", "peak", "valley"]
    assert {each["basis"] for each in months} == {"published"}
    assert not any(each["checked"] for each in months)
    total = sum(Decimal(each["amount"]) for each in months)
    assert total == sum(Decimal(each["amount"]) for each in days["items"])
    assert total == 4 * 8 * sum(USE) * sum(map(Decimal, PRICES.values()))


def test_one_meter_is_asked_for_alone_and_strangers_see_nothing(
    conn: Connection, sign_in: SignIn
) -> None:
    other = next(row.id for row in meters(conn) if row.code == "school-meter-1")
    asked = {**ASKED, "step": "day", "meter": other}
    found = sign_in("school").get(PATH, params=asked).json()
    assert found["items"] == []
    assert [each["code"] for each in found["uncosted"]] == ["school-meter-1"]
    refused = sign_in("hospital").get(PATH, params={**ASKED, "step": "day"})
    assert refused.status_code == 404
    assert refused.json()["code"] == "no_organisation"


def test_a_day_that_cannot_be_priced_says_what_is_missing(
    conn: Connection, sign_in: SignIn
) -> None:
    day = FIRST + timedelta(days=2)
    conn.execute("DELETE FROM consumption_cost WHERE day = %s", [day])
    conn.execute(
        "INSERT INTO cost_missing (meter_id, day, start_at, code, detail, known_at)"
        " SELECT meter_id, %s, %s, 'calendar', 'calendar CN has no entry for 2026', now()"
        " FROM meter WHERE code = 'school-meter-0'",
        [day, day_start(day, SHANGHAI)],
    )
    found = sign_in("school").get(PATH, params={**ASKED, "step": "day"}).json()
    assert day_of(found, day) == {}
    told = {(each["code"], each["first_day"], each["reason"]) for each in found["uncosted"]}
    assert ("school-meter-0", str(day), "calendar") in told


STEPS = """schema = "tariff/1"
code = "steps"
medium = "electricity"
name_zh = "steps"
name_en = "steps"
[[version]]
first_day = 2026-01-01
checked = false
source = "invented"
[[version.component]]
name = "energy"
[[version.component.tiers]]
span = "month"
step = [{ up_to = 100, price = 0.5 }, { price = 0.8 }]
[[version.component]]
name = "government_funds"
fund = true
price = 0.02
"""


def test_days_whose_price_goes_by_steps_are_in_no_cost_and_named(
    conn: Connection, sign_in: SignIn
) -> None:
    steps = add_tariff(conn, STEPS, place="steps.toml")
    assert steps is not None
    put(conn, steps, "school-meter-1", FIRST)
    work(conn, now=NOW + timedelta(hours=1))
    found = sign_in("school").get(PATH, params={**ASKED, "step": "day"}).json()
    kwh = Decimal(8 * USE[0])  # of the other meter alone
    assert day_of(found, FIRST + timedelta(days=1))["peak"] == (kwh, kwh * Decimal("0.90"))
    told = [each for each in found["uncosted"] if each["code"] == "school-meter-1"]
    assert [(each["first_day"], each["end_day"], each["reason"]) for each in told] == [
        (str(FIRST), str(END), "no_day_price")
    ]


@pytest.mark.usefixtures("conn")
def test_more_days_than_a_chart_holds_are_refused_with_what_may_be_asked(sign_in: SignIn) -> None:
    asked = {**ASKED, "first_day": "2024-01-01", "step": "day"}
    refused = sign_in("school").get(PATH, params=asked)
    assert refused.status_code == 422
    days = (END - date(2024, 1, 1)).days
    assert refused.json()["code"] == "longer_than"
    assert refused.json()["parameters"] == {"days": str(days), "most": "400"}


def test_spans_without_a_figure_are_told_as_one_over_midnight_with_the_reason(
    conn: Connection, sign_in: SignIn
) -> None:
    at = datetime(2026, 6, 10, 2, tzinfo=UTC)
    for days, flags in ((0, 64), (1, 64), (2, 128)):
        begin = at if days == 0 else day_start(date(2026, 6, 10 + days), SHANGHAI)
        end = day_start(date(2026, 6, 11 + days), SHANGHAI)
        conn.execute(
            "INSERT INTO consumption_hole (meter_id, quantity, start_at, end_at, flags, known_at)"
            " SELECT meter_id, quantity, %s, %s, %s, now() FROM meter"
            " WHERE code = 'school-meter-0'",
            [begin, end, flags],
        )
    found = sign_in("school").get(f"{V1}/holes").json()["items"]
    assert [(each["flag_names"], each["start"], each["end"]) for each in found] == [
        (["jump"], "2026-06-11T16:00:00Z", "2026-06-12T16:00:00Z"),
        (["fall"], "2026-06-10T02:00:00Z", "2026-06-11T16:00:00Z"),
    ]
    assert {(each["code"], each["zone"]) for each in found} == {("school-meter-0", "Asia/Shanghai")}
    assert all(each["device_id"] for each in found)
    other = next(row.id for row in meters(conn) if row.code == "school-meter-1")
    assert sign_in("school").get(f"{V1}/holes", params={"meter": other}).json()["items"] == []
    assert sign_in("hospital").get(f"{V1}/holes").json()["items"] == []
