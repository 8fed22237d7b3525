"""Two meters of a place, one of which lacks a tenth of a day: the other one lacks nothing."""

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from analytics.place.saving import actual_days
from store.contracts.baseline import BaselineRow
from store.contracts.baseline_work import Stretch, day_columns, hour_columns
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import add_people
from tests.db.test_api_indicators import place, put_days
from tests.db.test_moves import act_as
from tests.estate import SHANGHAI, estate

pytestmark = pytest.mark.db

FIRST, END = date(2025, 3, 1), date(2025, 3, 2)


def test_a_day_is_the_sum_of_each_meter_over_its_own_share_of_it(database: str) -> None:
    """100 kWh of all 24 h and 9 kWh of nine tenths of them are 110 kWh, and not 121."""
    with connected(database) as conn:
        write_registry(conn, estate(meters=2))
        add_people(conn)
        put_days(conn, "school-meter-0", 2025, 100.0)
        put_days(conn, "school-meter-1", 2025, 9.0)
        meters = tuple(
            meter
            for (meter,) in conn.execute(
                "SELECT meter_id FROM meter WHERE code LIKE 'school-meter-_' ORDER BY code"
            )
        )
        conn.execute(
            "UPDATE consumption_day SET covered_s = 77760 WHERE meter_id = %s", [meters[1]]
        )
        conn.execute(
            "INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade,"
            " shape_grade, method, flags, known_at) SELECT meter_id, quantity, %s, %s::timestamptz"
            " + CASE code WHEN 'school-meter-0' THEN '1 hour' ELSE '54 minutes' END::interval,"
            " CASE code WHEN 'school-meter-0' THEN 100 ELSE 9 END, 'measured', 'measured',"
            " 'difference', 0, now() FROM meter WHERE meter_id = ANY (%s)",
            ["2025-02-28T16:00Z", "2025-02-28T16:00Z", list(meters)],
        )
        stretch = Stretch(meters, FIRST, END)
        trained, by_hour = day_columns(conn, [stretch]), hour_columns(conn, [stretch], SHANGHAI)
        row = SimpleNamespace(
            meter_id=None, organisation_id=place(conn, "school"), medium="electricity"
        )
        with conn.transaction():
            act_as(conn, "admin")
            actual = actual_days(conn, cast("BaselineRow", row), SHANGHAI, FIRST, END, None)
    assert trained.value.tolist() == by_hour.value.tolist() == [pytest.approx(110)]
    assert trained.covered.tolist() == by_hour.covered.tolist() == [pytest.approx(0.9)]
    assert actual == {FIRST: (pytest.approx(110), False)}
