"""Measures of quality are counted from days of meters and from alerts in the store."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection

from tests.contracted_school import (
    FEE,
    FIRST,
    HOURS,
    compute,
    count,
    drawn,
    planted_template,
    terms,
)
from tests.db.contracts.desk import Desk
from tests.estate import NOW

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)
DRAWN = """
[[contract.kpis]]
code = "availability"
name_zh = "数据完整率"
name_en = "Days with all data"
target = 1
per_point = 0.002
drawn_from = "meter_days"

[[contract.kpis]]
code = "answered"
name_zh = "告警响应及时率"
name_en = "Alerts answered in time"
target = 1
per_point = 0.0001
drawn_from = "alerts_answered"
within_h = 2

[[contract.kpis]]
code = "ended"
name_zh = "告警消除及时率"
name_en = "Alerts ended in time"
target = 0.5
per_point = 0.0001
drawn_from = "alerts_ended"
within_h = 24

[[contract.kpis]]
code = "temperature"
"""


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school whose June can be drawn."""
    with planted_template(database_server, template) as name:
        yield name


def alert(
    conn: Connection,
    opened: datetime,
    *,
    answered_h: float | None,
    ended_h: float | None,
    **of: Any,
) -> int:
    """An alert of the main meter, and after how many hours a person took it up and it ended."""
    row = conn.execute(
        "INSERT INTO alert (rule, organisation_id, meter_id, priority, state, began_at, opened_at,"
        " resolved_at, shadow) SELECT %(rule)s, p.place_id, m.meter_id, 'high',"
        " CASE WHEN %(ended)s::timestamptz IS NULL THEN 'open' ELSE 'resolved' END,"
        " %(opened)s, %(opened)s, %(ended)s, %(shadow)s FROM meter m JOIN meter_position p"
        " USING (meter_id) WHERE m.code = %(meter)s RETURNING alert_id",
        {
            "meter": of.get("meter", "main"),
            "rule": of.get("rule", "implausible"),
            "shadow": of.get("shadow", False),
            "opened": opened,
            "ended": None if ended_h is None else opened + ended_h * HOUR,
        },
    ).fetchone()
    assert row is not None
    if answered_h is not None:
        conn.execute(
            "INSERT INTO alert_event (alert_id, at, person_id, to_state, act)"
            " SELECT %s, %s, min(person_id), 'acknowledged', 'acknowledge' FROM person",
            [row[0], opened + answered_h * HOUR],
        )
    return int(row[0])


def deductions(statement: dict[str, Any]) -> dict[str, tuple[Decimal, str]]:
    return {
        line["code"]: (Decimal(line["amount"]), next(
            step["formula"] for step in line["steps"] if step["symbol"] == f"kpi_{line['code']}"
        ))
        for line in statement["lines"] if line["side"] == "deduction"
    }  # fmt: skip


def agreed(desk: Desk) -> int:
    return desk.agree(terms().replace('[[contract.kpis]]\ncode = "temperature"\n', DRAWN))


def test_days_that_meters_lack_and_alerts_nobody_dealt_with_in_time_fall_short(
    conn: Connection, desk: Desk
) -> None:
    late = alert(conn, FIRST + 30 * HOUR, answered_h=2.5, ended_h=12)
    alert(conn, FIRST + 90 * HOUR, answered_h=2.0, ended_h=None)
    alert(conn, FIRST + 95 * HOUR, answered_h=None, ended_h=23, meter="water")
    alert(conn, FIRST - 1 * HOUR, answered_h=None, ended_h=None, meter="charger")
    alert(conn, FIRST + 99 * HOUR, answered_h=None, ended_h=None, shadow=True, rule="stuck")
    found = drawn(desk, agreed(desk))
    told = deductions(found)
    # main has 29 of 30 days, the charger and the water meter all: 1.11 points, of which 1 is full.
    assert told["availability"] == (
        (FEE * Decimal("0.002")).quantize(Decimal("0.01")),
        "89 / 90 samples",
    )
    assert told["answered"][1] == "1 / 3 samples"
    assert told["ended"] == (Decimal(0), "2 / 3 samples")
    origins = desk.get("manager", f"statements/{found['id']}/origins")["origins"]
    from_alerts = next(each for each in origins if each["name"] == "answered")
    assert from_alerts["source"] == "ledger"
    assert from_alerts["refers"]["alerts"][0] == late


def test_a_month_without_alerts_and_with_all_days_falls_short_in_nothing(
    conn: Connection, desk: Desk
) -> None:
    count(conn, "main", range(HOURS - 12, HOURS + 1))
    compute(conn, NOW + HOUR)
    found = drawn(desk, agreed(desk))
    told = deductions(found)
    assert told["availability"] == (Decimal(0), "90 / 90 samples")
    assert told["answered"] == (Decimal(0), "no alert in the month")
    assert {each["code"] for each in found["remarks"] if each["blocks"]} == set()
