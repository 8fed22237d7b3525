"""The bundle the server gives out is worked out again offline, and what was changed is named."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from psycopg import Connection

from civicwatt.cli import main
from tests.contracted_school import (
    BILLED,
    FEE,
    HOURS,
    compute,
    count,
    drawn,
    follow,
    planted_template,
    terms,
)
from tests.db.contracts.desk import JULY, OFFICE, Desk
from tests.estate import NOW

pytestmark = pytest.mark.db

PARTIES = {"client": "manager", "provider": "engineer"}
OFFICE_OF_A_MONTH = OFFICE.replace(
    "first_day = 2026-01-01\nend_day = 2031-01-01", "first_day = 2026-07-01\nend_day = 2026-08-01"
)
"""The worked month as the whole term of a contract."""


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school whose June can be drawn."""
    with planted_template(database_server, template) as name:
        yield name


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with the keys of both parties, as they have them at home."""
    for party in PARTIES:
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / f"{party}.pem").write_bytes(private)
        (tmp_path / f"{party}.pub.pem").write_bytes(public)
    return tmp_path


def agreed(desk: Desk, keys: Path, text: str) -> int:
    """A contract in force, with a public key of each party."""
    contract = desk.agree(text)
    for party, login in PARTIES.items():
        pem = (keys / f"{party}.pub.pem").read_text()
        desk.post(login, f"contracts/{contract}/keys", key=pem, note="made at home")
    return contract


def download(desk: Desk, statement: int, folder: Path, name: str = "june.zip") -> Path:
    answer = desk.ask("engineer", "GET", f"statements/{statement}/bundle")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    file = folder / name
    file.write_bytes(answer.content)
    return file


def sign_at_home(desk: Desk, statement: int, file: Path, keys: Path) -> None:
    """Check it, sign the file offline as each party, and hand the signatures in."""
    sha256 = desk.act("director", statement, "check")["sha256"]
    for party, login in PARTIES.items():
        assert main(["sign", str(file), "--key", str(keys / f"{party}.pem")]) == 0
        text = file.with_name(f"{file.name}.{party}.sig").read_text()
        desk.act(login, statement, "sign", sha256=sha256, signature=text)


@pytest.fixture
def june(conn: Connection, desk: Desk, keys: Path) -> tuple[int, Path]:
    """Id of a statement that was signed by keys, and the file that both signed."""
    count(conn, "main", range(HOURS - 12, HOURS + 1))
    compute(conn, NOW)
    statement = drawn(desk, agreed(desk, keys, terms()))["id"]
    file = download(desk, statement, keys)
    sign_at_home(desk, statement, file, keys)
    return statement, file


def verified(file: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["verify", str(file)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def refused(file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["verify", str(file)]) == 1
    return capsys.readouterr().err


def test_what_was_downloaded_is_verified_to_the_cent(
    desk: Desk, june: tuple[int, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statement, _ = june
    again = tmp_path / "again"
    again.mkdir()
    file = download(desk, statement, again)
    for party in PARTIES:
        answer = desk.ask("manager", "GET", f"statements/{statement}/signatures/{party}")
        file.with_name(f"{file.name}.{party}.sig").write_text(answer.text)
    lines = verified(file, capsys)
    totals = {line["symbol"]: line["amount"] for line in lines if line["record"] == "total"}
    assert (totals["F"], totals["U"]) == (f"{FEE:.2f}", f"{BILLED:.2f}")
    [payment] = [line for line in lines if line["record"] == "payment"]
    assert Decimal(payment["amount"]) == FEE - BILLED
    uses = {line["meter"]: line for line in lines if line["record"] == "use"}
    assert {meter: line["agrees"] for meter, line in uses.items()} == {
        "main-e": True, "charger": True, "water": True
    }  # fmt: skip
    assert lines[-1]["signed_by"] == ["client", "provider"]
    unsaid = [f"certificate of {meter}" for meter in uses]
    assert lines[-1]["stated"] == [*unsaid, "quality temperature"]
    prices = {line["line"]: line["agrees"] for line in lines if line["record"] == "price"}
    assert prices == {"electricity": True, "water": True}
    assert lines[-1]["may_be_signed"] is True


def test_one_byte_and_one_reading_that_were_changed_are_named(
    june: tuple[int, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, file = june
    signed = file.read_bytes()
    at = signed.index(b"main-e,,2026-06-10T16:00:00Z,6760")
    file.write_bytes(signed.replace(b"2026-06-10T16:00:00Z,6760", b"2026-06-10T16:00:00Z,6761", 1))
    told = refused(file, capsys)
    number = signed[signed.rindex(b"meter,period,ts,register", 0, at) : at].count(b"\n") + 1
    assert f"readings.csv:{number}" in told
    assert "main-e,,2026-06-10T16:00:00Z,6761" in told
    flipped = bytearray(signed)
    place = signed.index(b'"coefficient"') + 3
    flipped[place] ^= 1
    file.write_bytes(bytes(flipped))
    assert "contract.json" in refused(file, capsys)


def test_the_file_stays_byte_for_byte_whatever_comes_later(
    conn: Connection, desk: Desk, june: tuple[int, Path], tmp_path: Path
) -> None:
    statement, file = june
    count(conn, "main", [HOURS], more=100.0)
    conn.execute("DELETE FROM electricity_reading WHERE ts < '2026-06-15T00:00Z'")
    compute(conn)
    follow(conn)
    again = tmp_path / "again"
    again.mkdir()
    assert download(desk, statement, again).read_bytes() == file.read_bytes()


def test_without_a_key_of_each_party_there_is_no_bundle(desk: Desk, conn: Connection) -> None:
    contract = desk.agree(terms())
    statement = drawn(desk, contract)["id"]
    answer = desk.ask("manager", "GET", f"statements/{statement}/bundle")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_key_of_party")
    signature = desk.ask("manager", "GET", f"statements/{statement}/signatures/client")
    assert (signature.status_code, signature.json()["code"]) == (404, "no_detached_signature")
    assert conn.execute("SELECT count(*) FROM statement_bundle").fetchone() == (0,)


def test_a_statement_of_typed_figures_says_that_they_are_only_stated(
    desk: Desk, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = agreed(desk, keys, JULY["text"])
    statement = desk.draft(contract)["id"]
    assert desk.ask("manager", "GET", f"statements/{statement}/origins").status_code == 404
    lines = verified(download(desk, statement, keys), capsys)
    assert "use of main-e" in lines[-1]["stated"]
    [payment] = [line for line in lines if line["record"] == "payment"]
    assert payment["amount"] == "154340.14"


def test_a_year_goes_home_with_the_months_it_rests_on_and_its_reversal_with_it(
    desk: Desk, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = OFFICE_OF_A_MONTH
    contract = agreed(desk, keys, short)
    month = desk.draft(contract, text=short)["id"]
    july = download(desk, month, keys, "july.zip")
    sign_at_home(desk, month, july, keys)
    path = f"contracts/{contract}/statements"
    year = desk.post("engineer", path, kind="true_up", year=1)["id"]
    file = download(desk, year, keys, "year.zip")
    sign_at_home(desk, year, file, keys)
    end = desk.post("engineer", path, kind="hand_over")["id"]
    whole = download(desk, end, keys, "term.zip")
    sign_at_home(desk, end, whole, keys)
    capsys.readouterr()
    chain = ["verify", str(whole), "--rests-on", str(file), "--rests-on", str(july)]
    assert main(chain) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    verdicts = [line for line in lines if line["record"] == "verdict"]
    assert [each["signed_by"] for each in verdicts] == [["client", "provider"]] * 3
    changes = desk.get("manager", f"contracts/{contract}/events", kind="changes")["items"]
    [grown] = [each for each in changes if each["event"]["adjustment"] == "area"]
    undo = f"contracts/{contract}/events/{grown['id']}/undo"
    desk.post("manager", undo, reason="the wing was not handed over")
    again = desk.post("engineer", path, kind="true_up", year=1)
    back = desk.get("manager", f"statements/{year}")["reversed_by"]
    reversal = download(desk, back, keys, "back.zip")
    sign_at_home(desk, back, reversal, keys)
    capsys.readouterr()
    assert main(["verify", str(reversal), "--rests-on", str(file)]) == 0
    assert desk.get("manager", f"statements/{year}")["state"] == "reversed"
    signed = reversal.read_bytes()
    at = signed.index(b'"reverses"') + 14
    reversal.write_bytes(signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :])
    assert "reversal.json" in refused(reversal, capsys)
    assert again["state"] == "draft"
