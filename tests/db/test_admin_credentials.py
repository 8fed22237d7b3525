"""Devices and credentials from the command line, as an administrator types it."""

import json
import re
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from psycopg import Connection

from domain.reading import Message
from ingest.profile.load import load_profiles
from ingest.router import Router
from ingest.writer import Writer
from store.places.registry import write as write_registry
from store.telemetry.credential import credentials
from tests.db.test_admin import run
from tests.estate import estate
from tests.production import ROOT

pytestmark = pytest.mark.db

UTC_ZONE = ZoneInfo("UTC")
SECRET = {
    "CIVICWATT_SECRET_KEY": "a key of tests, of forty characters or so",
    "CIVICWATT_BROKER_PUBLIC_URL": "mqtts://broker.example.org:8883",
}


@pytest.fixture
def url(superuser: Connection, database: str) -> str:
    """Address of a database with a school and its device."""
    write_registry(superuser, estate())
    return database


def statuses(url: str) -> dict[str, str]:
    lines = run(url, "admin", "device", "list").splitlines()
    return {line.split()[3]: line.split()[0] for line in lines}


def test_a_device_is_added_refused_and_accepted(url: str, superuser: Connection) -> None:
    run(url, "admin", "device", "add", "plug-17", "--kind", "electricity_meter",
        "--organisation", "school-building", "--profile", "tasmota")  # fmt: skip
    assert statuses(url)["plug-17"] == "accepted"
    run(url, "admin", "device", "refuse", "plug-17")
    assert statuses(url)["plug-17"] == "refused"
    run(url, "admin", "device", "accept", "plug-17")
    assert statuses(url)["plug-17"] == "accepted"
    done = superuser.execute("SELECT action FROM audit ORDER BY audit_id").fetchall()
    assert done == [("device_registered",), ("device_status",), ("device_status",)]


def test_one_device_whose_units_are_wrong_is_read_by_a_profile_of_its_own(
    url: str, superuser: Connection, tmp_path: Path
) -> None:
    (tmp_path / "boiler.toml").write_text(
        'about = "plug of the boiler: its firmware gives kW and Wh"\nsource = "its display"\n'
        'extends = "zigbee2mqtt"\n[[message]]\ntopic = "zigbee2mqtt/boiler"\nsender = "boiler"\n'
        'time = ["arrival"]\n[values]\npower = { is = "active_power_kw", unit = "kW" }\n'
        'energy = { is = "active_energy_import_kwh", kind = "cumulative", unit = "Wh" }\n'
    )
    folder = {"CIVICWATT_PROFILES": str(tmp_path)}
    run(url, "admin", "device", "add", "boiler", "--organisation", "school-building",
        "--profile", "zigbee2mqtt")  # fmt: skip
    said = run(url, "admin", "device", "profile", "boiler", "unheard-of", code=1, **folder)
    assert "no such profile" in said
    run(url, "admin", "device", "profile", "boiler", "boiler", **folder)
    now = datetime.now(UTC)
    writer = Writer(url, collector="one", zone=UTC_ZONE, router=Router(load_profiles(tmp_path)))
    with closing(writer):
        writer.write([
            Message(1, 1, f"zigbee2mqtt/{name}", b'{"power": 1.5, "energy": 1500}', False, now)
            for name in ("boiler", "neighbour")
        ])  # fmt: skip
    read = superuser.execute(
        "SELECT code, active_power_kw, active_energy_import_kwh FROM electricity_reading"
        " JOIN device USING (device_id) ORDER BY code"
    ).fetchall()
    assert read == [("boiler", 1.5, 1.5), ("neighbour", 0.0015, 1500.0)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("device", "add", "a/b"), "cannot sign in"),
        (("device", "add", "school-device-0"), "there is a device of this code"),
        (("device", "add", "new"), "no such place"),
        (("device", "accept", "nothing"), "there is no such device"),
        (("device", "accept", "school-device-0", "--organisation", "bureau"), "a move is a dated"),
        (("credential", "issue", "nothing"), "there is no such device"),
        (("credential", "issue", "school-device-0", "--topic", "#"), "cannot be one device's own"),
        (("credential", "revoke", "1"), "there is no such credential"),
        (("credential", "rotate", "1"), "there is no such credential"),
    ],
)
def test_a_refusal_is_one_line_and_changes_nothing(
    url: str, superuser: Connection, words: tuple[str, ...], says: str
) -> None:
    said = run(url, "admin", *words, code=1, **SECRET)
    assert says in said
    assert said.count("\n") == 1
    assert credentials(superuser) == []
    assert len(statuses(url)) == 2


def test_a_password_is_printed_once(url: str, superuser: Connection) -> None:
    said = run(url, "admin", "credential", "issue", "school-device-0", **SECRET)
    assert "broker    mqtts://broker.example.org:8883" in said
    assert "topic     cw/v1/school-device-0/up" in said
    (password,) = re.findall(r"password  (\S+)", said)
    (issued,) = credentials(superuser)
    rotated = run(url, "admin", "credential", "rotate", str(issued.id), **SECRET)
    assert password not in rotated
    listed = run(url, "admin", "credential", "list", "--device", "school-device-0")
    assert listed == f"{issued.id:6}  password      broker not told yet     school-device-0\n"
    run(url, "admin", "credential", "revoke", str(issued.id))
    assert "revoked" in run(url, "admin", "credential", "list")
    again = run(url, "admin", "credential", "revoke", str(issued.id), code=1)
    assert "revoked already" in again


