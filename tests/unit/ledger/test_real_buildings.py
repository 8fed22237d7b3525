"""Three years of real meters: what is wrong with them is found, what is right stays."""

import gzip
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.ledger.attribution import Use
from analytics.ledger.closed_days import closed_days
from analytics.ledger.frozen import Closed
from analytics.ledger.level import mark_level_changes
from analytics.ledger.local_grid import LocalGrid, local_grid
from analytics.ledger.readings import MINUTE, Floats, Instants, in_order
from analytics.ledger.register import use_of_history
from analytics.ledger.segments import history
from domain.consumption_flag import ConsumptionFlag as Flag

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "buildings"
HOUR = 60 * MINUTE
LONDON = ZoneInfo("Europe/London")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there")


@cache
def table(name: str) -> tuple[Instants, dict[str, Floats]]:
    with gzip.open(DATA / name, "rt") as text:
        columns = next(text).strip().split(",")[1:]
        rows = [line.strip().split(",") for line in text]
    at = [datetime.fromisoformat(row[0]) for row in rows]
    ts = np.array([int(instant.timestamp()) * 1_000_000 for instant in at], np.int64)
    hours = np.array([[float(cell) for cell in row[1:]] for row in rows]).T
    return ts, dict(zip(columns, hours, strict=True))


def used(ts: Instants, hours: Floats, *, closed: Closed | None = None) -> tuple[Use, LocalGrid]:
    """Use of the register that a meter of these hours would have shown."""
    register = np.round(np.concatenate(([1000.0], 1000.0 + np.cumsum(hours))), 1)
    first, last = (datetime.fromtimestamp(int(at) / 1e6, UTC).date() for at in (ts[0], ts[-1]))
    grid = local_grid(first, date.fromordinal(last.toordinal() + 1), LONDON, step=HOUR)
    told = history(in_order(np.append(ts, ts[-1] + HOUR), register), closed=closed)
    return use_of_history(told, grid), grid


def test_totals_of_electricity_stay_and_every_missing_hour_is_flagged() -> None:
    ts, meters = table("electricity_2016_2018.csv.gz")
    for name, hours in meters.items():
        use, _ = used(ts, hours)
        assert np.nansum(use.value) == pytest.approx(hours.sum(), rel=1e-9), name
        missing = hours == 0
        assert (use.flags[: len(ts)][missing] & Flag.FROZEN).all(), name
        assert use.estimated[: len(ts)][missing].all(), name
        if not missing.any():
            assert not use.flags.any(), name
            np.testing.assert_allclose(use.value[: len(ts)], hours, atol=1e-6)


def test_the_outage_of_all_gas_meters_is_flagged_and_the_pauses_of_boilers_are_not() -> None:
    ts, meters = table("gas_2021_2022.csv.gz")
    out = (ts >= 1_625_270_400_000_000) & (ts < 1_625_616_000_000_000)  # 2021-07-03 to 06 UTC
    flagged, stands = [], []
    for name, hours in meters.items():
        frozen = (used(ts, hours, closed=closed_days(LONDON))[0].flags[: len(ts)] & Flag.FROZEN) > 0
        flagged += [name] if frozen[out].all() else []
        edges = np.flatnonzero(np.diff(np.concatenate(([0], frozen, [0]))))
        stands += (edges[1::2] - edges[::2]).tolist()
    assert len(flagged) >= 7, flagged
    assert len(stands) < 30
    assert min(stands) >= 24


@pytest.mark.parametrize(
    ("meter", "around"),
    [
        ("b25", "2016-12-13"),
        ("b56", "2017-07-05"),
        ("b56", "2017-12-01"),
        ("b52", "2018-06-20"),
        ("b34", "2017-09-20"),
    ],
)
def test_a_step_of_the_level_is_marked_within_two_weeks(meter: str, around: str) -> None:
    ts, meters = table("electricity_2016_2018.csv.gz")
    use, grid = used(ts, meters[meter])
    marked = mark_level_changes(use, grid)
    days = grid.bounds[:-1][(marked.flags & Flag.LEVEL_CHANGE) != 0]
    truth = int(datetime.fromisoformat(around).replace(tzinfo=UTC).timestamp()) * 1_000_000
    assert np.abs(days - truth).min() < 14 * 24 * HOUR
    assert marked.value.tobytes() == use.value.tobytes()


@pytest.mark.parametrize(
    ("meter", "step", "ratio", "year"),
    [("b60", "2016-05-27", 0.72, 0.81), ("b112", "2016-05-31", 1.76, 1.24)],
)
def test_a_year_that_differs_is_parted_by_a_marked_day_after_which_it_repeats(
    meter: str, step: str, ratio: float, year: float
) -> None:
    """The data's README gives the year's change; the marked day says from when it counts."""
    ts, meters = table("electricity_2016_2018.csv.gz")
    marked = mark_level_changes(*used(ts, meters[meter]))
    steps = ts[(marked.flags[: len(ts)] & Flag.LEVEL_CHANGE) != 0] // (24 * HOUR)
    day = (datetime.fromisoformat(step) - datetime(2016, 1, 1)).days  # noqa: DTZ001 - two dates
    assert day in steps - ts[0] // (24 * HOUR)

    daily = marked.value[: len(ts)].reshape(-1, 24).sum(axis=1)
    assert daily[366:731].mean() / daily[:366].mean() == pytest.approx(year, abs=0.01)
    assert daily[368 : day + 364].sum() / daily[4:day].sum() == pytest.approx(ratio, abs=0.01)
    rest = slice(day + 7, 350), slice(day + 371, 714)
    assert abs(daily[rest[1]].sum() / daily[rest[0]].sum() - 1) < 0.1
