"""`civicwatt consumption`: files in, JSON lines out, and every bad cell with its place."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from civicwatt.cli import main

HOURS = [f"2026-07-01T{hour:02}:00:00+08:00" for hour in range(24)]


def table(path: Path, *rows: str, header: str = "ts,register") -> Path:
    text = "\n".join([header, *rows, ""])
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def lines(capsys: pytest.CaptureFixture[str], *words: object) -> list[dict[str, Any]]:
    assert main(["consumption", *map(str, words)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_register_becomes_hours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path / "m.csv.gz", *(f"{at},{100 + 2 * i}" for i, at in enumerate(HOURS)))
    found = lines(capsys, file, "--ratio", 40)
    assert len(found) == 23
    assert found[0] == {
        "start": "2026-06-30T16:00:00Z",
        "end": "2026-06-30T17:00:00Z",
        "value": 80.0,
        "unit": "kWh",
        "method": "difference",
        "quantity_grade": "measured",
        "shape_grade": "measured",
        "flags": [],
        "kwh": 80.0,
    }


def test_quarter_hours_days_and_water(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path / "w.csv", *(f"{at},{i}" for i, at in enumerate(HOURS)))
    day = lines(capsys, file, "--quantity", "volume_m3", "--minutes", 1440, "--zone",
                "Asia/Shanghai")  # fmt: skip
    assert [(line["value"], line["unit"], line["flags"]) for line in day] == [
        (23.0, "m3", ["partial"])
    ]
    assert "kwh" not in day[0]
    quarters = lines(capsys, file, "--minutes", 15)
    assert {line["method"] for line in quarters} == {"linear_over_gap"}
    assert sum(line["value"] for line in quarters) == 23.0


def test_events_of_a_file_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = [995.0, 998.0, 1.0, 4.0, 2.0, 5.0]
    file = table(tmp_path / "m.csv", *(f"{at},{v}" for at, v in zip(HOURS, values, strict=False)))
    events = table(
        tmp_path / "e.csv",
        f"{HOURS[0]},register_size,1000,,nameplate",
        f"{HOURS[4]},swap,2.0,7.0,broken display",
        f"{HOURS[5]},ratio,3,2,new transformers",
        header="ts,kind,value,previous,note",
    )
    found = lines(capsys, file, "--events", events)
    assert [line["value"] for line in found] == [6.0, 6.0, 6.0, 6.0, 6.0]
    assert found[1]["flags"] == ["rollover"]
    assert {line["quantity_grade"] for line in found} == {"measured"}


def test_without_a_declaration_a_fall_has_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = [995.0, 998.0, 1.0, 4.0]
    file = table(tmp_path / "m.csv", *(f"{at},{v}" for at, v in zip(HOURS, values, strict=False)))
    found = lines(capsys, file)
    assert [line["value"] for line in found] == [3.0, None, 3.0]
    assert found[1]["flags"] == ["fall"]
    assert found[1]["quantity_grade"] is None


def test_power_is_integrated_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path / "p.csv", *(f"{at},{4 + i % 2}" for i, at in enumerate(HOURS)))
    found = lines(capsys, file, "--quantity", "active_power_kw")
    assert {(line["value"], line["method"]) for line in found} == {(4.5, "power_integral")}
    assert {line["quantity_grade"] for line in found} == {"derived"}


def test_amounts_of_intervals_keep_their_hours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{at},{1.5 + i}" for i, at in enumerate(HOURS) if i != 5]
    file = table(tmp_path / "a.csv", *rows)
    found = lines(capsys, file, "--intervals")
    values = {line["start"]: line["value"] for line in found}
    assert values["2026-06-30T20:00:00Z"] == 5.5
    assert values["2026-06-30T21:00:00Z"] is None
    assert len([value for value in values.values() if value is not None]) == 23


def test_as_of_an_earlier_time_takes_what_had_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{HOURS[i]},{i},{HOURS[i + 1]}" for i in range(4)]
    file = table(tmp_path / "m.csv", *rows, header="ts,register,received_at")
    assert len(lines(capsys, file)) == 3
    assert len(lines(capsys, file, "--as-of", HOURS[2])) == 1


def test_order_and_repetition_of_rows_change_no_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{at},{100 + i * i}" for i, at in enumerate(HOURS)]
    straight = lines(capsys, table(tmp_path / "a.csv", *rows))
    again = lines(capsys, table(tmp_path / "b.csv", *rows[::-1], *rows[3:9]))
    assert again == straight


@pytest.mark.parametrize(
    ("row", "words", "reason"),
    [
        ("2026-07-01T00:00:00Z,many", [], "m.csv:2:register: 'many' is no number"),
        ("yesterday,1", [], "m.csv:2:ts: 'yesterday' is no time"),
        ("2026-07-01T00:00:00Z", [], "m.csv:2: 1 cells, want 2"),
        ("2026-07-01T00:00:00Z,1", ["--quantity", "voltage_a_v"], "is no amount"),
        ("2026-07-01T00:00:00Z,1", ["--minutes", "50"], "want a divisor of 1440"),
        ("2026-07-01T00:00:00Z,1", ["--ratio", "0"], "want more than 0"),
        ("2026-07-01T00:00:00Z,1", ["--as-of", "2026-07-01"], "no column 'received_at'"),
        ("2026-07-01T00:00:00Z,1", ["--zone", "Mars"], "no IANA zone"),
        ("2026-07-01T00:00:00Z,", [], "no readings"),
    ],
)
def test_what_cannot_be_used_is_refused_with_reason_and_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, words: list[str], reason: str
) -> None:
    file = table(tmp_path / "m.csv", row)
    assert main(["consumption", str(file), *words]) == 1
    assert reason in capsys.readouterr().err


def test_bad_rows_may_be_left_out_and_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{at},{i}" for i, at in enumerate(HOURS)]
    file = table(tmp_path / "m.csv", *rows[:5], "never,1", "2026-07-01T05:00:00Z", *rows[5:])
    assert main(["consumption", str(file), "--skip-bad"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 23
    assert "2 unreadable rows left out" in err


def test_an_event_that_cannot_be_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path / "m.csv", *(f"{at},{i}" for i, at in enumerate(HOURS)))
    events = table(
        tmp_path / "e.csv", f"{HOURS[1]},ratio,0,,", header="ts,kind,value,previous,note"
    )
    assert main(["consumption", str(file), "--events", str(events)]) == 1
    assert "e.csv:2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "words", "reason"),
    [
        (["0001-01-01T00:00:00,1", "0001-01-01T01:00:00,2"], [], "m.csv:2:ts: '0001-01-01T00:00"),
        (["9999-12-31T22:00:00,1", "9999-12-31T23:00:00,2"], [], "is in a year out of range"),
        ([f"{HOURS[0]},1e308", f"{HOURS[1]},-1e308"], [], "m.csv:2:register: '1e308' is out of r"),
        ([f"{HOURS[0]},10"], [], "m.csv: no interval follows from 1 readings: one alone"),
        (
            [f"{HOURS[0]},10", f"{HOURS[1]},11"],
            ["--register-size", 5],
            "m.csv: no interval follows from 2 readings",
        ),
        ([f"{HOURS[0]},10", f"{HOURS[1]},11"], ["--ratio", 1e308], "--ratio 1e+308: want more th"),
    ],
)
def test_what_tells_nothing_is_refused_and_never_passed_over(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[str],
    words: list[object],
    reason: str,
) -> None:
    file = table(tmp_path / "m.csv", *rows)
    assert main(["consumption", *map(str, [file, *words])]) == 1
    told = capsys.readouterr()
    assert reason in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
