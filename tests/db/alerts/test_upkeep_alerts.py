"""Clocks, sources of weather and certificates come to the desk, and leave it by themselves."""

from datetime import date, timedelta

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from analytics.jobs.day_alerts import judge_days
from analytics.jobs.upkeep_alerts import judge_upkeep
from analytics.weather_settings import weather_settings
from domain.registry import Device, DeviceKind
from store.places.registry import write as write_registry
from tests.db.alerts.conftest import House, Rows
from tests.estate import estate

pytestmark = pytest.mark.db

DEVICE = "school-device-0"
DAY = timedelta(days=1)


def alerts(house: House, rule: str) -> Rows:
    return house.rows(
        "SELECT state, priority, reopened, actual, evidence, device_id, meter_id FROM alert"
        " WHERE rule = %s ORDER BY alert_id",
        rule,
    )


def set_clock(house: House, offset_s: float) -> None:
    house.conn.execute(
        "INSERT INTO device_clock (device_id, offset_s, estimated_at)"
        " SELECT device_id, %s, %s FROM device WHERE code = %s"
        " ON CONFLICT (device_id) DO UPDATE SET offset_s = excluded.offset_s",
        (offset_s, house.now, DEVICE),
    )
    house.pass_by(timedelta(minutes=10))
    judge_upkeep(house.work, now=house.now)


def test_a_clock_is_one_alert_while_it_sways_about_the_limit_and_ends_when_it_is_right(
    house: House,
) -> None:
    set_clock(house, 240.0)
    assert alerts(house, "clock_offset") == []
    for offset_s in (-301.0, -299.0, -302.0, -250.0):
        set_clock(house, offset_s)
    (alert,) = alerts(house, "clock_offset")
    assert (alert["state"], alert["priority"], alert["reopened"]) == ("open", "low", 0)
    assert alert["actual"] == pytest.approx(-301 / 60)

    set_clock(house, -8 * 3600.0)  # a device that sends Beijing time as if it were UTC
    (alert,) = alerts(house, "clock_offset")
    assert (alert["state"], alert["priority"], alert["actual"]) == ("open", "high", -480.0)
    set_clock(house, 3.0)
    assert [each["state"] for each in alerts(house, "clock_offset")] == ["resolved"]
    acts = house.rows("SELECT act FROM alert_event ORDER BY alert_event_id")
    assert [row["act"] for row in acts] == ["open", "raise", "resolve"]


def test_a_rule_that_is_off_is_silent_and_a_window_of_maintenance_opens_nothing(
    house: House,
) -> None:
    house.conn.execute(
        "INSERT INTO alert_window (organisation_id, kind, during, reason, person_id)"
        " SELECT organisation_id, 'maintenance', tstzrange(%s, %s), 'meters are set', person_id"
        " FROM organisation, person WHERE code = 'school' LIMIT 1",
        (house.now, house.now + timedelta(hours=1)),
    )
    set_clock(house, 1000.0)
    assert alerts(house, "clock_offset") == []
    house.pass_by(timedelta(hours=1))
    house.conn.execute(
        "INSERT INTO alert_rule_mode (rule, mode, reason, person_id)"
        " SELECT 'clock_offset', 'off', 'for now', person_id FROM person LIMIT 1"
    )
    judge_upkeep(house.work, now=house.now)
    assert alerts(house, "clock_offset") == []


def said_temperature(house: House) -> None:
    said = {"air_temperature_c": [21.5, int(house.now.timestamp() * 1000)]}
    house.conn.execute(
        "INSERT INTO device_latest (device_id, ts, received_at, said)"
        " SELECT device_id, %s, %s, %s FROM device WHERE code = 'roof'"
        " ON CONFLICT (device_id) DO UPDATE SET said = excluded.said",
        (house.now, house.now, Jsonb(said)),
    )


def test_weather_that_stops_is_told_once_and_ends_when_it_comes_again(house: House) -> None:
    sensor = Device("roof", "school", DeviceKind.CLIMATE_SENSOR, "屋顶", "roof")
    registry = estate(meters=3)
    write_registry(house.conn, type(registry)((), (), (sensor,)))
    said_temperature(house)
    house.pass_by(weather_settings().stale_after)
    judge_upkeep(house.work, now=house.now)
    assert alerts(house, "weather_stale") == []
    for _ in range(3):
        house.pass_by(timedelta(hours=1))
        judge_upkeep(house.work, now=house.now)
    (alert,) = alerts(house, "weather_stale")
    assert (alert["state"], alert["priority"], alert["actual"]) == ("open", "low", 4.0)
    said_temperature(house)
    judge_upkeep(house.work, now=house.now)
    assert [each["state"] for each in alerts(house, "weather_stale")] == ["resolved"]


def certify(conn: Connection, number: str, first: date, end: date) -> None:
    conn.execute(
        "INSERT INTO certificate (meter_id, number, issuer, accuracy_class, instrument,"
        " verified_on, valid, counts_primary, note, person_id)"
        " SELECT meter_id, %s, '市计量院', '0.5S', 'A-1', %s, daterange(%s, %s), true, '',"
        " (SELECT min(person_id) FROM person) FROM meter WHERE code = 'school-meter-0'",
        (number, first, first, end),
    )


