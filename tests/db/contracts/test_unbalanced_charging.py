"""Energy of a pile below a boundary meter that no plug-in took stands against signing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from tests.contracted_school import (
    FIRST,
    HOURS,
    PER_HOUR,
    compute,
    count,
    drawn,
    follow,
    planted_template,
    terms,
)
from tests.db.contracts.desk import Desk
from tests.estate import NOW

pytestmark = pytest.mark.db

COUNTED = PER_HOUR["charger"] * HOURS
"""What the pile's meter counted in June: 1,080. [kWh]"""
TWO = {
    "reason": "visitors' cars",
    "document": "minutes of 3 July",
    "signed_by": ["A. Client", "B. Provider"],
}


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school, with a pile at its charger and plug-ins that took 480 of 1,080 kWh."""
    with planted_template(database_server, template, also=pile_of_visitors) as name:
        yield name


def pile_of_visitors(conn: Connection) -> None:
    """Plant the pile, and hear the main meter to the end of June."""
    count(conn, "main", range(HOURS - 12, HOURS + 1))
    compute(conn, NOW + timedelta(hours=1))
    conn.execute(
        "INSERT INTO pile (code, name_zh, name_en, meter_id)"
        " SELECT 'P-1', '一号桩', 'Pile 1', meter_id FROM meter WHERE code = 'charger'"
    )
    conn.execute("INSERT INTO vehicle (code) VALUES ('car-1')")
    took(conn, "own", FIRST + timedelta(days=3), 480.0)


def took(conn: Connection, plug_in: str, at: datetime, kwh: float) -> None:
    """Match a plug-in to the pile."""
    conn.execute(
        "INSERT INTO charge_match (vehicle_id, segment_id, pile_id, start_at, grid_kwh, how,"
        " known_at) SELECT vehicle_id, %s, pile_id, %s, %s, '{time}', %s FROM vehicle, pile",
        [plug_in, at, kwh, datetime(2026, 7, 2, tzinfo=UTC)],
    )


def agreed(desk: Desk) -> int:
    """The contract with a tolerance for charging of 5 %."""
    within = "charging_tolerance = 0.05\nutilities_paid_by"
    return desk.agree(terms(utilities_paid_by=within))


def charging(statement: dict[str, Any]) -> dict[str, tuple[bool, str]]:
    """Remarks about charging: whether each blocks, and what it tells."""
    return {
        each["code"]: (each["blocks"], each["detail"])
        for each in statement["remarks"]
        if each["code"].startswith("charging")
    }


def test_charging_that_does_not_balance_is_signed_only_once_two_persons_accept_it(
    desk: Desk,
) -> None:
    contract = agreed(desk)
    draft = drawn(desk, contract)
    (code,) = charging(draft)
    blocks, told = charging(draft)[code]
    assert (code, blocks) == ("charging_unbalanced", True)
    assert f"counted {COUNTED:g} kWh, 1 charges took 480 kWh" in told
    check = f"statements/{draft['id']}/acts"
    assert desk.refused("director", check, act="check") == (409, "statement_blocked")
    signing = {"act": "sign", "sha256": draft["sha256"]}
    assert desk.refused("manager", check, **signing)[0] == 409

    alone = {**TWO, "signed_by": ["A. Client", "A. Client"]}
    path = f"contracts/{contract}/drawings"
    entered = {"charging_accepted": alone}
    assert desk.refused("manager", path, month="2026-06", entered=entered)[0] == 422

    accepted = drawn(desk, contract, charging_accepted=TWO)
    found = charging(accepted)
    assert found["charging_unbalanced"] == (False, told)
    stands = "accepted by A. Client and B. Provider, minutes of 3 July: visitors' cars"
    assert found["charging_accepted"] == (False, stands)
    assert desk.signed(accepted["id"])["state"] == "signed"


def test_a_plug_in_that_is_matched_later_lets_the_draft_balance(
    conn: Connection, desk: Desk
) -> None:
    contract = agreed(desk)
    nobody = drawn(desk, contract, charging_accepted=None)
    assert set(charging(nobody)) == {"charging_unbalanced"}
    took(conn, "late", FIRST + timedelta(days=20), COUNTED - 480 - 20)
    assert follow(conn) == 1
    newest = desk.get("manager", f"contracts/{contract}/statements")["items"][0]
    assert desk.get("manager", f"statements/{newest['id']}/origins")["because"] == "charging"
    # 20 kWh remain that nobody took, less than a twentieth.
    assert charging(desk.get("manager", f"statements/{newest['id']}")) == {}
    assert desk.signed(newest["id"])["state"] == "signed"


def test_of_a_plug_in_over_the_beginning_of_a_month_the_month_has_what_was_counted_in_it(
    conn: Connection, desk: Desk
) -> None:
    """It began ten days before June and ended three days into it; the draft is made anew."""
    contract = desk.agree(terms())
    in_june = PER_HOUR["charger"] * 72
    took(conn, "other", FIRST + timedelta(days=20), COUNTED - 480 - in_june)
    assert set(charging(drawn(desk, contract))) == {"charging_unmatched"}
    begin, until = FIRST - timedelta(days=10), FIRST + timedelta(hours=72)
    conn.execute(
        "INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, km_ways,"
        " kwh_ways, evidence, estimated, doubts, known_at) SELECT vehicle_id, 'long', 'charge',"
        " %s, %s, '{}', '{}', '{charge_state}', false, 0, %s FROM vehicle",
        [begin, until, datetime(2026, 7, 2, tzinfo=UTC)],
    )
    # The pile's meter was first heard a day before June.
    took(conn, "long", begin, in_june + PER_HOUR["charger"] * 24)
    assert follow(conn) == 1
    newest = desk.get("manager", f"contracts/{contract}/statements")["items"][0]
    # To the kilowatt-hour: no tolerance is agreed.
    assert charging(desk.get("manager", f"statements/{newest['id']}")) == {}
