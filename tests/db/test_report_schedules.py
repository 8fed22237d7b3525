"""Scheduled reports: made on their day with the rights of who ordered them, and told once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.report_clock import make_due
from store.become import Role
from tests.closable_school import add_checked_factors, school_id
from tests.conftest import connected, new_database
from tests.db.conftest import V1, SignIn
from tests.leaking_school import planted_template

pytestmark = pytest.mark.db

SCHEDULES = f"{V1}/report-schedules"
LIMIT = Decimal("0.1")
ORDERED = datetime(2026, 7, 2, tzinfo=UTC)
DAY = 5
DUE = datetime(2026, 7, DAY, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When the water of June is to be told."""
OF_HEAD = "WHERE person_id = (SELECT person_id FROM person WHERE login = 'head')"
CHANNEL = """
INSERT INTO channel (desk_id, kind, name, sealed, shown, person_id)
SELECT %s, 'mail', 'office', '', 'o…', person_id FROM person WHERE login = 'head'
RETURNING channel_id"""


@pytest.fixture(scope="module")
def leaking(database_server: str, template: str) -> Iterator[str]:
    """The school, planted once."""
    with planted_template(database_server, template) as name:
        yield name


@pytest.fixture
def database(database_server: str, leaking: str) -> Iterator[str]:
    with new_database(database_server, leaking) as url:
        yield url


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        add_checked_factors(conn)
        yield conn


def ordered(client: TestClient, conn: Connection, **other: object) -> Any:
    asked = {
        "kind": "water", "span": "month", "organisation_id": school_id(conn), "month_day": DAY,
    } | other  # fmt: skip
    answer = client.post(SCHEDULES, json=asked)
    assert answer.status_code == 201, answer.text
    conn.execute("UPDATE report_schedule SET entered_at = %s", [ORDERED])
    return answer.json()


def look(database: str, now: datetime) -> int:
    """Do what the server does once a minute."""
    with connected(database, Role.API) as conn:
        return make_due(conn, LIMIT, now=now)


def test_servers_that_look_at_once_make_a_report_once(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    client = sign_in("head")
    ordered(client, conn)
    together = Barrier(3)

    def of_a_server(_number: int) -> int:
        with connected(database, Role.API) as own:
            together.wait(60)
            return make_due(own, LIMIT, now=DUE)

    with ThreadPoolExecutor(3) as servers:
        assert sum(servers.map(of_a_server, range(3))) == 1
    assert conn.execute("SELECT state FROM report_run").fetchall() == [("made",)]


def listed(client: TestClient) -> Any:
    (found,) = client.get(SCHEDULES).json()["items"]
    return found


def test_a_report_is_made_on_its_day_once_and_told_over_its_channels(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    channel = conn.execute(CHANNEL, [school_id(conn)]).fetchone()
    assert channel is not None
    client = sign_in("head")
    ordered(client, conn, channels=[channel[0]])
    assert look(database, DUE - timedelta(minutes=1)) == 0
    assert look(database, DUE) == 1
    assert look(database, DUE + timedelta(days=3)) == 0
    found = listed(client)
    assert (found["run_state"], found["run_first_day"]) == ("made", "2026-06-01")
    report = client.get(f"{V1}/reports/{found['report_id']}").json()
    assert (report["kind"], report["person"]) == ("water", "head")
    notices = conn.execute(
        "SELECT channel_id, facts->>'sha256', facts->>'page' FROM notice WHERE occasion = 'report'"
    ).fetchall()
    page = f"/reports?organisation={school_id(conn)}&report={found['report_id']}"
    assert notices == [(channel[0], report["sha256"], page)]
    assert look(database, DUE + timedelta(days=31)) == 1
    assert listed(client)["run_first_day"] == "2026-07-01"


@pytest.mark.parametrize(
    "loss",
    [
        f"UPDATE scope SET expires_at = now() - interval '1 s' {OF_HEAD}",
        f"UPDATE scope SET during = '[2026-06-10Z,)' {OF_HEAD}",
        "UPDATE person SET active = false WHERE login = 'head'",
    ],
)
def test_it_ends_with_the_rights_of_who_ordered_it(
    conn: Connection, database: str, sign_in: SignIn, loss: str
) -> None:
    ordered(sign_in("head"), conn)
    conn.execute(loss)
    assert look(database, DUE) == 0
    (row,) = conn.execute(
        "SELECT ended_because, (SELECT count(*) FROM report) FROM report_schedule"
    )
    assert row == ("rights", 0)
    assert look(database, DUE + timedelta(days=31)) == 0


def test_what_cannot_be_told_is_refused_once_and_the_reason_stands_in_the_list(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    client = sign_in("head")
    ordered(client, conn, kind="fleet")
    assert look(database, DUE) == 0
    found = listed(client)
    assert found["run_state"] == "refused"
    assert "school had no vehicle in 2026-06" in found["run_told"]
    assert look(database, DUE + timedelta(days=1)) == 0
    (count,) = conn.execute("SELECT count(*) FROM report_run").fetchone() or (0,)
    assert count == 1


def test_a_failure_is_tried_again_later_and_then_made(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    client = sign_in("head")
    ordered(client, conn)
    conn.execute("ALTER TABLE report ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    assert look(database, DUE) == 0
    assert listed(client)["run_state"] == "failed"
    conn.execute("ALTER TABLE report DROP CONSTRAINT full_disk")
    conn.execute("UPDATE report_run SET at = %s", [DUE])
    assert look(database, DUE + timedelta(minutes=9)) == 0
    assert look(database, DUE + timedelta(minutes=10)) == 1
    assert listed(client)["run_state"] == "made"


def test_who_ordered_it_or_administers_the_place_ends_it_and_nobody_else(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    made = ordered(sign_in("head"), conn)
    stranger = sign_in("doctor")
    assert stranger.get(SCHEDULES).json()["items"] == []
    assert stranger.delete(f"{SCHEDULES}/{made['id']}").status_code == 404
    assert sign_in("teacher").delete(f"{SCHEDULES}/{made['id']}").status_code == 409
    client = sign_in("head")
    assert client.delete(f"{SCHEDULES}/{made['id']}").status_code == 204
    assert listed(client)["ended_because"] == "asked"
    assert look(database, DUE) == 0


def test_a_stranger_orders_nothing_and_nobody_tells_over_a_channel_they_do_not_see(
    conn: Connection, sign_in: SignIn
) -> None:
    hospital = conn.execute(
        "SELECT organisation_id FROM organisation WHERE code = 'hospital'"
    ).fetchone()
    assert hospital is not None
    channel = conn.execute(CHANNEL, [hospital[0]]).fetchone()
    assert channel is not None
    asked = {
        "kind": "water", "span": "month", "organisation_id": school_id(conn), "month_day": DAY,
    }  # fmt: skip
    assert sign_in("doctor").post(SCHEDULES, json=asked).status_code == 404
    answer = sign_in("head").post(SCHEDULES, json={**asked, "channels": [channel[0]]})
    assert (answer.status_code, answer.json()["code"]) == (403, "schedule_not_yours")
    answer = sign_in("head").post(SCHEDULES, json={**asked, "kind": "annual_text"})
    assert (answer.status_code, answer.json()["code"]) == (409, "report_of_other_period")
