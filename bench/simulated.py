"""The peer's own simulated meters of Illinois, a tenth of whose use was cut: how much is found."""

import csv
import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.by_day import by_day
from analytics.models.by_hour import by_hour
from analytics.models.period import Period
from analytics.models.record import Record
from analytics.models.series import Series, us
from bench import opendsm

ZONE = ZoneInfo("America/Chicago")
METERS = (
    "il-electricity-cdd-hdd",
    "il-electricity-cdd-only",
    "il-gas-hdd-only",
    "il-gas-intercept-only",
)
YEAR = timedelta(days=365)


def shares_saved() -> dict[str, tuple[float, float]]:
    """Share that the daily and the hourly model find, by meter; the year before and after. [1].

    Raises
    ------
    MissingPeerError
        If the peer, which the meters come with, cannot be had.
    """
    (folder,) = opendsm.installed().parents[1].glob("lib/*/site-packages/opendsm/eemeter/samples")
    told = json.loads((folder / "metadata.json").read_text())
    return {meter: _saved(folder, told[f"{meter}-hourly"]) for meter in METERS}


def _saved(folder: Path, told: dict[str, str]) -> tuple[float, float]:
    warmth = _series(folder / told["temperature_filename"])
    use = _series(folder / told["meter_data_filename"])
    nothing = Series(use.ts[:0], use.value[:0])
    record = Record(use, Series(warmth.ts, (warmth.value - 32) / 1.8), nothing)
    start, end = (
        datetime.fromisoformat(told[f"blackout_{side}_date"]).date() for side in ("start", "end")
    )
    before, after = Period(start - YEAR, start), Period(end, end + YEAR)
    daily, hourly = (model(record, before, after, ZONE, {}).totals for model in (by_day, by_hour))
    return _share(daily), _share(hourly)


def _share(totals: tuple[float | None, float | None]) -> float:
    baseline, actual = totals
    return float("nan") if baseline is None or actual is None else 1 - actual / baseline


def _series(path: Path) -> Series:
    with gzip.open(path, "rt") as file:
        _, *rows = csv.reader(file)
    known = {us(datetime.fromisoformat(at)): float(value) for at, value in rows if value}
    stamps = np.array(sorted(known), np.int64)
    return Series(stamps, np.array([known[int(at)] for at in stamps]))
