"""`civicwatt detect`: a file in, incidents or scores out."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from civicwatt.cli import main

FIRST = datetime(2025, 3, 3, tzinfo=UTC)
DAYS = 120


def office(days: int = DAYS) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    day, hour = np.arange(days)[:, None], np.arange(24)[None, :]
    at_work = (day % 7 < 5) & (hour >= 8) & (hour < 18)
    noise = np.random.default_rng(4).normal(1, 0.03, (days, 24))
    return np.asarray(np.where(at_work, 100.0, 20.0) * noise)


def write(path: Path, values: Any, *, naive: bool = False) -> Path:
    form = "%Y-%m-%d %H:%M:%S" if naive else "%Y-%m-%dT%H:%M:%SZ"
    rows = [
        f"{(FIRST + timedelta(hours=i)).strftime(form)},{'' if np.isnan(v) else round(v, 3)}"
        for i, v in enumerate(np.ravel(values))
    ]
    path.write_text("\n".join(["ts,value", *rows, ""]))
    return path


def detect(capsys: pytest.CaptureFixture[str], *words: object) -> list[dict[str, Any]]:
    assert main(["detect", *map(str, words)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_clean_office_has_no_incident(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert detect(capsys, write(tmp_path / "a.csv", office()), "--zone", "UTC") == []


def test_plant_that_runs_at_night_is_told_in_the_promised_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = office()
    values[70:75, :6] += 60
    values[70:74, 20:] += 60
    (found,) = detect(capsys, write(tmp_path / "a.csv", values), "--zone", "UTC")
    assert list(found)[:7] == ["start", "end", "kind", "priority", "score", "expected", "actual"]
    assert found["start"] == "2025-05-12T00:00:00Z"
    assert found["kind"] in {"unlike_usual", "night_load"}
    assert found["priority"] in {"urgent", "high", "low"}
    assert found["actual"] > found["expected"]


def test_thresholds_of_the_meter_itself_are_taken_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = office()
    values[70, 3:14] = 33.3
    file, own = write(tmp_path / "a.csv", values), tmp_path / "own.toml"
    kinds = {each["kind"] for each in detect(capsys, file, "--zone", "UTC")}
    assert kinds
    own.write_text("[stuck]\nhours = 20\n[unlike_usual]\nfire = 900.0\n")
    assert detect(capsys, file, "--zone", "UTC", "--thresholds", own) == []
    own.write_text("[stuck]\nhuors = 20\n")
    assert main(["detect", str(file), "--thresholds", str(own)]) == 1
    assert "no threshold 'huors'" in capsys.readouterr().err


def test_weather_explains_a_heat_wave(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    air = 20 + 6 * np.sin(np.arange(DAYS * 24) / 700)
    air[24 * 80 : 24 * 84] += 12
    values = office().ravel() + 2 * np.maximum(air - 22, 0)
    file, weather = write(tmp_path / "a.csv", values), tmp_path / "t.csv"
    weather.write_text(write(tmp_path / "air.csv", air).read_text().replace("value", "temp_c", 1))
    zone = ("--zone", "UTC")
    assert detect(capsys, file, *zone)
    assert detect(capsys, file, *zone, "--weather", weather) == []


def test_a_holiday_of_the_calendar_is_no_incident(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = office()
    values[59:64] = values[62:63]  # 1 to 5 May 2025, a holiday
    values[[32, 91]] = values[62]  # 4 April and 2 June 2025
    values[55] = values[56]  # 27 April 2025, a Sunday that is worked
    file = write(tmp_path / "a.csv", values)
    assert detect(capsys, file, "--zone", "UTC")
    assert detect(capsys, file, "--zone", "UTC", "--calendar", "CN") == []


def test_every_row_has_a_score_in_the_order_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = office(30).ravel()
    values[400] = np.nan
    values[600] = 900
    file = write(tmp_path / "a.csv", values, naive=True)
    lines = file.read_text().splitlines()
    lines.insert(100, lines[99])
    file.write_text("\n".join(lines))
    found = detect(capsys, file, "--scores")
    assert len(found) == len(values) + 1
    assert found[0]["ts"] == "2025-03-02T16:00:00Z"
    assert found[98]["ts"] == found[99]["ts"]
    assert found[401]["score"] is None
    known = [line["score"] if line["score"] is not None else -1.0 for line in found]
    assert int(np.argmax(known)) == 601


def test_scores_come_from_earlier_rows_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "a.csv", office(40))
    whole = detect(capsys, file, "--scores")
    part = tmp_path / "part.csv"
    part.write_text("\n".join(file.read_text().splitlines()[:501]))
    assert detect(capsys, part, "--scores") == whole[:500]


@pytest.mark.parametrize("words", [(), ("--scores",)])
def test_what_cannot_be_read_is_refused_with_its_place_or_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    file = write(tmp_path / "a.csv", office(10))
    file.write_text(file.read_text() + "2025-06-01T00:00:00Z,much\n")
    assert main(["detect", str(file), *words]) == 1
    assert "a.csv:242:value: 'much' is no number" in capsys.readouterr().err
    assert main(["detect", str(file), *words, "--skip-bad"]) == 0
    assert "1 unreadable rows left out" in capsys.readouterr().err


@pytest.mark.parametrize("words", [(), ("--scores",)])
def test_a_file_without_rows_has_neither(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("ts,value\n")
    assert detect(capsys, file, *words) == []


def test_a_single_value_is_judged_by_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("ts,value\n2025-03-03T00:00:00Z,5\n")
    assert detect(capsys, file) == []
