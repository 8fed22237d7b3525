"""Plug-ins and what a pile counts come in any order, twice and late: matches and costs stay."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from psycopg import Connection

from tests.costed_fleet import local, put_on_tariff, segment
from tests.db.conftest import V1, SignIn
from tests.estate import NOW, registers, store_messages
from tests.fleet_estate import cut
from tests.metered_building import place_id

pytestmark = pytest.mark.db

PLUGGED, LEFT = "2026-07-01 18:00", "2026-07-06 08:15"
PILE = """
INSERT INTO pile (code, name_zh, name_en, meter_id, entered_at)
SELECT 'pile-1', '一号桩', 'Pile 1', meter_id, '2026-06-01Z'
  FROM meter WHERE code = 'school-meter-0'"""
MATCHED = """
SELECT segment_id, grid_kwh, loss, how FROM charge_match
 WHERE superseded_at IS NULL ORDER BY segment_id"""
PLACED = """
UPDATE vehicle_segment SET start_latitude_deg = %s, start_longitude_deg = %s, known_at = %s"""
KNOWN = "UPDATE vehicle_segment SET known_at = %s WHERE segment_id = %s"
TRUTH = [
    ("holiday", 28.0, 0.1, ["energy", "only_one"]),
    ("next", 22.0, 0.1, ["energy", "only_one"]),
]
"""Of the 12 kWh of 08:15 to 08:30 car-1, unplugged at 08:20, has 4 and car-2 has 8."""


def counts(conn: Connection, at: str, *values: float) -> None:
    quarter = timedelta(minutes=15)
    store_messages(conn, registers("school-device-0", local(at), values, step=quarter))


def resting(conn: Connection) -> None:
    """24 kWh in half an hour, and nothing until the pile is let go of five days later."""
    quarters = (local(LEFT) - local(PLUGGED)) // timedelta(minutes=15)
    counts(conn, PLUGGED, 1000.0, 1012.0, *[1024.0] * (quarters - 1))


def ends(conn: Connection) -> None:
    """26 kWh in half an hour, then 6; nine o'clock is never told, so the day keeps a gap."""
    counts(conn, "2026-07-06 08:45", 1050.0)
    counts(conn, "2026-07-06 09:15", *[1056.0] * 4)


EVENTS: dict[str, Callable[[Connection], None]] = {
    "resting": resting,
    "ends": ends,
    "between": lambda conn: counts(conn, "2026-07-06 08:30", 1036.0),
    "holiday": lambda conn: segment(
        conn, "car-1", "holiday", "charge", PLUGGED, 4 * 1440 + 860, kwh=25.2
    ),
    "next": lambda conn: segment(conn, "car-2", "next", "charge", "2026-07-06 08:20", 25, kwh=19.8),
}


@pytest.fixture
def piled(conn: Connection, people: Callable[[], None]) -> Connection:
    people()
    cut(conn)
    conn.execute(PILE)
    put_on_tariff(conn)
    return conn


def happen(conn: Connection, names: list[str], first: int = 1) -> None:
    """Each is looked at once it has come, an hour after the last; what came twice is news again."""
    come: set[str] = set()
    for number, name in enumerate(names, first):
        now: datetime = NOW + timedelta(hours=number)
        if name not in come or name in {"resting", "ends", "between"}:
            EVENTS[name](conn)
        come.add(name)
        conn.execute(KNOWN, [now, name])
        cut(conn, now=now)
        # Once more, after which it is no news: what is known since ten minutes before a look is.
        cut(conn, now=now + timedelta(minutes=30))


def costs(conn: Connection, sign_in: SignIn) -> Iterator[Any]:
    client, month = sign_in("admin"), "2026-07-01"
    asked: dict[str, Any] = {"place": place_id(conn, "school"), "first_month": month}
    asked["last_month"] = month
    for path in ("", "/own-piles"):
        answer = client.get(f"{V1}/vehicle-costs{path}", params=asked)
        assert answer.status_code == 200, answer.text
        yield answer.json()["items"]


