"""`civicwatt baseline`: files in, a summary out, a named reason where there is no model."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from civicwatt.cli import main
from domain.local_day import day_start

LONDON = ZoneInfo("Europe/London")
FIRST = date(2024, 1, 1)
TRAIN, REPORT = "2024-01-01/2025-01-01", "2025-01-01/2026-01-01"
START = day_start(FIRST, LONDON)
HOURS = [START + timedelta(hours=i) for i in range(731 * 24)]
SEASON = 12 - 9 * np.cos(2 * np.pi * np.arange(len(HOURS)) / 8766)
WEATHER = SEASON + np.random.default_rng(2).normal(0, 2, len(HOURS))


def use() -> list[float]:
    """Hourly use: open on workdays, 8 to 18 o'clock London time, heated below 15 degC. [kWh]."""
    found = []
    for at, temperature in zip(HOURS, WEATHER, strict=True):
        local = at.astimezone(LONDON)
        open_now = local.weekday() < 5 and 8 <= local.hour < 18
        found.append((40 if open_now else 8) + 0.8 * max(15 - temperature, 0))
    return found


def write(path: Path, values: "list[float] | np.ndarray[Any, Any]", column: str) -> Path:
    rows = [f"{at:%Y-%m-%dT%H:%MZ},{v:.4f}" for at, v in zip(HOURS, values, strict=False)]
    path.write_text("\n".join([f"ts,{column}", *rows, ""]))
    return path


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    return write(tmp_path / "t.csv", WEATHER, "temp_c")


