"""The data-centre room of the statistics: what its meters counted, each amount once."""

from datetime import datetime

import pytest

from domain.registry import Medium, Meter, MeterRole, Registry
from store.institution.metered_month import PART, metered_months
from store.meters.meter_tree import move
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import add_people
from tests.db.test_api_indicators import place, put_days
from tests.db.test_moves import act_as
from tests.estate import SHANGHAI, estate

pytestmark = pytest.mark.db

BUILDING = "school-building"


def meter(code: str, above: str, item: str) -> Meter:
    return Meter(code, BUILDING, Medium.ELECTRICITY, MeterRole.SUB, above, code, code, item=item)


def test_a_rack_below_a_panel_of_the_room_counts_from_the_day_the_panel_hangs_elsewhere(
    database: str,
) -> None:
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        hung = (
            meter("room", "school-meter-0", PART),
            meter("panel", "room", ""),
            meter("rack", "panel", PART),
        )
        write_registry(conn, Registry((), hung, ()))
        for code, kwh in (("room", 100.0), ("panel", 90.0), ("rack", 80.0)):
            put_days(conn, code, 2025, kwh)
        ids = dict(conn.execute("SELECT code, meter_id FROM meter").fetchall())
        move(
            conn, ids["panel"], datetime(2025, 7, 1, tzinfo=SHANGHAI),
            place_id=place(conn, BUILDING), parent_id=ids["school-meter-0"], role=MeterRole.SUB,
        )  # fmt: skip
        with conn.transaction():
            act_as(conn, "admin")
            found = metered_months(conn, [place(conn, "school")], 2025, SHANGHAI)
    by_month = {each.month: each.amount for each in found if each.medium == PART}
    assert (by_month[6], by_month[7]) == (30 * 100, 31 * (100 + 80))
    assert sum(by_month.values()) == 365 * 100 + 184 * 80


def test_cold_of_the_room_is_not_added_to_its_kilowatt_hours(database: str) -> None:
    with connected(database) as conn:
        write_registry(conn, estate())
        add_people(conn)
        cold = Meter("cold", BUILDING, Medium.COOLING, MeterRole.MAIN, None, "c", "c", item=PART)
        write_registry(conn, Registry((), (meter("room", "school-meter-0", PART), cold), ()))
        for code, a_day in (("room", 100.0), ("cold", 0.36)):
            put_days(conn, code, 2025, a_day)
        with conn.transaction():
            act_as(conn, "admin")
            found = metered_months(conn, [place(conn, "school")], 2025, SHANGHAI)
    in_june = {each.medium: each.amount for each in found if each.month == 6}
    assert (in_june[PART], round(in_june["cooling"], 6)) == (30 * 100, 10.8)