def test_a_certificate_is_told_before_it_ends_again_when_it_has_and_no_more_with_the_next(
    house: House,
) -> None:
    today = house.now.date()
    certify(house.conn, "A-17", today - 300 * DAY, today + 60 * DAY)
    for _ in range(3):
        judge_upkeep(house.work, now=house.now)
        house.pass_by(DAY)
    (alert,) = alerts(house, "certificate_ends")
    assert (alert["state"], alert["priority"], alert["device_id"]) == ("open", "low", None)
    evidence = {"finding": "ends_later", "number": "A-17", "day": str(today + 60 * DAY)}
    assert alert["evidence"] == evidence

    # The days of the meter are judged by other rules, which leave it alone.
    house.conn.execute(
        "INSERT INTO alert_work (meter_id, first_day) SELECT meter_id, %s FROM meter"
        " WHERE code = 'school-meter-0'",
        (today - 10 * DAY,),
    )
    judge_days(house.work, now=house.now)
    assert [each["state"] for each in alerts(house, "certificate_ends")] == ["open"]

    house.now += 60 * DAY
    judge_upkeep(house.work, now=house.now)
    assert [each["state"] for each in alerts(house, "certificate_ends")] == ["resolved"]
    (alert,) = alerts(house, "certificate_ended")
    assert (alert["priority"], alert["evidence"]) == ("high", {**evidence, "finding": "ended"})
    told = house.rows("SELECT occasion FROM notice")
    assert told == [{"occasion": "alert"}]  # low ones wait for the morning; this one interrupts

    certify(house.conn, "A-18", today + 60 * DAY, today + 1000 * DAY)
    house.pass_by(timedelta(minutes=10))
    judge_upkeep(house.work, now=house.now)
    assert [each["state"] for each in alerts(house, "certificate_ended")] == ["resolved"]
    judge_upkeep(house.work, now=house.now)
    assert house.one("SELECT count(*) FROM alert") == 2


def test_a_meter_that_never_had_a_certificate_is_no_news(house: House) -> None:
    judge_upkeep(house.work, now=house.now)
    assert house.one("SELECT count(*) FROM alert") == 0


def bill_of_month(conn: Connection, number: str, month: date, billed_kwh: float) -> None:
    """A month's bill of the school's meter, which itself counted 100 kWh on each of its days."""
    end = (month + 31 * DAY).replace(day=1)
    conn.execute(
        "INSERT INTO consumption_day (meter_id, quantity, day, start_at, value, quantity_grade,"
        " shape_grade, flags, covered_s, day_s, unmeasured, known_at)"
        " SELECT meter_id, quantity, d, d::timestamp AT TIME ZONE 'Asia/Shanghai', 100, 'measured',"
        " 'measured', 0, 86400, 86400, 0, now() FROM meter,"
        " generate_series(%s::date, %s::date - 1, interval '1 day') d"
        " WHERE code = 'school-meter-0'",
        (month, end),
    )
    row = conn.execute(
        "INSERT INTO bill (meter_id, number, first_day, end_day, start_at, end_at, total, source)"
        " SELECT meter_id, %s, %s, %s, %s::timestamp AT TIME ZONE 'Asia/Shanghai',"
        " %s::timestamp AT TIME ZONE 'Asia/Shanghai', 1, 'file' FROM meter"
        " WHERE code = 'school-meter-0' RETURNING bill_id",
        (number, month, end, month, end),
    ).fetchone()
    assert row is not None
    conn.execute(
        "INSERT INTO bill_line (bill_id, line, item, quantity, price, amount)"
        " VALUES (%s, 1, 'energy', %s, 1, %s)",
        (row[0], billed_kwh, billed_kwh),
    )


def test_a_bill_beyond_the_limit_is_told_until_somebody_explains_it(house: House) -> None:
    today = house.now.date()
    certify(house.conn, "A-17", today - 300 * DAY, today + 600 * DAY)
    last = (today.replace(day=1) - DAY).replace(day=1)
    before = (last - DAY).replace(day=1)
    bill_of_month(house.conn, "near", before, ((last - before).days * 100) * 1.019)
    judge_upkeep(house.work, now=house.now)
    assert alerts(house, "bill_differs") == []
    days = (today.replace(day=1) - last).days
    bill_of_month(house.conn, "far", last, days * 100 / 0.95)
    for _ in range(2):
        judge_upkeep(house.work, now=house.now)
    (alert,) = alerts(house, "bill_differs")
    assert (alert["state"], alert["priority"]) == ("open", "high")
    assert alert["evidence"] == {
        "finding": "bill_differs", "number": "far", "difference_pct": "5.00", "day": str(last),
    }  # fmt: skip
    house.conn.execute(
        "INSERT INTO bill_remark (bill_id, explained, comment, person_id) SELECT bill_id, true,"
        " 'read three days late', (SELECT min(person_id) FROM person) FROM bill"
        " WHERE number = 'far'"
    )
    house.pass_by(timedelta(minutes=10))
    judge_upkeep(house.work, now=house.now)
    assert [each["state"] for each in alerts(house, "bill_differs")] == ["resolved"]


def test_bills_that_differ_more_each_month_are_told_although_each_is_within_the_limit(
    house: House,
) -> None:
    today = house.now.date()
    certify(house.conn, "A-17", today - 300 * DAY, today + 600 * DAY)
    month = today.replace(day=1)
    for more in (1.019, 1.013, 1.007, 1.001):
        end, month = month, (month - DAY).replace(day=1)
        bill_of_month(house.conn, f"{month:%Y-%m}", month, (end - month).days * 100 * more)
    judge_upkeep(house.work, now=house.now)
    (alert,) = alerts(house, "bills_drift")
    evidence = alert["evidence"]
    assert isinstance(evidence, dict)
    assert (evidence["finding"], evidence["bills"], evidence["day"]) == ("drift", "4", str(month))
    assert alerts(house, "bill_differs") == []
