"""`civicwatt bundle`, `sign` and `verify`: files in, JSON lines out, from end to end."""

import json
import subprocess
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

from civicwatt.cli import main

CONTRACT = Path(__file__).parents[2] / "domain/contracts/clinic_year.toml"
ROWS = """meter,period,ts,register
main-e,peak,2026-01-01T00:00:00+08:00,1520
main-e,peak,2026-02-01T00:00:00+08:00,1720
main-e,flat,2026-01-01T00:00:00+08:00,1410
main-e,flat,2026-02-01T00:00:00+08:00,1590
main-e,valley,2026-01-01T00:00:00+08:00,1180
main-e,valley,2026-02-01T00:00:00+08:00,1334
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keys of both parties, of a stranger, and registers of January."""
    for name in ("client", "provider", "stranger"):
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / f"{name}.pem").write_bytes(private)
        (tmp_path / f"{name}.pub.pem").write_bytes(public)
    (tmp_path / "readings.csv").write_text(ROWS)
    return tmp_path


def bundled(folder: Path, *more: object, readings: str = "readings.csv") -> int:
    words = [
        *("bundle", CONTRACT, "--period", "2026-01", "--readings", folder / readings),
        *("--client-key", folder / "client.pub.pem"),
        *("--provider-key", folder / "provider.pub.pem", "-o", folder / "b.zip", *more),
    ]
    return main([str(word) for word in words])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_bundle_is_made_signed_by_both_and_verified(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundled(folder) == 0
    (made,) = lines(capsys)
    assert made["counted"] == ["main-e"]
    assert "use of charger" in made["stated"]
    for party in ("client", "provider"):
        assert main(["sign", str(folder / "b.zip"), "--key", str(folder / f"{party}.pem")]) == 0
        (signed,) = lines(capsys)
        assert signed["signature"] == str(folder / f"b.zip.{party}.sig")
    assert main(["verify", str(folder / "b.zip")]) == 0
    found = lines(capsys)
    assert found[-1]["signed_by"] == ["client", "provider"]
    assert {line["amount"] for line in found if line["record"] == "payment"} == {"8678.23"}


def test_a_bundle_nobody_signed_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundled(folder)
    assert main(["verify", str(folder / "b.zip")]) == 0
    assert "nobody's signature was given" in capsys.readouterr().err


def test_a_missing_signature_is_named_and_ends_with_1_where_both_are_wanted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundled(folder)
    bundle = str(folder / "b.zip")
    assert main(["sign", bundle, "--key", str(folder / "client.pem")]) == 0
    capsys.readouterr()
    assert main(["verify", bundle]) == 0
    told = capsys.readouterr()
    found = [json.loads(line) for line in told.out.splitlines()]
    signatures = {line["party"]: line["holds"] for line in found if line["record"] == "signature"}
    assert signatures == {"client": True, "provider": None}
    assert "no signature of the provider was given" in told.err
    assert main(["verify", bundle, "--signed"]) == 1
    assert "want a signature of the provider" in capsys.readouterr().err
    assert main(["sign", bundle, "--key", str(folder / "provider.pem")]) == 0
    assert main(["verify", bundle, "--signed"]) == 0


def test_a_changed_byte_ends_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundled(folder)
    bundle = folder / "b.zip"
    bundle.write_bytes(bundle.read_bytes().replace(b"Z,1720", b"Z,1721"))
    capsys.readouterr()
    assert main(["verify", str(bundle)]) == 1
    told = capsys.readouterr()
    assert "civicwatt verify: readings.csv:5: was changed" in told.err
    assert "main-e,peak,2026-01-31T16:00:00Z,1721" in told.err


def test_readings_that_contradict_the_contracts_month_make_no_bundle(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.csv").write_text(ROWS.replace("1720", "1730"))
    assert bundled(folder, readings="other.csv") == 1
    told = capsys.readouterr().err
    assert "main-e: the month says 20000" in told
    assert "come to 21000" in told
    assert not (folder / "b.zip").exists()


def test_a_bad_cell_is_refused_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.csv").write_text(ROWS.replace("1720", "many"))
    assert bundled(folder, readings="other.csv") == 1
    assert "other.csv:3:register: 'many' is no number" in capsys.readouterr().err


def test_weather_and_a_calendar_are_read_as_people_have_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """January is 580 heating degree days: 18 degC less a mean that is that much below in 31 d."""
    mean = 18 - 580 / 31
    hours = [f"2026-01-{day:02}T{hour:02}:00,{mean:.6f}" for day in range(1, 32)
             for hour in range(24)]  # fmt: skip
    weather = folder / "weather.csv"
    weather.write_text("\n".join(["ts,temp_c", *reversed(hours), ""]))
    assert bundled(folder, "--weather", weather, "--calendar", "CN") == 0
    assert "degree days" not in lines(capsys)[0]["stated"]
    weather.write_text("\n".join(["ts,temp_c", hours[0], hours[0], ""]))
    assert bundled(folder, "--weather", weather) == 1
    assert "weather.csv:3:ts: is there twice" in capsys.readouterr().err


def test_a_strangers_key_signs_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundled(folder)
    assert main(["sign", str(folder / "b.zip"), "--key", str(folder / "stranger.pem")]) == 1
    assert "of neither party" in capsys.readouterr().err
    assert not list(folder.glob("*.sig"))


def test_a_signature_is_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundled(folder)
    words = ["sign", str(folder / "b.zip"), "--key", str(folder / "client.pem")]
    assert main(words) == 0
    assert main(words) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_key_that_the_auditor_brings_decides(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundled(folder)
    main(["sign", str(folder / "b.zip"), "--key", str(folder / "client.pem")])
    verify = ["verify", str(folder / "b.zip"), "--key"]
    assert main([*verify, f"client={folder / 'client.pub.pem'}"]) == 0
    assert main([*verify, f"client={folder / 'stranger.pub.pem'}"]) == 1
    assert "does not hold by the key given" in capsys.readouterr().err


def test_signature_files_of_another_kind_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundled(folder)
    for content in (b"", b"{}", b"\xff\xff", b"[" * 100_000):
        (folder / "x.sig").write_bytes(content)
        words = ["verify", str(folder / "b.zip"), "--signature", str(folder / "x.sig")]
        assert main(words) == 1
        assert "x.sig" in capsys.readouterr().err


def test_both_parties_with_one_key_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundled(folder, "--provider-key", folder / "client.pub.pem") == 1
    assert "one key: want two" in capsys.readouterr().err


def test_keys_that_are_made_by_openssl_are_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    private, public = folder / "client.pem", folder / "client.pub.pem"
    try:
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", "ed25519", "-out", private],
            check=True, capture_output=True,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    assert bundled(folder) == 0
    assert main(["sign", str(folder / "b.zip"), "--key", str(private)]) == 0
    assert main(["verify", str(folder / "b.zip"), "--key", f"client={public}"]) == 0
    capsys.readouterr()