def test_a_secret_key_that_is_missing_or_short_is_refused(url: str) -> None:
    for key in ({}, {"CIVICWATT_SECRET_KEY": "short"}):
        said = run(url, "admin", "credential", "issue", "school-device-0", code=1, **key)
        assert "CIVICWATT_SECRET_KEY has" in said
        assert "short" not in said


def test_an_installer_s_credential_has_an_end(url: str, superuser: Connection) -> None:
    words = ("provisioning", "issue", "--days", "3", "--note", "east wing")
    said = run(url, "admin", *words, **SECRET)
    assert "topic     cw/v1/<device>/hello" in said
    (issued,) = credentials(superuser)
    assert issued.expires_at is not None
    assert (issued.expires_at - issued.made_at).days in {2, 3}
    run(url, "admin", "provisioning", "revoke", str(issued.id))
    assert credentials(superuser)[0].revoked_at is not None


def test_a_certificate_has_the_name_we_give_and_not_the_one_it_asked_for(
    url: str, superuser: Connection, tmp_path: Path
) -> None:
    make_authority(tmp_path)
    request, signed = tmp_path / "csr", tmp_path / "crt"
    ask(request, "rsa:2048")
    words = ("--csr", str(request), "--authority", str(tmp_path), "--out", str(signed))
    run(url, "admin", "credential", "certify", "school-device-0", *words, **SECRET)
    certificate = x509.load_pem_x509_certificate(signed.read_bytes())
    (issued,) = credentials(superuser)
    assert issued.kind == "certificate"
    assert issued.username.startswith("school-device-0@")
    assert certificate.subject.rfc4514_string() == f"CN={issued.username}"
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.value.ca is False
    known = superuser.execute("SELECT fingerprint FROM credential").fetchall()
    assert known == [(certificate.fingerprint(SHA256()),)]
    said = run(url, "admin", "credential", "rotate", str(issued.id), code=1, **SECRET)
    assert "is a certificate: issue a new one" in said


def test_a_certificate_is_known_by_its_fingerprint_whoever_signed_it(
    url: str, superuser: Connection, tmp_path: Path
) -> None:
    make_authority(tmp_path)
    foreign = tmp_path / "device_authority"
    words = ("school-device-0", "--certificate", str(foreign))
    said = run(url, "admin", "credential", "enter", *words, "--note", "of a partner", **SECRET)
    (entered,) = credentials(superuser)
    assert said.startswith(f"credential {entered.id}: school-device-0@")
    assert (entered.kind, entered.note) == ("certificate", "of a partner")
    certificate = x509.load_pem_x509_certificate(foreign.read_bytes())
    assert entered.expires_at == certificate.not_valid_after_utc
    known = superuser.execute("SELECT fingerprint FROM credential").fetchall()
    assert known == [(certificate.fingerprint(SHA256()),)]
    again = run(url, "admin", "credential", "enter", *words, code=1, **SECRET)
    assert "it is known already" in again
    run(url, "admin", "credential", "revoke", str(entered.id))
    assert credentials(superuser)[0].revoked_at is not None


@pytest.mark.parametrize("content", ["weak", "text", "none"])
def test_a_request_that_is_none_or_weak_is_refused_before_anything_is_issued(
    url: str, superuser: Connection, tmp_path: Path, content: str
) -> None:
    make_authority(tmp_path)
    request = tmp_path / "csr"
    if content == "weak":
        ask(request, "rsa:1024")
    elif content == "text":
        request.write_text("-----BEGIN CERTIFICATE REQUEST-----\nnothing\n")
    words = ("--csr", str(request), "--authority", str(tmp_path), "--out", str(tmp_path / "crt"))
    said = run(url, "admin", "credential", "certify", "school-device-0", *words, code=1, **SECRET)
    assert str(request) in said
    assert credentials(superuser) == []


def test_the_broker_s_list_of_users_is_written_for_many_at_once(
    url: str, superuser: Connection, tmp_path: Path
) -> None:
    make_authority(tmp_path)
    run(url, "admin", "credential", "issue", "school-device-0", **SECRET)
    first, out = tmp_path / "broker_users", tmp_path / "list"
    words = ("admin", "credential", "broker-file", "--first", str(first), "--out", str(out))
    assert run(url, *words, **SECRET).startswith("1 credentials in")
    names = [client["username"] for client in json.loads(out.read_text())["clients"]]
    assert names == ["civicwatt-collector", "civicwatt-broker-admin", "school-device-0"]
    assert out.stat().st_mode & 0o077 == 0
    other = {"CIVICWATT_SECRET_KEY": "another key of tests, as long as the first"}
    assert "0 credentials" in run(url, *words, **other)
    first.write_text("{}")
    assert "no list of the broker's users" in run(url, *words, code=1, **SECRET)
    assert len(credentials(superuser)) == 1


def make_authority(folder: Path) -> None:
    script = ["python3", str(ROOT / "ops/make_secrets.py"), "--folder", str(folder)]
    subprocess.run(script, check=True, capture_output=True)


def ask(request: Path, key: str) -> None:
    command = ["openssl", "req", "-newkey", key, "-nodes", "-keyout", f"{request}.key"]
    command += ["-out", str(request), "-subj", "/CN=civicwatt-collector"]
    subprocess.run(command, check=True, capture_output=True)
