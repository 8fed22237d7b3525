"""`civicwatt trips`: files in, JSON lines out, and every bad cell with its place."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from civicwatt.cli import main
from device_sim.vehicle_week import vehicle_week

TRIP = Path(__file__).parents[2].parent / "shared" / "data" / "vehicle" / "leafspy_trip.csv.gz"
NAMES = ("odometer_km", "speed_kmh", "soc_pct", "gear", "charge_state", "energy_charged_kwh")


def lines(capsys: pytest.CaptureFixture[str], *words: object) -> list[dict[str, Any]]:
    assert main(["trips", *map(str, words)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def native(path: Path, days: int = 2) -> Path:
    samples = vehicle_week(1, date(2026, 3, 9), days).samples(30)
    columns = [samples.values[name] for name in NAMES]
    rows = [
        ",".join([datetime.fromtimestamp(int(at), UTC).isoformat(), *map(str, cells)])
        for at, *cells in zip(samples.at_s, *columns, strict=True)
    ]
    path.write_text("\n".join([",".join(("ts", *NAMES)), *reversed(rows), ""]))
    return path


def test_a_native_file_in_any_order_becomes_trips_stops_and_charges(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    week = vehicle_week(1, date(2026, 3, 9), 2)
    found = lines(capsys, native(tmp_path / "car-1.csv"), "--battery-kwh", 53.6)
    told = [each for each in found if each["kind"] == "trip"]
    assert len(told) == len(week.drives()) > 0
    assert sum(each["km"] for each in told) == pytest.approx(
        sum(true.km for true in week.drives()), rel=0.02
    )
    charged = [each for each in found if each["kind"] == "charge"]
    assert [each["kwh"] for each in charged] == pytest.approx(
        [true.kwh for true in week.plug_ins()], abs=0.03
    )
    assert {"kind", "start", "end", "km", "kwh", "grid_kwh", "soc_start", "soc_end", "evidence",
            "estimated"} <= told[0].keys()  # fmt: skip
    assert told[0]["start"].endswith("Z")
    assert told[0]["evidence"] == ["odometer", "gear", "speed"]
    assert [each["start"] for each in found] == sorted(each["start"] for each in found)


@pytest.mark.skipif(not TRIP.is_file(), reason=f"{TRIP} is not there")
def test_the_real_drive_is_140_km_and_three_energies_agree_within_4_percent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (trip,) = lines(capsys, TRIP, "--profile", "leafspy")
    assert trip["kind"] == "trip"
    assert trip["km"] == pytest.approx(140.0, abs=0.05)
    assert trip["km_from"] == "odometer"
    assert trip["km_by"]["speed"] == pytest.approx(143.26, abs=0.05)
    assert trip["km_by"]["track"] == pytest.approx(143.02, abs=0.1)
    energies = trip["kwh_by"]
    assert trip["kwh_from"] == "power"
    assert trip["kwh"] == pytest.approx(20.06, abs=0.02)
    assert energies["level"] == pytest.approx(19.30, abs=0.02)
    assert set(energies) == {"power", "level", "soc"}
    assert all(each == pytest.approx(20.06, rel=0.04) for each in energies.values())
    assert trip["recovered_kwh"] == pytest.approx(1.16, abs=0.03)
    assert (trip["soc_start"], trip["soc_end"]) == (86.972, 34.363)
    assert trip["doubts"] == []
    assert not trip["estimated"]


def test_what_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("ts,odometer_km\n2026-07-01T00:00:00Z,12\n2026-07-01T00:01:00Z,many\n")
    assert main(["trips", str(file)]) == 1
    assert "bad.csv:3:odometer_km: 'many' is no number" in capsys.readouterr().err
    assert main(["trips", str(file), "--skip-bad"]) == 0
    assert "1 unreadable rows left out" in capsys.readouterr().err
    file.write_text("ts,colour\n2026-07-01T00:00:00Z,red\n")
    assert main(["trips", str(file)]) == 1
    assert "no column tells of a vehicle" in capsys.readouterr().err
    file.write_text("ts,odometer_km\n")
    assert main(["trips", str(file)]) == 1
    assert "no samples" in capsys.readouterr().err
    assert main(["trips", str(file), "--parking", "0"]) == 1
    assert "--parking 0.0: want more than 0" in capsys.readouterr().err


def test_a_hybrid_that_was_never_charged_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = []
    for day in range(1, 31):
        for month in ("06", "07"):
            at = f"2026-{month}-{day:02}T"
            begin = 20.0 * (day + 30 * (month == "07"))
            rows += [
                f"{at}{8 + minute // 60:02}:{minute % 60:02}:00Z,{begin + min(minute, 20)},fuel"
                for minute in range(60)
            ]
    file = tmp_path / "phev.csv.gz"
    file.write_bytes(gzip.compress("\n".join(["ts,odometer_km,run_mode", *rows, ""]).encode()))
    assert main(["trips", str(file), "--hybrid"]) == 0
    assert "electric 0.0 km: never charged" in capsys.readouterr().err
