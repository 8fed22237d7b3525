"""A reading that comes a year late changes its day's figures, also in the columnstore."""

from datetime import datetime, timedelta

import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.reading import Message
from store.become import Role
from store.places.registry import write as write_registry
from tests.columnstore import COMPRESSED, PARTIAL, YEAR_AGO, chunks, pack, unpacked
from tests.conftest import connected
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.community

HOUR = timedelta(hours=1)
METERS = 6
HOURS = 70 * 24
MISSED = 30 * 24 + 5
"""Hour whose reading comes a year late: 0.5 kWh less than a straight line over the gap has it."""
DEVICES = [f"{name}-device-{n}" for name in ("school", "hospital") for n in range(METERS)]
CURRENT = (
    "SELECT meter_id, start_at, end_at, value, method FROM consumption "
    "WHERE superseded_at IS NULL ORDER BY 1, 2"
)
DAY = "SELECT meter_id, day, value, covered_s FROM consumption_day ORDER BY 1, 2"


def register(device: str, hour: int, kwh: float) -> list[Message]:
    return registers(device, YEAR_AGO + hour * HOUR, [kwh], step=HOUR)


def history() -> list[Message]:
    """2 kWh in every hour of every meter; one reading is missing."""
    hours = [hour for hour in range(HOURS) if hour != MISSED]
    return [m for device in DEVICES for hour in hours for m in register(device, hour, 2.0 * hour)]


def late() -> list[Message]:
    return [m for device in DEVICES for m in register(device, MISSED, 2.0 * MISSED - 0.5)]


def compute(conn: Connection, *, now: datetime = NOW) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=now)


@pytest.fixture
def computed(community: Connection) -> Connection:
    """Ten weeks of twelve meters: readings and figures, all in the columnstore."""
    write_registry(community, estate(meters=METERS))
    store_messages(community, history())
    compute(community)
    pack(community)
    assert set(chunks(community, "consumption")) == {COMPRESSED}
    return community


def test_a_late_reading_supersedes_what_was_computed_without_it(
    computed: Connection, orderly_url: str
) -> None:
    days = computed.execute(DAY).fetchall()
    store_messages(computed, late())
    compute(computed, now=NOW + HOUR)
    with connected(orderly_url) as orderly:
        write_registry(orderly, estate(meters=METERS))
        store_messages(orderly, history() + late())
        compute(orderly)
        assert computed.execute(CURRENT).fetchall() == orderly.execute(CURRENT).fetchall()
        assert computed.execute(DAY).fetchall() == orderly.execute(DAY).fetchall() == days
    old = computed.execute(
        "SELECT value, method, known_at, superseded_at, count(*) FROM consumption "
        "WHERE superseded_at IS NOT NULL GROUP BY 1, 2, 3, 4"
    ).fetchall()
    assert old == [(2.0, "linear_over_gap", NOW, NOW + HOUR, 2 * len(DEVICES))]
    new = computed.execute(
        "SELECT start_at, value, count(*) FROM consumption WHERE known_at > %s GROUP BY 1, 2 "
        "ORDER BY 1",
        [NOW],
    ).fetchall()
    at = YEAR_AGO + MISSED * HOUR
    assert new == [(at - HOUR, 1.5, len(DEVICES)), (at, 2.5, len(DEVICES))]


def test_it_unpacks_the_month_it_lies_in_and_no_other(computed: Connection) -> None:
    """Also for the twelfth meter, when the server would rather reuse a plan than make one."""
    rows = computed.execute("SELECT count(*) FROM consumption").fetchone()
    store_messages(computed, late())
    compute(computed, now=NOW + HOUR)
    statuses = chunks(computed, "consumption")
    assert (statuses.count(PARTIAL), statuses.count(COMPRESSED)) == (1, len(statuses) - 1)
    assert rows is not None
    assert 0 < unpacked(computed, "consumption") < rows[0] / 2
    pack(computed)
    assert set(chunks(computed, "consumption")) == {COMPRESSED}
