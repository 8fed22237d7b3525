"""What a pile gave over the end of a month is matched in the month in which it was counted."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from tests.costed_fleet import HOURLY_KWH, local, match, plant, segment
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db

TOLD = ("metered_kwh", "matched_kwh", "unmatched_kwh", "charges")


@pytest.fixture
def admin(conn: Connection, people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    plant(conn)
    return sign_in("admin")


def balance(client: TestClient, first: str, end: str) -> tuple[float | None, ...]:
    """Metered, matched and unmatched energy [kWh] of the pile, and how many charges took of it."""
    asked = {"first": local(first).isoformat(), "end": local(end).isoformat()}
    [pile] = client.get(f"{V1}/charging-balance", params=asked).json()["piles"]
    return tuple(pile[name] for name in TOLD)


def june_and_july(client: TestClient) -> list[tuple[float | None, ...]]:
    """The last day of June, and the first two of July."""
    return [
        balance(client, "2026-06-30 00:00", "2026-07-01 00:00"),
        balance(client, "2026-07-01 00:00", "2026-07-03 00:00"),
    ]


def test_a_plug_in_over_the_end_of_a_month_is_matched_by_what_was_counted_in_each(
    admin: TestClient,
) -> None:
    """Of 22:00 to 02:00 at 6 kW: 12 kWh before midnight and 12 after it."""
    assert june_and_july(admin) == [(144.0, 12.0, 132.0, 1), (288.0, 12.0, 276.0, 1)]


def test_a_pile_says_of_which_part_of_the_time_its_meter_tells(admin: TestClient) -> None:
    """Its meter tells three days, from 30 June on; before, it is not known and not 0 kWh."""
    for first, end, over_h, known_h, metered in (
        ("2026-06-28 00:00", "2026-06-30 00:00", 48, 0, None),
        ("2026-06-28 00:00", "2026-07-02 00:00", 96, 48, 288.0),
    ):
        asked = {"first": local(first).isoformat(), "end": local(end).isoformat()}
        told = admin.get(f"{V1}/charging-balance", params=asked).json()
        [pile] = told["piles"]
        assert (told["over_s"], pile["covered_s"]) == (over_h * 3600, known_h * 3600)
        assert pile["metered_kwh"] == metered
        assert (pile["unmatched_kwh"] is None) == (metered is None)


def test_plug_ins_that_share_an_interval_come_to_no_more_than_it(
    conn: Connection, admin: TestClient
) -> None:
    """The hour from one to two belongs to one that leaves at half past and one that comes then."""
    conn.execute(
        "UPDATE vehicle_segment SET end_at = %s WHERE segment_id = 'own'",
        [local("2026-07-01 01:30")],
    )
    segment(conn, "car-2", "next", "charge", "2026-07-01 01:30", 90)
    match(conn, "next")
    first, end = "2026-07-01 01:00", "2026-07-01 02:00"
    assert balance(admin, first, end) == (HOURLY_KWH, HOURLY_KWH, 0.0, 2)
    assert june_and_july(admin) == [(144.0, 12.0, 132.0, 1), (288.0, 18.0, 270.0, 2)]


def test_a_plug_in_of_which_the_meter_tells_nothing_counts_where_it_began(
    conn: Connection, admin: TestClient
) -> None:
    """Heard from midnight on it counts in July alone; not heard at all, in June as matched."""
    silent = "UPDATE consumption SET superseded_at = now() WHERE start_at < %s"
    conn.execute(silent, [local("2026-07-01 00:00")])
    assert june_and_july(admin) == [(None, 0.0, None, 0), (288.0, 12.0, 276.0, 1)]
    conn.execute(silent, [local("2026-07-01 02:00")])
    assert june_and_july(admin) == [(None, 24.0, None, 1), (276.0, 0.0, 276.0, 0)]


def test_a_plug_in_that_the_meter_counted_in_part_is_listed_and_has_no_loss(
    conn: Connection, admin: TestClient
) -> None:
    """The meter's last reading is of midnight; the plug-in lasts from 22:00 to 02:00."""
    segment(conn, "car-2", "night", "charge", "2026-07-02 22:00", 240, kwh=21.6)
    match(conn, "night")
    conn.execute("UPDATE charge_match SET loss = 0.1")
    asked = {"first": local("2026-06-30 00:00"), "end": local("2026-07-04 00:00")}
    span = {name: at.isoformat() for name, at in asked.items()}
    partly = admin.get(f"{V1}/charging-balance", params=span).json()["partly_counted"]
    assert [(each["id"], each["uncounted_s"], each["loss"]) for each in partly] == [
        ("night", 7200, None)
    ]
    listed = admin.get(f"{V1}/charges", params=span).json()["items"]
    told = {each["id"]: (each["uncounted_s"], each["loss"]) for each in listed}
    assert told == {
        "own": (0, 0.1), "night": (7200, None), "public": (None, None), "unpaid": (None, None)
    }  # fmt: skip
