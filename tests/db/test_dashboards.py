"""Dashboards of Grafana: each shipped panel is asked, and a login sees its person's scope alone."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from civicwatt.cli import main
from store.become import Role
from store.institution.dashboard import end_login, make_login
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected, new_database
from tests.estate import NOW, estate, registers, store_messages

pytestmark = pytest.mark.db

BOARDS = Path("ops/grafana/dashboards")
START = datetime(2026, 7, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ENERGY = "active_energy_import_kwh"
VIEWS = (
    "place", "meter", "interval_use", "day_use", "day_cost", "alert", "device", "vehicle",
    "vehicle_segment", "ledger_month",
)  # fmt: skip
FILLED = ("place", "meter", "interval_use", "day_use", "alert", "device", "vehicle",
          "vehicle_segment", "ledger_month")  # fmt: skip


def panels() -> list[Any]:
    """Every query of every shipped dashboard, variables first, named by its place."""
    found = []
    for file in sorted(BOARDS.glob("*.json")):
        board = json.loads(file.read_text("utf-8"))
        found += [
            pytest.param(variable["query"], id=f"{file.stem}: {variable['name']}")
            for variable in board["templating"]["list"]
            if variable["type"] == "query"
        ]
        for panel in board["panels"]:
            for target in panel["targets"]:
                name = f"{file.stem}: {panel['title']}"
                found.append(pytest.param(target["rawSql"], id=name))
    return found


def as_grafana(query: str, meter: int) -> str:
    """The query as Grafana sends it: macros and variables are text by then."""
    span = (
        f"BETWEEN '{START - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}' AND '{NOW:%Y-%m-%dT%H:%M:%SZ}'"
    )
    for column in ('"time"', 'l."time"', 's."time"'):
        query = query.replace(f"$__timeFilter({column})", f"{column} {span}")
    query = query.replace("$meter", str(meter)).replace("${zone:sqlstring}", "'Asia/Shanghai'")
    assert "$" not in query, "a macro that this test does not know"
    return query


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """School and hospital: a day of quarter hours of 1 and of 3 kWh, an alert, a car that drove."""
    with new_database(database_server, template) as url:
        plant(url)
        yield url


def plant(url: str) -> None:
    with connected(url) as conn:
        write_registry(conn, estate())
        for number, name in enumerate(("school", "hospital")):
            step = 1 + 2 * number
            steps = range(0, 97 * step, step)
            store_messages(conn, registers(f"{name}-device-0", START, steps, step=QUARTER))
            add_person(conn, login=name, name=name, password_hash="")
            grant(conn, login=name, role="operator", organisation=name)
            conn.execute(
                "INSERT INTO alert (rule, organisation_id, priority, state, began_at, opened_at,"
                " month_cny) SELECT 'night_load', organisation_id, 'high', 'open', %s, %s, %s"
                " FROM organisation WHERE code = %s",
                [START, START, 100 * step, f"{name}-building"],
            )
            conn.execute(
                "WITH v AS (INSERT INTO vehicle (code) VALUES (%(car)s) RETURNING vehicle_id),"
                " p AS (INSERT INTO vehicle_position (vehicle_id, place_id, during)"
                "       SELECT vehicle_id, organisation_id, '(,)' FROM v, organisation"
                "        WHERE organisation.code = %(place)s)"
                " INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, km,"
                "  km_ways, kwh, kwh_ways, evidence, estimated, doubts, known_at)"
                " SELECT vehicle_id, 's', 'trip', %(start)s, %(end)s, %(km)s, '{}', %(kwh)s, '{}',"
                "  '{}', false, 0, %(end)s FROM v",
                {
                    "car": f"{name}-car", "place": f"{name}-building", "start": START,
                    "end": START + QUARTER, "km": 10 * step, "kwh": 1.5 * step,
                },
            )  # fmt: skip
            conn.execute("SET session_replication_role = replica")  # a row, not a closed month
            conn.execute(
                "INSERT INTO ledger_entry (organisation_id, sequence, month, first_at, end_at,"
                " kind, document, sha256, previous_sha256, person_id)"
                " SELECT organisation_id, 1, '2026-07-01', %s, %s, 'closing', '{}',"
                " encode(sha256('{}'), 'hex'), repeat('0', 64), person_id"
                " FROM organisation, person WHERE code = login AND login = %s",
                [START, START + timedelta(days=31), name],
            )
            conn.execute("RESET session_replication_role")
    with connected(url, Role.WORK) as conn:
        assert update_consumption(conn, now=NOW) == 2


@pytest.fixture(scope="module")
def grafana(planted: str) -> Iterator[str]:
    """Address of the database for the school's login of dashboards."""
    login = "dash_school_" + urlsplit(planted).path[-12:]
    with psycopg.connect(planted) as conn:
        make_login(conn, login, person="school", password="p", lasts=timedelta(days=1))
    yield at(planted, login, "p")
    with psycopg.connect(planted) as conn:
        end_login(conn, login)


