"""`civicwatt work` as the doorkeeper: it begins, ends and fails as a process should."""

import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from ingest.door.issuing import issue_for_device
from store.become import Role
from tests.conftest import connected
from tests.door.house import KEY, SECRET, House
from tests.processes import ended

pytestmark = [pytest.mark.broker, pytest.mark.db]

CIVICWATT = Path(sys.executable).with_name("civicwatt")


def worker_of(house: House, **more: str) -> AbstractContextManager["subprocess.Popen[str]"]:
    env = {
        "CIVICWATT_DATABASE_URL": house.url,
        "CIVICWATT_BROKER_ADMIN_URL": house.broker.url_of("broker_admin_url"),
        "CIVICWATT_SECRET_KEY": SECRET,
    } | more
    command = [str(CIVICWATT), "work"]
    return ended(
        subprocess.Popen(
            command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    )


def test_the_worker_is_a_doorkeeper_and_ends_when_it_is_asked_to(house: House) -> None:
    house.end_doorkeeper()
    with worker_of(house) as worker:
        issued = issue_for_device(house.conn, KEY, (house.register("m"), "m"), topics=())
        house.wait_until(lambda: house.is_applied(issued), within_s=60)
        worker.send_signal(signal.SIGTERM)
        said, _ = worker.communicate(timeout=30)
    # Until the queue has started, a signal ends the process the plain way.
    assert worker.returncode in {0, -signal.SIGTERM}, said
    assert house.lets_in(issued)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CIVICWATT_SECRET_KEY", "short", "CIVICWATT_SECRET_KEY has 5 characters"),
        ("CIVICWATT_BROKER_ADMIN_URL", "http://x", "broker URL begins with 'http'"),
    ],
)
def test_a_worker_that_cannot_be_a_doorkeeper_says_why_in_one_line(
    house: House, name: str, value: str, says: str
) -> None:
    with worker_of(house, **{name: value}) as worker:
        said, _ = worker.communicate(timeout=60)
    assert worker.returncode == 1
    assert said.startswith("civicwatt work: ")
    assert says in said
    assert said.count("\n") == 1


def test_a_doorkeeper_that_fails_takes_the_worker_with_it(house: House) -> None:
    house.end_doorkeeper()
    with psycopg.connect(house.url, autocommit=True) as superuser:
        superuser.execute("REVOKE SELECT ON credential FROM civicwatt_work")
    with worker_of(house) as worker:
        said, _ = worker.communicate(timeout=60)
    assert worker.returncode == 1
    assert "the doorkeeper has failed" in said


def test_the_worker_may_not_undo_a_revocation(house: House) -> None:
    issued = house.device("meter-1")
    with (
        connected(house.url, Role.WORK) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(
            "UPDATE credential SET revoked_at = NULL WHERE credential_id = %s", [issued.id]
        )
