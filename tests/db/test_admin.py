"""The commands an administrator types, as they are typed."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg import Connection

from civicwatt.cli import main
from domain.errors import ConfigurationError
from domain.registry import Organisation, OrganisationKind, Registry
from store.become import Role
from store.maintenance import drop_expired
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, estate, say, store_messages

pytestmark = pytest.mark.db

CIVICWATT = Path(sys.executable).with_name("civicwatt")


def run(url: str, *words: str, typed: str = "", code: int = 0, **more: str) -> str:
    """Run a command; returns what it printed, on stderr when it refused."""
    done = subprocess.run(
        [CIVICWATT, *words],
        env={"CIVICWATT_DATABASE_URL": url, **more},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr if code == 0 else "") == (code, "")
    return done.stdout if code == 0 else done.stderr


def test_from_an_empty_database_to_the_first_administrator(
    empty_database: str, tmp_path: Path
) -> None:
    assert "0001_places.sql" in run(empty_database, "migrate")
    assert run(empty_database, "migrate").startswith("0 migrations applied")
    file = tmp_path / "registry.json"
    file.write_bytes(msgspec.json.encode(estate()))
    said = run(empty_database, "admin", "load-registry", str(file))
    assert said == "7 organisations, 2 meters, 2 devices\n"
    roles = ("--role", "bureau", "--role", "system_administrator", "--organisation", "bureau")
    run(empty_database, "admin", "add-person", "root", *roles, typed="A long password\n")
    with connected(empty_database) as conn:
        held = conn.execute("SELECT role FROM scope ORDER BY role").fetchall()
    assert held == [("bureau",), ("system_administrator",)]


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (("add-person", "new"), "short\n", "password has 5 characters: want 10"),
        (("add-person", "new", "--role", "king"), "A long password\n", "there is no role 'king'"),
        (("add-person", "new", "--role", "auditor", "--organisation", "none"), "A long password\n",
         "no organisation 'none'"),
        (("set-password", "nobody"), "A long password\n", "there is no person"),
        (("load-registry", "/nowhere.json"), "", "No such file"),
        (("device", "refuse", "nothing"), "", "there is no such device"),
        (("retention", "no_table", "--days", "400"), "", "no reading table 'no_table'"),
        (("retention", "vehicle_reading", "--days", "90"), "", "want 180 or more"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line_and_changes_nothing(
    database: str, words: tuple[str, ...], typed: str, says: str
) -> None:
    said = run(database, "admin", *words, typed=typed, code=1)
    assert said.startswith("civicwatt admin: ")
    assert says in said
    assert said.count("\n") == 1
    with connected(database) as conn:
        assert conn.execute("SELECT count(*) FROM person").fetchone() == (0,)


def test_a_device_is_refused_and_its_messages_go_to_quarantine(
    superuser: Connection, database: str
) -> None:
    write_registry(superuser, estate())
    assert "accepted" in run(database, "admin", "device", "list")
    run(database, "admin", "device", "refuse", "school-device-0")
    message = say("school-device-0", b'{"ts": "2026-07-01T00:00:00Z", "values": {"odd": 1}}')
    assert store_messages(superuser, [message])["quarantined"] == 1
    row = superuser.execute("SELECT reason_code FROM quarantine").fetchone()
    assert row == ("device_refused",)


def test_expired_readings_go_and_consumption_stays(superuser: Connection) -> None:
    write_registry(superuser, estate(accept_days=4000))
    old, new = NOW - timedelta(days=900), NOW
    for ts in (old, new):
        payload = f'{{"ts": "{ts.isoformat()}", "values": {{"active_power_kw": 1.0}}}}'
        store_messages(superuser, [say("school-device-0", payload.encode())])
    superuser.execute("INSERT INTO retention VALUES ('electricity_reading', '800 days')")
    superuser.execute(
        "INSERT INTO consumption VALUES (1, 'q', %s, %s, 1, 'measured', 'measured', 'm', 0, now())",
        [old, old + timedelta(hours=1)],
    )
    with connected(superuser.info.dsn, Role.WORK) as worker:
        assert drop_expired(worker) == 1
    left = superuser.execute("SELECT ts FROM electricity_reading").fetchall()
    assert left == [(new,)]
    assert superuser.execute("SELECT count(*) FROM consumption").fetchone() == (1,)


def test_what_a_device_tells_is_corrected_and_its_days_are_computed_anew(
    database: str, superuser: Connection
) -> None:
    write_registry(superuser, estate(accept_days=4000))
    payload = f'{{"ts": "{NOW.isoformat()}", "values": {{"active_power_kw": 1.0}}}}'
    store_messages(superuser, [say("school-device-0", payload.encode())])
    superuser.execute("DELETE FROM touched")
    told = run(database, "admin", "device", "counts", "school-device-0", "rate")
    assert told == "school-device-0 tells its meter by rate\n"
    ways = superuser.execute("SELECT counts_by FROM meter_device ORDER BY counts_by").fetchall()
    assert ways == [("rate",), ("register",)]
    assert superuser.execute("SELECT count(*) FROM touched").fetchone() == (1,)


def test_writing_a_registry_again_changes_nothing(superuser: Connection) -> None:
    registry = estate(meters=3)
    write_registry(superuser, registry)
    tables = ("organisation", "organisation_position", "meter", "device", "meter_device")
    before = [superuser.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in tables]
    write_registry(superuser, registry)
    assert before == [superuser.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in tables]


def test_a_registry_that_would_move_something_is_refused_whole(superuser: Connection) -> None:
    write_registry(superuser, estate())
    moved = Organisation("school-site", "hospital", OrganisationKind.SITE, "other", "other")
    with pytest.raises(ConfigurationError, match="organisation school-site: stands elsewhere"):
        write_registry(superuser, Registry((moved,), (), ()))
    name = superuser.execute("SELECT name_en FROM organisation WHERE code = 'school-site'")
    assert name.fetchone() == ("school",)


def test_a_registry_that_names_no_place_is_refused(superuser: Connection) -> None:
    registry = estate()
    with pytest.raises(ConfigurationError, match="the place or meter it names does not exist"):
        write_registry(superuser, Registry((), registry.meters, registry.devices))
    assert superuser.execute("SELECT count(*) FROM meter").fetchone() == (0,)


def test_doctor_names_the_floor_and_what_to_change(database: str, broker_url: str) -> None:
    done = subprocess.run(
        [CIVICWATT, "doctor"],
        env={"CIVICWATT_DATABASE_URL": database, "CIVICWATT_MQTT_URL": broker_url},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 1  # the tests' login is a superuser, and their server may lose power
    assert "PostgreSQL" in done.stdout
    assert "the login is a superuser" in done.stdout
    assert "1500 of 1500 messages outlasted an absence" in done.stdout
    assert "lets anybody in" in done.stdout


def test_doctor_says_what_is_missing(empty_database: str) -> None:
    said = subprocess.run(
        [CIVICWATT, "doctor"],
        env={
            "CIVICWATT_DATABASE_URL": empty_database,
            "CIVICWATT_MQTT_URL": "mqtt://127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    ).stdout
    assert "run civicwatt migrate" in said
    assert "no MQTT broker at mqtt://127.0.0.1:1" in said


def test_doctor_sizes_the_queue_by_what_comes_and_says_where_the_rate_is_from(
    superuser: Connection,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CIVICWATT_DATABASE_URL", database)
    monkeypatch.setenv("CIVICWATT_MQTT_URL", "mqtt://127.0.0.1:1")

    def rate(*words: str) -> str:
        assert main(["doctor", *words]) == 1  # there is no broker
        said = capsys.readouterr().out
        (line,) = (line for line in said.splitlines() if " rate " in line)
        (outage,) = (line for line in said.splitlines() if " outage " in line)
        assert line.split()[2] in outage
        return line.partition(" rate ")[2].strip()

    assert rate() == "100 messages/s: assumed: nothing came yet and no device is registered"
    write_registry(superuser, estate())
    devices = len(estate().devices)
    assert rate() == (
        f"{devices / 60:.4g} messages/s: none came yet; one each 60 s from {devices} registered "
        "devices assumed"
    )
    # 900 live in a quarter of an hour is one a second; what a drained queue brought does not count.
    superuser.execute(
        "INSERT INTO electricity_reading (device_id, ts, received_at)"
        " SELECT 1, now() - n * interval '0.5 s', now() - n * interval '0.4 s'"
        "   FROM generate_series(1, 900) n"
        " UNION ALL SELECT 2, now() - interval '3 hours' - n * interval '1 s', now()"
        "   FROM generate_series(1, 500) n"
    )
    assert rate() == "1 messages/s: as many samples came in the last quarter of an hour"
    assert rate("--rate", "400") == "400 messages/s: as --rate says"


def test_the_worker_may_not_read_people(database: str) -> None:
    with connected(database, Role.WORK) as worker:
        for table in ("person", "session"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                worker.execute(f"SELECT * FROM {table}")


def test_a_tariff_is_loaded_once_and_never_as_checked(database: str, tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    text = (
        'schema = "tariff/1"\ncode = "office"\nmedium = "electricity"\nname_zh = "办公"\n'
        'name_en = "Office"\n[[version]]\nfirst_day = 2026-01-01\nsource = "notice 1"\n'
        'checked = {}\n[[version.component]]\nname = "energy"\nprice = 0.60\n'
    )
    signed = 'true\nchecked_by = "me"\nchecked_on = 2026-06-01\ndocument = "d"'
    file.write_text(text.format(signed), "utf-8")
    said = run(database, "admin", "tariff", "load", str(file), code=1)
    assert "office.toml, version from 2026-01-01: it calls itself checked" in said
    file.write_text(text.format("false"), "utf-8")
    assert run(database, "admin", "tariff", "load", str(file)).endswith(": added\n")
    assert run(database, "admin", "tariff", "load", str(file)).endswith("its code is known\n")
    listed = run(database, "admin", "tariff", "list")
    assert "office  electricity  Office\n  2026-01-01 to no end  unchecked" in listed