def at(url: str, login: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}:{password}@{host}"))


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(query).fetchall()


def meter_of(url: str, code: str) -> int:
    return int(ask(url, f"SELECT meter_id FROM meter WHERE code = '{code}'")[0][0])


@pytest.mark.parametrize("query", panels())
def test_every_shipped_panel_can_be_asked(planted: str, grafana: str, query: str) -> None:
    ask(grafana, as_grafana(query, meter_of(planted, "school-meter-0")))


def test_the_day_of_a_meter_shows_what_was_planted(planted: str, grafana: str) -> None:
    board = json.loads((BOARDS / "energy.json").read_text("utf-8"))
    by_day = board["panels"][1]["targets"][0]["rawSql"]
    shown = ask(grafana, as_grafana(by_day, meter_of(planted, "school-meter-0")))
    assert sum(measured for _, measured, _ in shown) == pytest.approx(96)
    assert ask(grafana, as_grafana(by_day, meter_of(planted, "hospital-meter-0"))) == []


def test_a_vehicles_consumption_is_of_the_trips_that_know_both(grafana: str) -> None:
    board = json.loads((BOARDS / "fleet.json").read_text("utf-8"))
    rows = ask(grafana, as_grafana(board["panels"][2]["targets"][0]["rawSql"], 0))
    assert [(row[0], row[4], row[6]) for row in rows] == [("school-car", 10, pytest.approx(15))]


@pytest.mark.parametrize("view", FILLED)
def test_a_login_sees_the_rows_of_its_person_and_no_others(
    planted: str, grafana: str, view: str
) -> None:
    own = ask(grafana, f"SELECT * FROM dashboard.{view}")
    with connected(planted) as conn:
        everything = conn.execute(f"SELECT * FROM dashboard.{view}").fetchall()
        conn.execute("SELECT set_config('civicwatt.person', person_id::text, false) FROM person "
                     "WHERE login = 'school'")  # fmt: skip
        conn.execute("SET ROLE civicwatt_owner")
        assert sorted(map(str, own)) == sorted(
            map(str, conn.execute(f"SELECT * FROM dashboard.{view}").fetchall())
        )
    assert own
    assert not [row for row in own if "hospital" in str(row)]
    assert everything == []  # a superuser who is nobody sees nothing through a view


@pytest.mark.parametrize("view", VIEWS)
def test_who_writes_queries_cannot_become_somebody_else(
    planted: str, grafana: str, view: str
) -> None:
    (hospital,) = ask(planted, "SELECT person_id FROM person WHERE login = 'hospital'")[0]
    honest = ask(grafana, f"SELECT * FROM dashboard.{view}")
    with psycopg.connect(grafana) as conn:
        conn.execute("SELECT set_config('civicwatt.person', %s, false)", [str(hospital)])
        assert conn.execute(f"SELECT * FROM dashboard.{view}").fetchall() == honest


