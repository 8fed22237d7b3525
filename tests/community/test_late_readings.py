"""Late, repeated and year-old readings into compressed chunks: as if they had come in order."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg import Connection

from domain.reading import Message
from store.become import Role
from store.places.registry import write as write_registry
from tests.columnstore import COMPRESSED, PARTIAL, QUARTER, YEAR_AGO, chunks, pack, unpacked
from tests.conftest import connected
from tests.estate import estate, say, store_messages

pytestmark = pytest.mark.community

WEEKS = 3
INSTANTS = [YEAR_AGO + i * QUARTER for i in range(WEEKS * 7 * 96)]
DEVICES = ("school-device-0", "school-device-1", "hospital-device-0", "hospital-device-1")
BATCH = 500


def told(device: str, ts: datetime, **values: float) -> Message:
    said = ", ".join(f'"{name}": {value!r}' for name, value in values.items())
    return say(device, f'{{"ts": "{ts.isoformat()}", "values": {{{said}}}}}'.encode())


def whole(device: str, ts: datetime) -> Message:
    at = (ts - YEAR_AGO) / QUARTER
    return told(device, ts, active_energy_import_kwh=at, active_power_kw=at % 97)


def collect(conn: Connection, messages: Sequence[Message]) -> Counter[str]:
    """Write messages in batches as the collector does; returns its counts."""
    counts: Counter[str] = Counter()
    with connected(conn.info.dsn, Role.COLLECT) as collector:
        for first in range(0, len(messages), BATCH):
            counts += Counter(store_messages(collector, messages[first : first + BATCH]))
    assert counts["received"] == counts.total() - counts["received"]
    return counts


def table(conn: Connection, name: str) -> list[tuple[object, ...]]:
    return conn.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4").fetchall()


@pytest.fixture
def stored(community: Connection) -> Connection:
    """Four meters, whole but for what comes late, in the columnstore."""
    write_registry(community, estate(meters=2))
    return community


def test_what_comes_a_year_late_and_again_is_stored_as_if_it_had_come_in_order(
    stored: Connection, orderly_url: str
) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    keys = [(device, ts) for ts in INSTANTS for device in DEVICES]
    in_time = {key for key in keys if chance.random() < 0.8}
    punctual = [whole(*key) for key in keys if key in in_time]
    power_missing = [
        told(*key, active_energy_import_kwh=(key[1] - YEAR_AGO) / QUARTER)
        for key in keys
        if chance.random() < 0.1
    ]
    assert collect(stored, [*power_missing, *punctual])["conflicting"] == 0
    assert pack(stored) == WEEKS
    clashing = [told(*key, active_power_kw=-5.0) for key in chance.sample(keys, 50)]
    late = [whole(*key) for key in keys if chance.random() < 0.4] + clashing + punctual[::7]
    late += [whole(*key) for key in keys if key not in in_time]
    chance.shuffle(late)
    collect(stored, late)
    with connected(orderly_url) as orderly:
        write_registry(orderly, estate(meters=2))
        said = {(m.topic, m.payload): m for m in (*power_missing, *punctual, *late)}
        collect(orderly, sorted(said.values(), key=lambda m: m.payload))
        for name in ("electricity_reading", "reading_conflict"):
            assert table(stored, name) == table(orderly, name)
    assert len(table(stored, "electricity_reading")) == len(keys)
    assert len(table(stored, "reading_conflict")) == 2 * len(clashing)
    before = table(stored, "electricity_reading")
    assert set(chunks(stored, "electricity_reading")) == {PARTIAL}
    assert pack(stored) == WEEKS  # what was unpacked is packed again, once
    assert pack(stored) == 0
    assert set(chunks(stored, "electricity_reading")) == {COMPRESSED}
    assert table(stored, "electricity_reading") == before


def test_repeats_of_compressed_readings_are_counted_and_unpack_nothing(stored: Connection) -> None:
    messages = [whole(device, ts) for ts in INSTANTS[:200] for device in DEVICES]
    assert collect(stored, messages)["stored"] == len(messages)
    pack(stored)
    assert collect(stored, messages)["duplicate"] == len(messages)
    assert unpacked(stored, "electricity_reading") == 0
    assert collect(stored, [told(DEVICES[0], INSTANTS[0], voltage_a_v=230.0)])["merged"] == 1
    assert 0 < unpacked(stored, "electricity_reading") <= 200  # one meter's part of the week


def test_one_quantity_per_message_fills_compressed_rows(stored: Connection) -> None:
    keys = [(device, ts) for ts in INSTANTS[:100] for device in DEVICES]
    collect(stored, [told(*key, active_power_kw=1.0) for key in keys])
    pack(stored)
    assert collect(stored, [told(*key, voltage_a_v=230.0) for key in keys])["merged"] == len(keys)
    rows = stored.execute("SELECT active_power_kw, voltage_a_v FROM electricity_reading").fetchall()
    assert rows == [(1.0, 230.0)] * len(keys)


def test_a_disagreement_is_recorded_and_unpacks_its_own_week_only(stored: Connection) -> None:
    collect(stored, [whole(DEVICES[0], ts) for ts in INSTANTS])
    assert pack(stored) == WEEKS
    at = INSTANTS[len(INSTANTS) // 2]
    assert collect(stored, [told(DEVICES[0], at, active_power_kw=1e6)])["conflicting"] == 1
    assert chunks(stored, "electricity_reading") == [COMPRESSED, PARTIAL, COMPRESSED]
    rows = stored.execute(
        "SELECT active_power_kw, quality FROM electricity_reading WHERE quality <> 0"
    ).fetchall()
    assert rows == [(1e6, 1)]


def test_odd_names_merge_in_the_columnstore_too(stored: Connection) -> None:
    collect(stored, [told(DEVICES[0], ts, odd=1.0, even=2.0) for ts in INSTANTS[:10]])
    assert pack(stored) == 1
    late = [told(DEVICES[0], INSTANTS[0], odd=3.0), told(DEVICES[0], INSTANTS[1], third=4.0)]
    counts = collect(stored, late)
    assert (counts["conflicting"], counts["stored"]) == (1, 1)
    rows = stored.execute("SELECT count(*), max(value) FROM other_reading").fetchall()
    assert rows == [(21, 4.0)]


def test_a_batch_that_unpacks_more_than_the_server_allows_is_still_merged(
    stored: Connection,
) -> None:
    """200 meters of one week are 134,400 rows; the server's own limit is 100,000."""
    stored.execute(
        "INSERT INTO electricity_reading (device_id, ts, received_at, active_power_kw) "
        "SELECT 1000 + d, %s + i * interval '15 min', now(), d "
        "FROM generate_series(1, 200) d, generate_series(0, 671) i",
        [YEAR_AGO],
    )
    stored.execute(
        "INSERT INTO device (code, kind, status, name_zh, name_en, accept_back) "
        "SELECT 'm' || d, 'electricity_meter', 'accepted', '', '', '99 years' "
        "FROM generate_series(1, 200) d"
    )
    stored.execute(
        "UPDATE electricity_reading r SET device_id = d.device_id FROM device d "
        "WHERE d.code = 'm' || (r.device_id - 1000)"
    )
    assert pack(stored) == 1
    late = [told(f"m{d}", YEAR_AGO + timedelta(hours=1), voltage_a_v=230.0) for d in range(1, 201)]
    with (
        connected(stored.info.dsn) as other,
        pytest.raises(psycopg.OperationalError, match="limit"),
    ):
        store_messages(other, late)
    assert collect(stored, late)["merged"] == 200
    row = stored.execute("SELECT count(*), count(voltage_a_v) FROM electricity_reading").fetchone()
    assert row == (200 * 672, 200)