@pytest.mark.parametrize("chance", [1, 2])
def test_any_order_repetition_and_a_late_reading_give_the_same_matches_and_costs(
    piled: Connection, sign_in: SignIn, chance: int
) -> None:
    random = np.random.default_rng(chance)
    names = [*EVENTS, *random.choice(list(EVENTS), 3).tolist()]
    happen(piled, random.permutation(names).tolist())
    assert piled.execute(MATCHED).fetchall() == TRUTH
    accounts, own = costs(piled, sign_in)
    kwh = {each["id"]: each["kwh"] for each in own}
    assert kwh == {"holiday": "28.000", "next": "22.000"}
    # 0.60 CNY/kWh after eight in the morning.
    assert {each["id"]: each["amount"] for each in own} == {"holiday": "16.80", "next": "13.20"}
    assert [each["own_kwh"] for each in accounts] == ["28.000", "22.000"]


def test_a_car_that_comes_alone_leaves_another_its_part_of_a_quarter_hour(
    piled: Connection,
) -> None:
    """The other was plugged in five days before, longer than is looked back at first."""
    happen(piled, ["resting", "ends", "between", "holiday", "next"])
    assert piled.execute(MATCHED).fetchall() == TRUTH


def test_a_late_reading_divides_anew_what_two_cars_share(piled: Connection) -> None:
    happen(piled, ["resting", "ends", "holiday", "next"])
    assert piled.execute(MATCHED).fetchall() != TRUTH
    happen(piled, ["between"], first=5)
    assert piled.execute(MATCHED).fetchall() == TRUTH


def test_matches_of_an_older_rule_are_made_anew_once(piled: Connection) -> None:
    """Nothing is news of them but that they are to be made anew."""
    happen(piled, [*EVENTS])
    piled.execute("UPDATE charge_match SET grid_kwh = 36 WHERE superseded_at IS NULL")
    cut(piled, now=NOW + timedelta(days=1))
    assert piled.execute(MATCHED).fetchall() != TRUTH
    piled.execute("UPDATE charge_match_run SET all_again = true")
    cut(piled, now=NOW + timedelta(days=2))
    assert piled.execute(MATCHED).fetchall() == TRUTH
    assert piled.execute("SELECT all_again FROM charge_match_run").fetchone() == (False,)


@pytest.mark.parametrize("news", ["2026-07-06 20:00", "2026-07-05 12:00"])
def test_matches_stay_that_were_made_by_places_which_have_expired(
    piled: Connection, news: str
) -> None:
    """News half a day after the day up to which places expire, and news from before it.

    Nothing but its place speaks for the charge: nobody told its energy.
    """
    piled.execute("UPDATE pile SET latitude_deg = 39.1, longitude_deg = 117.2")
    counts(piled, "2026-07-06 01:00", *[1000.0 + 6 * quarter for quarter in range(5)])
    segment(piled, "car-1", "placed", "charge", "2026-07-06 01:00", 60)
    piled.execute(PLACED, [39.1, 117.2, NOW])
    cut(piled, now=NOW)
    truth = [("placed", 24.0, None, ["place", "only_one"])]
    assert piled.execute(MATCHED).fetchall() == truth
    piled.execute("UPDATE track_retention SET emptied_until = %s", [local("2026-07-06 08:00")])
    piled.execute(
        "UPDATE vehicle_segment SET start_latitude_deg = NULL, start_longitude_deg = NULL"
    )
    later = NOW + timedelta(days=1)
    segment(piled, "car-2", "elsewhere", "charge", news, 30, kwh=9)
    piled.execute(
        "UPDATE vehicle_segment SET known_at = %s WHERE segment_id = 'elsewhere'", [later]
    )
    cut(piled, now=later)
    assert piled.execute(MATCHED).fetchall() == truth
