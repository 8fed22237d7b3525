"""A declared error reaches figures and costs of exactly its days; withdrawn it leaves no trace."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from analytics.place.meter_cost import meter_cost
from domain.consumption_flag import ConsumptionFlag
from domain.errors import InputError
from domain.register_event import RegisterEvent
from store.become import Role
from store.meters.register_event import declare, withdraw
from store.money.tariff import add_tariff
from store.people.person import add_person, grant
from store.places.place import meters
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

START = datetime(2026, 6, 30, 16, tzinfo=UTC)
"""Midnight in Shanghai, where 1 July begins."""
JULY = date(2026, 7, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS = 10
FLAT = """
schema = "tariff/1"
code = "flat"
medium = "electricity"
name_zh = "单一制"
name_en = "Flat"
[[version]]
first_day = 2024-01-01
checked = false
source = "a test"
evidence = "public_code"
[[version.component]]
name = "energy"
price = 0.80
"""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """Ten days of hourly registers at a school, 24 kWh a day, at 0.80 CNY/kWh."""
    write_registry(superuser, estate())
    add_person(superuser, login="school", name="Wang", password_hash="")
    grant(superuser, login="school", role="institution_administrator", organisation="school")
    assert add_tariff(superuser, FLAT, place="flat.toml") is not None
    superuser.execute(
        "INSERT INTO meter_tariff (meter_id, tariff_id, during) SELECT meter_id, tariff_id, "
        "'[2026-01-01,)' FROM meter, tariff WHERE meter.code = 'school-meter-0'"
    )
    store_messages(
        superuser, registers("school-device-0", START, range(100, 101 + DAYS * 24), step=HOUR)
    )
    compute(superuser)
    return superuser


def compute(conn: Connection, now: datetime = NOW) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=now)


def as_school(conn: Connection) -> None:
    conn.execute("SELECT set_config('civicwatt.person', person_id::text, false) FROM person")


def meter_id(conn: Connection) -> int:
    row = conn.execute("SELECT meter_id FROM meter WHERE code = 'school-meter-0'").fetchone()
    assert row is not None
    return int(row[0])


def error(first: int, end: int, value: float) -> RegisterEvent:
    """An error of local days [first, end) of July, counted from 0."""
    span = START + first * DAY, START + end * DAY
    return RegisterEvent(span[0], "error", value, None, "found by verification", span[1])


def declared(conn: Connection, event: RegisterEvent, now: datetime) -> int:
    as_school(conn)
    event_id = declare(conn, meter_id(conn), event)
    compute(conn, now)
    return event_id


def days(conn: Connection) -> dict[date, tuple[object, ...]]:
    rows = conn.execute(
        "SELECT day, value, quantity_grade, shape_grade, flags, covered_s, unmeasured "
        "FROM consumption_day ORDER BY day"
    )
    return {day: tuple(of_day) for day, *of_day in rows}


def intervals(conn: Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        "SELECT start_at, end_at, float8send(value), quantity_grade, shape_grade, method, flags "
        "FROM consumption WHERE superseded_at IS NULL ORDER BY start_at"
    ).fetchall()


def costs(conn: Connection) -> list[Decimal]:
    """Cost of each day. [CNY]."""
    (meter,) = meters(conn, meter_ids=[meter_id(conn)])
    each = [JULY + i * DAY for i in range(DAYS)]
    return [meter_cost(conn, meter, day, day + DAY).cost.total for day in each]


def test_exactly_the_days_of_the_span_change_and_so_do_their_costs(conn: Connection) -> None:
    as_school(conn)
    before, prices = days(conn), costs(conn)
    assert {value for value, *_ in before.values()} == {24.0}
    assert set(prices) == {Decimal("19.20")}
    declared(conn, error(3, 6, -4.0), NOW + HOUR)
    after = days(conn)
    inside = [JULY + i * DAY for i in (3, 4, 5)]
    assert {day for day in before if before[day] != after[day]} == set(inside)
    for day in inside:
        value, quantity, _, flags, covered, unmeasured = after[day]
        assert value == pytest.approx(25.0)
        assert (quantity, flags) == ("contract_substituted", int(ConsumptionFlag.ERROR))
        assert (covered, unmeasured) == (86_400, value)
    assert costs(conn) == [Decimal("20.00" if i in (3, 4, 5) else "19.20") for i in range(DAYS)]
    (meter,) = meters(conn, meter_ids=[meter_id(conn)])
    lines = meter_cost(conn, meter, JULY, JULY + DAYS * DAY).cost.lines
    assert [line.unmeasured for line in lines] == [0]  # by rule, so it may be settled on


def test_withdrawn_it_leaves_every_figure_as_it_was_byte_by_byte(conn: Connection) -> None:
    as_school(conn)
    before = days(conn), intervals(conn), costs(conn)
    event_id = declared(conn, error(2, 7, 1.7), NOW + HOUR)
    assert intervals(conn) != before[1]
    withdraw(conn, event_id, "the report was of another meter")
    compute(conn, NOW + 2 * HOUR)
    assert (days(conn), intervals(conn), costs(conn)) == before


def test_what_was_known_before_it_can_still_be_asked_for(conn: Connection) -> None:
    declared(conn, error(3, 6, -4.0), NOW + HOUR)
    row = conn.execute(
        "SELECT sum(value) FROM consumption WHERE known_at <= %(at)s "
        "AND (superseded_at IS NULL OR superseded_at > %(at)s)", {"at": NOW},
    ).fetchone()  # fmt: skip
    assert row == (240.0,)


@pytest.mark.parametrize("gap", [range(30, 110), range(70, 75)])
def test_in_a_gap_too_every_day_of_the_span_follows(conn: Connection, gap: range) -> None:
    """Readings are missing over the span's begin, its end, or within it."""
    conn.execute(
        "DELETE FROM electricity_reading WHERE ts >= %s AND ts <= %s",
        [START + gap.start * HOUR, START + (gap.stop - 1) * HOUR],
    )
    conn.execute("SELECT touch_days(device_id, %s, %s, 'Asia/Shanghai') FROM device "
                 "WHERE code = 'school-device-0'", [START, START + DAYS * DAY])  # fmt: skip
    compute(conn, NOW + timedelta(minutes=1))
    before = days(conn), intervals(conn)
    event_id = declared(conn, error(2, 4, -4.0), NOW + HOUR)
    changed = [day for day in before[0] if before[0][day] != days(conn)[day]]
    assert changed == [JULY + 2 * DAY, JULY + 3 * DAY]
    withdraw(conn, event_id, "no")
    compute(conn, NOW + 2 * HOUR)
    assert (days(conn), intervals(conn)) == before