def baseline(capsys: pytest.CaptureFixture[str], *words: object) -> list[dict[str, Any]]:
    zone = ["--zone", "Europe/London"] if "--zone" not in words else []
    periods = ["--train", TRAIN, "--report", REPORT] if "--train" not in words else []
    assert main(["baseline", *map(str, words), *periods, *zone]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("model", ["daily", "hourly"])
def test_an_injected_cut_of_ten_percent_is_returned(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    plain = np.array(use())
    cut = np.where(np.array([at >= day_start(date(2025, 1, 1), LONDON) for at in HOURS]), 0.9, 1)
    words = ("--weather", weather, "--model", model)
    (before,) = baseline(capsys, write(tmp_path / "a.csv", plain, "kwh"), *words)
    (after,) = baseline(capsys, write(tmp_path / "b.csv", plain * cut, "kwh"), *words)
    assert after["disqualified"] == []
    found = after["saving_kwh"] - before["saving_kwh"]
    assert found == pytest.approx(0.1 * before["actual_kwh"], rel=1e-6)
    assert abs(before["saving_kwh"]) < 0.02 * before["actual_kwh"]
    assert after["saving_kwh"] == pytest.approx(after["baseline_kwh"] - after["actual_kwh"])
    assert before["low_kwh"] < 0 < before["high_kwh"]
    assert after["low_kwh"] < after["saving_kwh"] < after["high_kwh"]
    assert after["band"] == "shipped"
    assert after["band_not_calibrated"] == "too_few_local_meter_years"


def test_local_days_hold_every_hour_once_in_any_zone(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "u.csv", use(), "kwh")
    span = ("--train", "2024-02-01/2025-02-01", "--report", "2025-02-01/2025-12-01")
    for zone in ("UTC", "Europe/London", "Asia/Shanghai"):
        summary, *days = baseline(
            capsys, file, "--weather", weather, "--zone", zone, *span, "--detail"
        )
        start, end = (day_start(date(2025, month, 1), ZoneInfo(zone)) for month in (2, 12))
        truth = sum(v for at, v in zip(HOURS, use(), strict=True) if start <= at < end)
        assert summary["actual_kwh"] == pytest.approx(truth, abs=0.5)
        assert sum(day["actual_kwh"] for day in days) == pytest.approx(truth, abs=0.5)
        lengths = [
            datetime.fromisoformat(day["end"]) - datetime.fromisoformat(day["start"])
            for day in days
        ]
        odd = {length // timedelta(hours=1) for length in lengths}
        assert odd == ({23, 24, 25} if zone == "Europe/London" else {24})


def test_the_order_of_rows_does_not_matter(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "u.csv", use(), "kwh")
    header, *rows = file.read_text().splitlines()
    random.Random(1).shuffle(rows)  # noqa: S311 - no secret
    mixed = tmp_path / "m.csv"
    mixed.write_text("\n".join([header, *rows, ""]))
    assert baseline(capsys, mixed, "--weather", weather) == baseline(
        capsys, file, "--weather", weather
    )


def test_an_outage_written_as_zeros_is_neither_learned_nor_saved(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = np.array(use())
    broken = whole.copy()
    for day in (200, 500):
        broken[day * 24 : (day + 4) * 24] = 0.0
    (truth,) = baseline(capsys, write(tmp_path / "a.csv", whole, "kwh"), "--weather", weather)
    (found,) = baseline(capsys, write(tmp_path / "b.csv", broken, "kwh"), "--weather", weather)
    assert found["count_train"] in range(361, 363)
    assert found["baseline_kwh"] < truth["baseline_kwh"]
    assert abs(found["saving_kwh"] - truth["saving_kwh"]) < 0.005 * truth["actual_kwh"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda v: v * 0, "all_zero"),
        (lambda v: v[: 30 * 24], "too_few_days"),
        (lambda v: v[:0], "no_use"),
        (lambda v: v * 0 + 5, "constant"),
        (lambda v: v[: 366 * 24], "no_report"),
    ],
)
@pytest.mark.parametrize("model", ["daily", "hourly"])
def test_what_cannot_be_told_has_a_named_reason(
    tmp_path: Path,
    weather: Path,
    capsys: pytest.CaptureFixture[str],
    change: Any,
    reason: str,
    model: str,
) -> None:
    file = write(tmp_path / "u.csv", change(np.array(use())), "kwh")
    (found,) = baseline(capsys, file, "--weather", weather, "--model", model)
    assert reason in found["disqualified"]


def test_no_weather_and_warmer_weather_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "u.csv", use(), "kwh")
    none = write(tmp_path / "n.csv", [], "temp_c")
    assert baseline(capsys, file, "--weather", none)[0]["disqualified"] == ["no_weather"]
    later = np.arange(len(HOURS)) > 366 * 24
    warm = write(tmp_path / "w.csv", WEATHER + 20 * later, "temp_c")
    (found,) = baseline(capsys, file, "--weather", warm)
    assert found["disqualified"] == ["out_of_range"]
    assert found["outside_temperature_share"] > 0.3


def test_bills_of_odd_lengths_get_the_monthly_model(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hourly = use()
    starts = [day_start(FIRST + timedelta(days=d), LONDON) for d in range(0, 731, 29)]
    rows = []
    for a, b in pairwise(starts):
        i, j = ((at - START) // timedelta(hours=1) for at in (a, b))
        rows.append(f"{a.astimezone(UTC):%Y-%m-%dT%H:%MZ},{sum(hourly[i:j])}")
    file = tmp_path / "bills.csv"
    file.write_text("\n".join(["ts,kwh", *rows, ""]))
    (found,) = baseline(capsys, file, "--weather", weather)
    assert found["model"] == "monthly degree days"
    assert found["low_kwh"] < found["saving_kwh"] < found["high_kwh"]
    assert found["band"] == "shipped"
    assert found["cvrmse_train"] < 0.02
    # Twelve bills told by a base, a slope and a balance point.
    limited = next(each for each in found["checks"] if each["check"] == "cvrmse_train")
    assert limited["value"] == pytest.approx(found["cvrmse_train"] * (12 / 9) ** 0.5)
    assert abs(found["nmbe_report"]) < 0.02


def test_a_calendar_of_ones_own_counts(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = [date(2024, 7, 1) + timedelta(days=d) for d in range(20)]
    closed += [date(2025, 7, 1) + timedelta(days=d) for d in range(20)]
    values = [
        8.0 if at.astimezone(LONDON).date() in closed else v
        for at, v in zip(HOURS, use(), strict=True)
    ]
    file = write(tmp_path / "u.csv", values, "kwh")
    calendar = tmp_path / "c.csv"
    holidays = [f"{day},holiday" for day in closed if day.weekday() < 5]
    calendar.write_text("\n".join(["date,kind", *holidays, ""]))
    (without,) = baseline(capsys, file, "--weather", weather)
    (told,) = baseline(capsys, file, "--weather", weather, "--calendar", calendar)
    assert told["cvrmse_report"] < 0.5 * without["cvrmse_report"]


def test_terms_of_a_school_are_given_by_their_days(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    years = (2023, 2024, 2025)
    terms = [f"{year}-02-17/{year}-07-05" for year in years]
    terms += [f"{year}-09-01/{year + 1}-01-20" for year in years]
    words = [word for span in terms for word in ("--term", span)]
    locals_ = [at.astimezone(LONDON) for at in HOURS]
    empty = [(at.month, at.day) < (2, 17) and (at.month, at.day) >= (1, 20) for at in locals_]
    summer = [(7, 5) <= (at.month, at.day) < (9, 1) for at in locals_]
    shut = np.array(empty) | np.array(summer)
    workday = np.array([at.weekday() < 5 for at in locals_])
    file = write(tmp_path / "u.csv", np.array(use()) - 6.0 * (shut & workday), "kwh")
    (without,) = baseline(capsys, file, "--weather", weather)
    (told,) = baseline(capsys, file, "--weather", weather, *words)
    assert told["model"].endswith(", terms")
    assert told["cvrmse_report"] < 0.6 * without["cvrmse_report"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--train", "2024-01-01", "--report", REPORT), "want two dates"),
        (("--train", "2024-01-01/2023-01-01", "--report", REPORT), "after the first"),
        (("--train", TRAIN, "--report", REPORT, "--confidence", "2"), "want more than 0"),
        (("--train", TRAIN, "--report", REPORT, "--calendar", "nowhere.csv"), "cannot be opened"),
        (("--train", TRAIN, "--report", "2050-01-01/2051-01-01", "--calendar", "GB-ENG"), "no e"),
        (("--train", TRAIN, "--report", REPORT, "--zone", "Moon"), "no IANA zone"),
        (("--train", TRAIN, "--report", REPORT, "--heating", "11-31/03-15"), "want two days"),
        (("--train", TRAIN, "--report", REPORT, "--heating", "winter"), "want two days"),
        (("--train", TRAIN, "--report", REPORT, "--term", "2024-02-19"), "want two dates"),
        (("--train", TRAIN, "--report", REPORT, "--term", "2024-02-19/2024-07-01"), "is not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_reason(
    tmp_path: Path,
    weather: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    file = write(tmp_path / "u.csv", [1.0, 2.0], "kwh")
    assert main(["baseline", str(file), "--weather", str(weather), *words]) == 1
    assert message in capsys.readouterr().err


def test_two_values_of_one_hour_are_refused_with_their_place(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "u.csv"
    file.write_text("ts,kwh\n2024-01-01T00:00Z,1\n2024-01-01T00:00Z,2\n")
    words = ["--weather", str(weather), "--train", TRAIN, "--report", REPORT]
    assert main(["baseline", str(file), *words]) == 1
    assert "u.csv:3:kwh: 2 where another row of that time has 1" in capsys.readouterr().err


def test_an_own_earlier_year_that_strayed_widens_the_band(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.array(use())
    later = np.arange(len(HOURS)) // 24
    words = ("--weather", weather, "--train", "2025-01-01/2026-01-01", "--report",
             "2025-07-01/2026-01-01")  # fmt: skip
    widths = []
    for factor in (1.0, 1.4):
        file = write(tmp_path / "u.csv", np.where(later < 366, values * factor, values), "kwh")
        (found,) = baseline(capsys, file, *words)
        assert found["earlier_deviations"] == [pytest.approx(1 / factor - 1, abs=0.03)]
        widths.append(found["band_half_width"])
    assert widths[1] > 1.2 * widths[0]


def test_a_typical_year_and_an_event_are_told_when_asked_for(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.array(use())
    values[500 * 24 :] *= 1.6
    file = write(tmp_path / "u.csv", values, "kwh")
    words = ("--weather", weather, "--normalise", "--events", "--guarantee", 1000)
    summary, event = baseline(capsys, file, *words)
    told = summary["normalised"]
    assert told["low_kwh"] < told["saving_kwh"] < told["high_kwh"]
    assert (told["band"], told["band_tested"]) == ("shipped", 30)
    assert 0 <= told["p_saving"] < 0.5  # it used more
    assert told["saving_kwh"] == told["baseline_kwh"] - told["reporting_kwh"] < 0
    assert told["baseline_kwh"] == pytest.approx(summary["baseline_kwh"], rel=0.05)
    assert summary["p_guarantee"] <= summary["p_saving"] < 0.5
    assert event["event"] == "step"
    planted = FIRST + timedelta(days=500)
    assert abs(date.fromisoformat(event["start"]) - planted) <= timedelta(days=14)
    assert event["ratio"] == pytest.approx(1.6, rel=0.05)


def test_most_days_lie_within_the_bands_of_the_detail(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.array(use()) * np.exp(np.random.default_rng(8).normal(0, 0.05, len(HOURS)))
    file = write(tmp_path / "u.csv", values, "kwh")
    _, *days = baseline(capsys, file, "--weather", weather, "--detail")
    inside = [day["low_kwh"] <= day["actual_kwh"] <= day["high_kwh"] for day in days]
    assert len(days) == 365
    assert np.mean(inside) >= 0.9


def test_events_are_looked_for_after_the_training_alone(
    tmp_path: Path, weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "u.csv", use(), "kwh")
    words = ["--weather", str(weather), "--train", REPORT, "--report", TRAIN, "--events"]
    assert main(["baseline", str(file), *words]) == 1
    assert "follows the training" in capsys.readouterr().err