def test_a_login_reads_nothing_but_its_schema_and_writes_nothing(
    planted: str, grafana: str
) -> None:
    tables = ask(
        planted,
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind IN ('r', 'v', 'm', 'p') AND nspname IN ('public', 'visible', 'hourly')",
    )
    assert len(tables) > 150
    with psycopg.connect(grafana, autocommit=True) as conn:
        for (table,) in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"SELECT 1 FROM {table}")
        conn.execute("SET default_transaction_read_only = off")
        for attempt in (
            "CREATE TABLE dashboard.mine ()", "CREATE TABLE public.mine ()",
            "INSERT INTO dashboard.place (code) VALUES ('x')", "SET ROLE civicwatt_api",
            "SELECT drop_expired()", "SET SESSION AUTHORIZATION postgres",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(attempt)


def test_an_expired_binding_shows_nothing_and_a_login_without_one_neither(planted: str) -> None:
    login = "dash_gone_" + urlsplit(planted).path[-12:]
    with psycopg.connect(planted) as conn:
        make_login(conn, login, person="school", password="p", lasts=timedelta(days=1))
    try:
        assert ask(at(planted, login, "p"), "SELECT * FROM dashboard.place")
        with connected(planted) as conn:
            conn.execute("UPDATE dashboard_login SET expires_at = now() WHERE login = %s", [login])
        assert ask(at(planted, login, "p"), "SELECT * FROM dashboard.place") == []
        with connected(planted) as conn:
            conn.execute("DELETE FROM dashboard_login WHERE login = %s", [login])
        with psycopg.connect(at(planted, login, "p")) as conn:
            conn.execute("SELECT set_config('civicwatt.person', '1', false)")
            assert conn.execute("SELECT * FROM dashboard.place").fetchall() == []
    finally:
        with connected(planted) as conn:
            conn.execute(f"DROP ROLE {login}")


def test_the_command_makes_a_login_lists_it_and_takes_it_away(
    planted: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CIVICWATT_DATABASE_URL", planted)
    login = "dash_made_" + urlsplit(planted).path[-12:]
    assert main(["admin", "dashboard", "add", login, "--person", "hospital", "--days", "7"]) == 0
    password = capsys.readouterr().out.splitlines()[1].removeprefix("password: ")
    seen = ask(at(planted, login, password), "SELECT code FROM dashboard.meter")
    assert seen == [("hospital-meter-0",)]
    assert main(["admin", "dashboard", "list"]) == 0
    assert f"{login}  hospital  until " in capsys.readouterr().out
    assert main(["admin", "dashboard", "end", login]) == 0
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        ask(at(planted, login, password), "SELECT 1")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "Robert'; --", "--person", "school"), "want a small letter"),
        (("add", "postgres", "--person", "school"), "there is a role of the database"),
        (("add", "dash_nobody", "--person", "nobody"), "there is no such person"),
        (("end", "postgres"), "there is no login of dashboards"),
    ],
)
def test_what_cannot_be_made_or_ended_is_refused(
    planted: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...], says: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("CIVICWATT_DATABASE_URL", planted)
    assert main(["admin", "dashboard", *words]) == 1
    assert says in capsys.readouterr().err


def test_who_may_not_make_roles_is_told_so(planted: str) -> None:
    with connected(planted) as conn, conn.transaction():
        conn.execute("SET LOCAL ROLE civicwatt_admin")
        with pytest.raises(Exception, match="which may create roles"):
            make_login(conn, "dash_x", person="school", password="p", lasts=None)


def test_what_lies_in_the_schema_is_what_is_tried_here(superuser: Connection) -> None:
    rows = superuser.execute("SELECT viewname FROM pg_views WHERE schemaname = 'dashboard'")
    assert {name for (name,) in rows} == set(VIEWS)