def test_a_second_error_of_the_same_days_is_refused(conn: Connection) -> None:
    declared(conn, error(3, 6, -4.0), NOW)
    for first, end in ((5, 8), (1, 4), (4, 5)):
        with pytest.raises(InputError, match="an error of -4 % is declared from"):
            declare(conn, meter_id(conn), error(first, end, 2.0))
    declare(conn, meter_id(conn), error(6, 8, 2.0))


def test_the_database_itself_refuses_two_errors_of_one_time(conn: Connection) -> None:
    statement = (
        "INSERT INTO register_event (meter_id, at, kind, value, until, note, person_id) "
        "SELECT meter_id, %s, 'error', 2, %s, 'n', person_id FROM meter, person "
        "WHERE meter.code = 'school-meter-0' RETURNING event_id"
    )
    first = conn.execute(statement, [START, START + 2 * DAY]).fetchone()
    assert first is not None
    with pytest.raises(psycopg.errors.ExclusionViolation):
        conn.execute(statement, [START + DAY, START + 3 * DAY])
    conn.execute(statement, [START + 2 * DAY, START + 3 * DAY])
    as_school(conn)
    withdraw(conn, first[0], "not so")
    conn.execute(statement, [START, START + 2 * DAY])


@pytest.mark.parametrize(
    ("value", "until"), [(0, START + DAY), (-100, START + DAY), (101, START + DAY), (2, START)]
)
def test_the_database_refuses_what_is_no_error(
    conn: Connection, value: float, until: datetime
) -> None:
    statement = (
        "INSERT INTO register_event (meter_id, at, kind, value, until, note, person_id) "
        "SELECT meter_id, %s, 'error', %s, %s, 'n', person_id FROM meter, person"
    )
    with pytest.raises(psycopg.errors.CheckViolation):
        conn.execute(statement, [START, value, until])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    span=st.sampled_from([(a, b) for a, b in product(range(DAYS), range(1, DAYS + 1)) if a < b]),
    value=st.floats(-60, 100).filter(lambda value: abs(value) > 1e-3),
)
def test_declaring_and_withdrawing_any_error_is_identity(
    conn: Connection, span: tuple[int, int], value: float
) -> None:
    before = days(conn), intervals(conn)
    now = datetime.now(UTC)
    event_id = declared(conn, error(*span, value), now)
    after = days(conn)
    inside = {JULY + i * DAY for i in range(*span)}
    assert {day for day in after if after[day] != before[0][day]} == inside
    withdraw(conn, event_id, "not so")
    compute(conn, now + timedelta(milliseconds=1))
    assert (days(conn), intervals(conn)) == before
