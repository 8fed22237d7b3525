"""However much devices contradict themselves, conflicts stay bounded, and what goes is counted."""

import json
import random
from datetime import timedelta

import pytest
from psycopg import Connection

from domain.reading import Message
from store.become import Role
from store.maintenance import thin_conflicts
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, estate, say, store_messages

pytestmark = pytest.mark.db

DEVICE = "school-device-0"


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


def said(power_kw: float, *, second: int = 0, device: str = DEVICE) -> Message:
    ts = (NOW - timedelta(seconds=second)).isoformat()
    return say(device, json.dumps({"ts": ts, "values": {"active_power_kw": power_kw}}).encode())


def values(conn: Connection) -> list[str]:
    rows = conn.execute("SELECT value FROM reading_conflict ORDER BY value::numeric")
    return [value for (value,) in rows]


def left_out(conn: Connection) -> int:
    row = conn.execute("SELECT coalesce(sum(times), 0) FROM conflict_left_out").fetchone()
    assert row is not None
    return int(row[0])


def test_of_a_hundred_values_the_greatest_are_kept_whatever_the_order(conn: Connection) -> None:
    chance = random.Random(3)  # noqa: S311 - no secret
    found = []
    for _ in range(3):
        conn.execute("TRUNCATE electricity_reading, reading_conflict, conflict_left_out")
        messages = [said(float(power)) for power in range(100)]
        chance.shuffle(messages)
        cut = chance.randrange(1, 99)
        for batch in (messages[:cut], messages[cut:]):
            store_messages(conn, batch)
        found.append(values(conn))
        assert left_out(conn) >= 100 - len(found[-1])
    # by number 92 to 99, by text 92 to 99 likewise
    assert found == [[str(power) for power in range(92, 100)]] * 3
    assert conn.execute("SELECT active_power_kw FROM electricity_reading").fetchall() == [(99.0,)]


def test_the_winner_is_kept_among_its_rivals_also_where_text_orders_otherwise(
    conn: Connection,
) -> None:
    store_messages(conn, [said(float(power)) for power in (*range(2, 12), 1000)])
    assert "1000" in values(conn)
    assert len(values(conn)) <= 16


def test_too_many_conflicts_lose_the_oldest_of_who_has_most(
    conn: Connection, sign_in: SignIn
) -> None:
    store_messages(
        conn, [said(1.0, device="hospital-device-0"), said(2.0, device="hospital-device-0")]
    )
    for power_kw in (1.0, 2.0):
        store_messages(conn, [said(power_kw, second=second) for second in range(20)])
    with connected(conn.info.dsn, Role.WORK) as worker:
        assert thin_conflicts(worker, most=42) == 0
        assert thin_conflicts(worker, most=12) == 30
        assert thin_conflicts(worker, most=12) == 0
    kept = conn.execute(
        "SELECT code, count(*), min(ts) FROM reading_conflict JOIN device USING (device_id) "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert kept == [("hospital-device-0", 2, NOW), (DEVICE, 10, NOW - timedelta(seconds=4))]
    (row,) = sign_in("school").get(f"{V1}/conflicts/left-out").json()["items"]
    assert (row["device_code"], row["times"]) == (DEVICE, 30)
    assert sign_in("hospital").get(f"{V1}/conflicts/left-out").json()["items"] == []
