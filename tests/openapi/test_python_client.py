"""The typed client that the docs make of the document: made, imported, and asked for figures."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from psycopg import Connection

from civicwatt.child import Child
from civicwatt.local_api import is_ready
from civicwatt.loopback import HOST, free_port
from store.people.person import add_person, grant
from tests.conftest import connected, new_database
from tests.metered_building import DAYS, FIRST, KW, compute, count, place_id, plant
from tests.password import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.db

PAGE = Path(__file__).parents[2] / "docs" / "python-client.md"
_FENCED = re.compile(r"```(?:python)?\n(.*?)```", re.DOTALL)
_TOOL = Path(sys.executable).with_name("openapi-python-client")
_SERVER = "https://civicwatt.example"
_END = "end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)"
"""The page reads the newest week; what is planted here lies in the past."""


@dataclass(frozen=True, slots=True)
class Made:
    """A client, the server it was made of, and a key for the school."""

    folder: Path
    url: str
    key: str

    def run(self, program: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program that may import the client."""
        surroundings = {"CIVICWATT": self.url, "KEY": self.key if key is None else key}
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"]} | surroundings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def made(
    database_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """Follow the page: its second command, at a server with four days of a building."""
    folder, port = tmp_path_factory.mktemp("client"), free_port()
    url = f"http://{HOST}:{port}"
    with new_database(database_server, template) as database, connected(database) as conn:
        plant(conn)
        count(conn, "main")
        compute(conn)
        environment = os.environ | {
            "CIVICWATT_DATABASE_URL": database,
            "CIVICWATT_SECRET_KEY": "of a test, and nothing but a test",
        }
        command = [sys.executable, "-m", "civicwatt", "serve", "--port", str(port)]
        with (
            (folder / "serve").open("ab") as log,
            Child("serve", command, output=log, env=environment) as server,
        ):
            server.wait_until(lambda: is_ready(port), within_s=120.0, log=folder / "serve")
            # made when it is first asked for: on a busy machine longer than the tool waits
            assert requests.get(f"{url}/openapi.json", timeout=120).ok
            _, generate = _FENCED.findall(PAGE.read_text("utf-8"))[0].strip().splitlines()
            _, *arguments = generate.replace(_SERVER, url).split()
            done = subprocess.run(
                [_TOOL, *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            unread = re.findall(r"WARNING parsing (\w+ \S+)", done.stdout + done.stderr)
            assert unread == ["GET /api/v1/audit/export"]
            yield Made(folder, url, _new_key(conn, url))


def _new_key(conn: Connection, url: str) -> str:
    add_person(conn, login="watcher", name="watcher", password_hash=PASSWORD_HASH)
    grant(conn, login="watcher", role="security_administrator", organisation="school")
    with requests.Session() as watcher:
        answer = watcher.post(
            f"{url}/api/v1/session", json={"login": "watcher", "password": PASSWORD}, timeout=60
        )
        new = {
            "name": "BMS", "role": "operator", "may": [],
            "organisation_id": place_id(conn, "school"),
            "expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        }  # fmt: skip
        answer = watcher.post(
            f"{url}/api/v1/keys",
            json=new,
            headers={"X-CSRF-Token": answer.json()["csrf"]},
            timeout=60,
        )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


def test_the_program_of_the_page_reads_what_the_meters_used(made: Made) -> None:
    program = _FENCED.findall(PAGE.read_text("utf-8"))[1]
    end = FIRST + timedelta(days=DAYS)
    assert _END in program
    done = made.run(program.replace(_END, f"end = datetime.fromisoformat('{end.isoformat()}')"))
    assert done.returncode == 0, done.stderr
    days = [FIRST + timedelta(days=day) for day in range(DAYS)]
    assert done.stdout.splitlines() == [
        f"main {day.isoformat()} {KW['main'] * 24} kWh measured" for day in days
    ]


def test_a_wrong_key_is_a_problem_with_its_code(made: Made) -> None:
    done = made.run(_FENCED.findall(PAGE.read_text("utf-8"))[1], key="cw_nobody")
    assert done.returncode == 1
    assert "Problem(" in done.stderr
    assert "key_ended" in done.stderr


def test_an_operation_is_called_by_its_method_and_address(made: Made) -> None:
    names = {path.stem for path in (made.folder / "civicwatt_client" / "api").rglob("*_*.py")}
    assert {"get_buildings_building_id_today", "post_meters", "get_audit_export"} <= names
    assert len(names) > 350
    assert [name for name in names if "api_v1" in name] == []
