"""Sums of months are those of their days, whatever was done to these, and end with a scope."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import Connection

from store.become import Role, become
from store.institution.figure import DayUse, days
from store.institution.portfolio import medium_uses
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.test_api_indicators import put_days
from tests.estate import SHANGHAI, estate

pytestmark = pytest.mark.db

DIFFERENT = """
WITH summed AS (
    SELECT meter_id, quantity, date_trunc('month', day::timestamp)::date, min(start_at),
           max(start_at), sum(value ORDER BY day), sum(unmeasured ORDER BY day),
           sum(covered_s)::bigint, max(quantity_grade), max(shape_grade), bit_or(flags)
      FROM consumption_day GROUP BY 1, 2, 3)
SELECT count(*) FROM ((TABLE summed EXCEPT TABLE consumption_month)
                      UNION ALL (TABLE consumption_month EXCEPT TABLE summed)) different
"""


def different(conn: Connection) -> int:
    row = conn.execute(DIFFERENT).fetchone()
    assert row is not None
    return int(row[0])


def kept(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) FROM consumption_month").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    """School and hospital with a year of days each, amounts that round."""
    with connected(database) as conn:
        write_registry(conn, estate())
        put_days(conn, "school-meter-0", 2025, 0.1)
        put_days(conn, "hospital-meter-0", 2025, 0.2)
        yield conn


def test_every_month_is_kept_to_the_last_bit(conn: Connection) -> None:
    assert kept(conn) == 24
    assert different(conn) == 0


def test_whatever_is_done_to_days_their_months_follow(conn: Connection) -> None:
    luck = random.Random(2)  # noqa: S311 - which days a test changes
    doings = (
        "UPDATE consumption_day SET value = value + %s WHERE day >= %s AND day < %s",
        "DELETE FROM consumption_day WHERE value >= %s * 0 AND day >= %s AND day < %s",
        """INSERT INTO consumption_day
           SELECT meter_id, quantity, d, d AT TIME ZONE 'Asia/Shanghai', %s, 'estimated',
                  'measured', 0, 3600, 86400, 1, now()
             FROM meter, generate_series(%s::date::timestamp, %s::date, '1 day') d
           ON CONFLICT (meter_id, quantity, day) DO UPDATE
              SET value = excluded.value + 0.3, quantity_grade = excluded.quantity_grade""",
    )
    for _ in range(40):
        first = date(2024, 12, 20) + timedelta(days=luck.randrange(400))
        end = first + timedelta(days=luck.choice([1, 2, 40]))
        conn.execute(luck.choice(doings), [luck.random(), first, end])
        assert different(conn) == 0
    assert kept(conn) > 0
    conn.execute("TRUNCATE consumption_day")
    assert kept(conn) == 0


def test_a_time_that_cuts_months_is_read_from_its_days(conn: Connection) -> None:
    begin = datetime(2025, 1, 10, tzinfo=SHANGHAI)
    end = datetime(2025, 4, 5, tzinfo=SHANGHAI)
    add_person(conn, login="p", name="p", password_hash="")
    grant(conn, login="p", role="operator", organisation="school")
    assert used(conn, begin, end) == pytest.approx(85 * 0.1, rel=1e-12)
    assert used(conn, end, end + timedelta(hours=1)) == pytest.approx(0.1, rel=1e-12)
    assert used(conn, end + timedelta(hours=1), end + timedelta(hours=2)) is None


def test_a_scope_in_time_opens_the_days_of_that_time_only(conn: Connection) -> None:
    add_person(conn, login="p", name="p", password_hash="")
    grant(conn, login="p", role="operator", organisation="school")
    conn.execute("UPDATE scope SET during = '[2025-03-10Z,2025-05-20Z)'")
    year = datetime(2025, 1, 1, tzinfo=SHANGHAI), datetime(2026, 1, 1, tzinfo=SHANGHAI)
    count = (date(2025, 5, 20) - date(2025, 3, 10)).days  # local midnights within the scope
    assert used(conn, *year) == pytest.approx(count * 0.1, rel=1e-12)
    conn.execute("UPDATE scope SET expires_at = now()")
    assert used(conn, *year) is None


@pytest.mark.parametrize("scope", ["[2025-01-01Z,2026-02-01Z)", "[2025-03-10Z,2025-05-20Z)"])
@pytest.mark.parametrize(
    ("first", "end"),
    [
        (date(2025, 1, 1), date(2026, 1, 1)),
        (date(2025, 3, 1), date(2025, 4, 1)),
        (date(2025, 3, 15), date(2025, 5, 2)),
    ],
)
def test_months_are_the_sums_of_the_days_that_may_be_seen(
    conn: Connection, scope: str, first: date, end: date
) -> None:
    add_person(conn, login="p", name="p", password_hash="")
    grant(conn, login="p", role="operator", organisation="school")
    conn.execute("UPDATE scope SET during = %s::tstzrange", [scope])
    conn.execute("UPDATE consumption_day SET flags = 32 WHERE day = '2025-03-20'")
    meters = [row[0] for row in conn.execute("SELECT meter_id FROM meter ORDER BY code")]
    person = conn.execute("SELECT person_id::text FROM person WHERE login = 'p'").fetchone()
    with conn.transaction():
        become(conn, Role.API)
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)
        each = days(conn, meters, first, end, bin_="day", at_most=1000)
        found = days(conn, meters, first, end, bin_="month", at_most=1000)
        conn.execute("RESET ROLE")
    wanted: dict[date, list[DayUse]] = defaultdict(list)
    for day in each:
        wanted[day.first_day.replace(day=1)].append(day)
    assert each
    assert [month.first_day for month in found] == sorted(wanted)
    for month in found:
        of_month = wanted[month.first_day]
        assert month.value == pytest.approx(sum(day.value for day in of_month), rel=1e-12)
        assert month.covered_s == sum(day.covered_s for day in of_month)
        assert month.flags == max(day.flags for day in of_month)


def used(conn: Connection, first: datetime, end: datetime) -> float | None:
    """Electricity of the school, as the person sees it. [kWh]."""
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'school'").fetchone()
    person = conn.execute("SELECT person_id::text FROM person WHERE login = 'p'").fetchone()
    assert row is not None
    with conn.transaction():
        become(conn, Role.API)
        conn.execute("SELECT set_config('civicwatt.person', %s, true)", person)
        found = medium_uses(conn, [row[0]], first.astimezone(UTC), end.astimezone(UTC))
        conn.execute("RESET ROLE")
    use = found.get(row[0], {}).get("electricity")
    return None if use is None else use.amount
