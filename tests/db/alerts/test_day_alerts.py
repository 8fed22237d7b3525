"""Finished days become alerts that say what they cost, once, and end when the days are in order."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from analytics.jobs.day_alerts import judge_days
from domain.local_day import day_start
from store.become import Role
from tests.conftest import connected
from tests.db.alerts.conftest import House
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 7, 17)
NIGHT, MORE, PRICE = 10.0, 8.0, Decimal("0.3")
NIGHTS = 5
METER = "school-meter-0"


def plant(conn: Connection, first: date, end: date, *, night: float = NIGHT) -> None:
    """Days of an office: a level night of five hours, and a working day that is always the same."""
    begin = day_start(first, ZONE)
    rows: list[tuple[datetime, float]] = []
    for day in range((end - first).days):
        office = (first + timedelta(days=day)).weekday() < 5
        for hour in range(24):
            value = night if hour < 5 else 40.0 if office and 8 <= hour < 18 else NIGHT
            value += 0.1 * ((day * 7 + hour * 3) % 5)  # nothing is quite level
            rows.append((begin + timedelta(days=day, hours=hour), value))
    conn.execute(
        "INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade,"
        " shape_grade, method, flags, known_at)"
        " SELECT meter_id, quantity, at, at + interval '1 hour', value, 'measured', 'measured',"
        " 'register', 0, at + interval '1 hour' FROM meter,"
        " unnest(%s::timestamptz[], %s::float8[]) AS x (at, value) WHERE code = %s",
        [*(list(column) for column in zip(*rows, strict=True)), METER],
    )
    conn.execute(
        "INSERT INTO alert_work (meter_id, first_day) SELECT meter_id, %s FROM meter"
        " WHERE code = %s ON CONFLICT DO NOTHING",
        [first, METER],
    )


def price(conn: Connection) -> None:
    """A valley at 0.30 and a flat period at 0.60 CNY/kWh on every day."""
    conn.execute(
        "WITH t AS (INSERT INTO tariff (code, medium, name_zh, name_en)"
        " VALUES ('t', 'electricity', 't', 't') RETURNING tariff_id)"
        " INSERT INTO consumption_cost (meter_id, day, period, start_at, tariff_id, value,"
        " unmeasured, unshaped, covered_s, price, amount, basis, checked, known_at)"
        " SELECT meter_id, d::date, p, d, tariff_id, 50, 0, 0, 3600, price, price * 50, 'fixed',"
        " true, now() FROM meter, t, generate_series(%s::timestamptz, %s, interval '1 day') d,"
        " (VALUES ('valley', 0.3), ('flat', 0.6)) AS v (p, price) WHERE code = %s",
        [TODAY - timedelta(days=20), TODAY, METER],
    )


def run(conn: Connection, days_later: int = 0) -> None:
    judge_days(conn, now=day_start(TODAY, ZONE) + timedelta(days=days_later, hours=1))


@pytest.fixture
def burning(house: House) -> House:
    """A hundred days, the last five nights with eight kW too much."""
    price(house.conn)
    high = TODAY - timedelta(days=NIGHTS)
    plant(house.conn, TODAY - timedelta(days=100), high)
    plant(house.conn, high, TODAY, night=NIGHT + MORE)
    return house


def test_a_night_load_is_told_with_what_it_cost_and_will_cost_in_a_month(burning: House) -> None:
    run(burning.work)
    (alert,) = burning.rows("SELECT * FROM alert WHERE state = 'open'")
    kwh = MORE * 5 * NIGHTS
    assert alert["unit"] == "kWh"
    assert alert["lost"] == pytest.approx(kwh, rel=0.2)
    assert float(str(alert["lost_cny"])) == pytest.approx(kwh * float(PRICE), rel=0.2)
    assert float(str(alert["month_cny"])) == pytest.approx(MORE * 5 * 30 * float(PRICE), rel=0.2)
    assert alert["worth_basis"]["tariffs"] == ["t"]  # type: ignore[index]  # a JSON object


def test_the_evidence_shows_the_band_and_the_hours_beyond_it(
    burning: House, sign_in: SignIn
) -> None:
    run(burning.work)
    client = sign_in("school")
    (alert,) = client.get(f"{V1}/alerts").json()["items"]
    told = client.get(f"{V1}/alerts/{alert['id']}/expected").json()
    assert told["unit"] == "kW"
    burns = day_start(TODAY - timedelta(days=NIGHTS), ZONE).timestamp()
    beyond = {at for at, outside in zip(told["t"], told["outside"], strict=True) if outside}
    nights = {burns + day * 86_400 + hour * 3600 for day in range(NIGHTS) for hour in range(5)}
    assert beyond == nights
    for name in ("actual", "expected", "low", "high"):
        assert len(told[name]) == len(told["t"])
    place = told["t"].index(burns)
    assert told["actual"][place] == pytest.approx(NIGHT + MORE, abs=0.5)
    assert told["expected"][place] == pytest.approx(NIGHT, abs=0.5)
    assert told["low"][place] <= told["expected"][place] <= told["high"][place]
    stranger = sign_in("hospital")
    assert stranger.get(f"{V1}/alerts/{alert['id']}/expected").status_code == 404


def test_judged_again_nothing_changes_and_nobody_is_told_twice(burning: House) -> None:
    run(burning.work)
    counts = (
        "SELECT (SELECT count(*) FROM alert) AS alerts, (SELECT count(*) FROM alert_event) AS acts,"
        " (SELECT count(*) FROM alert_finding) AS found, (SELECT count(*) FROM outbox) AS told"
    )
    before = burning.rows(counts)
    for _ in range(2):
        burning.conn.execute("INSERT INTO alert_work SELECT meter_id, '2026-07-10' FROM meter")
        run(burning.work)
    assert burning.rows(counts) == before
    assert burning.one("SELECT count(*) FROM alert_work") == 0


def test_days_in_order_end_it_and_days_without_data_do_not(burning: House) -> None:
    run(burning.work)
    burning.conn.execute("INSERT INTO alert_work SELECT meter_id, '2026-07-18' FROM meter")
    run(burning.work, days_later=3)
    assert burning.rows("SELECT state, blind_since IS NOT NULL AS blind FROM alert") == [
        {"state": "open", "blind": True}
    ]
    plant(burning.conn, TODAY, TODAY + timedelta(days=8))
    run(burning.work, days_later=8)
    assert burning.one("SELECT state FROM alert") == "resolved"


def test_an_unfinished_day_waits(burning: House) -> None:
    burning.conn.execute("TRUNCATE alert_work")
    burning.conn.execute("INSERT INTO alert_work SELECT meter_id, %s FROM meter", [TODAY])
    run(burning.work)
    assert burning.one("SELECT count(*) FROM alert") == 0
    assert burning.one("SELECT count(*) FROM alert_work") == 6


def test_history_tells_what_would_have_been_told(burning: House, sign_in: SignIn) -> None:
    burning.conn.execute("TRUNCATE alert_work")
    burning.conn.execute("INSERT INTO alert_work SELECT meter_id, '2026-05-01' FROM meter")
    plant(burning.conn, TODAY, TODAY + timedelta(days=20))
    run(burning.work, days_later=20)
    assert burning.one("SELECT count(*) FROM alert") == 0
    rules = sign_in("school").get(f"{V1}/rules").json()["items"]
    assert sum(each["would_have"] for each in rules) == 1


def test_a_killed_judge_leaves_its_work_on_the_list(burning: House, database: str) -> None:
    with connected(database, Role.WORK) as other:
        other.execute("SET statement_timeout = '1ms'")
        with pytest.raises(Exception, match="statement timeout"):
            run(other)
    assert burning.one("SELECT count(*) FROM alert_work") == 2
    run(burning.work)
    assert burning.one("SELECT count(*) FROM alert WHERE state = 'open'") == 1


def note_event(house: House, first: date, end: date) -> None:
    house.conn.execute("DELETE FROM place_event")
    house.conn.execute(
        "INSERT INTO place_event (organisation_id, kind, name, during)"
        " SELECT organisation_id, 'large_event', '高考', tstzrange(%s, %s)"
        " FROM organisation WHERE code = 'school'",
        [day_start(first, ZONE), day_start(end, ZONE)],
    )


def test_an_event_explains_what_is_over_when_it_is_and_says_so(
    burning: House, sign_in: SignIn
) -> None:
    first = TODAY - timedelta(days=NIGHTS)
    note_event(burning, first, TODAY)
    run(burning.work)
    assert burning.one("SELECT count(*) FROM alert") == 0
    burning.conn.execute(
        "UPDATE alert_finding SET (start_at, end_at) = (start_at + ago, end_at + ago)"
        " FROM (SELECT now() - timestamptz '2026-07-18Z' AS ago) shift"
    )
    held = sign_in("school").get(f"{V1}/suppressed-findings").json()["items"]
    assert {(each["kind"], each["reason"], each["event"]) for each in held} == {
        ("large_event", "高考", True)
    }
    assert sign_in("hospital").get(f"{V1}/suppressed-findings").json()["items"] == []
    # An event of the first night does not explain the four that follow.
    burning.conn.execute("TRUNCATE alert_finding")
    note_event(burning, first, first + timedelta(days=1))
    burning.conn.execute("INSERT INTO alert_work SELECT meter_id, '2026-07-10' FROM meter")
    run(burning.work)
    assert burning.one("SELECT count(*) FROM alert WHERE state = 'open'") > 0  # type: ignore[operator]  # a count
