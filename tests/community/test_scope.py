"""Barrier views over the columnstore: nothing foreign, everything own, and few chunks read."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from store.become import Role
from store.maintenance import refresh_hourly
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.columnstore import COMPRESSED, YEAR_AGO, chunks, pack
from tests.conftest import connected
from tests.estate import NOW, estate, registers, say, store_messages

pytestmark = pytest.mark.community

DAYS = 100
EVERY_TABLE = (
    b'{"ts": "2025-07-03T00:00:00Z", "values": {"active_power_kw": %d, "flow_m3h": 1.0, '
    b'"heat_power_kw": 1.0, "air_temperature_c": 20.0, "speed_kmh": 3.0, "odd": 1.0}}'
)
VIEWS = (
    "electricity_reading", "flow_reading", "heat_reading", "climate_reading", "vehicle_reading",
    "electricity_reading_hour", "flow_reading_hour", "heat_reading_hour", "climate_reading_hour",
    "vehicle_reading_hour", "other_reading", "reading_conflict", "consumption", "consumption_day",
    "outbox",
)  # fmt: skip


@pytest.fixture
def school(community: Connection) -> Connection:
    """Everything there is belongs to the school, and all of it lies in the columnstore."""
    write_registry(community, estate())
    values = [float(i) for i in range(DAYS * 24)]
    store_messages(
        community, registers("school-device-0", YEAR_AGO, values, step=timedelta(hours=1))
    )
    store_messages(community, [say("school-device-0", EVERY_TABLE % power) for power in (1, 2)])
    with connected(community.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=NOW)
        refresh_hourly(worker)
    pack(community)
    for table in ("electricity_reading", "consumption", "other_reading"):
        assert set(chunks(community, table)) == {COMPRESSED}
    for name in ("school", "hospital"):
        add_person(community, login=name, name=name, password_hash="")
        grant(community, login=name, role="operator", organisation=name)
    return community


def as_person(conn: Connection, login: str, question: str) -> list[tuple[Any, ...]]:
    """Answer to a question as the API would get it for a person."""
    row = conn.execute("SELECT person_id FROM person WHERE login = %s", [login]).fetchone()
    assert row is not None
    with connected(conn.info.dsn, Role.API) as api, api.transaction():
        api.execute("SELECT set_config('civicwatt.person', %s, true)", [str(row[0])])
        return api.execute(question).fetchall()


def test_every_view_is_empty_for_a_foreign_scope_and_whole_for_the_own(school: Connection) -> None:
    views = school.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'visible'::regnamespace"
    ).fetchall()
    assert {view for (view,) in views} == {*VIEWS, "collector_count"}
    for view in VIEWS:
        question = f"SELECT count(*) FROM visible.{view}"
        truth = school.execute(f"SELECT count(*) FROM {view}").fetchall()
        assert truth > [(0,)]
        assert (view, as_person(school, "hospital", question)) == (view, [(0,)])
        assert (view, as_person(school, "school", question)) == (view, truth)
    assert as_person(school, "school", "SELECT count(*) FROM visible.collector_count") == [(0,)]


@pytest.mark.parametrize(
    ("view", "time"),
    [
        ("electricity_reading", "ts"),
        ("consumption", "start_at"),
        ("electricity_reading_hour", "hour"),
    ],
)
def test_a_question_about_one_day_reads_the_chunks_of_that_day(
    view: str, time: str, school: Connection
) -> None:
    day = YEAR_AGO + timedelta(days=40)
    plan = as_person(
        school,
        "school",
        "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM visible." + view
        + f" WHERE {time} >= '{day}' AND {time} < '{day + timedelta(days=1)}'",
    )  # fmt: skip
    assert plan[0][0][0]["Plan"]["Actual Rows"] == 24
    assert len(_chunks_read(plan[0][0][0]["Plan"])) <= 2


def _chunks_read(node: dict[str, Any]) -> set[str]:
    """Chunks that a plan has opened, the packed and the unpacked part of one counted once."""
    found = {c for child in node.get("Plans", []) for c in _chunks_read(child)}
    name = node.get("Relation Name", "")
    if name.startswith("_hyper") and node["Actual Loops"] > 0:
        found.add(name)
    return found
