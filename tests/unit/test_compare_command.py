"""`civicwatt compare`: a planted saving by each method, from files; a named reason otherwise."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from civicwatt.cli import main

FIRST = date(2025, 1, 6)
DAYS = 112
SAVED = 0.1
WARMTH = 12 + 8 * np.sin(np.arange(DAYS) / 9)
LIKE = np.random.default_rng(3).uniform(500, 1500, DAYS)


def at(n: int) -> date:
    return FIRST + timedelta(days=n)


def write(path: Path, values: Iterable[float], column: str) -> str:
    rows = [f"{at(n)},{value!r}" for n, value in enumerate(map(float, values))]
    path.write_text("\n".join([f"ts,{column}", *rows, ""]))
    return str(path)


def compared(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["compare", *words]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_an_alternating_test_finds_the_planted_tenth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = np.array([400.0 if at(n).weekday() > 4 else 900.0 for n in range(DAYS)])
    plain = plain + 20 * np.maximum(12 - WARMTH, 0)
    on = [n // 7 % 2 == 1 for n in range(DAYS)]
    use = write(tmp_path / "use.csv", np.where(on, 1 - SAVED, 1) * plain, "kwh")
    weather = write(tmp_path / "t.csv", WARMTH, "temp_c")
    spans = ",".join(f"{at(n)}/{at(n + 7)}" for n in range(7, DAYS, 14))
    test = f"{FIRST}/{at(DAYS)}"
    words = ("on_off", use, "--weather", weather, "--test", test, "--on", spans)
    found = compared(capsys, *words, "--zone", "UTC")
    baseline = found["actual_kwh"] + found["saving_kwh"]
    assert found["saving_kwh"] / baseline == pytest.approx(SAVED, rel=0.15)
    assert found["low_kwh"] < found["saving_kwh"] < found["high_kwh"]
    assert (found["gbt_28750"], found["not_calibrated"]) == ("直接比较", "blocks_know_no_drift")


@pytest.mark.parametrize(("method", "option"), [("side_by_side", None), ("all_parameters", "B")])
def test_what_moves_both_is_no_saving(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str, option: str | None
) -> None:
    own = 0.7 * LIKE * np.where(np.arange(DAYS) < 56, 1, 1 - SAVED)
    use = write(tmp_path / "use.csv", own, "kwh")
    like = write(tmp_path / "like.csv", LIKE, "kwh")
    days = ("--before", f"{FIRST}/{at(56)}", "--after", f"{at(56)}/{at(DAYS)}", "--zone", "UTC")
    found = compared(capsys, method, use, "--beside", like, *days)
    assert found["saving_kwh"] == pytest.approx(SAVED * 0.7 * LIKE[56:].sum(), rel=1e-6)
    assert (found["ipmvp"], found["days"]) == (option, 56)


def test_a_measured_power_times_stipulated_hours_is_ipmvp_a(
    capsys: pytest.CaptureFixture[str],
) -> None:
    powers = ("--kw-before", "0.058,0.060,0.056", "--kw-after", "0.021,0.022,0.020")
    found = compared(capsys, "key_parameter", *powers, "--hours", "1000", "--why", "annex 2")
    assert found["ipmvp"] == "A"
    assert found["saving_kwh"] == pytest.approx(37.0)
    few = ("--kw-before", "0.058,0.060", "--kw-after", "0.021,0.022,0.020")
    none = compared(capsys, "key_parameter", *few, "--hours", "1000", "--why", "annex 2")
    assert none["disqualified"] == ["too_few_items"]


def test_what_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    use = write(tmp_path / "use.csv", LIKE, "kwh")
    assert main(["compare", "side_by_side", use]) == 1
    assert "--beside" in capsys.readouterr().err
    assert main(["compare", "on_off", use, "--test", "2025-01-06", "--on", "x"]) == 1
    assert "--test '2025-01-06': want two dates" in capsys.readouterr().err
